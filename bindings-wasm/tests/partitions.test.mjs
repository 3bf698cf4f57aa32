// Campaigns that several workers send, each its own partition, with a journal in one store.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, beforeEach, describe, test } from "node:test";
import { clear, journalOf, startPostgres, startRedis } from "./databases.mjs";
import { APP, airudder, contacts, Sandbox } from "./support.mjs";

const journals = createRequire(import.meta.url)("../dist/journals.js");
const { Client, Report, ValidationError, partitionOf } = airudder;
const CAMPAIGN = {
  workflow_template_id: 7,
  name: "july",
  end_time: "2099-12-01 18:00:00+08:00",
  batchSize: 100,
  settleMs: 300,
};

let postgres;
let redis;
let sandbox;
before(async () => {
  [postgres, redis, sandbox] = await Promise.all([startPostgres(), startRedis(), Sandbox.start()]);
});
after(() => Promise.all([postgres.stop(), redis.stop(), sandbox.stop()]));
beforeEach(() => sandbox.control("reset", {}));

/** Runs a campaign with a journal of its own connection. */
async function run(kind, url, options) {
  const [journal, end] = await journalOf(journals, kind, url, { name: "july", leaseMs: 30_000 });
  try {
    return await new Client({ ...APP, baseUrl: sandbox.url }).campaigns.run({ ...CAMPAIGN, journal, ...options });
  } finally {
    await end();
  }
}

async function arrived() {
  const { distinct, duplicates } = (await sandbox.control("stats")).contacts;
  return [distinct, duplicates];
}

const wrongWith = (code) => (error) => {
  assert.ok(error instanceof ValidationError, error);
  assert.deepEqual([error.code, error.pointer], [code, "/partition"]);
  return true;
};

const KINDS = ["pg", "ioredis", "node-redis"];

for (const kind of KINDS) {
  test(`results that never came are named by each worker, which begins nothing: ${kind}`, async () => {
    const { url } = kind === "pg" ? postgres : redis;
    await clear(kind, url);
    const given = (partition) => ({ ...CAMPAIGN, contacts: [...contacts(60)], partition });
    const missing = async (partition) => {
      const [journal, end] = await journalOf(journals, kind, url, { name: "july", leaseMs: 30_000 });
      const { campaigns } = new Client({ ...APP, baseUrl: sandbox.url });
      const found = [];
      try {
        for await (const { caseid } of campaigns.missing(() => false, { ...given(partition), journal })) {
          found.push(caseid);
        }
      } finally {
        await end();
      }
      return found;
    };
    await assert.rejects(missing([0, 5]), { code: "E1019" });
    const found = [];
    for (const partition of [0, 1].map((index) => [index, 2])) {
      const { accepted } = await run(kind, url, given(partition));
      found.push(...(await missing(partition)));
      assert.ok(accepted > 0 && found.length >= accepted);
    }
    assert.deepEqual(found.sort(), [...contacts(60)].map(({ caseid }) => caseid).sort());
  });
}

for (const kind of KINDS) {
  describe(kind, () => {
    let url;
    beforeEach(async () => {
      ({ url } = kind === "pg" ? postgres : redis);
      await clear(kind, url);
    });

    test("each is called once though all workers read all, some of them twice", async () => {
      await sandbox.control("faults", [{ operation: "*", fault: "reset_before", probability: 0.1 }]);
      const everybody = [...contacts(1000), ...contacts(50), { callee: 7 }];
      const work = (index) => run(kind, url, { contacts: everybody, partition: [index, 4] });
      const reports = await Promise.all([0, 1, 2, 3].map(work));
      const merged = Report.merge(reports);
      assert.deepEqual([merged.accepted, merged.doubtful], [1000, []]);
      assert.deepEqual(
        merged.rejected.map(({ contact }) => contact),
        Array.from({ length: 51 }, (_, index) => 1000 + index),
      );
      assert.ok(reports.every(({ accepted }) => accepted > 180));
      assert.deepEqual(
        [...new Set(merged.workflows.map(({ name }) => name.slice(0, 10)))],
        ["july [0/4]", "july [1/4]", "july [2/4]", "july [3/4]"],
      );
      assert.deepEqual(await arrived(), [1000, 0]);
    });

    for (const [begun, then] of [
      [2, 4],
      [4, 2],
      [2, undefined],
      [undefined, 2],
    ]) {
      test(`a campaign with ${begun} partitions is not gone on with with ${then}`, async () => {
        const once = (count) => run(kind, url, { contacts: contacts(60), partition: count && [0, count] });
        await once(begun);
        const sent = await arrived();
        await assert.rejects(once(then), wrongWith("E1012"));
        await once(begun);
        assert.deepEqual(await arrived(), sent);
        assert.equal((await sandbox.control("stats")).requests["workflow.create_instance"], 1);
      });
    }

    test("a head that many write at once is one, and keeps nobody away", async () => {
      const all = await Promise.all(
        Array.from({ length: 8 }, () => journalOf(journals, kind, url, { name: "july", leaseMs: 30_000 })),
      );
      const heads = await Promise.all(all.map(([journal], index) => journal.head(`${index}\n`)));
      assert.equal(new Set(heads).size, 1);
      const [[journal]] = all;
      const parts = [journal.part(0), journal.part(1)];
      assert.deepEqual(await Promise.all([journal, ...parts].map((each) => each.read())), [heads[0], "", ""]);
      await parts[1].append("one\n", 0);
      await Promise.all([journal, ...parts].map((each) => each.close()));
      await Promise.all(all.map(([, end]) => end()));
    });
  });
}

