/** The time of a call or a campaign. */

/**
 * Unix time at the start, advanced by a monotonic clock. The system clock may stand still, as in a test that fakes
 * `Date`, or jump; a wait would then never end, or end at once.
 */
export class Clock {
  readonly #start = Date.now();
  readonly #from = performance.now();
  /** The time that timers have waited, for the case that the monotonic clock stands still, too. */
  #waited = 0;

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return Math.max(performance.now() - this.#from, this.#waited);
  }

  /** Unix time in milliseconds. */
  get unixMs(): number {
    return this.#start + this.elapsedMs;
  }

  /**
   * The system's Unix time, unless it fell behind. It includes the time that the machine slept; the monotonic clock may
   * not.
   */
  get systemMs(): number {
    return Math.max(Date.now(), this.unixMs);
  }

  /** Records that a timer has reached this time. */
  reached(unixMs: number): void {
    this.#waited = Math.max(this.#waited, unixMs - this.#start);
  }
}
