/** Features that only some runtimes have. The entry for Node and its like sets them. */
import type { URL as WebUrl } from "./globals.js";
import type { JournalFile } from "./journal.js";
import { fault } from "./native.js";

/** Opens a file as a journal. */
export type OpenJournal = (path: string | WebUrl) => Promise<JournalFile>;

/** What is used of `libphonenumber-js`. */
export interface NumberLibrary {
  isSupportedCountry(country: string): boolean;
  parsePhoneNumberFromString(
    text: string,
    options: { defaultCountry: string; extract: false },
  ): { number: string; countryCallingCode: string } | undefined;
  validatePhoneNumberLength(text: string, options: { defaultCountry: string; extract: false }): string | undefined;
}

/** The features that a runtime may have of its own. */
export interface Platform {
  openJournal: OpenJournal;
  /** 16 random bytes. */
  randomBlock: () => Uint8Array;
  /** An optional package, if it is installed. */
  numberLibrary: () => Promise<NumberLibrary>;
  /** Waits until the runtime has seen what came on its sockets while the program was busy. */
  socketsSeen: () => Promise<void>;
  /** The class whose signals the runtime's own `fetch` takes, even if a test environment replaced the global one. */
  AbortController: typeof AbortController;
}

/** A runtime with the features of the web alone. */
let platform: Platform = {
  openJournal: () => {
    throw fault(1001, "this runtime has no files: give an object with `read` and `append` as the journal", "/journal");
  },
  randomBlock: () => globalThis.crypto.getRandomValues(new Uint8Array(16)),
  numberLibrary: () => Promise.reject(fault(1001, "there are no packages here")),
  socketsSeen: () => Promise.resolve(),
  AbortController,
};

/** Sets the features of this runtime. */
export function runsOn(runtime: Platform): void {
  platform = runtime;
}

/** Opens a file as a journal, where there are files. */
export function openJournal(path: string | WebUrl): Promise<JournalFile> {
  return platform.openJournal(path);
}

/** The package `libphonenumber-js`, if it is installed. */
export function numberLibrary(): Promise<NumberLibrary> {
  return platform.numberLibrary();
}

/** 16 random bytes. */
export function randomBlock(): Uint8Array {
  return platform.randomBlock();
}

/**
 * Waits until the runtime has seen what came on its sockets while the program was busy. An answer that nobody asked for
 * closes an idle connection then; unseen, it would be taken for that of the next request.
 */
export function socketsSeen(): Promise<void> {
  return platform.socketsSeen();
}

/** A controller that aborts a request. */
export function abortController(): AbortController {
  return new platform.AbortController();
}

/** Warns as the runtime does: Node lets programs listen for warnings, and silence them. */
export function warn(message: string, type: string, code: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (message: string, options: object) => void } };
  if (typeof process?.emitWarning === "function") {
    process.emitWarning(message, { type, code });
  } else {
    console.warn(`${type}: ${message}`);
  }
}

/** A variable of the environment; absent where it is empty, or where there is no environment. */
export function environment(name: string): string | undefined {
  return variables()?.[name] || undefined;
}

/** True where there is an environment: in Node, and in runtimes that have its `process`. */
export function hasEnvironment(): boolean {
  return variables() !== undefined;
}

function variables(): Record<string, string | undefined> | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
}
