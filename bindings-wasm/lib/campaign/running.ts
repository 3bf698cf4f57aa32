/** The handle of a campaign that runs. */
import type { Progress, Report } from "../runtime/report.js";
import type { Job } from "./job.js";

/** A campaign that `campaigns.start` began. */
export class RunningCampaign {
  readonly #job: Job;
  readonly #result: Promise<Report>;
  #done = false;

  /** @internal */
  constructor(job: Job) {
    this.#job = job;
    this.#result = job.run().finally(() => {
      this.#done = true;
    });
    this.#result.catch(() => {}); // whoever asks for the result is told
  }

  /** How far it is. */
  get progress(): Progress {
    return this.#job.progress();
  }

  /** True once it has ended, one way or another. */
  get done(): boolean {
    return this.#done;
  }

  /** What has become of the contacts so far; those that are not settled yet count as doubtful. */
  report(): Report {
    return this.#job.report();
  }

  /** Starts nothing more. What is under way ends and is journaled; then `result` rejects with `E1023`. */
  stop(): void {
    this.#job.stop();
  }

  /** The report, at the end. It rejects with what `campaigns.run` would reject with. */
  result(): Promise<Report> {
    return this.#result;
  }
}
