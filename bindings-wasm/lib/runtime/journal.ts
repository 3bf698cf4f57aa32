/** Where a campaign is journaled. */
import type { URL as WebUrl } from "./globals.js";

/**
 * Where a campaign writes down what it does, so that it can go on after a crash. Text of JSON lines. One campaign at a time
 * may have it: an object of yours must keep other processes away itself, for instance by a lock in its database, and throws
 * where it finds that it did not.
 */
export interface Journal {
  /** All that was appended so far, as text or as its bytes of UTF-8. */
  read(): string | Uint8Array | Promise<string | Uint8Array>;
  /**
   * Appends lines. When it returns, they must be safe: what is sent next rests on it. `at` is how many bytes of UTF-8 the
   * journal has before them; where yours has more or fewer, somebody else wrote to it: append nothing, and throw.
   */
  append(lines: string, at: number): void | Promise<void>;
  /**
   * Cuts off what is behind so many bytes of UTF-8: a line that a crash tore. Not needed where lines are appended wholly
   * or not at all.
   */
  truncate?(bytes: number): void | Promise<void>;
}

/** A journal that is a file, to be closed. */
export interface JournalFile extends Journal {
  close(): Promise<void>;
}

/** Opens a file as a journal. */
export type OpenJournal = (path: string | WebUrl) => Promise<JournalFile>;
