// Campaigns against the real sandbox: no contact is lost, none is sent twice, whatever goes wrong.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { APP, airudder, contacts, Sandbox, warnings } from "./support.mjs";

const { AirudderError, Client, JournalConflict, ValidationError } = airudder;

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

let journals = 0;
const options = (count, more) => {
  journals += 1;
  return {
    workflow_template_id: 7,
    name: "july",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: contacts(count),
    journal: join(folder, `${journals}.jsonl`),
    batchSize: 100,
    settleMs: 50,
    ...more,
  };
};
const client = (more) => new Client({ ...APP, baseUrl: sandbox.url, ...more });

/** The sandbox has each contact once. */
async function eachOnce(count) {
  const { contacts } = await sandbox.control("stats");
  assert.deepEqual([contacts.distinct, contacts.duplicates], [count, 0]);
}

test("every contact arrives once, and a second run sends nothing", async () => {
  const progress = [];
  const given = options(950, { inFlight: 3, onProgress: (now) => progress.push(now) });
  const report = await client().campaigns.run(given);
  assert.equal(report.accepted, 950);
  assert.deepEqual([report.rejected, report.doubtful, report.workflows.length], [[], [], 1]);
  assert.deepEqual(progress.at(-1), {
    contacts: 950,
    accepted: 950,
    rejected: 0,
    doubtful: 0,
    phase: "ended",
  });
  const again = await client().campaigns.run({ ...given, contacts: contacts(950) });
  assert.equal(again.accepted, 950);
  await eachOnce(950);
});

test("the template's number may be a bigint, as in an operation", async () => {
  const given = options(0, { contacts: Object.freeze([...contacts(10)]) });
  assert.equal((await client().campaigns.run({ ...given, workflow_template_id: 7n })).accepted, 10);
  assert.equal((await client().campaigns.run(given)).accepted, 10); // the same campaign
  await eachOnce(10);
  const tooLarge = client().campaigns.run({ ...given, workflow_template_id: 2n ** 63n });
  await assert.rejects(tooLarge, { code: "E1001", pointer: "/workflow_template_id" });
});

test("contacts may come slowly, and the journal may be a URL", async () => {
  async function* slowly() {
    for (const contact of contacts(30)) {
      await setTimeout(1);
      yield contact;
    }
  }
  const given = options(0, { contacts: slowly(), batchSize: 10 });
  const report = await client().campaigns.run({ ...given, journal: pathToFileURL(given.journal) });
  assert.equal(report.accepted, 30);
  await eachOnce(30);
});

test("contacts may come by promises of another realm, and by what only has a `then`", async () => {
  const foreign = runInNewContext("Promise");
  for (const promised of [
    (next) => foreign.resolve(next),
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested
    (next) => ({ then: (resolve) => resolve(next) }),
  ]) {
    const all = contacts(30);
    const iterator = { [Symbol.asyncIterator]: () => ({ next: () => promised(all.next()) }) };
    const report = await client().campaigns.run(options(0, { contacts: iterator }));
    assert.equal(report.accepted, 30);
    await sandbox.control("reset", {});
  }
});

test("what breaks a rule is reported, and the rest goes out", async () => {
  const all = [...contacts(5)];
  all[2] = { ...all[2], callee: "62 000" };
  all[4] = all[0];
  const report = await client().campaigns.run(options(0, { contacts: all }));
  assert.equal(report.accepted, 3);
  assert.deepEqual(
    report.rejected.map(({ contact, code, pointer }) => [contact, code, pointer]),
    [
      [2, "E1007", "/callee"],
      [4, "E1013", undefined],
    ],
  );
  await eachOnce(3);
});

test("a contact that is no JSON is reported, and the rest goes out", async () => {
  const all = [...contacts(5)];
  all[0] = { ...all[0], variables: { due: new Date(0) } };
  all[2] = { ...all[2], variables: { customer_name: "Jos\ud83d" } };
  all[3] = Number.NaN;
  const report = await client().campaigns.run(options(0, { contacts: all }));
  assert.equal(report.accepted, 2);
  assert.deepEqual(
    report.rejected.map(({ contact, code, pointer }) => [contact, code, pointer]),
    [
      [0, "E1006", "/variables/due"],
      [2, "E1007", "/variables/customer_name"],
      [3, "E1007", ""],
    ],
  );
  assert.match(report.rejected[0].message, /^an object of class `Date`/);
  await eachOnce(2);
});

