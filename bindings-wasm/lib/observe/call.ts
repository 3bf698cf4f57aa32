/** One call as it is watched: its id, its attempts, and what came back. It decides nothing. */
import { AirudderError } from "../runtime/errors.js";
import type { FieldText, Outgoing } from "../runtime/glue.js";
import { randomBlock } from "../runtime/platform.js";
import type { RequestEvent, ResponseEvent } from "./events.js";
import type { CallInfo, CampaignInfo, Observer } from "./observer.js";

/** The name of the operation that fetches the token, on behalf of other calls, too. */
const TOKEN = "auth.token";
const TOKEN_PATH = "/service/cloud/auth";

/** What an attempt met, as its sender fills it in. */
export interface Seen {
  status?: number;
  headers?: FieldText;
  /** The code of the error that it means; absent: the API has carried the request out. */
  error?: string;
  /** The code in the API's envelope. */
  apiCode?: number;
  /** The API's id of the request. */
  requestId?: string;
}

/** Reads what the module says of the last request. */
export function answerOf(text: string): Pick<Seen, "error" | "apiCode" | "requestId"> {
  const [error, apiCode, requestId] = text.split("\0");
  return {
    ...(error && error !== "0" && { error: `E${error}` }),
    ...(apiCode && { apiCode: Number(apiCode) }),
    ...(requestId && { requestId }),
  };
}

/** A call from its start to its result. */
export class CallTrace implements CallInfo {
  readonly campaign: CampaignInfo | undefined;
  readonly #observer: Observer;
  readonly #named: string | undefined;
  readonly #operationOf: (path: string) => string | undefined;
  readonly #attempts = new Map<string, number>();
  #callId: string | undefined;
  #started = 0;
  #operation: string | undefined;
  #seen: Seen | undefined;
  #last: ResponseEvent | undefined;
  /** The attempt that failed, until it is known whether it is repeated. */
  #failed: ResponseEvent | undefined;
  #waiting: string | undefined;

  /** The operation's name; or, of a campaign, what finds it by the path of a request. */
  constructor(observer: Observer, operation: string | ((path: string) => string | undefined), campaign?: CampaignInfo) {
    this.#observer = observer;
    this.campaign = campaign;
    this.#named = typeof operation === "string" ? operation : undefined;
    this.#operationOf = typeof operation === "string" ? () => operation : operation;
  }

  /** Made when it is first asked for: nobody may. */
  get callId(): string {
    this.#callId ??= Array.from(randomBlock().subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return this.#callId;
  }

  get operation(): string | undefined {
    return this.#named ?? this.#operation;
  }

  /** The number of requests so far, those for the token not counted. */
  get attempts(): number {
    return this.#attempts.get(this.operation ?? "") ?? 0;
  }

  /** The last answer, as it came. */
  get seen(): Seen | undefined {
    return this.#seen;
  }

  /** True where the last attempt was no success. */
  get hasFailed(): boolean {
    return this.#seen?.error !== undefined;
  }

  /** Runs the whole call. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const observer = this.#observer;
    try {
      if (!observer.isWatched) {
        return await work();
      }
      let result: Result | undefined;
      const run = async () => {
        result = await work();
        return this.#last;
      };
      await observer.within((instrumentation, inner) => instrumentation.call(this, inner), run);
      return result as Result;
    } catch (error) {
      throw this.named(error);
    } finally {
      observer.fetchingToken.delete(this);
    }
  }

  /** The same error with the call's id, if it is one of this library. */
  named<Thrown>(error: Thrown): Thrown {
    if (error instanceof AirudderError) {
      error.callId ??= this.callId;
    }
    return error;
  }

