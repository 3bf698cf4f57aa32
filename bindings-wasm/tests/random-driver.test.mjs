// Campaigns that are stopped at any moment while their uploads fare as they may: run again, nobody is sent twice or lost.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { check, checkCampaigns, fates, named, odd, Unreliable } from "./chance.mjs";
import { APP, airudder, contacts, Sandbox, TOKEN } from "./support.mjs";

const COUNT = 12;
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

/** Thrown by the program that runs the campaign. */
class Unlucky extends Error {}

/** The contacts, but for those from this one on; slow ones come by promises. */
async function* failing(at, isSlow) {
  let position = 0;
  for (const contact of contacts(COUNT)) {
    if (position === at) {
      throw new Unlucky();
    }
    position += 1;
    yield isSlow ? await Promise.resolve(contact) : contact;
  }
}

let journals = 0;
const examples = fc.record({
  fates,
  end: fc.constantFrom("end", "stop", "abort", "contacts fail", "progress fails"),
  at: fc.nat(8),
  batchSize: fc.integer({ min: 1, max: 4 }),
  inFlight: fc.integer({ min: 1, max: 4 }),
  isSlow: fc.boolean(),
});

/** Stops a campaign at its moment, and runs it again. */
async function stoppedAndRunAgain({ fates, end, at, batchSize, inFlight, isSlow }) {
  await sandbox.control("reset", {});
  journals += 1;
  const aborting = new AbortController();
  let running;
  let shown = 0;
  const moments = { stop: () => running.stop(), abort: () => aborting.abort(new Unlucky()) };
  const unreliable = new Unreliable(fates, end in moments ? at : -1, moments[end]);
  const client = new airudder.Client({ ...APP, baseUrl: sandbox.url, maxRetries: 0, fetch: unreliable.fetch });
  const settings = {
    workflow_template_id: 7,
    name: "july",
    end_time: "2099-12-01 18:00:00+08:00",
    journal: join(folder, `${journals}.jsonl`),
    batchSize,
    inFlight,
    settleMs: 1,
    maxOutageMs: 100,
  };
  running = client.campaigns.start({
    ...settings,
    contacts: failing(end === "contacts fail" ? at : -1, isSlow),
    signal: aborting.signal,
    onProgress: () => {
      shown += 1;
      if (end === "progress fails" && shown > at) {
        throw new Unlucky();
      }
    },
  });
  const report = await running.result().catch((error) => {
    assert.ok(error instanceof Unlucky || named(error));
    return running.report();
  });
  assert.ok(report.accepted + report.doubtful.length <= COUNT);
  assert.deepEqual(report.rejected, []);
  unreliable.end();
  return client.campaigns.run({ ...settings, contacts: contacts(COUNT) });
}

test("stopped at any moment, it is run again", async () => {
  const property = async (example) => {
    const { accepted, rejected, doubtful } = await stoppedAndRunAgain(example);
    assert.deepEqual([accepted, rejected, doubtful], [COUNT, [], []]);
    const { distinct, duplicates } = (await sandbox.control("stats")).contacts;
    assert.deepEqual([distinct, duplicates], [COUNT, 0]);
  };
  await checkCampaigns(fc.asyncProperty(examples, property));
});

test("whatever `fetch` gives, the outcome of a request is known to be unknown", async () => {
  const given = fc.oneof(
    odd,
    fc.record({ status: fc.oneof(odd, fc.integer()), headers: odd, arrayBuffer: odd.map((one) => () => one) }),
    fc.record({ status: fc.constant(200), headers: fc.constant([]), arrayBuffer: odd.map((one) => async () => one) }),
  );
  const sent = async (value, isThrown) => {
    const fetch = async (url) => {
      if (url.endsWith("/auth")) {
        return new Response(TOKEN);
      }
      if (isThrown) {
        throw value;
      }
      return value;
    };
    const client = new airudder.Client({ ...APP, maxRetries: 0, fetch });
    const upload = client.workflow.uploadDetails({ workflow_id: "w", details: [...contacts(1)] });
    const error = await upload.catch(named);
    assert.equal(error.outcome, "unknown", error);
  };
  await check(fc.asyncProperty(given, fc.boolean(), sent));
});
