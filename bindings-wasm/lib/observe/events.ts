/** What a client tells of its work. Nothing in it is secret or personal, so it may be logged. */
import type { Progress } from "../runtime/report.js";

/** The fields of every event of a call. */
interface OfCall {
  /** 16 hex digits of this library's own: the same in events, log lines, errors and spans of one call. */
  readonly callId: string;
  /**
   * The operation that the request is for, for instance `workflow.upload_details`; `auth.token` for the token; method and
   * path as you gave them for a request that the library does not type.
   */
  readonly operation: string;
  /** Counts the requests of the call for this operation, from 1. */
  readonly attempt: number;
  /** The name of the campaign that the call belongs to. */
  readonly campaign?: string;
}

/** A request is about to be sent. */
export interface RequestEvent extends OfCall {
  /** The HTTP method. */
  readonly method: string;
  /** The URL without its query, which may name people. */
  readonly url: string;
}

/** A request has its answer, or has failed. */
export interface ResponseEvent extends OfCall {
  /** The HTTP status; absent where there was no answer. */
  readonly status?: number;
  /** From the request to the last byte of the answer, in milliseconds; of a file to its first. */
  readonly milliseconds: number;
  /** The code in the API's envelope. */
  readonly apiCode?: number;
  /** The API's id of the request. */
  readonly requestId?: string;
  /**
   * The code of the error that it means, for instance `E7002`, also where it is repeated; `aborted` where its signal cut
   * it off. Absent: the API has carried the request out.
   */
  readonly error?: string;
}

/** A request is to be sent again, since the attempt before had no effect, or does no harm twice: `attempt` comes next. */
export interface RetryEvent extends OfCall {
  /** The `error` of the attempt before, for instance `E3003`. */
  readonly error: string;
  /** The delay, in milliseconds. */
  readonly delayMs: number;
}

/** A call or a campaign waits. */
export interface WaitEvent {
  /** The call, where it is one that waits. */
  readonly callId?: string;
  /** The operation of the call, as far as it is known yet. */
  readonly operation?: string;
  /** The name of the campaign, where one waits, or a call of one. */
  readonly campaign?: string;
  /**
   * Of a call: `token` (another call fetches it) or `pace` (`requestsPerSecond`). Of a campaign: its phase, `paused`
   * (`rate` or `window`), `waiting_for_api` or `settling`.
   */
  readonly reason: "token" | "pace" | "paused" | "waiting_for_api" | "settling" | (string & {});
  /** Until when, in Unix milliseconds, where that is known. */
  readonly untilMs?: number;
}

/** A campaign does something else from now on. */
export interface PhaseEvent {
  /** The name of the campaign. */
  readonly campaign: string;
  /** What it does: see `Progress`. */
  readonly phase: Progress["phase"];
  /** Until when it waits, in Unix milliseconds. */
  readonly untilMs?: number;
  /** How far it is. */
  readonly progress: Progress;
}

/** The events of a client, by their names. */
export interface ClientEvents {
  request: RequestEvent;
  response: ResponseEvent;
  retry: RetryEvent;
  wait: WaitEvent;
  phase: PhaseEvent;
}

/** Takes an event. What it gives is not waited for. */
export type ClientListener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => unknown;

export const EVENT_NAMES: readonly (keyof ClientEvents)[] = ["request", "response", "retry", "wait", "phase"];
