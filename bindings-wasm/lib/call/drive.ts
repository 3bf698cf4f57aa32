/** Drives a call: sends its requests and waits as long as it says. All decisions are the core's. */
import { answerOf, type CallTrace, type Seen } from "../observe/call.js";
import { onAbort } from "../runtime/abort.js";
import { masked, readable } from "../runtime/cause.js";
import { Clock } from "../runtime/clock.js";
import { AirudderError } from "../runtime/errors.js";
import type { AbortSignal, Fetch, FetchResponse } from "../runtime/globals.js";
import type { Call, Outgoing } from "../runtime/glue.js";
import type { Owned } from "../runtime/native.js";
import { LONGEST_MS, startTimer } from "../runtime/timer.js";
import { File } from "./file.js";
import { REQUESTS } from "./outgoing.js";
import { describe, Exchange, failure } from "./transport.js";

/** Runs the call to its result. */
export async function run<Result>(
  call: Owned<Call>,
  sending: Sending,
  signal: AbortSignal | undefined,
  trace: CallTrace,
): Promise<Result> {
  try {
    return result(call, await drive(call, sending, signal, trace), signal) as Result;
  } finally {
    call.free();
  }
}

/** How the requests of a client are sent. */
export interface Sending {
  readonly fetch: Fetch;
  /** True where requests wait for their turn: `requestsPerSecond`. */
  readonly isPaced: boolean;
}

/** The outcome of the last request. */
interface LastRequest {
  /** A file, whose bytes are still to come. */
  file?: { response: FetchResponse; exchange: Exchange };
  cause?: unknown;
}

/**
 * Runs the call until it has a result, which is left in it. `signal` cuts a request off that is under way; `stop` only
 * keeps further ones from being sent.
 */
export async function drive(
  call: Owned<Call>,
  { fetch, isPaced }: Sending,
  signal: AbortSignal | undefined,
  trace: CallTrace,
  stop: AbortSignal | undefined = signal,
): Promise<LastRequest> {
  let last: LastRequest = {};
  const clock = new Clock();
  for (;;) {
    const now = clock.unixMs;
    const step = call.use((machine) => machine.poll(now, REQUESTS));
    if (step === undefined) {
      return last;
    }
    stop?.throwIfAborted();
    if (typeof step === "number") {
      trace.waits(step, now, isPaced);
      await sleep(step, clock, stop);
      continue;
    }
    last = await trace.attempt(step, async (seen) => {
      const sent = await send(call, step, fetch, signal, clock, seen);
      Object.assign(
        seen,
        call.use((machine) => answerOf(machine.lastAnswer())),
      );
      return sent;
    });
  }
}

/** Sends one request, and tells the call what came of it. */
async function send(
  call: Owned<Call>,
  request: Outgoing,
  fetch: Fetch,
  signal: AbortSignal | undefined,
  clock: Clock,
  seen: Seen,
): Promise<LastRequest> {
  const exchange = new Exchange(request.timeoutMs, signal);
  try {
    const head = await exchange.send(request, fetch);
    Object.assign(seen, { status: head.status, headers: head.headers });
    if (call.use((machine) => machine.isFile(head.status, head.headers))) {
      call.use((machine) => machine.onResponse(clock.unixMs, head.status, head.headers, new Uint8Array()));
      exchange.stopClock();
      return { file: { response: head.response, exchange } };
    }
    const body = await exchange.body(head);
    call.use((machine) => machine.onResponse(clock.unixMs, head.status, head.headers, body));
    exchange.end();
    return {};
  } catch (thrown) {
    const error = readable(thrown);
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
      call.use((machine) => machine.onFailure(clock.unixMs, "other", "aborted"));
      return { cause: signal.reason };
    }
    const kind = failure(error, exchange.timedOut);
    const cause = masked(error, (text) => call.use((machine) => machine.withoutSecrets(text)));
    call.use((machine) => machine.onFailure(clock.unixMs, kind, describe(cause)));
    return { cause };
  }
}

/** The result, or the error that ended the call. */
function result(call: Owned<Call>, { file, cause }: LastRequest, signal: AbortSignal | undefined): unknown {
  try {
    const { data, contentType } = call.use((machine) => machine.result());
    return contentType !== undefined && file !== undefined
      ? new File(contentType, file.response, signal, file.exchange)
      : JSON.parse(data);
  } catch (error) {
    file?.exchange.end();
    if (error instanceof AirudderError && cause !== undefined) {
      error.cause = cause;
    }
    throw error;
  }
}

/** Waits until this time, or for 24 days, unless the call is aborted meanwhile. */
function sleep(untilMs: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const target = Math.min(untilMs, clock.unixMs + LONGEST_MS);
    const timer = startTimer(target - clock.unixMs, () => {
      forget();
      clock.reached(target);
      resolve();
    });
    const forget = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal?.reason);
    });
  });
}
