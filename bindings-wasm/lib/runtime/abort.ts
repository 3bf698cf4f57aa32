/** Waiting for a signal. */
import type { AbortSignal } from "./globals.js";

/** The callbacks that wait for a signal, behind the one listener that it has from this library. */
interface Waiting {
  runs: Set<() => void>;
  stop: () => void;
}

const waiting = new WeakMap<object, Waiting>();

/**
 * Runs the callback when the signal aborts. The returned function takes that back; call it when the operation is over.
 *
 * A signal gets one listener, however many calls wait for it: Node warns of a leak at more than ten.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined) {
    return () => {};
  }
  const { runs, stop } = waiting.get(signal) ?? listen(signal);
  const own = () => run(); // the same function may wait twice
  runs.add(own);
  return () => {
    runs.delete(own);
    if (runs.size === 0) {
      stop();
    }
  };
}

function listen(signal: AbortSignal): Waiting {
  const runs = new Set<() => void>();
  const listener = () => {
    stop();
    for (const run of runs) {
      run();
    }
  };
  const stop = () => {
    signal.removeEventListener("abort", listener);
    if (waiting.get(signal)?.runs === runs) {
      waiting.delete(signal);
    }
  };
  signal.addEventListener("abort", listener, { once: true });
  const entry = { runs, stop };
  waiting.set(signal, entry);
  return entry;
}