test("an unreliable network loses nobody and phones nobody twice", async () => {
  await sandbox.control("faults", [
    { operation: "*", fault: "status", status: 503, retry_after: "0", probability: 0.1 },
    { operation: "workflow.upload_details", fault: "status", status: 503, after: true, probability: 0.1 },
    { operation: "workflow.upload_details", fault: "reset_after", probability: 0.2 },
    { operation: "workflow.upload_details", fault: "reset_before", probability: 0.1 },
    { operation: "workflow.create_instance", fault: "reset_after", times: 1 },
  ]);
  const given = options(600, { inFlight: 3 });
  let report;
  for (let run = 0; report === undefined && run < 20; run += 1) {
    report = await client()
      .campaigns.run({ ...given, contacts: contacts(600) })
      .catch((error) => assert.ok(error instanceof AirudderError && error.report, error));
  }
  await sandbox.control("faults", []);
  assert.equal(report.accepted, 600);
  await eachOnce(600);
});

test("killed at any moment, it goes on where it was", async () => {
  const COUNT = 3000;
  const { journal } = options(0);
  const lost = { operation: "workflow.upload_details", fault: "reset_after", probability: 0.1 };
  // At first so slow that it cannot end before it was killed.
  const slow = { operation: "workflow.upload_details", fault: "delay", delay_ms: 100 };
  await sandbox.control("faults", [slow, lost]);
  let kills = 0;
  for (;;) {
    const child = spawn(process.execPath, [
      new URL("fixtures/campaign.mjs", import.meta.url).pathname,
      sandbox.url,
      journal,
      String(COUNT),
    ]);
    const lines = [];
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      if (kills < 4 && lines.length === 2 + kills) {
        kills += 1;
        child.kill("SIGKILL");
      }
    });
    const [code] = await once(child, "close");
    if (code === 0) {
      assert.equal(JSON.parse(lines.at(-1)).accepted, COUNT);
      break;
    }
    assert.equal(child.signalCode, "SIGKILL");
    if (kills === 4) {
      await sandbox.control("faults", [lost]);
    }
    if (kills === 2) {
      appendFileSync(journal, '{"torn":'); // as a crash of the machine may leave it
    }
  }
  assert.equal(kills, 4);
  await eachOnce(COUNT);
});

test("an aborted campaign lets requests end, and can be run again", async () => {
  const controller = new AbortController();
  const reason = new Error("enough for today");
  const given = options(500, {
    signal: controller.signal,
    onProgress: ({ accepted }) => accepted >= 200 && controller.abort(reason),
  });
  await assert.rejects(client().campaigns.run(given), reason);
  const { contacts: soFar } = await sandbox.control("stats");
  assert.ok(soFar.distinct >= 200 && soFar.distinct < 500);
  const report = await client().campaigns.run({ ...options(500), journal: given.journal });
  assert.equal(report.accepted, 500);
  await eachOnce(500);
});

test("settling may take months", async () => {
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "reset_before", times: 1 }]);
  const controller = new AbortController();
  const reason = new Error("not today");
  const onProgress = ({ doubtful }) => doubtful > 0 && setTimeout(300).then(() => controller.abort(reason));
  const given = options(10, { settleMs: 1e10, signal: controller.signal, onProgress });
  const seen = await warnings(() => assert.rejects(client().campaigns.run(given), reason));
  assert.deepEqual(seen, []);
});

