/** The settings and the types of a call. */
import type { AbortSignal } from "../runtime/globals.js";
import type { CallPromise } from "./promise.js";

/** Settings of one call; absent ones come from the client. */
export interface CallOptions {
  /**
   * Ends the call. It throws the signal's reason; or `OutcomeUnknown` with that as its `cause`, if a request that must
   * not be repeated was on its way.
   */
  signal?: AbortSignal | undefined;
  /** The time limit of one request, in milliseconds. Of a file, until its first bytes. */
  timeoutMs?: number | undefined;
  /** The time limit of the whole call, with waits and retries, in milliseconds. */
  deadlineMs?: number | undefined;
  /** The largest number of retries of a request, where a retry is harmless. */
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
export type Run = <Result>(name: string, params: object, options?: CallOptions) => CallPromise<Result>;
