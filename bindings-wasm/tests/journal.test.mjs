// The journal as a file: nobody else writes it unnoticed, and it is read wholly.
import assert from "node:assert/strict";
import * as childProcess from "node:child_process";
import * as crypto from "node:crypto";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import * as fs from "node:fs/promises";
import { createRequire } from "node:module";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import * as url from "node:url";
import { APP, airudder } from "./support.mjs";

const { openJournalFile } = createRequire(import.meta.url)("../dist/node/journal-file.js");
const { AirudderError } = airudder;
const builtins = { childProcess, crypto, fs, net, os, path, url };

const folder = mkdtempSync(path.join(os.tmpdir(), "airudder-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text) {
  files += 1;
  const name = path.join(folder, `${files}.jsonl`);
  writeFileSync(name, text);
  return name;
}

const refused = (code) => (error) => {
  assert.ok(error instanceof AirudderError, error);
  assert.deepEqual([error.code, error.pointer], [code, "/journal"]);
  return true;
};
const conflict = refused("E1018");
const text = async (journal) => Buffer.from(await journal.read()).toString();

test("of the workers of a cluster, one has the journal", () => {
  const fixture = new URL("fixtures/cluster.mjs", import.meta.url).pathname;
  const outcomes = childProcess.execFileSync(process.execPath, [fixture, file("")], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(outcomes), ["E1018", "opened"]);
});

test("lines of a process that the lock does not keep away stop the campaign", async () => {
  const name = file("one\n");
  const journal = await openJournalFile(builtins, name);
  assert.equal(await text(journal), "one\n");
  await journal.append("zwölf\n", 4);
  await journal.append("two\n", 11);
  appendFileSync(name, "foreign\n");
  await assert.rejects(journal.append("three\n", 15), conflict);
  await assert.rejects(journal.truncate(0), conflict);
  assert.equal(readFileSync(name, "utf8"), "one\nzwölf\ntwo\nforeign\n");
  await journal.close();
});

/** Node's modules, the files with other methods. */
const withFiles = (methods) => ({
  ...builtins,
  fs: { ...fs, open: async (...given) => Object.assign(await fs.open(...given), methods) },
});

test("so do lines that come at the same moment", async () => {
  const name = file("");
  const datasync = async () => appendFileSync(name, "foreign\n");
  const journal = await openJournalFile(withFiles({ datasync }), name);
  await assert.rejects(journal.append("one\n", 0), conflict);
  assert.equal(readFileSync(name, "utf8"), "one\nforeign\n");
  await journal.close();
});

for (const what of ["removed", "replaced", "shorter"]) {
  test(`a file that was ${what} takes no line more`, async () => {
    const name = file("one\n");
    const journal = await openJournalFile(builtins, name);
    if (what === "removed") {
      rmSync(name);
    } else if (what === "replaced") {
      renameSync(file("one\n"), name);
    } else {
      writeFileSync(name, "one");
    }
    const left = existsSync(name) && readFileSync(name, "utf8");
    await assert.rejects(journal.append("two\n", 4), conflict);
    assert.equal(existsSync(name) && readFileSync(name, "utf8"), left);
    await journal.close();
  });
}

test("a new file is the owner's alone, and an old one keeps its mode", async () => {
  const umask = process.umask(0);
  const created = path.join(folder, "new.jsonl");
  try {
    await (await openJournalFile(builtins, created)).close();
  } finally {
    process.umask(umask);
  }
  assert.equal(statSync(created).mode & 0o777, 0o600);
  const shared = file("");
  chmodSync(shared, 0o640);
  await (await openJournalFile(builtins, shared)).close();
  assert.equal(statSync(shared).mode & 0o777, 0o640);
});

const noProgram = {
  ...builtins,
  childProcess: { spawn: () => childProcess.spawn(path.join(folder, "no-such-program")) },
};
const notAllowed = {
  ...builtins,
  childProcess: {
    spawn: () => {
      throw new Error("no access");
    },
  },
};
const noSockets = {
  ...builtins,
  net: { createServer: () => Object.assign(net.createServer(), { listen: () => assert.fail("EINVAL") }) },
};

test("one of both locks is enough, and with none there is no journal", async () => {
  const name = file("");
  for (const left of [noProgram, notAllowed, noSockets]) {
    const journal = await openJournalFile(left, name);
    await assert.rejects(openJournalFile(left, name), conflict);
    await assert.rejects(openJournalFile(builtins, name), conflict);
    await journal.close();
  }
  const neither = { ...noProgram, net: noSockets.net };
  await assert.rejects(openJournalFile(neither, name), ({ message, cause }) => {
    assert.match(message, /neither the program flock nor a socket can lock it: EINVAL/);
    assert.equal(cause.cause.message, "EINVAL");
    return true;
  });
});

test("a program that fails for another reason has no lock, and tells of none", async () => {
  const failing = (_command, _arguments, options) =>
    childProcess.spawn("sh", ["-c", "echo no locks here >&2; exit 1"], options);
  const noLocks = { ...builtins, childProcess: { spawn: failing } };
  const name = file("");
  const journal = await openJournalFile(noLocks, name);
  await assert.rejects(openJournalFile(noLocks, name), conflict);
  await journal.close();
  const neither = { ...noLocks, net: noSockets.net };
  await assert.rejects(openJournalFile(neither, name), /neither the program flock nor a socket can lock it/);
});

test("a journal that is left open keeps no process alive", () => {
  const module = new URL("../dist/node/journal-file.js", import.meta.url).pathname;
  const program = `
    const builtins = { fs: require("node:fs/promises") };
    for (const name of ["os", "net", "path", "url"]) builtins[name] = require("node:" + name);
    builtins.childProcess = require("node:child_process");
    require(${JSON.stringify(module)}).openJournalFile(builtins, ${JSON.stringify(file(""))}).then(() => console.log("open"));
  `;
  const output = childProcess.execFileSync(process.execPath, ["-e", program], { encoding: "utf8", timeout: 30_000 });
  assert.equal(output, "open\n");
});

test("before Node 20, the program is needed, since sockets would have no names", async () => {
  const { versions } = process;
  Object.defineProperty(process, "versions", { value: { ...versions, node: "18.20.8" }, configurable: true });
  try {
    const name = file("");
    const journal = await openJournalFile(builtins, name);
    const other = await openJournalFile(builtins, file(""));
    await assert.rejects(openJournalFile(builtins, name), conflict);
    await Promise.all([journal.close(), other.close()]);
    await assert.rejects(openJournalFile(noProgram, name), /before version 20, Node loses the names/);
  } finally {
    Object.defineProperty(process, "versions", { value: versions, configurable: true });
  }
});

test("a folder that cannot be opened leaves no lock behind", async () => {
  const name = file("");
  const open = async (path, flags) => {
    if (flags === "r") throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    return fs.open(path, flags);
  };
  await assert.rejects(openJournalFile({ ...builtins, fs: { ...fs, open } }, name), /EACCES/);
  const journal = await openJournalFile(builtins, name);
  await journal.close();
});

test("the name of a new file is made durable where the file system can", async () => {
  for (const fails of [false, true]) {
    const done = [];
    const open = async (path, flags) => {
      const handle = await fs.open(path, flags);
      if (flags !== "r") return handle;
      const closeHandle = handle.close.bind(handle);
      const sync = async () => {
        done.push(["sync", path]);
        if (fails) throw Object.assign(new Error("EINVAL: invalid argument"), { code: "EINVAL" });
      };
      const close = async () => {
        done.push(["close", path]);
        await closeHandle();
      };
      return Object.assign(handle, { sync, close });
    };
    const journal = await openJournalFile({ ...builtins, fs: { ...fs, open } }, file(""));
    await journal.close();
    assert.deepEqual(done, [
      ["sync", folder],
      ["close", folder],
    ]);
  }
});

test("on Windows, a pipe is the lock, and a folder cannot be opened", async () => {
  const name = file("");
  const opened = [];
  const ino = 2n ** 60n + 1n; // a number would round it
  const stat = async ({ bigint }) => ({ dev: 7, ino: bigint ? ino : Number(ino) });
  const open = async (path, flags) => {
    opened.push(path);
    return Object.assign(await fs.open(path, flags), { stat });
  };
  const pipes = [];
  const childProcess = { spawn: () => pipes.push("a program") };
  const createServer = () => ({
    once: () => {},
    unref: () => {},
    listen: ({ path, exclusive }, listening) => {
      pipes.push([path, exclusive]);
      listening();
    },
    close: (closed) => {
      pipes.pop();
      closed();
    },
  });
  const platform = Object.getOwnPropertyDescriptor(process, "platform");
  Object.defineProperty(process, "platform", { ...platform, value: "win32" });
  try {
    const journal = await openJournalFile(
      { ...builtins, childProcess, fs: { ...fs, open }, net: { createServer } },
      name,
    );
    assert.deepEqual([opened, pipes], [[name], [[`\\\\.\\pipe\\airudder-journal-7-${ino}`, true]]]);
    await journal.close();
    assert.deepEqual(pipes, []);
  } finally {
    Object.defineProperty(process, "platform", platform);
  }
});

/** An error of the system, told as one of this library. */
const told = (name, done, code) => (error) => {
  refused("E1001")(error);
  assert.ok(error.message.includes(`${name}: the journal cannot be ${done} (`), error.message);
  assert.equal(error.cause.code, code);
  return true;
};

test("a path where no file can be is named", async () => {
  const missing = path.join(folder, "missing", "july.jsonl");
  await assert.rejects(openJournalFile(builtins, missing), told(missing, "opened", "ENOENT"));
  await assert.rejects(openJournalFile(builtins, folder), told(folder, "opened", "EISDIR"));
  const remote = new URL("https://api.example/july.jsonl");
  await assert.rejects(openJournalFile(builtins, remote), told(remote.href, "opened", "ERR_INVALID_URL_SCHEME"));
  const { campaigns } = new airudder.Client(APP);
  const campaign = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00", contacts: [] };
  await assert.rejects(campaigns.run({ ...campaign, journal: missing }), (error) => {
    assert.deepEqual(error.report, { accepted: 0, rejected: [], doubtful: [], workflows: [] });
    return told(missing, "opened", "ENOENT")(error);
  });
});

test("a disk that fails is named, and what was written stays", async () => {
  const full = async () => Promise.reject(Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }));
  const name = file("one\n");
  let journal = await openJournalFile(withFiles({ datasync: full }), name);
  await journal.read();
  await assert.rejects(journal.append("two\n", 4), told(name, "written", "ENOSPC"));
  assert.equal(readFileSync(name, "utf8"), "one\n");
  await journal.close();
  journal = await openJournalFile(withFiles({ truncate: full }), name);
  await journal.read();
  await assert.rejects(journal.truncate(0), told(name, "written", "ENOSPC"));
  await journal.close();
  const beside = async () => {
    appendFileSync(name, "foreign\n");
    await full();
  };
  journal = await openJournalFile(withFiles({ datasync: beside }), name);
  await assert.rejects(journal.append("two\n", 4), told(name, "written", "ENOSPC"));
  assert.equal(readFileSync(name, "utf8"), "one\ntwo\nforeign\n"); // what somebody else wrote is not cut off
  await journal.close();
  journal = await openJournalFile(withFiles({ read: full }), name);
  await assert.rejects(journal.read(), told(name, "read", "ENOSPC"));
  await journal.close();
  const unknown = { ...builtins, fs: { ...fs, stat: full } };
  journal = await openJournalFile(unknown, name);
  await assert.rejects(journal.append("three\n", 16), told(name, "written", "ENOSPC"));
  assert.equal(readFileSync(name, "utf8"), "one\ntwo\nforeign\n");
  await journal.close();
});

