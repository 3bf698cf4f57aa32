/** Sets the features of Node. */
import { connectFailed } from "../call/connect.js";
import { catalogsBy } from "../catalog/machine.js";
import { detectBy } from "../detect/captured.js";
import { lend } from "../runtime/native.js";
import { type NumberLibrary, runsOn } from "../runtime/platform.js";
import type { Builtins } from "./builtins.js";
import { openJournalFile } from "./journal-file.js";
import { primitives } from "./primitives.js";

/** Gives files, randomness and fast primitives to the library. */
export function runsOnNode(builtins: Builtins): void {
  lend(primitives(builtins.crypto));
  detectBy(() => (require("../detect.js") as typeof import("../detect.js")).detect);
  catalogsBy(() => {
    require("../catalog.js");
    return (require("../catalog/native.js") as typeof import("../catalog/native.js")).read;
  });
  // Node's fetch does not say in its error whether it came while it connected; here it does.
  builtins.diagnostics.subscribe?.("undici:client:connectError", (message) => {
    connectFailed((message as { error?: unknown }).error);
  });
  runsOn({
    openJournal: (path) => openJournalFile(builtins, path),
    randomBlock: () => builtins.crypto.randomBytes(16),
    numberLibrary,
    socketsSeen: seeing(builtins),
    AbortController: ownController(builtins),
  });
}

/**
 * Deno looks at its sockets while it waits, and has to look several times to see what came over TLS while the program was
 * busy: on a busy machine three times were too few, and six enough.
 */
const DENO_LOOKS = 8;

/**
 * Node looks at its sockets between two rounds of `setImmediate`, or before the first one. The functions are taken now,
 * since test environments put others into their place.
 */
function seeing({ timers: { setImmediate, setTimeout } }: Builtins): () => Promise<void> {
  const round = () => new Promise<void>((resolve) => setImmediate(resolve));
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
  return "Deno" in globalThis
    ? async () => {
        for (let looks = 0; looks < DENO_LOOKS; looks += 1) await wait();
      }
    : () => round().then(round);
}

/** Bundlers do not look for it, since its name is no constant to them: it is optional. */
async function numberLibrary(): Promise<NumberLibrary> {
  const name = ["libphonenumber", "js"].join("-");
  return (await import(/* webpackIgnore: true */ name)) as NumberLibrary;
}

/**
 * Node's own class: jsdom, for instance, puts another one into the place of the global, which Node's `fetch` refuses.
 */
function ownController({ util }: Builtins): typeof AbortController {
  const own = util.transferableAbortController?.();
  return (own?.constructor as typeof AbortController | undefined) ?? AbortController;
}
