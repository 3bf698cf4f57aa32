/**
 * Node's own modules. Each entry brings them in the way of its module system, since bundlers cannot turn one way into the
 * other.
 */
import { openJournalFile } from "./journal-file.js";
import { lend } from "./native.js";
import { primitives } from "./node-crypto.js";
import { runsOn } from "./platform.js";

/** The modules that are used. */
export interface Builtins {
  childProcess: typeof import("node:child_process");
  crypto: typeof import("node:crypto");
  fs: typeof import("node:fs/promises");
  net: typeof import("node:net");
  os: typeof import("node:os");
  path: typeof import("node:path");
  url: typeof import("node:url");
}

/** Gives files, randomness and fast primitives to the library. */
export function runsOnNode(builtins: Builtins): void {
  lend(primitives(builtins.crypto));
  runsOn({
    openJournal: (path) => openJournalFile(builtins, path),
    randomBlock: () => builtins.crypto.randomBytes(16),
  });
}
