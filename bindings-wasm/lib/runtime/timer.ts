/** Timers for any time. */

/** A longer time would be up at once. 24 days are enough: who still has to wait then waits again. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Runs it when the time is up, or after 24 days. `clearTimeout` keeps it from that. */
export function startTimer(ms: number, run: () => void): ReturnType<typeof setTimeout> {
  return setTimeout(run, Math.min(ms, LONGEST_MS));
}
