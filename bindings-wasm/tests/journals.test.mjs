// Journals in databases: workers that share nothing else, killed, paused and doubled.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import { clear, journalOf, startPostgres, startRedis } from "./databases.mjs";
import { APP, airudder, contacts, Sandbox } from "./support.mjs";

const journals = createRequire(import.meta.url)("../dist/journals.js");
const { Client, JournalConflict } = airudder;
const FAULTS = [
  { operation: "workflow.upload_details", fault: "reset_after", probability: 0.1 },
  { operation: "*", fault: "reset_before", probability: 0.05 },
  { operation: "*", fault: "status", status: 503, retry_after: "0", probability: 0.05 },
];
const SLOW = [{ operation: "workflow.upload_details", fault: "delay", delay_ms: 200 }];

let postgres;
let redis;
let sandbox;
before(async () => {
  [postgres, redis, sandbox] = await Promise.all([startPostgres(), startRedis(), Sandbox.start()]);
});
after(() => Promise.all([postgres.stop(), redis.stop(), sandbox.stop()]));

async function fresh(kind) {
  await sandbox.control("reset", {});
  const { url } = kind === "pg" ? postgres : redis;
  await clear(kind, url);
  return url;
}

/** Starts a worker; gives it, and what it says in the end. */
function worker(kind, url, count, leaseMs) {
  const program = new URL("fixtures/database-worker.mjs", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, kind, url, sandbox.url, count, leaseMs].map(String));
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
  });
  child.stderr.on("data", (text) => {
    said += text;
  });
  return [child, once(child, "close").then(() => said.trim())];
}

async function eachOnce(count, seed) {
  const { contacts } = await sandbox.control("stats");
  assert.deepEqual([contacts.distinct, contacts.duplicates], [count, 0], `seed ${seed}`);
}

const KINDS = ["pg", "ioredis", "node-redis"];

test("a request that may outlive its worker's turn is refused", async () => {
  const [journal, end] = await journalOf(journals, "pg", postgres.url, { name: "july", leaseMs: 29_000 });
  const { campaigns } = new Client({ ...APP, baseUrl: sandbox.url });
  const given = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00", contacts: [], journal };
  assert.throws(
    () => campaigns.start(given),
    (error) => {
      assert.deepEqual([error.code, error.pointer], ["E1001", "/timeoutMs"]);
      assert.match(error.message, /more than a third of the lease/);
      return true;
    },
  );
  const quick = new Client({ ...APP, baseUrl: sandbox.url, timeoutMs: 9000 });
  assert.equal((await quick.campaigns.run(given)).accepted, 0);
  await end();
});

for (const kind of KINDS) {
  test(`a campaign that waits for a holder that may be dead can be stopped: ${kind}`, async () => {
    const url = await fresh(kind);
    const make = () => journalOf(journals, kind, url, { name: "july", leaseMs: 30_000 });
    const [[holder, end], [waiting, endWaiting]] = await Promise.all([make(), make()]);
    await holder.read();
    const client = new Client({ ...APP, baseUrl: sandbox.url });
    const campaign = client.campaigns.start({
      workflow_template_id: 7,
      name: "july",
      end_time: "2099-12-01 18:00:00+08:00",
      contacts: contacts(5),
      journal: waiting,
    });
    await setTimeout(300);
    const begun = performance.now();
    campaign.stop();
    await assert.rejects(campaign.result(), { code: "E1023" });
    assert.ok(performance.now() - begun < 1000);
    await holder.close();
    await Promise.all([end(), endWaiting()]);
  });
}

