/**
 * What wasm-bindgen exports (`dist/glue.js`), as `src/*.rs` declares it. Objects belong to the instance they were made in.
 *
 * A function that fails throws `Fields` of an error.
 */

import type { DoubtfulContact, Progress, Rejected, Workflow } from "./campaign.js";
import type { Fields } from "./errors.js";
import type { Primitives } from "./native.js";

export type Pairs = [name: string, value: string][];

/** What goes in as a structure is JSON text. */
export type JsonText = string;

export interface Outgoing {
  method: string;
  url: string;
  headers: Pairs;
  body: Uint8Array;
  timeoutMs: number;
}

export class Session {
  constructor(settings: JsonText);
  readonly baseUrl: string;
  call(operation: string, params: JsonText, options: JsonText): Call;
  request(request: JsonText, options: JsonText): Call;
  free(): void;
}

export class Call {
  private constructor();
  /** A request to send, the time in Unix milliseconds to poll again at, or nothing when there is a result. */
  poll(nowMs: number): Outgoing | number | undefined;
  isFile(status: number, headers: JsonText): boolean;
  onResponse(nowMs: number, status: number, headers: JsonText, body: Uint8Array): void;
  onFailure(nowMs: number, kind: "connect_failed" | "timeout" | "reset" | "other", message: string): void;
  isInDoubt(): boolean;
  result(): { data: string; contentType?: string };
  prepare(): Outgoing & { curl: string };
  free(): void;
}

export type CampaignStep =
  | { kind: "journal"; lines: string }
  | { kind: "contacts"; want: number }
  | { kind: "call"; id: number; call: Call }
  | { kind: "wait"; untilMs: number | null };

export class Campaign {
  constructor(session: Session, settings: JsonText);
  resume(journal: string): number;
  poll(nowMs: number): CampaignStep | undefined;
  journalWritten(): void;
  feed(contacts: JsonText): void;
  refuseContact(number: number, message: string, pointer: string): void;
  endOfContacts(): void;
  onResult(id: number, nowMs: number, call: Call): void;
  giveUp(): void;
  progress(): Progress;
  report(): {
    accepted: number;
    rejected: Rejected[];
    doubtful: DoubtfulContact[];
    workflows: Workflow[];
    error?: Fields;
  };
  free(): void;
}

export class Webhooks {
  constructor(settings: JsonText);
  /** `data` is there where it differs from `raw`: a number that JavaScript cannot hold is a text in it. */
  unwrap(
    body: Uint8Array,
    headers: JsonText,
    kind: string | undefined,
  ): { type: string; known: boolean; verified: boolean; raw: string; data?: string; dedupeKey: string };
  sign(body: Uint8Array): Pairs;
  seal(text: string, iv: Uint8Array): { headers: Pairs; body: Uint8Array };
  free(): void;
}

export function encrypt(plain: Uint8Array, key: string, cipher: string, iv: Uint8Array | undefined): string;
export function decrypt(text: Uint8Array, key: string, cipher: string): Uint8Array;
export function digest(plain: Uint8Array): string;
export function sign(
  body: Uint8Array,
  secret: string,
  scheme: string,
  key: string | undefined,
  headers: JsonText,
): string;
export function verify(
  signature: string,
  body: Uint8Array,
  secret: string,
  scheme: string,
  key: string | undefined,
  headers: JsonText,
): void;
export function detect(
  headers: JsonText,
  body: Uint8Array,
  secret: string | undefined,
  key: string | undefined,
): { scheme?: string; cipher?: string; notes: string[] };
export function fault(number: number, message: string, pointer: string | undefined): Fields;
export function lend(primitives: Primitives): void;
export function operations(): [name: string, method: string, path: string][];

/** Traps, as a bug would: for the test of what follows. */
export function trap(): never;

export function initSync(source: { module: object }): void;
/** Makes a fresh instance of the same module. */
export function __wbg_reset_state(): void;