test("what contacts, journal, onProgress or signal throw ends the campaign as it is, with the report", async () => {
  const broken = new Error("the database is gone");
  const aborting = new AbortController();
  function* breaking() {
    yield* contacts(150);
    throw broken;
  }
  const journal = {
    read: () => "",
    append: () => {
      throw broken;
    },
  };
  const stops = {
    contacts: [options(0, { contacts: breaking() }), 100],
    journal: [options(10, { journal }), 0],
    "onProgress that throws": [
      options(10, {
        onProgress: () => {
          throw broken;
        },
      }),
      0,
    ],
    "onProgress that rejects": [
      options(150, { onProgress: async ({ accepted }) => accepted > 0 && Promise.reject(broken) }),
      100,
    ],
    signal: [
      options(150, {
        signal: aborting.signal,
        onProgress: ({ accepted }) => accepted > 0 && aborting.abort(broken),
      }),
      100,
    ],
  };
  const unhandled = [];
  const onUnhandled = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  for (const [what, [given, accepted]] of Object.entries(stops)) {
    delete broken.report;
    const error = await client()
      .campaigns.run(given)
      .catch((error) => error);
    assert.equal(error, broken, what);
    assert.ok(error.report.accepted >= accepted && error.report.doubtful.length === 0, what);
    assert.ok(!inspect(error).includes("workflows"), what);
  }
  await setTimeout(20);
  process.off("unhandledRejection", onUnhandled);
  assert.deepEqual(unhandled, []);
});

test("onProgress is waited for", async () => {
  let [running, most, calls] = [0, 0, 0];
  const onProgress = async () => {
    running += 1;
    calls += 1;
    most = Math.max(most, running);
    await setTimeout(20);
    running -= 1;
  };
  await client().campaigns.run(options(300, { onProgress, inFlight: 3 }));
  assert.deepEqual([running, most], [0, 1]);
  assert.ok(calls > 1);
});

test("a reason that cannot carry a report, or has another campaign's, becomes the cause of an error that can", async () => {
  for (const reason of ["enough", undefined, Object.freeze(new Error("enough"))]) {
    const signal = AbortSignal.abort(reason);
    const error = await client()
      .campaigns.run(options(10, { signal }))
      .catch((error) => error);
    assert.equal(error.report.accepted, 0);
    assert.ok(error === signal.reason || error.cause === signal.reason);
  }
  const signal = AbortSignal.abort();
  const both = [options(10, { signal }), options(10, { signal })].map((given) => client().campaigns.run(given));
  const errors = (await Promise.allSettled(both)).map(({ reason }) => reason);
  assert.equal(new Set(errors.map(({ report }) => report)).size, 2);
  assert.deepEqual(
    errors.map(({ name }) => name),
    ["AbortError", "AbortError"],
  );
  assert.ok(errors.includes(signal.reason) && errors.some(({ cause }) => cause === signal.reason));
});

test("many calls at once wait for one end, without a warning", async () => {
  const slow = { operation: "workflow.upload_details", fault: "status", status: 503, retry_after: "1", times: 12 };
  await sandbox.control("faults", [slow]);
  const seen = await warnings(() => client().campaigns.run(options(130, { batchSize: 10, inFlight: 13 })));
  assert.deepEqual(seen, []);
  await eachOnce(130);
});

for (const [what, clock] of Object.entries({
  "stands still": (now) => {
    const stopped = now();
    return () => stopped;
  },
  "is set forward a day": (now) => () => now() + 86_400_000 * Math.min(1, lookups),
  "is set back a day": (now) => () => now() - 86_400_000 * Math.min(1, lookups),
})) {
  test(`a clock that ${what} while contacts settle neither hangs nor hastens it`, async () => {
    lookups = 0;
    await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "reset_before", times: 1 }]);
    const { now } = Date;
    const began = performance.now();
    Date.now = clock(now);
    const counting = (url, init) => {
      lookups += url.endsWith("/detailinstances") ? 1 : 0;
      return fetch(url, init);
    };
    try {
      const given = options(20, { settleMs: 1500 });
      assert.equal((await client({ fetch: counting }).campaigns.run(given)).accepted, 20);
    } finally {
      Date.now = now;
    }
    assert.ok(lookups >= 40);
    assert.ok(performance.now() - began >= 1500);
    await eachOnce(20);
  });
}
let lookups = 0;

