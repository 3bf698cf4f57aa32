/** The entry for Node, Bun and Deno. */
import { randomBytes } from "node:crypto";
import { base64 } from "./inlined.js";
import { openJournalFile } from "./journal-file.js";
import { provide } from "./native.js";
import { runsOn } from "./platform.js";

provide(() => Buffer.from(base64, "base64"));
runsOn({ openJournal: openJournalFile, randomBlock: () => randomBytes(16) });

export * from "./library.js";
