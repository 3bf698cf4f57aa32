/** The settings of a receiver and of its handlers. */
import type { EventData } from "../generated/types.js";
import { fault } from "../runtime/native.js";
import { environment, hasEnvironment } from "../runtime/platform.js";
import { COUNT, FLAG, FUNCTION, STRING, STRINGS } from "../runtime/settings.js";
import type { Event } from "./event.js";
import type { Unverified } from "./handlers.js";

/** Settings of a receiver. */
export interface WebhooksOptions {
  /**
   * The secret behind `X-AIRudder-Sign`, or several while one is replaced: any of them verifies, and the first one
   * signs.
   */
  secret?: string | readonly string[] | undefined;
  /**
   * The scheme of the signature. The vendor does not publish it: the default `hmac-sha256:hex:body` is an assumption;
   * `crypto.detect` finds the right one from a captured delivery.
   */
  scheme?: string | undefined;
  /** The key of encrypted events, 16, 24 or 32 bytes; absent: they come plain. */
  encryptionKey?: string | undefined;
  /** The cipher of events. The default, that of requests, `aes-ecb:zero:base64`, is an assumption. */
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
  /** The largest body, in bytes: 8 MiB. */
  maxBodyBytes?: number | undefined;
  /** The deepest nesting of the JSON, 1 to 100: 64. */
  maxDepth?: number | undefined;
}

/** Takes an event. AI Rudder gets its answer when the promise is kept; where it is broken, it sends the event again. */
export type Listener<Received = Event> = (event: Received) => unknown;

/** Settings of a handler. */
export interface HandlerOptions {
  /** The event that this URL is for; absent: it is recognized by its fields. */
  kind?: keyof EventData | undefined;
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
}

export const HANDLER = {
  kind: STRING,
  onError: FUNCTION,
  quarantine: FUNCTION,
  unhandled: { what: "`retry` or `accept`", fits: (value: unknown) => value === "retry" || value === "accept" },
};

export const WEBHOOKS = {
  secret: STRINGS,
  scheme: STRING,
  encryptionKey: STRING,
  cipher: STRING,
  requireSignature: FLAG,
  requireEncryption: FLAG,
  signKey: STRING,
  maxBodyBytes: COUNT,
  maxDepth: COUNT,
};

const VARIABLES = {
  secret: "AIRUDDER_WEBHOOK_SECRET",
  scheme: "AIRUDDER_WEBHOOK_SCHEME",
  cipher: "AIRUDDER_WEBHOOK_CIPHER",
  encryptionKey: "AIRUDDER_ENCRYPTION_KEY",
};

/** The settings from the environment; given ones take precedence. */
export function fromEnvironment(options: WebhooksOptions): WebhooksOptions {
  const found = Object.entries(VARIABLES).map(([name, variable]) => [name, environment(variable)]);
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  const all: WebhooksOptions = { ...Object.fromEntries(found), ...Object.fromEntries(given) };
  if (!all.secret && all.requireSignature !== false) {
    const remedy = hasEnvironment()
      ? `set ${VARIABLES.secret} in the environment, or give secret`
      : `this runtime has no process.env to read ${VARIABLES.secret} from: give secret`;
    throw fault(1001, remedy, "/secret");
  }
  return all;
}
