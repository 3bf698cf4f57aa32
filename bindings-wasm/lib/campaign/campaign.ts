/** Campaigns: many contacts, sent once each, whatever happens on the way. All decisions are the core's. */

import type { Detail } from "../generated/types.js";
import type { Campaign as Machine, Session } from "../glue.js";
import { isError } from "../runtime/cause.js";
import { AirudderError, build } from "../runtime/errors.js";
import type { AbortSignal, Fetch, URL as WebUrl } from "../runtime/globals.js";
import type { Journal, JournalFile } from "../runtime/journal.js";
import { fault, Owned, type Renewed } from "../runtime/native.js";
import { openJournal } from "../runtime/platform.js";
import type { Progress, Report } from "../runtime/report.js";
import { seed } from "../runtime/seed.js";
import {
  bare,
  COUNT,
  FLAG,
  FUNCTION,
  INTEGER,
  MILLISECONDS,
  OBJECT,
  SIGNAL,
  settings,
  TEXT,
} from "../runtime/settings.js";
import { CampaignRun } from "./run.js";

/** Settings of a campaign. */
export interface CampaignOptions {
  /** The template of the workflows. */
  workflow_template_id: number | bigint;
  /** The name of the workflow; further ones are called `name (2)`, `name (3)`, ... */
  name: string;
  /** When the workflows end, as `2099-12-01 18:00:00+08:00`. */
  end_time: string;
  /**
   * Contacts as `workflow.upload_details` takes them, read as they are needed. Of one that was sent, a later run must give
   * the same fields in the same order.
   */
  contacts: Iterable<Detail> | AsyncIterable<Detail>;
  /**
   * A file of JSON lines, made if it is not there, or an object that keeps the lines elsewhere. It holds positions,
   * checksums, and the API's messages, but no contact. One process at a time may use it.
   */
  journal: string | WebUrl | Journal;
  /** Contacts in one upload, 1 to 10 000: 1000. */
  batchSize?: number | undefined;
  /** Uploads under way at once: 1. */
  inFlight?: number | undefined;
  /** Lookups of doubtful contacts under way at once: 8. */
  lookupsInFlight?: number | undefined;
  /**
   * A contact that a doubtful upload may have carried is looked up; if it is not found, again so many milliseconds later,
   * and only then sent again: 60 000. That nobody is called twice rests on the API not taking up a request later than this.
   * `never`: such a contact is never sent again; it stays doubtful.
   */
  settleMs?: number | "never" | undefined;
  /**
   * Whether a contact may come again: false. Contacts are the same when their case ids are, or, without one, their numbers.
   */
  allowDuplicates?: boolean | undefined;
  /** Tells whether contacts that the API refused in an earlier run are sent again: false. */
  retryRejected?: boolean | undefined;
  /**
   * The secret behind the journal's fingerprints of contacts: the client's `appSecret`. Give one of your own where that may be
   * replaced while the campaign runs.
   */
  journalKey?: string | undefined;
  /** Tells whether a journal may be of another host or account, since that is the same one under a new name: false. */
  sameAccount?: boolean | undefined;
  /** Is called whenever something changed, and waited for. What it throws stops the campaign. */
  onProgress?: ((progress: Progress) => unknown) | undefined;
  /**
   * Stops the campaign: requests under way end and are journaled, then the signal's reason is thrown. Run it again to go on.
   */
  signal?: AbortSignal | undefined;
}

/** Campaigns of a client. */
export class Campaigns {
  readonly #session: Renewed<Session>;
  readonly #fetch: Fetch;

  /** @internal */
  constructor(session: Renewed<Session>, fetch: Fetch) {
    this.#session = session;
    this.#fetch = fetch;
  }

