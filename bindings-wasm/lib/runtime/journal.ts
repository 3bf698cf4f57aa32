/** The interface between a campaign and its journal. */
import type { AbortSignal } from "./globals.js";

/**
 * The log that lets a campaign go on after a crash, in JSON lines. One campaign at a time may have it: your own object
 * must keep other processes away itself, for instance by a lock in its database, and throw when it finds that it did
 * not.
 */
export interface Journal {
  /**
   * All that was appended so far, as a string or as UTF-8 bytes. One that has to wait for another program to be through
   * with it gives up when the signal aborts, and throws its reason.
   */
  read(signal?: AbortSignal): string | Uint8Array | Promise<string | Uint8Array>;
  /**
   * Appends lines. When it returns, they must be durable: the next requests rest on them. `at` is the number of UTF-8
   * bytes that the journal has before them; where yours has more or fewer, somebody else wrote to it: append nothing,
   * and throw.
   */
  append(lines: string, at: number): void | Promise<void>;
  /**
   * Truncates to this number of UTF-8 bytes, to remove a line that a crash tore. Not needed where lines are appended
   * wholly or not at all.
   */
  truncate?(bytes: number): void | Promise<void>;
  /**
   * Returns whether the journal is surely still this campaign's, for longer than a request takes to go out. It is asked
   * before each upload is handed to `fetch`; where it is not so, nothing is sent. Without it the journal always is.
   */
  held?(): boolean;
  /** The lease of a journal that has one, in milliseconds. A request must take no more than a third of it: `E1001`. */
  readonly leaseMs?: number;
  /** Lets others have the journal. Called once the campaign is over, also where `read` failed. */
  close?(): void | Promise<void>;
}

/**
 * A journal where workers on other machines have theirs, so that each can send one partition of a campaign. It holds
 * nothing but the head then, one line, which all workers share; each has the journal of its partition.
 */
export interface PartitionedJournal extends Journal {
  /**
   * Keeps this line as the journal's first, unless it has one, and gives the first that it has then. In one step, so that
   * of two workers which do so at once both get the same line; durable when it returns; and without keeping other workers
   * away.
   */
  head(line: string): string | Uint8Array | Promise<string | Uint8Array>;
  /** The journal of a partition, another one for each number. */
  part(index: number): Journal;
}

/** A journal that is a file, to be closed. */
export interface JournalFile extends Journal {
  close(): Promise<void>;
}
