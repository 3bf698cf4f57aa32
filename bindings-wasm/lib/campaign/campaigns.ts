/** Campaigns: many contacts, sent once each, whatever happens on the way. All decisions are the core's. */
import type { Sending } from "../call/drive.js";
import type { Detail } from "../generated/types.js";
import type { Observer } from "../observe/observer.js";
import type { Session } from "../runtime/glue.js";
import { Owned, type Renewed } from "../runtime/native.js";
import type { Report } from "../runtime/report.js";
import { bare, settings } from "../runtime/settings.js";
import { feed } from "./feed.js";
import { Job, reportOf } from "./job.js";
import { numbersOf } from "./numbers.js";
import { type CampaignOptions, CHECK, type CheckOptions } from "./options.js";
import { RunningCampaign } from "./running.js";
import { suppress as suppressIn } from "./suppressed.js";

/** Campaigns of a client. */
export class Campaigns {
  readonly #session: Renewed<Session>;
  readonly #sending: Sending;
  readonly #observer: Observer;
  readonly #timeoutMs: number;

  /** @internal */
  constructor(session: Renewed<Session>, sending: Sending, observer: Observer, timeoutMs: number) {
    this.#session = session;
    this.#sending = sending;
    this.#observer = observer;
    this.#timeoutMs = timeoutMs;
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
    return new Job(this.#session, this.#sending, this.#observer, this.#timeoutMs, options).run();
  }

  /**
   * Begins what `run` does, and gives a handle.
   *
   * @throws AirudderError A setting is wrong. What happens later rejects `result`.
   */
  start(options: CampaignOptions): RunningCampaign {
    return new RunningCampaign(new Job(this.#session, this.#sending, this.#observer, this.#timeoutMs, options));
  }

  /**
   * Tells of which contacts no result came, some time after a campaign. Nothing is sent. These are the contacts that the
   * campaign's journal has as accepted, and of whom you have no result: an event is lost where no receiver was there for
   * as long as AI Rudder tried.
   *
   * @param hasResult Called and awaited with an accepted contact; tells whether you have its result.
   * @param options Those of `run`, with the same contacts in the same order. No other program may have the journal now.
   * @throws AirudderError `E1012`: the journal is another campaign's, or has other contacts. `E1019`: there is none.
   *
   * @example
   * for await (const { caseid } of client.campaigns.missing((contact) => store.has(contact.caseid), options)) {
   *   console.log(caseid);
   * }
   */
  missing(hasResult: (contact: Detail) => unknown, options: CampaignOptions): AsyncGenerator<Detail, void, undefined> {
    return new Job(this.#session, this.#sending, this.#observer, this.#timeoutMs, options).missing(hasResult);
  }

  /**
   * Checks contacts as a campaign would before it sends them. Nothing is sent, and nothing is written.
   *
   * @returns The report: `rejected` with the reasons, and in `accepted` the number of those that would be sent.
   */
  async check(options: CheckOptions): Promise<Report> {
    const { contacts, allowDuplicates, defaultCountry, suppress, suppressCaseIds } = settings(options, CHECK, [
      "contacts",
    ]);
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
      const read = await numbersOf(defaultCountry);
      await suppressIn(machine, suppress, suppressCaseIds, read);
      let chunk: Detail[] = [];
      for await (const contact of contacts) {
        chunk.push(contact);
        if (chunk.length === CHUNK) {
          feed(machine, chunk, read);
          chunk = [];
        }
      }
      feed(machine, chunk, read);
      machine.use((campaign) => campaign.endOfContacts());
      return reportOf(machine);
    } finally {
      machine.free();
    }
  }
}

/** So many contacts are checked at once. */
const CHUNK = 1000;
