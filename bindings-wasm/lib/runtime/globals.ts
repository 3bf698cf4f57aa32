/**
 * The runtime's own types, as far as a program's compiler knows them: a program without the DOM's types still compiles.
 */

type Global<Name extends string, Otherwise> = typeof globalThis extends { [name in Name]: { prototype: infer Known } }
  ? Known
  : Otherwise;

/** The web's `AbortSignal`. */
export type AbortSignal = Global<
  "AbortSignal",
  {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
>;

/** The web's `URL`. */
export type URL = Global<"URL", { readonly href: string }>;

/** The web's `Headers`. */
export type Headers = Global<
  "Headers",
  {
    get(name: string): string | null;
    has(name: string): boolean;
    append(name: string, value: string): void;
    [Symbol.iterator](): Iterator<[string, string]>;
  }
>;

/** The web's `ReadableStream`. */
export type ReadableStream = Global<"ReadableStream", AsyncIterable<Uint8Array>>;

/** The web's `Request`. */
export type WebRequest = Global<
  "Request",
  {
    readonly method: string;
    readonly url: string;
    readonly headers: Iterable<[string, string]>;
    readonly body: ReadableStream | null;
    readonly bodyUsed: boolean;
  }
>;

/** The web's `Response`. */
export type WebResponse = Global<"Response", { readonly status: number; text(): Promise<string> }>;

/** A `Uint8Array` whose memory is not shared. TypeScript before 5.7 makes no difference. */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** The part of a `fetch` response that is needed. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: Iterable<[string, string]>;
  readonly body: ReadableStream | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The part of the web's `fetch` that is needed; the global one fits, and so does undici's. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: [string, string][];
    body: Bytes | null;
    redirect: "manual";
    /** Where the runtime knows it. */
    cache?: "no-store";
    signal: AbortSignal;
  },
) => Promise<FetchResponse>;
