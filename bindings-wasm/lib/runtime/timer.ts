/** Timers for any time. */

/** The longest delay, 24 days: a timer with a longer one fires at once. Callers wait again. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Runs the callback after this time, or after 24 days. `clearTimeout` cancels it. */
export function startTimer(ms: number, run: () => void): ReturnType<typeof setTimeout> {
  return setTimeout(run, Math.min(ms, LONGEST_MS));
}
