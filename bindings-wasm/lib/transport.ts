/** Sends one request by `fetch`, and says what became of it. */
import type { AbortSignal, Fetch, FetchResponse } from "./globals.js";
import type { JsonText, Outgoing } from "./glue.js";
import { pairs } from "./headers.js";
import { startTimer } from "./timer.js";

/** The head of a response. */
export interface Head {
  status: number;
  headers: JsonText;
  response: FetchResponse;
}

/** A request under way, with its time-out. */
export class Exchange {
  readonly #signal: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #cut: Promise<never>;
  readonly #onAbort = () => this.#controller.abort(this.#signal?.reason);
  /** Whether the time was up. */
  timedOut = false;

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#timer = startTimer(timeoutMs, () => {
      this.timedOut = true;
      this.#controller.abort();
    });
    // A `fetch` that does not heed its signal must not make the call wait for ever.
    this.#cut = new Promise((_, reject) => {
      this.#controller.signal.addEventListener("abort", () => reject(this.#controller.signal.reason), { once: true });
    });
    this.#cut.catch(() => {});
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Sends it, and waits for the head of the response. */
  async send(request: Outgoing, fetch: Fetch): Promise<Head> {
    const sent = fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body.length === 0 ? null : (request.body as Uint8Array<ArrayBuffer>),
      // The core decides what a redirect means: following it might send a request twice, or a token elsewhere.
      redirect: "manual",
      signal: this.#controller.signal as AbortSignal,
    });
    const response = await Promise.race([sent, this.#cut]);
    const { status } = response;
    if (!Number.isInteger(status) || status < 100) {
      throw new TypeError(`the response has the status ${String(status)}`); // a browser hides redirects so
    }
    return {
      status,
      headers: pairs(response.headers),
      response,
    };
  }

  /** Reads the whole body. */
  async body({ response }: Head): Promise<Uint8Array> {
    return new Uint8Array(await Promise.race([response.arrayBuffer(), this.#cut]));
  }

  /** The head is there and the body is left to somebody else, who still may abort. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** It is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** What a failure of `fetch` is to the core. `connect_failed` only where it is sure that nothing was sent. */
export function failure(error: unknown, timedOut: boolean): "connect_failed" | "timeout" | "reset" | "other" {
  if (timedOut) {
    return "timeout";
  }
  const causes = causesOf(error);
  if (causes.length > 0 && causes.every(isConnectFailure)) {
    return "connect_failed";
  }
  return causes.some((cause) => RESET.has(cause.code)) ? "reset" : "other";
}

/** A message for people. It names neither URL nor header fields. */
export function describe(error: unknown): string {
  const { code, message } = causesOf(error)[0] ?? {};
  const text = String(typeof code === "string" ? code : (message ?? error)); // a DOMException has a number for its code
  return text.replace(/^error sending request .*? client error/, "client error"); // Deno names addresses and the URL
}

interface Cause {
  message?: unknown;
  code?: unknown;
  syscall?: unknown;
}

/** The innermost errors: `fetch` wraps them, and several addresses of one host fail together. */
function causesOf(error: unknown): Cause[] {
  if (typeof error !== "object" || error === null) {
    return [];
  }
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.flatMap(causesOf);
  }
  return typeof cause === "object" && cause !== null ? causesOf(cause) : [error as Cause];
}

const RESET = new Set<unknown>(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ConnectionClosed"]);

/**
 * Whether no connection was made. Node names the system call, so that the same number from a connection that broke off
 * later is not taken for it.
 */
function isConnectFailure({ code, syscall, message }: Cause): boolean {
  return (
    syscall === "connect" ||
    syscall === "getaddrinfo" ||
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    code === "ECONNREFUSED" || // Bun, which names no system call; no other one has this outcome
    String(message).includes("client error (Connect)") // Deno
  );
}
