/** The promise of a call. */
import type { CallTrace } from "../observe/call.js";
import { fieldPairs } from "../runtime/headers.js";

/** What a result does not say. */
export interface CallResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The header fields, with names in lower case; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The API's id of the request, for AI Rudder's support. */
  readonly requestId?: string;
  /** The number of requests that it took, those for the token not counted. */
  readonly attempts: number;
  /** The id of the call in events, log lines and spans. */
  readonly callId: string;
}

/** The promise of a result, from which the response can be had, too. */
export class CallPromise<Result> extends Promise<Result> {
  #respond: (() => CallResponse) | undefined;

  /** What `then` makes is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** @internal */
  static of<Result>(result: Promise<Result>, trace: CallTrace): CallPromise<Result> {
    const promise = new CallPromise<Result>((resolve) => resolve(result));
    promise.#respond = () => responseOf(trace);
    return promise;
  }

  /**
   * The result with the response that brought it. A call that fails rejects as it does without.
   *
   * @example
   * const { data, response } = await client.robots.list().withResponse();
   * console.log(response.status, response.headers["date"], response.attempts);
   */
  async withResponse(): Promise<{ data: Result; response: CallResponse }> {
    const data = await this;
    return { data, response: (this.#respond as () => CallResponse)() };
  }
}

function responseOf(trace: CallTrace): CallResponse {
  const { status = 0, headers = "", requestId } = trace.seen ?? {};
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of fieldPairs(headers)) {
    const key = name.toLowerCase();
    fields[key] = key in fields ? `${fields[key]}, ${value}` : value;
  }
  const { attempts, callId } = trace;
  return { status, headers: fields, ...(requestId !== undefined && { requestId }), attempts, callId };
}
