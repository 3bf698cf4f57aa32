/** Keeps other processes away from a file, whatever their language; the system lets it go when a process dies. */
import type { FileHandle } from "node:fs/promises";
import type { Server } from "node:net";
import type { Builtins } from "./builtins.js";

/** A file that this process has. */
export interface Lock {
  /** Lets others have it, once the file is closed. */
  release(): Promise<void>;
}

/** Another process has the file. */
export const TAKEN = "taken";

/**
 * Takes the file in two ways, of which one has to be possible. Other languages take it in both.
 *
 * Node cannot lock a file, but the program `flock` can do it for Node: the lock stays with the open file that the
 * program was given. It reaches wherever the file does. Where there is no such program, or it may not be started, a
 * listening socket named for the file is nearly as good: two processes cannot have it. It covers one network namespace
 * on Linux, one machine on Windows, and one folder for temporary files elsewhere.
 */
export async function lock(builtins: Builtins, file: FileHandle): Promise<Lock | typeof TAKEN> {
  const flocked = process.platform === "linux" && (await flock(builtins, file));
  if (flocked === TAKEN) {
    return TAKEN;
  }
  try {
    const socket = await listen(builtins, file);
    return socket === TAKEN ? TAKEN : { release: () => release(socket) };
  } catch (error) {
    if (flocked) {
      return { release: async () => {} };
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`neither the program flock nor a socket can lock it: ${why}`, { cause: error });
  }
}

/** Locks the open file until it is closed; false where that is not possible. */
function flock({ childProcess }: Builtins, file: FileHandle): Promise<boolean | typeof TAKEN> {
  const ended = new Promise<boolean | typeof TAKEN>((resolve, reject) => {
    const program = childProcess.spawn("flock", ["-n", "0"], { stdio: [file.fd, "ignore", "pipe"] });
    let complaint = "";
    program.stderr?.on("data", (text) => {
      complaint += text;
    });
    program.once("error", reject);
    // Status 1 without a word: somebody else has the lock.
    program.once("close", (status) => resolve(status === 1 && complaint === "" ? TAKEN : status === 0));
  });
  return ended.catch(() => false);
}

/** Takes the socket's name. */
async function listen(builtins: Builtins, file: FileHandle): Promise<Server | typeof TAKEN> {
  const { dev, ino } = await file.stat({ bigint: true });
  const path = address(builtins, `airudder-journal-${dev}-${ino}`);
  const server = builtins.net.createServer((connection) => connection.destroy());
  server.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ path, exclusive: true }, resolve); // the workers of a cluster would share it otherwise
    });
    return server;
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") {
      throw error;
    }
  }
  if (await isAbandoned(builtins, path)) {
    await builtins.fs.rm(path, { force: true });
    return listen(builtins, file);
  }
  return TAKEN;
}

async function release(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** The address of the socket of this name: no file, where the system can do without. */
function address({ os, path }: Builtins, name: string): string {
  switch (process.platform) {
    case "linux":
      if (Number.parseInt(process.versions.node, 10) < 20) {
        throw new Error("before version 20, Node loses the names of sockets that are no files");
      }
      return `\0${name}`.padEnd(ADDRESS_BYTES, "\0"); // as Node 20 pads shorter ones by itself, and later versions do not
    case "win32":
      return `\\\\.\\pipe\\${name}`;
    default:
      return path.join(os.tmpdir(), name);
  }
}

/** The size of a Unix socket's address on Linux. */
const ADDRESS_BYTES = 108;

/** True for the file of a socket whose process was killed: nobody listens. */
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
