/** The settings of a sandbox: the options of its command line. */

/** The sandbox did not start, is not running, or refused what it was asked for; the text is its own. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/** The options of `airudder-sandbox --help`. An absent one is as the command line has it. */
export interface SandboxSettings {
  /** The address to listen on: a free port of 127.0.0.1. */
  listen?: string | undefined;
  /** The URL of this machine that events go to; `deliverTo` sets it later. */
  webhookUrl?: string | undefined;
  /** The secret of events: `fake-sign-secret`. `null`: they are not signed. */
  signSecret?: string | null | undefined;
  /** The `X-AIRudder-Sign-Key` of signed events, and of chat requests. */
  signKey?: string | undefined;
  /** The signature scheme of events and of chat requests. */
  signScheme?: string | undefined;
  /** The key of encrypted requests, responses and events: 16, 24 or 32 bytes. */
  encryptionKey?: string | undefined;
  /** Encrypts events. */
  encryptEvents?: boolean | undefined;
  /** The cipher of events. */
  eventCipher?: string | undefined;
  /** Refuses plain requests. */
  requireEncryption?: boolean | undefined;
  /** Takes contacts without a platform. */
  allowMissingPlatform?: boolean | undefined;
  /** The calls finished per second. */
  speed?: number | undefined;
  /** The only app key that gets a token; together with `appSecret`. Absent: any does. */
  appKey?: string | undefined;
  /** The app key's secret. */
  appSecret?: string | undefined;
  /** The life of a token, in seconds. */
  tokenTtl?: number | undefined;
  /** The wait before an event is sent again, in milliseconds: a minute. */
  retryDelay?: number | undefined;
  /** The number of seconds by which the service's clock is ahead of this machine's; negative: behind. */
  clockOffset?: number | undefined;
  /** The file of a catalog of your own, `vendor.json`: its operations are answered, and its events can be sent. */
  catalog?: string | undefined;
  /** The file that keeps the state; absent: it is in memory. */
  db?: string | undefined;
  /** Another seed gives other outcomes of calls and other draws of faults. */
  seed?: number | undefined;
}

/** Every user of this machine can read a command line. */
const SECRETS: readonly string[] = ["signSecret", "signKey", "encryptionKey", "appKey", "appSecret"];
const OTHERS: readonly string[] = [
  "listen",
  "webhookUrl",
  "signScheme",
  "encryptEvents",
  "eventCipher",
  "requireEncryption",
  "allowMissingPlatform",
  "speed",
  "tokenTtl",
  "retryDelay",
  "clockOffset",
  "catalog",
  "db",
  "seed",
];

/** Refuses names that are no settings, and fills in the defaults of tests. */
export function checked(settings: SandboxSettings): SandboxSettings {
  const known = [...OTHERS, ...SECRETS];
  for (const name of Object.keys(settings)) {
    if (!known.includes(name)) {
      throw new TypeError(`${JSON.stringify(name)} is no setting of a sandbox; there are ${known.join(", ")}`);
    }
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { listen: "127.0.0.1:0", signSecret: "fake-sign-secret", ...Object.fromEntries(given) };
}

/** The settings that are no secrets, as a command line. */
export function commandLine(settings: SandboxSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (SECRETS.includes(name) || value === null || value === false) {
      return [];
    }
    const option = `--${words(name).join("-")}`;
    return [value === true ? option : `${option}=${value}`];
  });
}

/** The environment of the program: this one's, with the secrets of the settings alone. */
export function environment(settings: SandboxSettings): NodeJS.ProcessEnv {
  const env = { ...process.env };
  const given = new Map<string, unknown>(Object.entries(settings));
  for (const name of SECRETS) {
    const variable = `AIRUDDER_SANDBOX_${words(name).join("_").toUpperCase()}`;
    const value = given.get(name) ?? undefined;
    delete env[variable];
    if (value !== undefined) {
      env[variable] = String(value);
    }
  }
  return env;
}

function words(name: string): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}
