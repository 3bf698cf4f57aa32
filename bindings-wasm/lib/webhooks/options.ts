/** The settings of a receiver and of its handlers. */
import { CATALOG, type Catalog } from "../catalog/catalog.js";
import type { EventData } from "../generated/types.js";
import type { WebRequest, URL as WebUrl } from "../runtime/globals.js";
import { fault } from "../runtime/native.js";
import { environment, hasEnvironment } from "../runtime/platform.js";
import {
  COUNT,
  FLAG,
  FUNCTION,
  INSTANT,
  isAbsent,
  type Kind,
  kindOf,
  STRING,
  STRINGS,
  URL_TEXT,
} from "../runtime/settings.js";
import { ADDRESS, type Address } from "./address.js";
import type { Event } from "./event.js";
import type { NodeRequest, Unverified } from "./handlers.js";
import type { Verifier } from "./verifier.js";

/** Settings of a receiver. */
export interface WebhooksOptions {
  /**
   * The secret behind `X-AIRudder-Sign`, or several while one is replaced: any of them verifies, and the first one
   * signs.
   */
  secret?: string | readonly string[] | undefined;
  /**
   * The scheme of the signature, or the name of a well-known one, such as `github`. The vendor does not publish its own:
   * the default `hmac-sha256:hex:body` is an assumption; `crypto.detect` finds the right one from a captured delivery. A
   * weak one, which ends in `;weak`, is warned of once, and `weakness` tells why.
   */
  scheme?: string | undefined;
  /**
   * How far a time that is signed may be from the time of receipt, in seconds, in either direction (E5007); `null`: any
   * time. Absent: 900, since AI Rudder repeats a delivery for five minutes, perhaps with its first signature. It is for
   * schemes with the part `time(…)`; the others sign no time.
   */
  tolerance?: number | null | undefined;
  /** A verifier of your own, in place of `secret` and `scheme`. A time that is signed is its own business, too. */
  verify?: Verifier | undefined;
  /** The key of encrypted events, 16, 24 or 32 bytes; absent: they come plain. */
  encryptionKey?: string | undefined;
  /**
   * The cipher of events, or a preset such as `feishu`: see docs/ciphers.md. The default, that of requests,
   * `aes-ecb:zero:base64`, is an assumption.
   */
  cipher?: string | undefined;
  /**
   * Refuses an event without a signature: true. For most events no signature is documented. A wrong signature is
   * refused wherever there is a secret.
   */
  requireSignature?: boolean | undefined;
  /**
   * Refuses an event that comes plain. Absent: where there is an `encryptionKey`, and the event has no signature
   * that was checked, so that nothing else tells who sent it.
   */
  requireEncryption?: boolean | undefined;
  /** The `X-AIRudder-Sign-Key`, for schemes with the part `key`; absent: the one that the delivery names. */
  signKey?: string | undefined;
  /** Events of your own: those that are not the library's are recognized by it. */
  catalog?: Catalog | undefined;
  /** The largest body, in bytes: 8 MiB. */
  maxBodyBytes?: number | undefined;
  /** The deepest nesting of the JSON, 1 to 100: 64. */
  maxDepth?: number | undefined;
}

/** What is known of a delivery beside its body and its header fields. */
export interface UnwrapOptions<Own = object> {
  /** The event that this URL is for; absent: it is recognized by its fields. One that is not known is no error. */
  kind?: keyof EventData | (keyof Own & string) | undefined;
  /** The HTTP method: `POST`. */
  method?: string | undefined;
  /** The URL as AI Rudder knows it, with its query: for schemes that sign it. */
  url?: string | WebUrl | undefined;
  /**
   * The time of the delivery, as a `Date` or in milliseconds since 1970, if that was earlier: of a delivery that was kept,
   * and is verified now. A time that is signed is compared with it, and it becomes the event's `receivedAt`. Absent: now.
   */
  receivedAt?: Date | number | undefined;
}

/** What a scheme may sign beside a body and header fields, for tests of a receiver. */
export interface SendOptions {
  /** The HTTP method: `POST`. */
  method?: string | undefined;
  /** The URL, with its query. */
  url?: string | WebUrl | undefined;
  /**
   * The time that is signed, as a `Date` or in milliseconds since 1970, where the scheme signs one of a header field that
   * is not given. Absent: now.
   */
  signedAt?: Date | number | undefined;
}

/** Takes an event. AI Rudder gets its answer when the promise is kept; where it is broken, it sends the event again. */
export type Listener<Received = Event> = (event: Received) => unknown;

