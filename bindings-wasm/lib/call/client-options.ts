/** The settings of a client, of a call and of a request that the library does not type, as the module takes them. */
import { CATALOG, type Catalog } from "../catalog/catalog.js";
import { consoleLogger, LOGGER, type Logger } from "../observe/log.js";
import type { Fetch } from "../runtime/globals.js";
import type { Options, Pairs, Raw } from "../runtime/glue.js";
import { fieldText } from "../runtime/headers.js";
import { write } from "../runtime/json.js";
import { fault } from "../runtime/native.js";
import { environment } from "../runtime/platform.js";
import {
  bare,
  COUNT,
  checkedAs,
  FLAG,
  FUNCTION,
  isWellFormed,
  MILLISECONDS,
  NUMBER,
  OBJECT,
  SIGNAL,
  STRING,
  settings,
} from "../runtime/settings.js";
import type { CallOptions } from "./options.js";

/** Settings of a client. */
export interface ClientOptions {
  /** The app key that AI Rudder gave; together with `appSecret`. */
  appKey?: string | undefined;
  /** The app secret that AI Rudder gave. */
  appSecret?: string | undefined;
  /** `https://...`; plain `http` for this machine only. Absent: `https://api.airudder.com` [documented]. */
  baseUrl?: string | undefined;
  /** The word before the token: `Token` [documented]; a public client sends `Bearer` [observed]. */
  authScheme?: string | undefined;
  /** A string of 16, 24 or 32 bytes, if AI Rudder switched encryption on; absent: plain. */
  encryptionKey?: string | undefined;
  /**
   * Refuses a plain answer where there is an `encryptionKey`; the outcome of the request is then unknown. Off: TLS
   * authenticates the API, so this is for `http` on a machine whose other users are not trusted.
   */
  requireEncryption?: boolean | undefined;
  /** The `X-AIRudder-Sign-Key` of the chat operations. */
  signKey?: string | undefined;
  /** The secret behind `X-AIRudder-Sign`. */
  signSecret?: string | undefined;
  /**
   * The scheme of `X-AIRudder-Sign`. The vendor does not publish it: the default `hmac-sha256:hex:body` is an
   * assumption.
   */
  signScheme?: string | undefined;
  /** The time limit of one request, in milliseconds: 10 000. */
  timeoutMs?: number | undefined;
  /** The largest number of retries of a request, where a retry cannot phone anybody twice: 4. */
  maxRetries?: number | undefined;
  /** The largest number of requests a second, those for tokens included: any number. */
  requestsPerSecond?: number | undefined;
  /** Operations of your own, which become methods of the client. */
  catalog?: Catalog | undefined;
  /** Checks the parameters against the documented rules before sending: true. */
  strict?: boolean | undefined;
  /**
   * The largest answer that is read into memory, in bytes: 128 MiB. A larger one is an error; what was sent then has an
   * unknown outcome. Files stream, and have no limit.
   */
  maxResponseBytes?: number | undefined;
  /**
   * Sends the requests: the runtime's own `fetch`. It must send each request once: one that repeats a request by itself
   * may phone people twice. Deno's own does, where a body can be read twice: docs/networks.md has a `fetch` around it.
   */
  fetch?: Fetch | undefined;
  /**
   * The `dispatcher` of `fetch`, for instance undici's `ProxyAgent` or `Agent`: a proxy, certificates, connections. For
   * the runtime's own `fetch` in Node alone, or for a `fetch` of your own that takes it, as undici's, whose body is then
   * a stream. Give both from the same version of undici; see docs/networks.md.
   */
  dispatcher?: object | undefined;
  /**
   * Gets a line for each request, retry, wait and phase: `console`, a logger of pino, or another one with its methods,
   * which take the fields first and then a text. The lines hold nothing secret or personal. Absent: none.
   */
  logger?: Logger | undefined;
}

/** The fields of a query; one that is `undefined` is left out, as in JSON. */
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A request that the library does not type. */
export interface RawRequest extends CallOptions {
  /** The body; absent for none. */
  json?: unknown;
  /** The query as an object, or as a string that is percent-encoded already. */
  query?: string | Query | undefined;
  /**
   * True where sending it twice is harmless: false. Otherwise a request whose outcome is unknown throws
   * `OutcomeUnknown`.
   */
  replaySafe?: boolean | undefined;
  /** Returns a response that is not JSON, such as a recording, as a `File`: false. */
  file?: boolean | undefined;
  /** The authentication: `token`, `X-AIRudder-Sign`, your own header fields in `headers`, or none. */
  auth?: "token" | "sign" | "headers" | "none" | undefined;
}

