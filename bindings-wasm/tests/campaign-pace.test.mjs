// Campaigns that keep to a rate and to hours, wait for an API that is away, and ask whom not to call.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { APP, airudder, contacts, Sandbox } from "./support.mjs";

const { CampaignStopped, Client } = airudder;
/** So many milliseconds the API is away. */
const OUTAGE_MS = 5000;

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

const client = (more) => new Client({ ...APP, baseUrl: sandbox.url, ...more });
const settings = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00", batchSize: 100 };
const stats = () => sandbox.control("stats");
const requests = async () => Object.values((await stats()).requests).reduce((sum, count) => sum + count, 0);
const arrived = async () => {
  const { distinct, duplicates } = (await stats()).contacts;
  return [distinct, duplicates];
};
/** The time of day in UTC that is so many minutes away. */
const timeOfDay = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);

test("a campaign waits for an API that is away and goes on", async () => {
  for (const fault of [{ fault: "status", status: 500 }, { fault: "reset_before" }]) {
    await sandbox.control("reset", {});
    await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "delay", delay_ms: 20 }]);
    const phases = new Set();
    const campaign = client().campaigns.start({
      ...settings,
      contacts: contacts(5000),
      journal: join(folder, `away-${fault.fault}`),
      settleMs: 1000,
      onProgress: ({ phase }) => phases.add(phase),
    });
    while (campaign.progress.accepted === 0) {
      await setTimeout(10);
    }
    await sandbox.control("faults", [{ operation: "*", ...fault }]);
    const counts = [];
    for (const end = Date.now() + OUTAGE_MS; Date.now() < end; ) {
      const before = await requests();
      await setTimeout(1000);
      counts.push((await requests()) - before);
    }
    await sandbox.control("faults", []);
    const report = await campaign.result();
    assert.deepEqual([report.accepted, report.doubtful, await arrived()], [5000, [], [5000, 0]]);
    assert.ok(phases.has("waiting_for_api"));
    // In the first second are the lookups and uploads that were under way.
    assert.ok(Math.max(...counts.slice(1)) <= 3, counts.join());
  }
});

test("an outage that lasts too long stops the campaign with its report", async () => {
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "status", status: 429 }]);
  const given = { ...settings, journal: join(folder, "long"), contacts: [...contacts(50)] };
  await assert.rejects(client().campaigns.run({ ...given, maxOutageMs: 1000 }), (error) => {
    assert.match(error.message, /as long as maxOutageMs allows/);
    assert.deepEqual([error.code, error.report.accepted, error.report.doubtful], ["E3002", 0, []]);
    return true;
  });
  await sandbox.control("faults", []);
  assert.equal((await client().campaigns.run(given)).accepted, 50);
});

test("campaigns of a client keep to the rate together, and requests to their pace", async () => {
  const one = client({ requestsPerSecond: 100 });
  const all = [...contacts(600)];
  const begun = performance.now();
  const reports = await Promise.all(
    [0, 1].map((half) =>
      one.campaigns.run({
        ...settings,
        contacts: all.filter((_, index) => index % 2 === half),
        journal: join(folder, `rate-${half}`),
        rate: 200,
      }),
    ),
  );
  assert.equal(reports[0].accepted + reports[1].accepted, 600);
  const passed = performance.now() - begun;
  assert.ok(passed >= 2500 && passed < 10_000, `${passed}`); // the first upload need not wait
  assert.deepEqual(await arrived(), [600, 0]);
  const paced = client({ requestsPerSecond: 10 });
  const then = performance.now();
  await Promise.all(Array.from({ length: 6 }, () => paced.robots.list()));
  assert.ok(performance.now() - then >= 590);
  for (const requestsPerSecond of [0, -1, Number.NaN, "10"]) {
    assert.throws(() => client({ requestsPerSecond }), { code: "E1001", pointer: "/requestsPerSecond" });
  }
});

test("nothing is uploaded outside of the window", async () => {
  const given = { ...settings, journal: join(folder, "window"), contacts: [...contacts(50)] };
  const campaign = client().campaigns.start({ ...given, window: [timeOfDay(60), timeOfDay(120), "UTC"] });
  while (campaign.progress.phase !== "paused") {
    await setTimeout(10);
  }
  assert.ok(Math.abs(campaign.progress.untilMs - Date.now() - 3_600_000) < 120_000);
  const begun = performance.now();
  campaign.stop();
  await assert.rejects(campaign.result(), CampaignStopped);
  assert.ok(performance.now() - begun < 1000);
  assert.equal((await stats()).requests["workflow.create_instance"], undefined);
  const open = [timeOfDay(-60), timeOfDay(60), "UTC"];
  assert.equal((await client().campaigns.run({ ...given, window: open, windowMarginMs: 60_000 })).accepted, 50);
  // Its hours are those of the zone: at any time one of these two is closed.
  const closed = await Promise.all(
    [
      ["00:00", "12:00", "Asia/Jakarta"],
      ["12:00", "00:00", "Asia/Jakarta"],
    ].map(async (window, index) => {
      const half = client().campaigns.start({ ...given, journal: join(folder, `half-${index}`), window });
      while (!["paused", "ended"].includes(half.progress.phase)) {
        await setTimeout(10);
      }
      const { phase, untilMs } = half.progress;
      half.stop();
      await half.result().catch(() => {});
      return phase === "paused" ? [new Date(untilMs).getUTCHours(), new Date(untilMs).getUTCMinutes()] : undefined;
    }),
  );
  const until = closed.filter((time) => time !== undefined);
  assert.equal(until.length, 1);
  assert.ok([5, 17].includes(until[0][0]) && until[0][1] === 0, `${until}`);
});

