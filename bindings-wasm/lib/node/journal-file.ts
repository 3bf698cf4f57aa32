/** A journal that is a file: one process has it at a time, and its lines are on the disk before they count. */
import type { FileHandle } from "node:fs/promises";
import { bytes } from "../runtime/bytes.js";
import { AirudderError } from "../runtime/errors.js";
import type { URL } from "../runtime/globals.js";
import type { JournalFile } from "../runtime/journal.js";
import { fault } from "../runtime/native.js";
import type { Builtins } from "./builtins.js";
import { type Lock, lock, TAKEN } from "./journal-lock.js";

/** Opens the file, and makes it if it is not there. */
export function openJournalFile(builtins: Builtins, journal: string | URL): Promise<JournalFile> {
  return wrapErrors(String(journal), "opened", () => {
    const path = typeof journal === "string" ? journal : builtins.url.fileURLToPath(journal.href);
    return openPath(builtins, builtins.path.resolve(path));
  });
}

/** The system's own error becomes one that names the file, with that as its cause. */
async function wrapErrors<T>(path: string, done: "opened" | "read" | "written", run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AirudderError) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    const failed = fault(1001, `${path}: the journal cannot be ${done} (${why})`, "/journal");
    failed.cause = error;
    throw failed;
  }
}

function conflict(path: string, why: string): AirudderError {
  return fault(1018, `${path}: ${why}`, "/journal");
}

async function openPath(builtins: Builtins, path: string): Promise<JournalFile> {
  const file = await builtins.fs.open(path, "a+", 0o600);
  let held: Lock | typeof TAKEN | undefined;
  try {
    held = await lock(builtins, file);
    if (held === TAKEN) {
      throw conflict(path, "another process runs the campaign of this journal");
    }
    await syncFolder(builtins, path);
    return new LockedFile(builtins, path, file, held);
  } catch (error) {
    await file.close();
    if (held !== TAKEN) {
      await held?.release();
    }
    throw error;
  }
}

class LockedFile implements JournalFile {
  readonly #builtins: Builtins;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #lock: Lock;
  /** The number of bytes that were read. */
  #length = 0;

  constructor(builtins: Builtins, path: string, file: FileHandle, lock: Lock) {
    this.#builtins = builtins;
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
  }

  read(): Promise<Uint8Array> {
    return wrapErrors(this.#path, "read", () => this.#read());
  }

  append(lines: string, at: number): Promise<void> {
    return wrapErrors(this.#path, "written", () => this.#append(bytes(lines), at));
  }

  truncate(bytes: number): Promise<void> {
    return wrapErrors(this.#path, "written", () => this.#truncate(bytes));
  }

  async #read(): Promise<Uint8Array> {
    const { size } = await this.#file.stat();
    const bytes = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      // It may bring less than there is; taken for all, good lines would be cut off as torn.
      const { bytesRead } = await this.#file.read(bytes, length, size - length, length);
      if (bytesRead === 0) {
        break;
      }
      length += bytesRead;
    }
    this.#length = length;
    return bytes.subarray(0, length);
  }

  /**
   * Appends to a journal of this length, and waits for the disk. Of lines that cannot be written, for instance on a
   * full disk, none stays, unless somebody else has written, too.
   */
  async #append(lines: Uint8Array, at: number): Promise<void> {
    await this.#check(at);
    let written = 0;
    try {
      while (written < lines.length) {
        written += (await this.#file.write(lines, written)).bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      const { size } = await this.#file.stat();
      if (size === at + written) {
        await this.#file.truncate(at);
      }
      throw error;
    }
    await this.#check(at + lines.length);
  }

  async #truncate(bytes: number): Promise<void> {
    await this.#check(this.#length); // only what was read may go
    await this.#file.truncate(bytes);
  }

  /** Every line is on the disk by now: that the file cannot be closed changes nothing. */
  async close(): Promise<void> {
    await this.#file.close().catch(() => {});
    await this.#lock.release();
  }

  /** Finds other writers, whom the locks do not keep away everywhere. */
  async #check(length: number): Promise<void> {
    const own = await this.#file.stat({ bigint: true });
    if (own.size !== BigInt(length)) {
      throw conflict(this.#path, "somebody else writes this journal");
    }
    const named = await this.#builtins.fs.stat(this.#path, { bigint: true }).catch((error: { code?: string }) => {
      if (error.code !== "ENOENT") {
        throw error;
      }
    });
    if (named?.dev !== own.dev || named.ino !== own.ino) {
      throw conflict(this.#path, "the journal was moved, removed or replaced during the campaign");
    }
  }
}

/** Makes the name of a new file as durable as its content, where the file system can. */
async function syncFolder({ fs, path }: Builtins, file: string): Promise<void> {
  if (process.platform === "win32") {
    return;
  }
  const folder = await fs.open(path.dirname(file), "r");
  try {
    await folder.sync();
  } catch {
    // some file systems cannot
  } finally {
    await folder.close();
  }
}