for (const kind of KINDS) {
  describe(kind, () => {
    test("lines are there for the next holder, and a living one keeps others away", async () => {
      const url = await fresh(kind);
      const make = (more) => journalOf(journals, kind, url, { name: "july", leaseMs: 1500, ...more });
      const [journal, end] = await make();
      assert.equal(await journal.read(), "");
      await journal.append("één\n", 0);
      await journal.append("two\n", 6);
      assert.ok(journal.held());
      const [other, endOther] = await make();
      await assert.rejects(other.read(), (error) => {
        assert.ok(error instanceof JournalConflict);
        assert.match(error.message, /runs this campaign/);
        return true;
      });
      await assert.rejects(journal.append("three\n", 9), /wrote to it/);
      await journal.append("three\n", 10);
      await journal.close();
      assert.equal(await other.read(), "één\ntwo\nthree\n");
      await assert.rejects(journal.append("late\n", 16), /took it over/);
      await other.close();
      await Promise.all([end(), endOther()]);
    });

    test("workers are killed, and each contact arrives once", async () => {
      const url = await fresh(kind);
      const seed = randomInt(1e6);
      await sandbox.control("faults", FAULTS);
      let kills = 0;
      let said = "";
      for (let run = 0; run < 18 && said !== "3000 0 0"; run += 1) {
        const [child, end] = worker(kind, url, 3000, 1000);
        const killer = kills < 4 ? setTimeout(500 + randomInt(1500), "kill") : new Promise(() => {});
        if ((await Promise.race([end, killer])) === "kill" && child.exitCode === null) {
          child.kill("SIGKILL");
          kills += 1;
        }
        said = await end;
      }
      assert.equal(said, "3000 0 0");
      await eachOnce(3000, seed);
    });

    test("of two workers one has it, and one that was paused sends nothing more", async () => {
      const url = await fresh(kind);
      await sandbox.control("faults", SLOW);
      const two = await Promise.all(
        [worker(kind, url, 2500, 1500), worker(kind, url, 2500, 1500)].map(([, end]) => end),
      );
      assert.deepEqual(two.sort(), ["2500 0 0", "E1018"]);
      await eachOnce(2500);

      const again = await fresh(kind);
      await sandbox.control("faults", SLOW);
      const [paused, end] = worker(kind, again, 5000, 1500);
      const uploads = async () => (await sandbox.control("stats")).requests["workflow.upload_details"] ?? 0;
      for (const enough = randomInt(1, 8); (await uploads()) < enough; ) {
        await setTimeout(20);
      }
      paused.kill("SIGSTOP");
      const [, heir] = worker(kind, again, 5000, 1500);
      assert.equal(await heir, "5000 0 0");
      const sent = await uploads();
      paused.kill("SIGCONT");
      assert.equal(await end, "E1018");
      assert.equal(await uploads(), sent);
      await eachOnce(5000);
    });
  });
}

test("the program of the page runs, and goes on when it is run again", async () => {
  const url = await fresh("pg");
  const [, program] = /```javascript\n(.*?)```/s.exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"));
  const around = `import { Client } from "airudder";
import { contacts } from "./support.mjs";
const client = new Client(${JSON.stringify({ ...APP, baseUrl: sandbox.url })});
const settings = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00", contacts: contacts(20) };
${program}
console.log(report.accepted);
await pool.end();`;
  const file = new URL(".readme-journals.mjs", import.meta.url).pathname; // here the package finds itself by its name
  writeFileSync(file, around);
  try {
    for (let run = 0; run < 2; run += 1) {
      const env = { ...process.env, DATABASE_URL: url };
      assert.equal(execFileSync(process.execPath, [file], { env, encoding: "utf8" }), "20\n");
    }
  } finally {
    unlinkSync(file);
  }
  await eachOnce(20);
});

test("a lease that is not renewed is not held, and then no upload goes out", async () => {
  const url = await fresh("pg");
  const [journal, end] = await journalOf(journals, "pg", url, { name: "july" });
  let asked = 0;
  journal.held = () => {
    asked += 1;
    return asked > 2;
  };
  const report = await new Client({ ...APP, baseUrl: sandbox.url }).campaigns.run({
    workflow_template_id: 7,
    name: "july",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: contacts(10),
    journal,
  });
  const { requests } = await sandbox.control("stats");
  assert.deepEqual([report.accepted, asked, requests["workflow.upload_details"]], [10, 3, 1]);
  await end();
});

test("a Redis that may forget is refused, but where its owner vouches for it", async () => {
  const url = await fresh("ioredis");
  const client = new Redis(url);
  await client.config("SET", "appendfsync", "everysec");
  for (const kind of ["ioredis", "node-redis"]) {
    const [journal, end] = await journalOf(journals, kind, url, { name: "july" });
    await assert.rejects(journal.read(), /may forget what it confirmed/);
    await end();
    const [vouched, endVouched] = await journalOf(journals, kind, url, { name: "july", durable: true });
    assert.equal(await vouched.read(), "");
    await vouched.close();
    await endVouched();
  }
  await client.config("SET", "appendfsync", "always");
  await client.call("ACL", "SETUSER", "silent", "on", "nopass", "~*", "+@all", "-config");
  const silent = url.replace("://", "://silent:none@");
  const [journal, end] = await journalOf(journals, "ioredis", silent, { name: "july" });
  await assert.rejects(journal.read(), /does not tell/);
  await end();
  client.disconnect();
});

test("settings that are none are refused", () => {
  const pool = new pg.Pool();
  for (const options of [{ name: "" }, {}, { name: "july", leaseMs: 10 }, { name: "july", waitMs: -1 }]) {
    assert.throws(() => new journals.PostgresJournal(pool, options), { code: "E1001", pointer: "/journal" });
  }
  assert.throws(() => new journals.PostgresJournal({}, { name: "july" }), /Pool or a Client of pg/);
  assert.throws(() => new journals.RedisJournal({}, { name: "july" }), /redis or ioredis/);
});
