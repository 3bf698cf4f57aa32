// Journals as a crash may leave them: whoever runs the campaign again sends nobody twice, and loses nobody.
import assert from "node:assert/strict";
import * as childProcess from "node:child_process";
import * as crypto from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { createRequire } from "node:module";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import * as url from "node:url";
import fc from "fast-check";
import { checkCampaigns, fates, named, Unreliable } from "./chance.mjs";
import { APP, airudder, contacts, Sandbox } from "./support.mjs";

const { openJournalFile } = createRequire(import.meta.url)("../dist/node/journal-file.js");
const builtins = { childProcess, crypto, fs, net, os, path, url };

const COUNT = 9;
let sandbox;
let folder;
let whole;
before(async () => {
  sandbox = await Sandbox.start();
  folder = mkdtempSync(path.join(os.tmpdir(), "airudder-"));
  const name = file();
  await run(name);
  whole = readFileSync(name);
});
after(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

let files = 0;
function file(content) {
  files += 1;
  const name = path.join(folder, `${files}.jsonl`);
  if (content !== undefined) {
    writeFileSync(name, content);
  }
  return name;
}

class Killed extends Error {}

/** A journal whose process dies once it has so many bytes: of the lines that it writes then, a part is there. */
async function dying(name, life) {
  const journal = await openJournalFile(builtins, name);
  let isDead = false;
  return {
    read: () => journal.read(),
    truncate: (bytes) => journal.truncate(bytes),
    close: () => journal.close(),
    append: async (lines, at) => {
      const text = Buffer.from(lines);
      if (!isDead && at + text.length <= life) {
        return journal.append(lines, at);
      }
      if (!isDead) {
        appendFileSync(name, text.subarray(0, life - at));
      }
      isDead = true;
      throw new Killed();
    },
  };
}

function run(journal, fates = []) {
  const client = new airudder.Client({
    ...APP,
    baseUrl: sandbox.url,
    maxRetries: 0,
    fetch: new Unreliable(fates).fetch,
  });
  return client.campaigns.run({
    workflow_template_id: 7,
    name: "july",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: contacts(COUNT),
    journal,
    batchSize: 2,
    inFlight: 2,
    settleMs: 1,
    maxOutageMs: 100,
  });
}

/** Runs it to its end; false where it was refused for its journal. */
async function runAgain(name) {
  const [written, asked] = [readFileSync(name), (await sandbox.control("stats")).requests];
  let report;
  try {
    report = await run(name);
  } catch (error) {
    assert.equal(named(error).code, "E1011", error);
    assert.deepEqual([readFileSync(name), (await sandbox.control("stats")).requests], [written, asked]);
    return false;
  }
  assert.deepEqual([report.accepted, report.rejected, report.doubtful], [COUNT, [], []]);
  return true;
}

async function arrived() {
  const { distinct, duplicates } = (await sandbox.control("stats")).contacts;
  return [distinct, duplicates];
}

const lastLineAgain = (written) => written.subarray(written.lastIndexOf("\n", written.lastIndexOf("\n") - 1) + 1);
const tails = fc.oneof(
  fc.constantFrom("", "\0\0\0\0\0\0\0", "{", "\n", "\r\n", lastLineAgain).map((tail) => [tail]),
  fc.uint8Array({ maxLength: 40 }).map((tail) => [tail]),
);

test("killed at any byte of its journal, it is run again", async () => {
  const killed = async (life, [tail], fates) => {
    await sandbox.control("reset", {});
    const name = file();
    await run(await dying(name, life), fates).catch((error) => error instanceof Killed || named(error));
    const written = readFileSync(name);
    appendFileSync(name, typeof tail === "function" ? tail(written) : tail);
    if (!(await runAgain(name))) {
      writeFileSync(name, written);
      assert.ok(await runAgain(name));
    }
    assert.deepEqual(await arrived(), [COUNT, 0]);
  };
  await checkCampaigns(fc.asyncProperty(fc.nat(2 * whole.length), tails, fates, killed));
});

test("with a byte that is another one, it is refused", async () => {
  await sandbox.control("reset", {});
  const flips = fc.integer({ min: 1, max: 255 });
  const flipped = async (place, flip) => {
    const damaged = Buffer.from(whole);
    damaged[place] ^= flip;
    assert.ok(!(await runAgain(file(damaged))));
  };
  await checkCampaigns(fc.asyncProperty(fc.nat(whole.length - 1), flips, flipped));
});

/** The positions of the contacts that stand in a journal as sent. */
function sent(journal) {
  const lines = journal.toString().split("\n").slice(0, -1).map(JSON.parse);
  const ranges = lines.flatMap(({ contacts = [] }) => contacts);
  return new Set(ranges.flatMap(([first, count]) => Array.from({ length: count }, (_, index) => first + index)));
}

test("an older copy loses nobody and knows whom it has; the others are sent twice, since nothing tells of them", async () => {
  const older = async (share) => {
    await sandbox.control("reset", {});
    const name = file();
    await run(name);
    const copy = readFileSync(name).subarray(0, share);
    writeFileSync(name, copy);
    assert.ok(await runAgain(name));
    const known = sent(copy);
    const lost = [...contacts(COUNT)].map(({ caseid }) => caseid).filter((_, position) => !known.has(position));
    const { contacts: twice } = await sandbox.control("contacts?duplicates=1");
    assert.deepEqual(twice.map(({ caseid }) => caseid).sort(), lost);
    assert.equal((await arrived())[0], COUNT);
  };
  await checkCampaigns(fc.asyncProperty(fc.nat(whole.length), older));
});