test("a wrong pace is refused", async () => {
  const given = { ...settings, journal: join(folder, "wrong"), contacts: [] };
  const wrong = [
    ["window", "08:00"],
    ["window", ["08:00", "20:00"]],
    ["window", ["8", "20:00", "UTC"]],
    ["window", ["08:00", "08:00", "UTC"]],
    ["window", ["08:00", "24:00", "UTC"]],
    ["window", ["08:00", "20:00", "Asia/Nowhere"]],
    ["windowMarginMs", -1],
    ["rate", 0],
    ["rate", "fast"],
    ["maxOutageMs", -1],
    ["maxDoubtfulBatches", 0],
    ["suppress", 7],
  ];
  for (const [name, value] of wrong) {
    await assert.rejects(
      client().campaigns.run({ ...given, [name]: value }),
      { code: "E1001", pointer: `/${name}` },
      `${name} ${value}`,
    );
  }
});

test("a function is asked before each upload whom not to call", async () => {
  const asked = [];
  const report = await client().campaigns.run({
    ...settings,
    contacts: contacts(300),
    journal: join(folder, "asked"),
    suppress: async (batch) => {
      asked.push(batch.length);
      return batch.filter(({ caseid }) => ["case-3", "case-250"].includes(caseid)).map(({ callee }) => callee);
    },
  });
  assert.equal(report.accepted, 298);
  assert.deepEqual(
    report.rejected.map(({ contact, code }) => [contact, code]),
    [
      [3, "E1021"],
      [250, "E1021"],
    ],
  );
  assert.deepEqual(asked, [100, 100, 100]);
  // By case ids, and again for what was lost.
  await sandbox.control("reset", {});
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "reset_before", times: 1 }]);
  const answers = [[], ["case-7"]];
  const again = await client().campaigns.run({
    ...settings,
    contacts: contacts(100),
    journal: join(folder, "asked-again"),
    settleMs: 200,
    suppressCaseIds: () => answers.shift(),
  });
  assert.deepEqual([again.accepted, again.rejected.map(({ contact }) => contact)], [99, [7]]);
  assert.deepEqual(await arrived(), [99, 0]);
});

test("a function that fails stops the campaign before its upload", async () => {
  const given = { ...settings, contacts: [...contacts(100)], journal: join(folder, "failing") };
  const away = new Error("the list is away");
  await assert.rejects(client().campaigns.run({ ...given, suppress: () => Promise.reject(away) }), (error) => {
    assert.equal(error, away);
    assert.equal(error.report.accepted, 0);
    return true;
  });
  for (const [answer, says] of [
    [["c-1"], /entry 0 of suppress/],
    [[7], /something else/],
    [7, /iterable of texts/],
  ]) {
    await assert.rejects(client().campaigns.run({ ...given, suppress: () => answer }), says);
  }
  assert.equal((await stats()).requests["workflow.upload_details"], undefined);
  assert.equal((await client().campaigns.run(given)).accepted, 100);
});

test("a campaign that looks contacts up stops within a second", async () => {
  await sandbox.control("faults", [
    { operation: "workflow.upload_details", fault: "reset_before", times: 1 },
    { operation: "workflow.detail_instances", fault: "delay", delay_ms: 4000 },
  ]);
  const given = { ...settings, contacts: [...contacts(300)], journal: join(folder, "looking-up"), settleMs: 200 };
  const campaign = client().campaigns.start(given);
  while ((await stats()).requests["workflow.detail_instances"] === undefined) {
    await setTimeout(10);
  }
  const begun = performance.now();
  campaign.stop();
  await assert.rejects(campaign.result(), (error) => {
    assert.deepEqual([error.code, error.report.doubtful.length], ["E1023", 100]);
    return true;
  });
  assert.ok(performance.now() - begun < 1000);
  await sandbox.control("faults", []);
  assert.equal((await client().campaigns.run(given)).accepted, 300);
  assert.deepEqual(await arrived(), [300, 0]);
});