test("a journal that the workers do not share is refused, and so is a partition that is none", async () => {
  const { campaigns } = new Client({ ...APP, baseUrl: sandbox.url });
  const given = { ...CAMPAIGN, contacts: contacts(1), journal: "never-written" };
  await assert.rejects(campaigns.run({ ...given, partition: [0, 2] }), /that all its workers reach/);
  const own = { read: () => "", append() {} };
  await assert.rejects(campaigns.run({ ...given, journal: own, partition: [0, 2] }), wrongWith("E1001"));
  for (const partition of [[2, 2], [0, 0], [-1, 2], [0.5, 2], "02", 3, [0, 1, 2], [0], {}]) {
    await assert.rejects(campaigns.run({ ...given, partition }), wrongWith("E1001"), JSON.stringify(partition));
  }
  for (const count of [0, -1, 2 ** 32, 1.5, "2", null]) {
    assert.throws(() => partitionOf({ callee: "+6212345678", platform: "TEMP1" }, count), wrongWith("E1001"));
  }
  assert.deepEqual((await sandbox.control("stats")).requests, {});
});

test("a store of one's own can be shared, with what cannot be written in the first partition", async () => {
  const kept = new Map();
  const journal = (key) => ({
    read: () => kept.get(key) ?? "",
    append: (lines, at) => {
      assert.equal(at, Buffer.byteLength(kept.get(key) ?? ""));
      kept.set(key, (kept.get(key) ?? "") + lines);
    },
  });
  const shared = {
    ...journal("head"),
    head: (line) => kept.get("head") ?? kept.set("head", line).get("head"),
    part: (index) => journal(index),
  };
  const unwritable = { callee: 1n, variables: { toJSON: 1 } };
  assert.equal(partitionOf(unwritable, 3), 0);
  const { campaigns } = new Client({ ...APP, baseUrl: sandbox.url });
  const reports = [];
  for (const index of [0, 1, 2]) {
    const all = [{ callee: Number.NaN }, ...contacts(30)];
    reports.push(await campaigns.run({ ...CAMPAIGN, contacts: all, journal: shared, partition: [index, 3] }));
  }
  const merged = Report.merge(reports);
  assert.deepEqual([merged.accepted, merged.rejected.map(({ contact }) => contact)], [30, [0]]);
  assert.deepEqual(await arrived(), [30, 0]);
});

test("reports are merged in the order of their contacts", () => {
  const one = {
    accepted: 3,
    rejected: [{ contact: 4, code: "E1007", message: "no number" }],
    doubtful: [{ contact: 9 }],
    workflows: [{ workflowId: "w-1", name: "july [0/2]", contacts: 4 }],
    clockOffsetMs: 3_700_000,
  };
  const other = { ...one, accepted: 2, rejected: [{ ...one.rejected[0], contact: 1 }], clockOffsetMs: -4_000_000 };
  assert.deepEqual(Report.merge([one, other]), {
    accepted: 5,
    rejected: [...other.rejected, ...one.rejected],
    doubtful: [{ contact: 9 }, { contact: 9 }],
    workflows: [...one.workflows, ...other.workflows],
    clockOffsetMs: -4_000_000,
  });
  assert.deepEqual(Report.merge([]), { accepted: 0, rejected: [], doubtful: [], workflows: [] });
});
