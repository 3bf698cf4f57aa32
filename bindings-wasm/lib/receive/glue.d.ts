/** The exports of wasm-bindgen (`dist/receive/glue.js`), as `src/webhooks.rs` and `src/crypto.rs` declare it. */
import type { FieldText, Head, JsonText, Pairs, Primitives } from "../runtime/glue.js";

/** A receiver's settings. */
export interface WebhooksSettings {
  secrets: readonly string[];
  scheme?: string | undefined;
  /** Below 0: any time. */
  toleranceMs?: number | undefined;
  ownVerifier: boolean;
  encryptionKey?: string | undefined;
  cipher?: string | undefined;
  requireSignature?: boolean | undefined;
  requireEncryption?: boolean | undefined;
  signKey?: string | undefined;
  maxBodyBytes: number;
  maxDepth?: number | undefined;
}

/** Makes the events of a receiver. */
export interface Events<Event> {
  /** `data` is given where it differs from `raw`: a number that JavaScript cannot represent is a string in it. */
  make(
    type: string,
    known: boolean,
    verified: boolean,
    raw: JsonText,
    dedupeKey: string,
    data: JsonText | undefined,
  ): Event;
}

export class Webhooks {
  constructor(settings: WebhooksSettings);
  /** The names of the header fields that `unwrap` needs. */
  headerNames(): string[];
  /** Where there is a verifier of its own, it has said yes already. */
  unwrap<Event>(
    body: Uint8Array,
    head: Head,
    receivedMs: number,
    kind: string | undefined,
    events: Events<Event>,
  ): Event;
  weakness(): string | undefined;
  sign(body: Uint8Array, head: Head, sentMs: number): Pairs;
  seal(text: string, iv: Uint8Array, head: Head, sentMs: number): { headers: Pairs; body: Uint8Array };
  free(): void;
}

export function encrypt(
  plain: Uint8Array,
  key: string,
  cipher: string,
  iv: Uint8Array | undefined,
  headers: FieldText,
): string;
export function decrypt(text: Uint8Array, key: string, cipher: string, headers: FieldText): Uint8Array;
export function digest(plain: Uint8Array): string;
/** A body, its secret, the scheme, the sign key, method, URL and header fields, and the body before it was encrypted. */
export type Signing = [
  body: Uint8Array,
  secret: string,
  scheme: string,
  key: string | undefined,
  head: Head,
  plain: Uint8Array | undefined,
];
export function sign(...signing: Signing): string;
export function verify(signature: string, ...signing: Signing): void;

export function lend(primitives: Primitives): void;

/** Traps, as a bug would; for the test of the restart. */
export function trap(): never;

export function initSync(source: { module: object }): void;
export function __wbg_reset_state(): void;