  /** Runs one attempt, which says in `seen` what it met. */
  async attempt<Result>(request: Outgoing, send: (seen: Seen) => Promise<Result>): Promise<Result> {
    const observer = this.#observer;
    const seen: Seen = {};
    const url = request.url.split("?", 1)[0] as string;
    const operation = this.#begin(url.replace(/^[a-z]+:\/\/[^/]*/, ""));
    try {
      if (!observer.isWatched) {
        return await send(seen);
      }
      return await this.#watched(request, { ...this.#fields(operation), method: request.method, url }, seen, send);
    } finally {
      this.#seen = seen;
    }
  }

  async #watched<Result>(
    request: Outgoing,
    event: RequestEvent,
    seen: Seen,
    send: (seen: Seen) => Promise<Result>,
  ): Promise<Result> {
    const observer = this.#observer;
    this.#retriesNow(event.operation);
    let outcome: { result: Result } | { error: unknown } | undefined;
    const run = async (): Promise<ResponseEvent> => {
      observer.emit("request", event);
      const started = performance.now();
      try {
        outcome = { result: await send(seen) };
      } catch (error) {
        seen.error ??= "aborted";
        outcome = { error };
      }
      const response = this.#response(event.operation, performance.now() - started, seen);
      observer.emit("response", response);
      return response;
    };
    await observer.within((one, inner) => one.attempt(this, event, request.headers, inner), run);
    if (outcome === undefined || "error" in outcome) {
      throw outcome?.error;
    }
    return outcome.result;
  }

  /** The machine waits until this time. */
  waits(untilMs: number, nowMs: number, isPaced: boolean): void {
    const observer = this.#observer;
    if (this.#failed !== undefined) {
      this.#retry(this.#failed, untilMs - nowMs);
      this.#waiting = "retry";
      return;
    }
    const reason = isPaced && observer.fetchingToken.size === 0 ? "pace" : "token";
    if (this.#waiting === "retry" || this.#waiting === reason || !observer.isWatched) {
      return; // it was told: a long wait is polled several times
    }
    this.#waiting = reason;
    observer.emit("wait", {
      callId: this.callId,
      ...(this.operation !== undefined && { operation: this.operation }),
      ...this.#campaign(),
      reason,
      ...(reason === "pace" && { untilMs }),
    });
  }

  /** Counts an attempt, and gives its operation. */
  #begin(path: string): string {
    const operation = path.endsWith(TOKEN_PATH) ? TOKEN : (this.#operationOf(path) ?? path);
    if (operation === TOKEN && this.#named !== TOKEN) {
      this.#observer.fetchingToken.add(this);
    } else {
      this.#observer.fetchingToken.delete(this);
    }
    this.#operation = operation;
    this.#started = (this.#attempts.get(operation) ?? 0) + 1;
    this.#attempts.set(operation, this.#started);
    this.#waiting = undefined;
    return operation;
  }

  /** A failed attempt that is followed by another one at once, or by a new token. */
  #retriesNow(operation: string): void {
    if (this.#failed !== undefined && (this.#failed.operation === operation || operation === TOKEN)) {
      this.#retry(this.#failed, 0);
    }
    this.#failed = undefined;
  }

  #retry(failed: ResponseEvent, delayMs: number): void {
    const { callId, operation, attempt } = failed;
    const error = failed.error as string;
    const event = { callId, operation, attempt: attempt + 1, ...this.#campaign(), error, delayMs };
    this.#failed = undefined;
    this.#observer.emit("retry", event);
    this.#observer.tell((instrumentation) => instrumentation.retry(this, error));
  }

  #fields(operation: string): { callId: string; operation: string; attempt: number; campaign?: string } {
    return { callId: this.callId, operation, attempt: this.#started, ...this.#campaign() };
  }

  #campaign(): { campaign?: string } {
    return this.campaign === undefined ? {} : { campaign: this.campaign.name };
  }

  #response(operation: string, milliseconds: number, { headers: _, ...seen }: Seen): ResponseEvent {
    const event: ResponseEvent = { ...this.#fields(operation), milliseconds, ...seen };
    this.#last = event;
    this.#failed = seen.error === undefined ? undefined : event;
    return event;
  }
}
