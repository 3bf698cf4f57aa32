/** What only some runtimes have. The entry for Node and its like fills it in. */
import type { URL as WebUrl } from "./globals.js";
import type { JournalFile, OpenJournal } from "./journal.js";
import { fault } from "./native.js";

/** What a runtime may have of its own. */
export interface Platform {
  openJournal: OpenJournal;
  /** 16 random bytes. */
  randomBlock: () => Uint8Array;
  /** What the runtime's own `fetch` takes for a signal, whatever a test environment has put in its place. */
  AbortController: typeof AbortController;
}

/** A runtime of which nothing is known but what the web has. */
let platform: Platform = {
  openJournal: () => {
    throw fault(1001, "this runtime has no files: give an object with `read` and `append` as the journal", "/journal");
  },
  randomBlock: () => globalThis.crypto.getRandomValues(new Uint8Array(16)),
  AbortController,
};

/** Says what this runtime has. */
export function runsOn(runtime: Platform): void {
  platform = runtime;
}

/** Opens a file as a journal, where there are files. */
export function openJournal(path: string | WebUrl): Promise<JournalFile> {
  return platform.openJournal(path);
}

/** 16 random bytes. */
export function randomBlock(): Uint8Array {
  return platform.randomBlock();
}

/** What cuts a request off. */
export function abortController(): AbortController {
  return new platform.AbortController();
}

/** A variable of the environment; absent where it is empty, or where there is no environment. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
