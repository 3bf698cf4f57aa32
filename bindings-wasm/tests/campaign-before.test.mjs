// Campaigns that are checked first and bounded, against the real sandbox.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { APP, airudder, contacts, Sandbox, warnings } from "./support.mjs";

const { CampaignStopped, Client, ValidationError } = airudder;

let sandbox;
let folder;
before(async () => {
  sandbox = await Sandbox.start();
  folder = mkdtempSync(join(tmpdir(), "airudder-"));
});
after(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => sandbox.control("reset", {}));

const client = () => new Client({ ...APP, baseUrl: sandbox.url });
const settings = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00", batchSize: 100 };
const someBad = (count, nth) =>
  [...contacts(count)].map((contact, index) => (index % nth === 0 ? { ...contact, callee: "0812" } : contact));

test("a check sends nothing and reports what a campaign would", async () => {
  const all = [...someBad(2500, 100), ...contacts(1), { variables: 1n, toJSON: 1 }, { callee: Number.NaN }];
  const checked = await client().campaigns.check({ contacts: all });
  assert.deepEqual(
    [checked.accepted, checked.rejected.length, checked.doubtful, checked.workflows],
    [2476, 27, [], []],
  );
  assert.deepEqual(checked.rejected.at(-1), {
    ...checked.rejected.at(-1),
    contact: 2502,
    code: "E1007",
    pointer: "/callee",
  });
  assert.deepEqual((await sandbox.control("stats")).requests, {});

  const twice = async function* () {
    yield* [...contacts(1), ...contacts(1)];
  };
  assert.equal((await client().campaigns.check({ contacts: twice() })).accepted, 1);
  assert.equal((await client().campaigns.check({ contacts: twice(), allowDuplicates: true })).accepted, 2);
  await assert.rejects(client().campaigns.check({ contacts: 7 }), /iterable of contacts/);
});

test("a report can be kept as CSV", async () => {
  const report = await client().campaigns.check({ contacts: someBad(101, 100) });
  const csv = airudder.Report.toCsv({ ...report, doubtful: [{ contact: 7, caseId: 'a "b", c' }] });
  const lines = csv.split("\r\n");
  assert.deepEqual(lines.slice(0, 1), ["contact,state,caseId,code,pointer,message"]);
  assert.match(lines[1], /^0,rejected,case-0,E1007,\/callee,/);
  assert.equal(lines[2], '7,doubtful,"a ""b"", c",,,');
  assert.match(lines[3], /^100,rejected,case-100,/);
  assert.deepEqual(lines.slice(4), [""]);
});

test("where the journal is required nothing is sent without it", async () => {
  const given = { ...settings, journal: join(folder, "required") };
  await assert.rejects(client().campaigns.run({ ...given, contacts: contacts(5), requireJournal: true }), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.deepEqual([error.code, error.report.accepted], ["E1019", 0]);
    assert.match(error.message, /requireJournal is set/);
    return true;
  });
  assert.deepEqual((await sandbox.control("stats")).requests, {});
  await client().campaigns.run({ ...given, contacts: contacts(5) });
  const report = await client().campaigns.run({ ...given, contacts: contacts(7), requireJournal: true });
  assert.equal(report.accepted, 7);
  assert.equal((await sandbox.control("stats")).contacts.duplicates, 0);
});

test("who is suppressed is not sent", async () => {
  const numberOf = (n) => [...contacts(10)][n].callee;
  async function* numbers() {
    yield numberOf(3);
    yield ` ${numberOf(4)}\n`;
  }
  const given = { ...settings, journal: join(folder, "suppressed"), contacts: contacts(10) };
  const report = await client().campaigns.run({ ...given, suppress: numbers(), suppressCaseIds: ["case-7"] });
  const rejected = report.rejected.map(({ caseId, code }) => `${caseId} ${code}`);
  assert.deepEqual([report.accepted, rejected], [7, ["case-3 E1021", "case-4 E1021", "case-7 E1021"]]);
  assert.equal((await sandbox.control("stats")).contacts.distinct, 7);
  const check = await client().campaigns.check({ contacts: contacts(10), suppress: [numberOf(3)] });
  assert.equal(check.accepted, 9);
  for (const wrong of ["+620000000003", 7, [7], ["0812"]]) {
    await assert.rejects(client().campaigns.run({ ...given, suppress: wrong }), (error) => {
      assert.deepEqual([error.code, error.pointer], ["E1001", "/suppress"], String(wrong));
      return true;
    });
  }
});

test("where the journal was lost everybody is looked up first", async () => {
  await client().campaigns.run({ ...settings, journal: join(folder, "lost"), contacts: contacts(50) });
  const began = `${new Date(Date.now() - 2000).toISOString().slice(0, 19).replace("T", " ")}+00:00`;
  const given = { ...settings, journal: join(folder, "new"), contacts: contacts(70), settleMs: 1000 };
  const report = await client().campaigns.run({ ...given, recover: began });
  assert.deepEqual([report.accepted, report.workflows.map(({ contacts }) => contacts)], [70, [50, 20]]);
  const { contacts: arrived, requests } = await sandbox.control("stats");
  assert.deepEqual([arrived.distinct, arrived.duplicates, requests["workflow.detail_instances"]], [70, 0, 70]);
  await assert.rejects(client().campaigns.run({ ...given, recover: "yesterday" }), { pointer: "/recover" });
  await assert.rejects(client().campaigns.run({ ...given, recover: began, requireJournal: true }), /requireJournal/);
});