test("a file that cannot be closed keeps neither the report back nor the lock", async () => {
  const name = file("");
  const open = async (path, flags) => {
    const handle = await fs.open(path, flags);
    const close = handle.close.bind(handle);
    const failing = async () => {
      await close();
      throw new Error("EIO");
    };
    return flags === "r" ? handle : Object.assign(handle, { close: failing });
  };
  const journal = await openJournalFile({ ...builtins, fs: { ...fs, open } }, name);
  await journal.append("one\n", 0);
  await journal.close();
  const again = await openJournalFile(builtins, name);
  assert.equal(await text(again), "one\n");
  await again.close();
});

test("a short read is no torn line", async () => {
  const { read } = Object.getPrototypeOf(await fs.open(folder).then((handle) => handle.close().then(() => handle)));
  const short = withFiles({
    read(buffer, offset, length, position) {
      assert.equal(length, buffer.length - offset);
      return read.call(this, buffer, offset, Math.min(length, 3), position);
    },
  });
  const journal = await openJournalFile(short, file("a line, and zwölf more\n"));
  assert.equal(await text(journal), "a line, and zwölf more\n");
  await journal.append("next\n", 24);
  await journal.close();
});

test("a file that became shorter while it was read ends where it ends", async () => {
  const name = file("one\n");
  const stat = async (options) => (options ? fs.stat(name, options) : { size: 9 });
  const journal = await openJournalFile(withFiles({ stat }), name);
  assert.equal(await text(journal), "one\n");
  await journal.append("two\n", 4);
  await journal.close();
});

test("a killed process leaves no lock, also where the lock is a file", {
  skip: os.platform() === "win32",
}, async () => {
  const name = file("");
  const { dev, ino } = statSync(name, { bigint: true });
  const socket = path.join(os.tmpdir(), `airudder-journal-${dev}-${ino}`);
  rmSync(socket, { force: true }); // of an earlier run that was killed, for a file that had the same number
  const listen = `require("node:net").createServer().listen(${JSON.stringify(socket)}, () => console.log("listening"))`;
  const child = childProcess.spawn(process.execPath, ["-e", listen]);
  await once(child.stdout, "data");
  const platform = Object.getOwnPropertyDescriptor(process, "platform");
  Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
  try {
    await assert.rejects(openJournalFile(builtins, name), conflict);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.ok(existsSync(socket));
    const rm = (path, options) => {
      rmSync(path); // somebody else is quicker
      return fs.rm(path, options);
    };
    const journal = await openJournalFile({ ...builtins, fs: { ...fs, rm } }, name);
    await assert.rejects(openJournalFile(builtins, name), conflict);
    await journal.close();
    assert.ok(!existsSync(socket));
  } finally {
    Object.defineProperty(process, "platform", platform);
  }
});
