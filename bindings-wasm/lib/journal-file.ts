/** A journal that is a file: one process has it at a time, and its lines are on the disk before they count. */
import type { FileHandle } from "node:fs/promises";
import type { Server } from "node:net";
import type { Builtins } from "./builtins.js";
import { AirudderError } from "./errors.js";
import type { URL } from "./globals.js";
import { fault } from "./native.js";
import type { JournalFile } from "./platform.js";

/** Opens the file, and makes it if it is not there. */
export function openJournalFile(builtins: Builtins, journal: string | URL): Promise<JournalFile> {
  return told(String(journal), "opened", () => {
    const path = typeof journal === "string" ? journal : builtins.url.fileURLToPath(journal.href);
    return openPath(builtins, path);
  });
}

/** The system's own error becomes one that names the file, with that as its cause. */
async function told<T>(path: string, done: "opened" | "read" | "written", run: () => Promise<T>): Promise<T> {
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

async function openPath(builtins: Builtins, path: string): Promise<JournalFile> {
  const file = await builtins.fs.open(path, "a+");
  let lock: Server | undefined;
  try {
    lock = await take(builtins, path, file);
    await syncFolder(builtins, path);
    return new LockedFile(path, file, lock);
  } catch (error) {
    await release(lock);
    await file.close();
    throw error;
  }
}

class LockedFile implements JournalFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #lock: Server;
  /** How many bytes the file has, if nobody else writes to it. */
  #length = 0;

  constructor(path: string, file: FileHandle, lock: Server) {
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
  }

  read(): Promise<string> {
    return told(this.#path, "read", () => this.#read());
  }

  append(lines: string): Promise<void> {
    return told(this.#path, "written", () => this.#append(lines));
  }

  truncate(bytes: number): Promise<void> {
    return told(this.#path, "written", () => this.#truncate(bytes));
  }

  /** A torn last line may be no text any more; the core cuts it off. */
  async #read(): Promise<string> {
    const { size } = await this.#file.stat();
    const bytes = Buffer.alloc(size);
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
    return bytes.toString("utf8", 0, length);
  }

  /** Appends, and waits for the disk. Of lines that cannot be written, for instance on a full disk, none stays. */
  async #append(lines: string): Promise<void> {
    await this.#checkLength();
    try {
      await this.#file.appendFile(lines);
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.#length);
      throw error;
    }
    this.#length += Buffer.byteLength(lines);
    await this.#checkLength();
  }

  async #truncate(bytes: number): Promise<void> {
    await this.#checkLength();
    await this.#file.truncate(bytes);
    this.#length = bytes;
  }

  /** Every line is on the disk by now: that the file cannot be closed changes nothing. */
  async close(): Promise<void> {
    await this.#file.close().catch(() => {});
    await release(this.#lock);
  }

  /** Finds other writers, which the lock does not keep away everywhere, before anything is sent on the strength of a line. */
  async #checkLength(): Promise<void> {
    const { size } = await this.#file.stat();
    if (size !== this.#length) {
      const message = "another process writes this journal; let one campaign end before you run the next";
      throw fault(1001, `${this.#path}: ${message}`, "/journal");
    }
  }
}

/**
 * Keeps other processes away. Node has no file locks; a listening socket named for the file is nearly as good: two cannot
 * have it, and the kernel gives it up when the process ends, however it ends.
 *
 * It covers one network namespace on Linux, one machine on Windows, and one folder for temporary files elsewhere. Processes
 * beyond, as in other containers, show themselves by the length of the file.
 */
async function take(builtins: Builtins, path: string, file: FileHandle): Promise<Server> {
  const { dev, ino } = await file.stat({ bigint: true });
  const socket = address(builtins, `airudder-journal-${dev}-${ino}`);
  const lock = builtins.net.createServer((connection) => connection.destroy());
  lock.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      lock.once("error", reject);
      lock.listen({ path: socket, exclusive: true }, resolve); // the workers of a cluster would share it otherwise
    });
    return lock;
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") {
      throw error;
    }
  }
  if (await isAbandoned(builtins, socket)) {
    await builtins.fs.rm(socket, { force: true });
    return take(builtins, path, file);
  }
  const message = "another process runs the campaign of this journal; wait for it, or give each campaign its own";
  throw fault(1001, `${path}: ${message}`, "/journal");
}

/** Lets others have the file. */
async function release(lock: Server | undefined): Promise<void> {
  if (lock !== undefined) {
    await new Promise((resolve) => lock.close(resolve));
  }
}

/** Where a socket of this name is: where the system can do it, no file. */
function address({ os, path }: Builtins, name: string): string {
  switch (process.platform) {
    case "linux":
      return `\0${name}`;
    case "win32":
      return `\\\\.\\pipe\\${name}`;
    default:
      return path.join(os.tmpdir(), name);
  }
}

/** Whether it is the file of a socket whose process was killed: nobody listens. */
function isAbandoned({ net }: Builtins, socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket, () => {
      connection.destroy();
      resolve(false);
    });
    connection.once("error", ({ code }: { code?: string }) => {
      resolve(code === "ECONNREFUSED" && !socket.startsWith("\0")); // one without a file is gone, not abandoned
    });
  });
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
