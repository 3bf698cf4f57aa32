/** One campaign as it is watched. */
import type { AirudderError } from "../runtime/errors.js";
import type { Progress } from "../runtime/report.js";
import { CallTrace } from "./call.js";
import type { CampaignInfo, Observer } from "./observer.js";

/** The operations of a campaign, by the last part of their paths. */
const OPERATIONS: Record<string, string> = {
  createinstance: "workflow.create_instance",
  uploaddetails: "workflow.upload_details",
  detailinstances: "workflow.detail_instances",
};

const operationOf = (path: string) => OPERATIONS[path.slice(path.lastIndexOf("/") + 1)];

/** The phases that wait for a time. */
const WAITS = new Set<string>(["paused", "waiting_for_api", "settling"]);

/** A campaign from its start to its report. */
export class CampaignTrace implements CampaignInfo {
  readonly name: string;
  readonly #observer: Observer;
  #phase = "";
  #waitsFor = "";
  #counts = "";
  /** The last call that was no success. */
  #failed: CallTrace | undefined;

  constructor(observer: Observer, name: string) {
    this.#observer = observer;
    this.name = name;
  }

  get isWatched(): boolean {
    return this.#observer.isWatched;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    let result: Result | undefined;
    const run = async () => {
      result = await work();
    };
    await this.#observer.within((instrumentation, inner) => instrumentation.campaign(this, inner), run);
    return result as Result;
  }

  /** A call that the campaign makes. */
  call(): CallTrace {
    return new CallTrace(this.#observer, operationOf, this);
  }

  /** A call of it has ended. */
  ended(call: CallTrace): void {
    if (call.hasFailed) {
      this.#failed = call;
    }
  }

  /** The error that stops it, with the id of the call that it comes from. */
  named(error: AirudderError): AirudderError {
    return error.operation !== undefined && error.operation === this.#failed?.operation
      ? this.#failed.named(error)
      : error;
  }

  /** Tells what has changed. */
  shows(progress: Progress): void {
    const observer = this.#observer;
    const { phase, untilMs, accepted, rejected, doubtful } = progress;
    const until = untilMs === undefined ? {} : { untilMs };
    if (phase !== this.#phase) {
      this.#phase = phase;
      observer.emit("phase", { campaign: this.name, phase, ...until, progress });
    }
    const waitsFor = WAITS.has(phase) && untilMs !== undefined ? `${phase} ${untilMs}` : "";
    if (waitsFor !== this.#waitsFor) {
      this.#waitsFor = waitsFor;
      if (waitsFor !== "") {
        observer.emit("wait", { campaign: this.name, reason: phase, ...until });
      }
    }
    const counts = `${accepted} ${rejected} ${doubtful}`;
    if (counts !== this.#counts) {
      this.#counts = counts;
      observer.tell((instrumentation) => instrumentation.progress(this, progress));
    }
  }
}
