/** Drives a call: sends what it wants sent, sleeps until it wants to go on. All decisions are the core's. */
import { masked } from "./cause.js";
import { AirudderError } from "./errors.js";
import { File } from "./file.js";
import type { AbortSignal, Fetch, FetchResponse } from "./globals.js";
import type { Call } from "./glue.js";
import type { Owned } from "./native.js";
import { startTimer } from "./timer.js";
import { describe, Exchange, failure } from "./transport.js";

/** Settings of one call; what is absent comes from the client. */
export interface CallOptions {
  /**
   * Ends the call. It throws the signal's reason; or `OutcomeUnknown` with that as its `cause`, if a request that must not
   * be repeated was on its way.
   */
  signal?: AbortSignal | undefined;
  /** How long one request may take, in milliseconds. Of a file, until its first bytes. */
  timeoutMs?: number | undefined;
  /** How long the whole call may take, with waits and retries, in milliseconds. */
  deadlineMs?: number | undefined;
  /** How often a request is sent again at most, where that is harmless. */
  maxRetries?: number | undefined;
  /** False: parameters are not checked, for fields newer than this library. */
  strict?: boolean | undefined;
  /** Another host, for instance `https://api.airudder.com`. */
  baseUrl?: string | undefined;
  /** Further header fields; they replace the library's own of the same name. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

/** Calls an operation by its name. */
export type Run = <Result>(name: string, params: object, options?: CallOptions) => Promise<Result>;

/** Runs the call to its result. */
export async function run<Result>(call: Owned<Call>, fetch: Fetch, signal: AbortSignal | undefined): Promise<Result> {
  try {
    const { response, cause } = await drive(call, fetch, signal);
    return result(call, response, cause, signal) as Result;
  } finally {
    call.free();
  }
}

/** What came of the last request. */
interface Last {
  response?: FetchResponse;
  cause?: unknown;
}

/**
 * Runs the call until it has a result, which is left in it. `signal` cuts a request off that is under way; `stop` only
 * keeps further ones from being sent.
 */
export async function drive(
  call: Owned<Call>,
  fetch: Fetch,
  signal: AbortSignal | undefined,
  stop: AbortSignal | undefined = signal,
): Promise<Last> {
  let last: Last = {};
  for (;;) {
    const step = call.use((machine) => machine.poll(Date.now()));
    if (step === undefined) {
      return last;
    }
    stop?.throwIfAborted();
    if (typeof step === "number") {
      await sleep(step - Date.now(), stop);
      continue;
    }
    const exchange = new Exchange(step.timeoutMs, signal);
    try {
      const head = await exchange.send(step, fetch);
      if (call.use((machine) => machine.isFile(head.status, head.headers))) {
        call.use((machine) => machine.onResponse(Date.now(), head.status, head.headers, new Uint8Array()));
        exchange.stopClock();
      } else {
        const body = await exchange.body(head);
        call.use((machine) => machine.onResponse(Date.now(), head.status, head.headers, body));
        exchange.end();
      }
      last = { response: head.response };
    } catch (error) {
      exchange.end();
      if (error instanceof AirudderError && error !== signal?.reason) {
        error.outcome = "unknown"; // the module failed when the request was sent already
        throw error;
      }
      if (signal?.aborted) {
        if (!call.use((machine) => machine.isInDoubt())) {
          throw signal.reason;
        }
        // The reason may be any error, even one that reads as if nothing had been sent.
        call.use((machine) => machine.onFailure(Date.now(), "other", "aborted"));
        last = { cause: signal.reason };
        continue;
      }
      const cause = masked(error, (text) => call.use((machine) => machine.withoutSecrets(text)));
      call.use((machine) => machine.onFailure(Date.now(), failure(cause, exchange.timedOut), describe(cause)));
      last = { cause };
    }
  }
}

/** The result, or the error that ended the call. */
function result(
  call: Owned<Call>,
  response: FetchResponse | undefined,
  cause: unknown,
  signal: AbortSignal | undefined,
): unknown {
  try {
    const { data, contentType } = call.use((machine) => machine.result());
    return contentType !== undefined && response !== undefined
      ? new File(contentType, response, signal)
      : JSON.parse(data);
  } catch (error) {
    if (error instanceof AirudderError && cause !== undefined) {
      error.cause = cause;
    }
    throw error;
  }
}

/** Waits, unless the call is aborted meanwhile. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = startTimer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
