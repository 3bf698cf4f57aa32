/** The time of a call or a campaign. */

/**
 * Unix time as it was at the start, and from then on what a clock has measured that nobody sets: the system's may stand
 * still, as in a test that fakes `Date`, or jump, and a wait would never end, or at once.
 */
export class Clock {
  readonly #start = Date.now();
  readonly #from = performance.now();
  /** What timers have shown to be over, should the other clock stand still, too. */
  #waited = 0;

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return Math.max(performance.now() - this.#from, this.#waited);
  }

  /** Unix time in milliseconds. */
  get unixMs(): number {
    return this.#start + this.elapsedMs;
  }

  /** The system's Unix time, where it did not fall behind: it has what a machine slept through, which the other one lacks. */
  get systemMs(): number {
    return Math.max(Date.now(), this.unixMs);
  }

  /** A timer has shown that this time has come. */
  reached(unixMs: number): void {
    this.#waited = Math.max(this.#waited, unixMs - this.#start);
  }
}
