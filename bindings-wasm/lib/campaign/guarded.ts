/** Keeps a worker that may have lost its journal from sending. */
import type { Fetch } from "../runtime/globals.js";
import type { Journal } from "../runtime/journal.js";

const UPLOAD = "/service/cloud/workflow/uploaddetails";

/**
 * A `fetch` that asks the journal before each attempt of an upload. A worker that was paused would otherwise send what
 * another one sends again. What is left is a pause between this question and the system's call, which nobody can exclude.
 */
export function guarded(fetch: Fetch, journal: Journal): Fetch {
  if (journal.held === undefined) {
    return fetch;
  }
  return async (url, init) => {
    if (String(url).endsWith(UPLOAD) && journal.held?.() === false) {
      const error = new Error("the lease of the journal may have run out, so nothing was sent");
      throw Object.assign(error, { syscall: "connect" }); // it counts as a connection that was not made
    }
    return fetch(url, init);
  };
}
