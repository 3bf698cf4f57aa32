/** One campaign, from its settings to its report. */
import type { Sending } from "../call/drive.js";
import type { Detail } from "../generated/types.js";
import { CampaignTrace } from "../observe/campaign.js";
import type { Observer } from "../observe/observer.js";
import { onAbort } from "../runtime/abort.js";
import { bytes } from "../runtime/bytes.js";
import { isError } from "../runtime/cause.js";
import { AirudderError, build } from "../runtime/errors.js";
import type { AbortSignal } from "../runtime/globals.js";
import type { Campaign as Machine, Session } from "../runtime/glue.js";
import { fault, Owned, type Renewed } from "../runtime/native.js";
import type { Progress, Report } from "../runtime/report.js";
import { seed } from "../runtime/seed.js";
import { bare, settings } from "../runtime/settings.js";
import { startTimer } from "../runtime/timer.js";
import { feed } from "./feed.js";
import { numbersOf } from "./numbers.js";
import { checkLease, opened } from "./opened.js";
import { CAMPAIGN, type CampaignOptions, iterate } from "./options.js";
import { takeHead } from "./partition.js";
import { CampaignRun } from "./run.js";
import { asks, named, screening, suppress } from "./suppressed.js";
import { closedTimes } from "./window.js";

const NEEDED = ["workflow_template_id", "name", "end_time", "contacts", "journal"];

/** A campaign that is run once. */
export class Job {
  readonly #machine: Owned<Machine>;
  readonly #sending: Sending;
  readonly #trace: CampaignTrace;
  readonly #options: CampaignOptions;
  /** Aborts for whatever reason there is: the caller's signal, `stop`, or the time. */
  readonly #ending = new AbortController();
  #last: { progress: Progress; report: Report } | undefined;

  /** `timeoutMs` is the time limit of a request. */
  constructor(
    session: Renewed<Session>,
    sending: Sending,
    observer: Observer,
    timeoutMs: number,
    options: CampaignOptions,
  ) {
    const given = settings(options, CAMPAIGN, NEEDED);
    checkLease(given.journal, timeoutMs);
    const { settleMs, partition } = given;
    const config = bare({
      ...given,
      workflow_template_id: BigInt(given.workflow_template_id),
      settleMs: settleMs === "never" ? undefined : settleMs,
      neverSettle: settleMs === "never",
      closed: closedTimes(given.window, given.windowMarginMs),
      screen: asks(given.suppress, given.suppressCaseIds),
      ...(partition && { partitionIndex: partition[0], partitionCount: partition[1] }),
      seed: seed(),
    });
    this.#options = given;
    this.#sending = sending;
    this.#trace = new CampaignTrace(observer, given.name);
    this.#machine = new Owned((native) => session.use((session) => new native.Campaign(session, config)));
  }

  /** Runs it to its end, or until it stops. */
  async run(): Promise<Report> {
    const { signal, deadlineMs, stopAt } = this.#options;
    const forget = onAbort(signal, () => this.#ending.abort(signal?.reason));
    if (signal?.aborted) {
      this.#ending.abort(signal.reason);
    }
    const forgetTime = this.#stopAt(Math.min(Date.now() + (deadlineMs ?? Infinity), Number(stopAt ?? Infinity)));
    try {
      return await this.#trace.run(() => this.#watched());
    } catch (error) {
      throw stopped(error, this.#told()?.report, signal);
    } finally {
      this.#last = this.#told();
      this.#machine.free();
      forget();
      forgetTime();
    }
  }

  /** Starts nothing more; what is under way ends and is journaled. */
  stop(why = "by `stop`"): void {
    if (!this.#ending.signal.aborted) {
      this.#ending.abort(fault(1023, `the campaign was stopped before its end: ${why}`));
    }
  }

  /** How far it is. */
  progress(): Progress {
    const { contacts, partition } = this.#options;
    const { length, size = length } = contacts as { length?: number; size?: number };
    const progress = this.#last?.progress ?? this.#machine.use((campaign) => campaign.progress());
    return typeof size === "number" && partition === undefined ? { ...progress, total: size } : progress;
  }

  /** What has become of the contacts so far. */
  report(): Report {
    return this.#last?.report ?? reportOf(this.#machine);
  }

  /** Stops it at this time, by the system's clock; the returned function takes that back. */
  #stopAt(ms: number): () => void {
    if (ms === Infinity) {
      return () => {};
    }
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      timer = startTimer(ms - Date.now(), () =>
        ms > Date.now() ? wait() : this.stop("its time is over: `deadlineMs` or `stopAt`"),
      );
    };
    wait();
    return () => clearTimeout(timer);
  }

