/** Sends one request by `fetch`. */
import { onAbort } from "../runtime/abort.js";
import { innermost } from "../runtime/cause.js";
import type { AbortSignal, Bytes, Fetch, FetchResponse } from "../runtime/globals.js";
import type { FieldText, Outgoing } from "../runtime/glue.js";
import { fieldText, pairs } from "../runtime/headers.js";
import { abortController, socketsSeen } from "../runtime/platform.js";
import { startTimer } from "../runtime/timer.js";
import { connectionFailed } from "./connect.js";

/** The head of a response. */
export interface Head {
  status: number;
  headers: FieldText;
  response: FetchResponse;
}

/** A request under way, with its time-out. */
export class Exchange {
  readonly #controller = abortController();
  readonly #start: () => ReturnType<typeof setTimeout>;
  #timer: ReturnType<typeof setTimeout>;
  readonly #cut: Promise<never>;
  readonly #forget: () => void;
  /** True once the time limit was reached. */
  timedOut = false;

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#start = () =>
      startTimer(timeoutMs, () => {
        this.timedOut = true;
        this.#controller.abort();
      });
    this.#timer = this.#start();
    // A `fetch` that does not heed its signal must not make the call wait for ever.
    this.#cut = new Promise((_, reject) => {
      this.#controller.signal.addEventListener("abort", () => reject(this.#controller.signal.reason), { once: true });
    });
    this.#cut.catch(() => {});
    this.#forget = onAbort(signal, () => this.#controller.abort(signal?.reason));
  }

  /** Sends it, and waits for the head of the response. */
  async send(request: Outgoing, fetch: Fetch): Promise<Head> {
    await socketsSeen();
    const sent = fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body.length === 0 ? null : (request.body as Bytes),
      // The core decides what a redirect means: following it might send a request twice, or a token elsewhere.
      redirect: "manual",
      ...notCached(),
      signal: this.#controller.signal as AbortSignal,
    });
    const response = await Promise.race([sent, this.#cut]);
    const { status } = response;
    if (!Number.isInteger(status) || status < 100) {
      throw new TypeError(`the response has the status ${String(status)}`); // a browser hides redirects so
    }
    return { status, headers: fieldsOf(response), response };
  }

  /** Reads the whole body. */
  async body({ response }: Head): Promise<Uint8Array> {
    return new Uint8Array(await Promise.race([response.arrayBuffer(), this.#cut]));
  }

  /** The head is there and the body is left to somebody else, who still may abort. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** Waits for the next piece of such a body, which has the time limit of a request for itself. */
  async piece<Piece>(next: Promise<Piece>): Promise<Piece> {
    this.#timer = this.#start();
    try {
      return await Promise.race([next, this.#cut]);
    } finally {
      this.stopClock();
    }
  }

  /** It is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#forget();
  }
}

/**
 * The option that forbids caching, where the runtime knows it: Next.js caches even answers to POST; workers of before
 * November 2024 throw at the option. Evaluated late: in Node, `Request` takes a while to load.
 */
function notCached(): { cache?: "no-store" } {
  return typeof Request === "function" && "cache" in Request.prototype ? { cache: "no-store" } : {};
}

/** The header fields of a response. Unreadable ones are a bug of the `fetch`; the outcome is then unknown. */
function fieldsOf({ headers }: FetchResponse): FieldText {
  try {
    return fieldText(pairs(headers));
  } catch {
    throw new TypeError("the header fields of the response cannot be read");
  }
}

/** The kind of a failure of `fetch`, for the core: `connect_failed` only where it is sure that nothing was sent. */
export function failure(error: unknown, timedOut: boolean): "connect_failed" | "timeout" | "reset" | "other" {
  if (timedOut) {
    return "timeout";
  }
  if (connectionFailed(error)) {
    return "connect_failed";
  }
  return innermost(error).some(({ code }) => RESET.has(code)) ? "reset" : "other";
}

/** A message for people. It names neither URL nor header fields. */
export function describe(error: unknown): string {
  const { code, message } = innermost(error)[0] ?? {};
  const text = String(typeof code === "string" ? code : (message ?? error)); // a DOMException has a number for its code
  return text.replace(/^error sending request .*? client error/, "client error"); // Deno names addresses and the URL
}

const RESET = new Set<unknown>(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ConnectionClosed"]);
