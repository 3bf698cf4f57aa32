/** Who watches a client: listeners, a logger, tracers. None of them can break a call. */

import type { Pairs } from "../runtime/glue.js";
import { fault } from "../runtime/native.js";
import type { Progress } from "../runtime/report.js";
import { checkedAs, FUNCTION } from "../runtime/settings.js";
import {
  type ClientEvents,
  type ClientListener,
  EVENT_NAMES,
  type RequestEvent,
  type ResponseEvent,
} from "./events.js";
import { type Logger, log } from "./log.js";

/** A campaign, as an object of its own: two may have one name. */
export interface CampaignInfo {
  readonly name: string;
}

/** A call, as an object of its own. */
export interface CallInfo {
  readonly callId: string;
  /** Absent for a call of a campaign until it sends something. */
  readonly operation: string | undefined;
  readonly campaign: CampaignInfo | undefined;
}

/** What surrounds the work of a client: `airudder/opentelemetry` is one. Each must run what it is given, once. */
export interface Instrumentation {
  campaign<Result>(campaign: CampaignInfo, run: () => Promise<Result>): Promise<Result>;
  progress(campaign: CampaignInfo, progress: Progress): void;
  /** `run` gives the last response, and rejects with the error of the call. */
  call(call: CallInfo, run: () => Promise<ResponseEvent | undefined>): Promise<unknown>;
  /** `headers` are those of the request, which may get more. */
  attempt(call: CallInfo, request: RequestEvent, headers: Pairs, run: () => Promise<ResponseEvent>): Promise<unknown>;
  retry(call: CallInfo, reason: string): void;
}

/** Where a client takes an instrumentation: the same name for all copies of this package. */
export const INSTRUMENT = Symbol.for("airudder.instrument");

/** Tells everybody who watches a client. */
export class Observer {
  readonly #listeners = new Map<keyof ClientEvents, Set<ClientListener<never>>>();
  readonly #logger: Logger | undefined;
  readonly #instrumentations = new Set<Instrumentation>();
  /** The calls that are fetching the token, for which others wait. */
  readonly fetchingToken = new Set<object>();

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
  }

  /** True where somebody watches: otherwise nothing is made for nobody. */
  get isWatched(): boolean {
    return this.#logger !== undefined || this.#listeners.size > 0 || this.#instrumentations.size > 0;
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: ClientListener<Name>): void {
    if (!EVENT_NAMES.includes(name)) {
      throw fault(
        1001,
        `there is no event \`${String(name)}\` of a client; there are ${EVENT_NAMES.join(", ")}`,
        "/name",
      );
    }
    const listeners = this.#listeners.get(name) ?? new Set();
    listeners.add(checkedAs(listener, "listener", FUNCTION));
    this.#listeners.set(name, listeners);
  }

  off<Name extends keyof ClientEvents>(name: Name, listener: ClientListener<Name>): void {
    const listeners = this.#listeners.get(name);
    if (listeners?.delete(listener) && listeners.size === 0) {
      this.#listeners.delete(name);
    }
  }

  instrument(instrumentation: Instrumentation): () => void {
    this.#instrumentations.add(instrumentation);
    return () => this.#instrumentations.delete(instrumentation);
  }

  /** Tells all of an event. */
  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    if (this.#logger !== undefined) {
      try {
        log(this.#logger, name, event);
      } catch (error) {
        console.error(error);
      }
    }
    for (const listener of (this.#listeners.get(name) ?? []) as Iterable<ClientListener<Name>>) {
      try {
        const given = listener(event);
        if (typeof (given as Partial<PromiseLike<unknown>> | undefined)?.then === "function") {
          Promise.resolve(given).catch((error: unknown) => this.#report(`a listener for \`${name}\``, error));
        }
      } catch (error) {
        this.#report(`a listener for \`${name}\``, error);
      }
    }
  }

  /** Runs the work once, within all instrumentations, whatever these do, and gives what the work gives. */
  async within<Result>(
    surround: (instrumentation: Instrumentation, run: () => Promise<Result>) => Promise<unknown>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    let working: Promise<Result> | undefined;
    const once = () => {
      working ??= work();
      return working;
    };
    let all: () => Promise<unknown> = once;
    for (const one of this.#instrumentations) {
      const inner = all as () => Promise<Result>;
      all = async () => surround(one, inner);
    }
    const failed = await all().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const result = await once();
    if (failed !== undefined) {
      this.#report("an instrumentation", failed.error);
    }
    return result;
  }

  /** Tells the instrumentations alone. */
  tell(what: (instrumentation: Instrumentation) => void): void {
    for (const one of this.#instrumentations) {
      try {
        what(one);
      } catch (error) {
        this.#report("an instrumentation", error);
      }
    }
  }

  /** The program's own error: it is shown as it is, and the call goes on. */
  #report(who: string, err: unknown): void {
    const text = `${who} of a client failed`;
    try {
      (this.#logger ?? console).error({ err }, text);
    } catch (error) {
      console.error(error);
    }
  }
}
