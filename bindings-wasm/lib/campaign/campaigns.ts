/** Campaigns: many contacts, sent once each, whatever happens on the way. All decisions are the core's. */
import type { Detail } from "../generated/types.js";
import { isError } from "../runtime/cause.js";
import { AirudderError, build } from "../runtime/errors.js";
import type { AbortSignal, Fetch } from "../runtime/globals.js";
import type { Campaign as Machine, Session } from "../runtime/glue.js";
import type { Journal, JournalFile } from "../runtime/journal.js";
import { fault, Owned, type Renewed } from "../runtime/native.js";
import { openJournal } from "../runtime/platform.js";
import type { Report } from "../runtime/report.js";
import { seed } from "../runtime/seed.js";
import { bare, settings } from "../runtime/settings.js";
import { feed } from "./feed.js";
import { CAMPAIGN, type CampaignOptions, CHECK, type CheckOptions, isUrl, iterate } from "./options.js";
import { partOf } from "./partition.js";
import { CampaignRun } from "./run.js";
import { suppress as suppressIn } from "./suppressed.js";

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
   * Every batch is written to the journal before it is sent. When the program dies, at whatever moment, run it again
   * with the same journal and the same contacts in the same order: what is done is not done again, what is doubtful is
   * looked up, and new contacts at the end go out, if `end_time` has not passed. Keep the journal as long as the
   * campaign may be run again.
   *
   * Contacts that break a rule, are no JSON, or come twice are reported as rejected; the others go out.
   *
   * @throws AirudderError The campaign had to stop. Mend the cause, and run it again. `E1012`: the journal belongs to
   * other contacts. `E1018` (`JournalConflict`): somebody else runs this journal. `E1001`: its file cannot be opened,
   * read or written; `cause` is the system's own error. What contacts, journal, `onProgress` or `signal` throw is
   * thrown as it is. `report` of any of these says how far the campaign came; what cannot have one is the `cause` of an
   * error that has.
   */
  async run(options: CampaignOptions): Promise<Report> {
    const needed = ["workflow_template_id", "name", "end_time", "contacts", "journal"];
    const { contacts, journal, onProgress, signal, settleMs, suppress, suppressCaseIds, partition, ...given } =
      settings(options, CAMPAIGN, needed);
    const config = bare({
      ...given,
      workflow_template_id: BigInt(given.workflow_template_id),
      ...(settleMs !== "never" && { settleMs }),
      neverSettle: settleMs === "never",
      ...(partition && { partitionIndex: partition[0], partitionCount: partition[1] }),
      seed: seed(),
    });
    const machine = new Owned((native) => this.#session.use((session) => new native.Campaign(session, config)));
    let file: JournalFile | undefined;
    let own: Journal | undefined;
    try {
      await suppressIn(machine, suppress, suppressCaseIds);
      if (partition !== undefined) {
        own = await partOf(machine, journal, partition[0]);
      } else if (typeof journal === "string" || isUrl(journal)) {
        file = await openJournal(journal);
      } else if (IN_USE.has(journal)) {
        throw fault(1018, "another campaign has this journal; give each campaign its own", "/journal");
      } else {
        own = journal;
      }
      if (own !== undefined) {
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
        await own.close?.();
      }
      await file?.close();
    }
  }

  /**
   * Checks contacts as a campaign would before it sends them. Nothing is sent, and nothing is written.
   *
   * @returns The report: `rejected` with the reasons, and in `accepted` the number of those that would be sent.
   */
  async check(options: CheckOptions): Promise<Report> {
    const { contacts, allowDuplicates, suppress, suppressCaseIds } = settings(options, CHECK, ["contacts"]);
    const config = bare({
      workflow_template_id: 0n,
      name: "check",
      end_time: "2099-12-01 18:00:00+08:00",
      allowDuplicates,
      checkOnly: true,
      neverSettle: true,
      seed: 0,
    });
    const machine = new Owned((native) => this.#session.use((session) => new native.Campaign(session, config)));
    try {
      await suppressIn(machine, suppress, suppressCaseIds);
      let chunk: Detail[] = [];
      for await (const contact of contacts) {
        chunk.push(contact);
        if (chunk.length === CHUNK) {
          feed(machine, chunk);
          chunk = [];
        }
      }
      feed(machine, chunk);
      machine.use((campaign) => campaign.endOfContacts());
      return report(machine);
    } finally {
      machine.free();
    }
  }
}

/** So many contacts are checked at once. */
const CHUNK = 1000;

/** The objects that campaigns of this process have as journals: a file has its lock, an object has this. */
const IN_USE = new WeakSet<Journal>();

/** The report of the campaign; throws the error that stopped it. */
function report(machine: Owned<Machine>): Report {
  const { error, ...report } = machine.use((campaign) => campaign.report());
  if (error !== undefined) {
    throw build(error);
  }
  return report;
}

/** The report so far, unless the machine is gone. */
function lastReport(machine: Owned<Machine>): Report | undefined {
  try {
    const { error: _, ...report } = machine.use((campaign) => campaign.report());
    return report;
  } catch {
    return undefined;
  }
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