  async #toTheEnd(): Promise<Report> {
    const { contacts, defaultCountry, onProgress, partition, suppress: numbers, suppressCaseIds } = this.#options;
    const machine = this.#machine;
    const read = await numbersOf(defaultCountry);
    await suppress(machine, named(numbers), named(suppressCaseIds), read);
    if (partition !== undefined) {
      await takeHead(machine, this.#options.journal);
    }
    const { journal, close } = await opened(this.#options);
    try {
      const ending = this.#ending.signal as AbortSignal;
      const show = this.#shows(onProgress);
      const screen = screening(machine, numbers, suppressCaseIds, read);
      const [sending, trace] = [this.#sending, this.#trace];
      const from = iterate(contacts);
      const campaign = new CampaignRun(machine, sending, trace, journal, from, read, screen, show, ending);
      await campaign.resume();
      await campaign.run();
      const { error, ...report } = machine.use((campaign) => campaign.report());
      if (error !== undefined) {
        throw this.#trace.named(build(error));
      }
      return report;
    } finally {
      await close();
    }
  }

  /** The contacts that the API has and that have no result, by the journal; nothing is sent. */
  async *missing(hasResult: (contact: Detail) => unknown): AsyncGenerator<Detail, void, undefined> {
    const machine = this.#machine;
    try {
      const { contacts, defaultCountry } = this.#options;
      const read = await numbersOf(defaultCountry);
      const { journal, close } = await opened(this.#options);
      try {
        const written = bytes(await journal.read());
        if (written.length === 0) {
          throw fault(1019, "there is no journal of this campaign here", "/journal");
        }
        machine.use((campaign) => campaign.resume(written));
        let before = 0;
        for await (const contact of contacts) {
          feed(machine, [contact], read);
          const { accepted } = machine.use((campaign) => campaign.progress());
          if (accepted > before && !(await hasResult(contact))) {
            yield contact;
          }
          before = accepted;
        }
      } finally {
        await close();
      }
    } finally {
      machine.free();
    }
  }

  /** Runs it to its end, and tells who watches how far it came. */
  async #watched(): Promise<Report> {
    try {
      return await this.#toTheEnd();
    } finally {
      const told = this.#trace.isWatched ? this.#told() : undefined;
      if (told !== undefined) {
        this.#trace.shows(told.progress);
      }
    }
  }

  /** Tells of each change. */
  #shows(onProgress: ((progress: Progress) => unknown) | undefined): () => Promise<void> {
    let last = "";
    return async () => {
      if (onProgress === undefined && !this.#trace.isWatched) {
        return;
      }
      const progress = this.progress();
      const text = JSON.stringify(progress);
      if (text !== last) {
        last = text;
        this.#trace.shows(progress);
        await onProgress?.(progress);
      }
    };
  }

  /** How far it came, unless the machine is gone. */
  #told(): { progress: Progress; report: Report } | undefined {
    try {
      return { progress: this.progress(), report: this.report() };
    } catch {
      return undefined;
    }
  }
}

/** The report of a campaign so far. */
export function reportOf(machine: Owned<Machine>): Report {
  const { error: _, ...report } = machine.use((campaign) => campaign.report());
  return report;
}

/**
 * The error that stopped a campaign, with its report. A value that cannot carry one, such as a string, becomes the
 * cause of an error that can; so does the reason of a signal that stopped another campaign, too, which has the report
 * of that one.
 */
function stopped(error: unknown, report: Report | undefined, signal: AbortSignal | undefined): unknown {
  if (report === undefined) {
    return error;
  }
  const isShared = signal?.aborted === true && error === signal.reason && Object.hasOwn(Object(error), "report");
  const carrier = isError(error) && Object.isExtensible(error) && !isShared ? error : carrying(error);
  // Whoever prints an error of his own does not want all contacts in doubt with it.
  const enumerable = carrier instanceof AirudderError;
  return Object.defineProperty(carrier, "report", { value: report, enumerable, configurable: true, writable: true });
}

/** An error of the same name, which many tell an abort by. */
function carrying(cause: unknown): Error {
  const error = new Error("the campaign was stopped; `cause` says why", { cause });
  const { name } = Object(cause) as { name?: unknown };
  if (typeof name === "string") {
    Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  }
  return error;
}