const VARIABLES = {
  appKey: "AIRUDDER_APP_KEY",
  appSecret: "AIRUDDER_APP_SECRET",
  baseUrl: "AIRUDDER_BASE_URL",
  encryptionKey: "AIRUDDER_ENCRYPTION_KEY",
  signKey: "AIRUDDER_SIGN_KEY",
  signSecret: "AIRUDDER_SIGN_SECRET",
  signScheme: "AIRUDDER_SIGN_SCHEME",
};

/** The settings from the environment; given ones take precedence. */
export function fromEnvironment(options: ClientOptions): ClientOptions {
  const found = Object.entries(VARIABLES).map(([name, variable]) => [name, environment(variable)]);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const all: ClientOptions = { ...Object.fromEntries(found), ...Object.fromEntries(given) };
  const level = environment("AIRUDDER_LOG");
  if (level !== undefined) {
    all.logger ??= consoleLogger(level);
  }
  checkCredentials(all);
  return all;
}

/** Names the missing variables: the first call would name the options, which nobody wrote. */
function checkCredentials(found: ClientOptions): void {
  const missing = (["appKey", "appSecret"] as const).filter((name) => !found[name]);
  const signs = found.signKey && found.signSecret;
  if (missing.length === 0 || (missing.length === 2 && signs)) {
    return;
  }
  const variables = missing.map((name) => VARIABLES[name]).join(" and ");
  const message = `set ${variables} in the environment, or give ${missing.join(" and ")}`;
  const chats = `; for chats alone, ${VARIABLES.signKey} and ${VARIABLES.signSecret}`;
  throw fault(1001, missing.length === 2 ? message + chats : message, `/${missing[0]}`);
}

/** The time limit of a request where none is given: the core's own. */
export const TIMEOUT_MS = 10_000;

export const CLIENT = {
  appKey: STRING,
  appSecret: STRING,
  baseUrl: STRING,
  authScheme: STRING,
  encryptionKey: STRING,
  requireEncryption: FLAG,
  signKey: STRING,
  signSecret: STRING,
  signScheme: STRING,
  timeoutMs: MILLISECONDS,
  maxRetries: COUNT,
  requestsPerSecond: NUMBER,
  catalog: CATALOG,
  strict: FLAG,
  maxResponseBytes: COUNT,
  fetch: FUNCTION,
  dispatcher: OBJECT,
  logger: LOGGER,
};

const CALL = {
  signal: SIGNAL,
  timeoutMs: MILLISECONDS,
  deadlineMs: MILLISECONDS,
  maxRetries: COUNT,
  strict: FLAG,
  baseUrl: STRING,
  headers: OBJECT,
};

/** The options of a call, as the module takes them; nothing where there are none. */
export function callOptions(options: CallOptions | undefined): Options | undefined {
  if (options === undefined) {
    return undefined;
  }
  const { signal: _, headers, ...given } = settings(options, CALL);
  const fields: Pairs = Object.entries(headers ?? {}).map(([name, value]) => [
    name,
    checkedAs(value, `headers/${name}`, STRING),
  ]);
  return bare({ ...given, headers: fieldText(fields) });
}

/** A request that the library does not type, and its options, as the module takes them. */
export function rawRequest(
  method: string,
  path: string,
  request: RawRequest,
): [raw: Raw, options: Options | undefined] {
  const { json, query, replaySafe, file, auth, ...options } = checkedAs(request, "request", OBJECT);
  const raw = {
    method: checkedAs(method, "method", STRING),
    path: checkedAs(path, "path", STRING),
    query: typeof query === "string" ? query : encodeQuery(query ?? {}),
    json: json === undefined ? "" : write(json, "/json"),
    auth: checkedAs(auth ?? "token", "auth", STRING),
    replaySafe: replaySafe === true,
    file: file === true,
  };
  return [raw, callOptions(options)];
}

function encodeQuery(query: Query): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) {
      continue;
    }
    const isObject = typeof value === "object" && value !== null;
    if (isObject || typeof value === "function" || typeof value === "symbol") {
      throw fault(1010, "a query has strings, numbers and booleans", `/query/${name}`);
    }
    if (!isWellFormed(name) || !isWellFormed(String(value))) {
      throw fault(1010, "a string holds a lone surrogate, which is no character", `/query/${name}`);
    }
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return parts.join("&");
}