for (const [most, stops] of [
  [{ maxRejected: 9 }, true],
  [{ maxRejected: 10 }, false],
  [{ maxRejected: 0 }, true],
  [{ maxRejectedShare: 0.05 }, true],
  [{ maxRejectedShare: 0.2 }, false],
]) {
  test(`too many bad contacts stop it before anything is uploaded: ${JSON.stringify(most)}`, async () => {
    const journal = join(folder, JSON.stringify(most));
    const running = client().campaigns.run({ ...settings, ...most, journal, contacts: someBad(100, 10) });
    if (!stops) {
      assert.equal((await running).accepted, 90);
      return;
    }
    await assert.rejects(running, (error) => {
      assert.deepEqual([error.code, error.report.rejected.length], ["E1020", 10]);
      return true;
    });
    assert.equal((await sandbox.control("stats")).requests["workflow.upload_details"], undefined);
  });
}

test("a share that is none is refused", async () => {
  const given = { ...settings, journal: join(folder, "share"), contacts: [] };
  for (const maxRejectedShare of [1.5, -1, Number.NaN, "0.1"]) {
    await assert.rejects(client().campaigns.run({ ...given, maxRejectedShare }), /from 0 to 1/);
  }
});

test("a handle tells how far a campaign is, and stops it", async () => {
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "delay", delay_ms: 100 }]);
  const given = { ...settings, journal: join(folder, "handle") };
  const campaign = client().campaigns.start({ ...given, contacts: contacts(5000) });
  assert.equal(campaign.done, false);
  while (campaign.progress.accepted === 0) {
    await setTimeout(5);
  }
  assert.ok(campaign.report().accepted > 0);
  campaign.stop();
  await assert.rejects(campaign.result(), (error) => {
    assert.ok(error instanceof CampaignStopped);
    assert.deepEqual([error.code, error.name], ["E1023", "CampaignStopped"]);
    assert.match(error.message, /by `stop`/);
    assert.deepEqual(error.report, campaign.report());
    return true;
  });
  assert.ok(campaign.done && campaign.progress.accepted < 5000);
  const { distinct } = (await sandbox.control("stats")).contacts;
  assert.equal(distinct, campaign.progress.accepted);

  const again = client().campaigns.start({ ...given, contacts: contacts(5000) });
  const [one, other] = await Promise.all([again.result(), again.result()]);
  assert.equal(one, other);
  assert.deepEqual([one.accepted, again.progress.accepted, again.done], [5000, 5000, true]);
  assert.throws(() => client().campaigns.start({ ...given, contacts: [], batchSize: 0 }), ValidationError);
});

test("progress says what is done, until when it waits, and how much there is", async () => {
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "reset_before", times: 1 }]);
  const seen = [];
  const all = [...contacts(250)];
  const given = { ...settings, journal: join(folder, "phases"), contacts: all, settleMs: 1500 };
  const campaign = client().campaigns.start({ ...given, onProgress: (progress) => seen.push(progress) });
  assert.deepEqual((await campaign.result()).accepted, 250);
  const phases = new Set(seen.map(({ phase }) => phase));
  for (const phase of ["reading", "uploading", "looking_up", "settling"]) {
    assert.ok(phases.has(phase), [...phases].join());
  }
  assert.ok(seen.every(({ total }) => total === 250));
  for (const { phase, untilMs } of seen) {
    assert.equal(untilMs !== undefined, ["settling", "waiting_for_api"].includes(phase), phase);
    assert.ok(untilMs === undefined || Math.abs(untilMs - Date.now()) < 60_000);
  }
  assert.deepEqual([campaign.progress.phase, campaign.progress.accepted], ["ended", 250]);
});

test("a campaign ends in time", async () => {
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "delay", delay_ms: 100 }]);
  const given = { ...settings, journal: join(folder, "in time") };
  for (const limit of [{ deadlineMs: 250 }, { stopAt: new Date(Date.now() + 250) }, { deadlineMs: 0 }]) {
    const ended = client().campaigns.run({ ...given, ...limit, contacts: contacts(3000) });
    await assert.rejects(ended, /E1023: the campaign was stopped before its end: its time is over/);
  }
  const never = async function* () {
    yield* contacts(1);
    await new Promise(() => {});
  };
  const waits = client().campaigns.run({ ...given, journal: join(folder, "slow"), contacts: never(), deadlineMs: 200 });
  await assert.rejects(waits, CampaignStopped);
  const later = { deadlineMs: 3e10, stopAt: new Date("2199-01-01") };
  const seen = await warnings(async () => {
    const report = await client().campaigns.run({ ...given, ...later, contacts: contacts(3000) });
    assert.equal(report.accepted, 3000);
  });
  assert.deepEqual(seen, []);
  for (const wrong of [{ deadlineMs: -1 }, { deadlineMs: "1" }, { stopAt: "tomorrow" }, { stopAt: new Date("x") }]) {
    await assert.rejects(client().campaigns.run({ ...given, ...wrong, contacts: [] }), ValidationError);
  }
});
