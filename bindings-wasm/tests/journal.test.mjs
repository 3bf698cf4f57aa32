// The journal as a file: nobody else writes it unnoticed, and it is read wholly.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { createRequire } from "node:module";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import * as url from "node:url";
import { APP, airudder } from "./support.mjs";

const { openJournalFile } = createRequire(import.meta.url)("../dist/journal-file.js");
const { AirudderError } = airudder;
const builtins = { crypto, fs, net, os, path, url };

const folder = mkdtempSync(path.join(os.tmpdir(), "airudder-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text) {
  files += 1;
  const name = path.join(folder, `${files}.jsonl`);
  writeFileSync(name, text);
  return name;
}

const refused = (error) => {
  assert.ok(error instanceof AirudderError, error);
  assert.deepEqual([error.code, error.pointer], ["E1001", "/journal"]);
  return true;
};

test("of the workers of a cluster, one has the journal", () => {
  const fixture = new URL("fixtures/cluster.mjs", import.meta.url).pathname;
  const outcomes = execFileSync(process.execPath, [fixture, file("")], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(outcomes), ["E1001", "opened"]);
});

test("lines of a process that the lock does not keep away stop the campaign", async () => {
  const name = file("one\n");
  const journal = await openJournalFile(builtins, name);
  assert.equal(await journal.read(), "one\n");
  await journal.append("zwölf\n");
  await journal.append("two\n");
  appendFileSync(name, "foreign\n");
  await assert.rejects(journal.append("three\n"), refused);
  await assert.rejects(journal.truncate(0), refused);
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
  const journal = await openJournalFile(
    withFiles({ appendFile: async (lines) => appendFileSync(name, `${lines}foreign\n`) }),
    name,
  );
  await assert.rejects(journal.append("one\n"), refused);
  await journal.close();
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

/** An error of the system, told as one of this library. */
const told = (name, done, code) => (error) => {
  refused(error);
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
  await assert.rejects(journal.append("two\n"), told(name, "written", "ENOSPC"));
  assert.equal(readFileSync(name, "utf8"), "one\n");
  await journal.close();
  journal = await openJournalFile(withFiles({ read: full }), name);
  await assert.rejects(journal.read(), told(name, "read", "ENOSPC"));
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
  await journal.append("one\n");
  await journal.close();
  const again = await openJournalFile(builtins, name);
  assert.equal(await again.read(), "one\n");
  await again.close();
});

test("a short read is no torn line", async () => {
  const { read } = Object.getPrototypeOf(await fs.open(folder).then((handle) => handle.close().then(() => handle)));
  const short = withFiles({
    read(buffer, offset, length, position) {
      return read.call(this, buffer, offset, Math.min(length, 3), position);
    },
  });
  const journal = await openJournalFile(short, file("a line, and zwölf more\n"));
  assert.equal(await journal.read(), "a line, and zwölf more\n");
  await journal.append("next\n");
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
  const child = spawn(process.execPath, ["-e", listen]);
  await once(child.stdout, "data");
  const platform = Object.getOwnPropertyDescriptor(process, "platform");
  Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
  try {
    await assert.rejects(openJournalFile(builtins, name), refused);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.ok(existsSync(socket));
    const journal = await openJournalFile(builtins, name);
    await assert.rejects(openJournalFile(builtins, name), refused);
    await journal.close();
    assert.ok(!existsSync(socket));
  } finally {
    Object.defineProperty(process, "platform", platform);
  }
});