/** Settings of a handler. */
export interface HandlerOptions<Request = WebRequest | NodeRequest, Own = object> {
  /** The event that this URL is for; absent: it is recognized by its fields. */
  kind?: keyof EventData | (keyof Own & string) | undefined;
  /**
   * Called with the error of a delivery that was not taken; absent: `console.error`, and `console.warn` once for each
   * type of event that has no listener. Errors of this library hold no secret and no body.
   */
  onError?: ((error: unknown) => unknown) | undefined;
  /**
   * Keeps a delivery that cannot be verified, decrypted or read, while it is not settled how AI Rudder signs and
   * encrypts: `unwrap` takes it later, by the right scheme. Once the promise is kept, the answer is 200; where it is
   * broken, for instance since there is no more room, 503, so that it comes again. Anybody can send such deliveries:
   * bound them by number and bytes. Absent: they are answered 400, and gone after the sixth time.
   */
  quarantine?: ((delivery: Unverified) => unknown) | undefined;
  /**
   * The answer to an event that no listener is for. `retry`: 500, so that it comes again; `onError` gets E1025.
   * `accept`: 200, and it is forgotten. Absent: `retry`.
   */
  unhandled?: "retry" | "accept" | undefined;
  /**
   * The URL as AI Rudder knows it, for schemes that sign it: behind a proxy, the server sees another one. Either the
   * address that AI Rudder was given, `https://` and the host, and the path if the proxy changes it, too; the query is the
   * request's. Or a function of the request that gives all of it. Absent: as the server sees it; `X-Forwarded-*`, which
   * anybody can send, is not asked.
   */
  url?: Address<Request> | undefined;
}

export const UNWRAP: Record<keyof UnwrapOptions, Kind> = {
  kind: STRING,
  method: STRING,
  url: URL_TEXT,
  receivedAt: INSTANT,
};

export const SEND: Record<keyof SendOptions, Kind> = { method: STRING, url: URL_TEXT, signedAt: INSTANT };

export const HANDLER = {
  kind: STRING,
  onError: FUNCTION,
  quarantine: FUNCTION,
  unhandled: { what: "`retry` or `accept`", fits: (value: unknown) => value === "retry" || value === "accept" },
  url: ADDRESS,
};

const TOLERANCE: Kind = {
  what: "a number of seconds, from 0, or null for any time",
  fits: (value) => value === null || (typeof value === "number" && value >= 0 && value < 1.6e9),
};

/** The tolerance in milliseconds as the module takes it: below 0 for any time, and absent for the usual one. */
export function toleranceMs(tolerance: number | null | undefined): number | undefined {
  return tolerance === null ? -1 : tolerance === undefined ? undefined : tolerance * 1000;
}

export const WEBHOOKS: Record<keyof WebhooksOptions, Kind> = {
  secret: STRINGS,
  scheme: STRING,
  tolerance: TOLERANCE,
  verify: FUNCTION,
  encryptionKey: STRING,
  cipher: STRING,
  requireSignature: FLAG,
  requireEncryption: FLAG,
  signKey: STRING,
  catalog: CATALOG,
  maxBodyBytes: COUNT,
  maxDepth: COUNT,
};

const SIGNING = {
  secret: "AIRUDDER_WEBHOOK_SECRET",
  scheme: "AIRUDDER_WEBHOOK_SCHEME",
  tolerance: "AIRUDDER_WEBHOOK_TOLERANCE",
};

const ENCRYPTING = {
  cipher: "AIRUDDER_WEBHOOK_CIPHER",
  encryptionKey: "AIRUDDER_ENCRYPTION_KEY",
};

/** The settings from the environment; given ones take precedence, and a verifier does so over the whole signature. */
export function fromEnvironment(options: WebhooksOptions): WebhooksOptions {
  const given = Object.entries(options).filter(([name, value]) => !isAbsent(value, kindOf(WEBHOOKS, name)));
  const isOwn = given.some(([name]) => name === "verify");
  const found = Object.entries(isOwn ? ENCRYPTING : { ...SIGNING, ...ENCRYPTING }).map(
    ([name, variable]) => [name, fromVariable(name, variable)] as const,
  );
  const all: WebhooksOptions = { ...Object.fromEntries(found), ...Object.fromEntries(given) };
  if (!all.secret && !all.signKey && !isOwn && all.requireSignature !== false) {
    const remedy = hasEnvironment()
      ? `set ${SIGNING.secret} in the environment, or give secret`
      : `this runtime has no process.env to read ${SIGNING.secret} from: give secret`;
    throw fault(1001, remedy, "/secret");
  }
  return all;
}

/** The value of a variable: a string, or the tolerance. */
function fromVariable(name: string, variable: string): string | number | null | undefined {
  const text = environment(variable);
  if (name !== "tolerance" || text === undefined) {
    return text;
  }
  const seconds = text === "any" ? null : Number(text);
  if (!TOLERANCE.fits(seconds)) {
    throw fault(1001, `${variable} is a number of seconds, from 0, or any`, "/tolerance");
  }
  return seconds;
}
