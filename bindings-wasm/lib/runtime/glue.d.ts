/**
 * The exports of wasm-bindgen (`dist/runtime/glue.js`), as `src/*.rs` declares it. Objects belong to the instance they
 * were made in.
 *
 * A function that fails throws `Fields` of an error.
 */

import type { Fields } from "./errors.js";
import type { DoubtfulContact, Progress, Rejected, Workflow } from "./report.js";

export type Pairs = [name: string, value: string][];

/** Large structures and lists are passed as JSON text. Settings are objects without a prototype. */
export type JsonText = string;

/** Names and values of header fields by turns, each with a zero character behind it. */
export type FieldText = string;

/** Method and URL, each with a zero character behind it, and then header fields. */
export type Head = string;

export interface Outgoing {
  method: string;
  url: string;
  headers: Pairs;
  body: Uint8Array;
  timeoutMs: number;
}

/** Makes requests. `body` is the module's memory. */
export interface Requests<Request> {
  make(method: string, url: string, headers: FieldText, body: Uint8Array, timeoutMs: number): Request;
}

/** The options of a call. */
export interface Options {
  timeoutMs?: number | undefined;
  deadlineMs?: number | undefined;
  maxRetries?: number | undefined;
  strict?: boolean | undefined;
  baseUrl?: string | undefined;
  headers: FieldText;
}

/** A request that the library does not type, or one that a catalog describes. */
export interface Raw {
  method: string;
  path: string;
  query: string;
  json: JsonText | "";
  auth: string;
  replaySafe: boolean;
  file: boolean;
  name?: string;
  envelope?: string;
  findOut?: string;
}

/** A client's settings. */
export interface SessionSettings {
  appKey?: string | undefined;
  appSecret?: string | undefined;
  baseUrl?: string | undefined;
  authScheme?: string | undefined;
  encryptionKey?: string | undefined;
  requireEncryption?: boolean | undefined;
  signKey?: string | undefined;
  signSecret?: string | undefined;
  signScheme?: string | undefined;
  timeoutMs?: number | undefined;
  maxRetries?: number | undefined;
  requestsPerSecond?: number | undefined;
  strict?: boolean | undefined;
}

export class Session {
  constructor(settings: SessionSettings);
  readonly baseUrl: string;
  call(operation: string, params: Uint8Array, seed: number, options: Options | undefined): Call;
  request(request: Raw, seed: number, options: Options | undefined): Call;
  free(): void;
}

export class Call {
  private constructor();
  /** A request to send, the time in Unix milliseconds to poll again at, or nothing when there is a result. */
  poll<Request>(nowMs: number, requests: Requests<Request>): Request | number | undefined;
  isFile(status: number, headers: FieldText): boolean;
  onResponse(nowMs: number, status: number, headers: FieldText, body: Uint8Array): void;
  onFailure(nowMs: number, kind: "connect_failed" | "timeout" | "reset" | "other", message: string): void;
  /** An error's number or 0, API code and request id, with a zero character between them; empty before an answer. */
  lastAnswer(): string;
  withoutSecrets(text: string): string;
  isInDoubt(): boolean;
  result(): { data: string; contentType?: string };
  prepare<Request>(requests: Requests<Request>): Request;
  free(): void;
}

export type CampaignStep =
  | { kind: "journal"; lines: string; at: number }
  | { kind: "contacts"; want: number }
  | { kind: "screen"; contacts: JsonText }
  | { kind: "call"; id: number; call: Call }
  | { kind: "wait"; untilMs: number | null };

/** A campaign's settings. */
export interface CampaignSettings {
  workflow_template_id: bigint;
  name: string;
  end_time: string;
  batchSize?: number | undefined;
  inFlight?: number | undefined;
  lookupsInFlight?: number | undefined;
  settleMs?: number | undefined;
  neverSettle: boolean;
  allowDuplicates?: boolean | undefined;
  retryRejected?: boolean | undefined;
  journalKey?: string | undefined;
  sameAccount?: boolean | undefined;
  /** From when and until when nothing is uploaded, by turns, in Unix milliseconds. */
  closed?: Float64Array | undefined;
  screen?: boolean | undefined;
  seed: number;
}

/** The partition of a contact, as JSON text. */
export function partitionOf(contact: string, count: number): number;

export class Campaign {
  constructor(session: Session, settings: CampaignSettings);
  readonly normal: number;
  head(unixMs: number): string;
  resumeHead(head: Uint8Array): void;
  resume(journal: Uint8Array): number;
  poll(unixMs: number, monotonicMs: number): CampaignStep | undefined;
  screened(): void;
  journalWritten(): void;
  /** Numbers, one in a line. */
  suppress(numbers: string): void;
  suppressCaseIds(caseIds: string): void;
  feed(contacts: JsonText): void;
  refuseContact(number: number, message: string, pointer: string, caseId: string): void;
  endOfContacts(): void;
  onResult(id: number, unixMs: number, monotonicMs: number, call: Call): void;
  giveUp(): void;
  progress(): Progress;
  report(): {
    accepted: number;
    rejected: Rejected[];
    doubtful: DoubtfulContact[];
    workflows: Workflow[];
    clockOffsetMs?: number;
    error?: Fields;
  };
  free(): void;
}

export function curl(method: string, url: string, headers: FieldText, body: Uint8Array): string;
export function fault(number: number, message: string, pointer: string | undefined): Fields;
/** AES, SHA-256 and HMAC of the runtime, which writes into its arguments. */
export interface Primitives {
  encryptBlocks(key: Uint8Array, blocks: Uint8Array): void;
  decryptBlocks(key: Uint8Array, blocks: Uint8Array): void;
  sha256(data: Uint8Array, digest: Uint8Array): void;
  hmacSha256(key: Uint8Array, data: Uint8Array, digest: Uint8Array): void;
}

export function lend(primitives: Primitives): void;

/** Traps, as a bug would; for the test of the restart. */
export function trap(): never;

export function initSync(source: { module: object }): void;
/** Makes a fresh instance of the same module. */
export function __wbg_reset_state(): void;