  /**
   * Sends contacts to as many workflows as they need, each contact once.
   *
   * Every batch is written to the journal before it is sent. When the program dies, at whatever moment, run it again with
   * the same journal and the same contacts in the same order: what is done is not done again, what is doubtful is looked
   * up, and new contacts at the end go out, if `end_time` has not passed. Keep the journal as long as the campaign may be
   * run again.
   *
   * Contacts that break a rule, are no JSON, or come twice are reported as rejected; the others go out.
   *
   * @throws AirudderError The campaign had to stop. Mend the cause, and run it again. `E1012`: the journal belongs to other
   * contacts. `E1018` (`JournalConflict`): somebody else runs this journal. `E1001`: its file cannot be opened, read or
   * written; `cause` is the system's own error. What contacts, journal, `onProgress` or `signal` throw is thrown as it is.
   * `report` of any of these says how far the campaign came; what cannot have one is the `cause` of an error that has.
   */
  async run(options: CampaignOptions): Promise<Report> {
    const needed = ["workflow_template_id", "name", "end_time", "contacts", "journal"];
    const { contacts, journal, onProgress, signal, settleMs, ...given } = settings(options, CAMPAIGN, needed);
    const config = bare({
      ...given,
      workflow_template_id: BigInt(given.workflow_template_id),
      ...(settleMs !== "never" && { settleMs }),
      neverSettle: settleMs === "never",
      seed: seed(),
    });
    const machine = new Owned((native) => this.#session.use((session) => new native.Campaign(session, config)));
    let file: JournalFile | undefined;
    let own: Journal | undefined;
    try {
      if (typeof journal === "string" || isUrl(journal)) {
        file = await openJournal(journal);
      } else if (IN_USE.has(journal)) {
        throw fault(1018, "another campaign has this journal; give each campaign its own", "/journal");
      } else {
        own = journal;
        IN_USE.add(own);
      }
      const campaign = new CampaignRun(
        machine,
        this.#fetch,
        file ?? (own as Journal),
        iterate(contacts),
        onProgress,
        signal,
      );
      await campaign.resume();
      await campaign.run();
      return report(machine);
    } catch (error) {
      throw stopped(error, lastReport(machine), signal);
    } finally {
      machine.free();
      if (own !== undefined) {
        IN_USE.delete(own);
      }
      await file?.close();
    }
  }
}

/** The objects that campaigns of this process have as journals: a file has its lock, an object has this. */
const IN_USE = new WeakSet<Journal>();

const CAMPAIGN = {
  workflow_template_id: INTEGER,
  name: TEXT,
  end_time: TEXT,
  contacts: { what: "an iterable of contacts", fits: isIterable },
  journal: { what: "the path of a file, or an object with `read` and `append`", fits: isJournal },
  batchSize: COUNT,
  inFlight: COUNT,
  lookupsInFlight: COUNT,
  settleMs: {
    what: `${MILLISECONDS.what}, or \`never\``,
    fits: (value: unknown) => value === "never" || MILLISECONDS.fits(value),
  },
  allowDuplicates: FLAG,
  retryRejected: FLAG,
  journalKey: TEXT,
  sameAccount: FLAG,
  onProgress: FUNCTION,
  signal: SIGNAL,
};

function isJournal(value: unknown): boolean {
  if (typeof value === "string" || isUrl(value)) {
    return true;
  }
  const { read, append } = Object(value) as Partial<Journal>;
  return OBJECT.fits(value) && typeof read === "function" && typeof append === "function";
}

/** Also of another realm. An own journal has no `href`. */
function isUrl(value: unknown): value is WebUrl {
  return OBJECT.fits(value) && typeof (value as Partial<WebUrl>).href === "string";
}

type Iterables = Partial<AsyncIterable<Detail> & Iterable<Detail>>;

function isIterable(value: unknown): boolean {
  const { [Symbol.asyncIterator]: slow, [Symbol.iterator]: fast } = Object(value) as Iterables;
  return OBJECT.fits(value) && typeof (slow ?? fast) === "function";
}

function iterate(contacts: Iterables): Iterator<Detail> | AsyncIterator<Detail> {
  const iterator = contacts[Symbol.asyncIterator]?.() ?? contacts[Symbol.iterator]?.();
  if (iterator === undefined) {
    throw fault(1001, "contacts is an iterable of contacts", "/contacts");
  }
  return iterator;
}

/** The outcome of the campaign; throws the error that stopped it. */
function report(machine: Owned<Machine>): Report {
  const { error, ...report } = machine.use((campaign) => campaign.report());
  if (error !== undefined) {
    throw build(error);
  }
  return report;
}

/** How far the campaign came, unless its machine is gone. */
function lastReport(machine: Owned<Machine>): Report | undefined {
  try {
    const { error: _, ...report } = machine.use((campaign) => campaign.report());
    return report;
  } catch {
    return undefined;
  }
}

/**
 * The error that stopped a campaign, with its report. What cannot carry one, such as a text, becomes the cause of an error
 * that can; so does the reason of a signal that stopped another campaign, too, which has the report of that one.
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
