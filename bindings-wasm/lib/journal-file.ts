/** A journal that is a file: one process has it at a time, and its lines are on the disk before they count. */
import type { FileHandle } from "node:fs/promises";
import type { Server } from "node:net";
import type { Builtins } from "./builtins.js";
import type { URL } from "./globals.js";
import { fault } from "./native.js";
import type { JournalFile } from "./platform.js";

/** Opens the file, and makes it if it is not there. */
export async function openJournalFile(builtins: Builtins, journal: string | URL): Promise<JournalFile> {
  const { fs, url } = builtins;
  const path = typeof journal === "string" ? journal : url.fileURLToPath(journal.href);
  const file = await fs.open(path, "a+");
  try {
    const lock = await take(builtins, path, file);
    await syncFolder(builtins, path);
    return new LockedFile(file, lock);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class LockedFile implements JournalFile {
  readonly #file: FileHandle;
  readonly #lock: Server;

  constructor(file: FileHandle, lock: Server) {
    this.#file = file;
    this.#lock = lock;
  }

  /** A torn last line may be no text any more; the core cuts it off. */
  async read(): Promise<string> {
    const { size } = await this.#file.stat();
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString("utf8", 0, bytesRead);
  }

  /** Appends, and waits for the disk. Of lines that cannot be written, for instance on a full disk, none stays. */
  async append(lines: string): Promise<void> {
    const { size } = await this.#file.stat();
    try {
      await this.#file.appendFile(lines);
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(size);
      throw error;
    }
  }

  async truncate(bytes: number): Promise<void> {
    await this.#file.truncate(bytes);
  }

  async close(): Promise<void> {
    await this.#file.close();
    await new Promise((resolve) => this.#lock.close(resolve));
  }
}

/**
 * Keeps other processes of this machine away. Node has no file locks; a listening socket named for the file is as good: two
 * cannot have it, and the kernel gives it up when the process ends, however it ends.
 */
async function take(builtins: Builtins, path: string, file: FileHandle): Promise<Server> {
  const { dev, ino } = await file.stat({ bigint: true });
  const lock = builtins.net.createServer((socket) => socket.destroy());
  lock.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      lock.once("error", reject);
      lock.listen(address(builtins, `airudder-journal-${dev}-${ino}`), resolve);
    });
  } catch (error) {
    if ((error as { code?: string }).code === "EADDRINUSE") {
      const message = "another process runs the campaign of this journal; wait for it, or give each campaign its own";
      throw fault(1001, `${path}: ${message}`, "/journal");
    }
    throw error;
  }
  return lock;
}

/** Where a socket of this name is, so that nothing of it stays behind. */
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
