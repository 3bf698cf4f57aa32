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
import { airudder } from "./support.mjs";

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