test("a journal may be an object", async () => {
  let text = "";
  const journal = {
    read: async () => text,
    append: async (lines, at) => {
      assert.equal(at, Buffer.byteLength(text));
      text += lines;
    },
  };
  await client().campaigns.run(options(150, { journal }));
  const report = await client().campaigns.run(options(150, { journal }));
  assert.equal(report.accepted, 150);
  const inBytes = { ...journal, read: async () => new TextEncoder().encode(text) };
  assert.equal((await client().campaigns.run(options(150, { journal: inBytes }))).accepted, 150);
  await eachOnce(150);

  text += '{"torn":';
  await assert.rejects(client().campaigns.run(options(150, { journal })), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.pointer, "/journal");
    return true;
  });
  journal.truncate = async (bytes) => {
    text = Buffer.from(text).toString("utf8", 0, bytes);
  };
  assert.equal((await client().campaigns.run(options(150, { journal }))).accepted, 150);
  assert.ok(!text.includes("torn"));
});

test("one journal object, one campaign at a time", async () => {
  let text = "";
  const journal = {
    read: () => new TextEncoder().encode(text),
    append: (lines) => {
      text += lines;
    },
  };
  const both = [options(100), options(100)].map((given) => client().campaigns.run({ ...given, journal }));
  const [refused, ...others] = (await Promise.allSettled(both)).flatMap(({ reason }) => reason ?? []);
  assert.ok(refused instanceof JournalConflict && refused instanceof ValidationError);
  assert.deepEqual([refused.code, refused.name, refused.pointer], ["E1018", "JournalConflict", "/journal"]);
  assert.equal(others.length, 0);
  assert.equal((await client().campaigns.run({ ...options(100), journal })).accepted, 100);
});

test("one journal, one campaign at a time", async () => {
  const given = options(200);
  const both = [given, { ...options(200), journal: given.journal }].map((one) => client().campaigns.run(one));
  const [refused, ...others] = (await Promise.allSettled(both)).flatMap(({ reason }) => reason ?? []);
  assert.deepEqual([refused.code, refused.pointer, others.length], ["E1018", "/journal", 0]);
  await eachOnce(200);
});

test("a journal of another campaign, and other contacts, are refused", async () => {
  const given = options(50);
  await client().campaigns.run(given);
  const other = client().campaigns.run({ ...options(50), journal: given.journal, name: "august" });
  await assert.rejects(other, { code: "E1012" });
  const changed = [...contacts(50)].toReversed();
  await assert.rejects(
    client().campaigns.run({ ...options(0), journal: given.journal, contacts: changed }),
    (error) => {
      assert.equal(error.code, "E1012");
      assert.equal(typeof error.report.accepted, "number");
      return true;
    },
  );
});

test("a journal holds no contact", async () => {
  // Long enough not to stand in a checksum by chance.
  const [callee, caseid, name] = ["+6200012345678", "case-of-nobody", "Nobody In Particular"];
  const given = options(0, { contacts: [{ callee, platform: "TEMP1", caseid, variables: { customer_name: name } }] });
  assert.equal((await client().campaigns.run(given)).accepted, 1);
  const text = readFileSync(given.journal, "utf8");
  assert.ok(text.length > 0);
  for (const personal of [callee.slice(1), caseid, name]) {
    assert.ok(!text.includes(personal), personal);
  }
});

test("settings are checked, and errors name them as JavaScript does", async () => {
  const run = (more) => client().campaigns.run(options(1, more));
  for (const [more, pointer] of [
    [{ workflow_template_id: undefined }, "/workflow_template_id"],
    [{ contacts: null }, "/contacts"],
    [{ batchSize: 0 }, "/batchSize"],
    [{ batchSize: "10" }, "/batchSize"],
    [{ batchsize: 10 }, "/batchsize"],
    [{ journal: 7 }, "/journal"],
    [{ journal: { read() {} } }, "/journal"],
    [{ contacts: "all" }, "/contacts"],
    [{ settleMs: -1 }, "/settleMs"],
    [{ workflow_template_id: 2 ** 53 }, "/workflow_template_id"],
  ]) {
    await assert.rejects(run(more), (error) => {
      assert.ok(error instanceof ValidationError, error);
      assert.equal(error.pointer, pointer);
      return true;
    });
  }
});
