// Results that never came.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { APP, airudder, contacts, Sandbox } from "./support.mjs";

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

const settings = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00", batchSize: 100 };
const all = async (missing) => {
  const found = [];
  for await (const { caseid } of missing) {
    found.push(caseid);
  }
  return found;
};

test("who was accepted and has no result is named", async () => {
  const { campaigns } = new airudder.Client({ ...APP, baseUrl: sandbox.url });
  const rows = [...contacts(300)].map((contact, place) =>
    place % 100 === 7 ? { ...contact, callee: "0812" } : contact,
  );
  const given = { ...settings, journal: join(folder, "missing"), contacts: rows };
  await assert.rejects(all(campaigns.missing(() => false, given)), { code: "E1019" });
  assert.equal((await campaigns.run(given)).accepted, 297);
  const before = (await sandbox.control("stats")).requests;
  const asked = [];
  const hasResult = async ({ caseid }) => {
    asked.push(caseid);
    return !caseid.endsWith("5");
  };
  const expected = rows.map(({ caseid }) => caseid).filter((caseid) => caseid.endsWith("5"));
  assert.deepEqual(await all(campaigns.missing(hasResult, given)), expected);
  assert.equal(asked.length, 297);
  // Contacts that came later, and were not sent, have no result to come.
  const more = { ...given, contacts: [...rows, [...contacts(301)].at(-1)] };
  assert.equal((await all(campaigns.missing(() => false, more))).length, 297);
  assert.deepEqual((await sandbox.control("stats")).requests, before);
  // Whoever looks at the first one alone leaves the journal free, and the campaign can be gone on with.
  for await (const { caseid } of campaigns.missing(() => false, given)) {
    assert.equal(caseid, rows[0].caseid);
    break;
  }
  assert.equal((await campaigns.run(more)).accepted, 298);
  const others = { ...more, contacts: rows.map((contact) => ({ ...contact, caseid: "other" })) };
  await assert.rejects(all(campaigns.missing(() => false, others)), { code: "E1012" });
});
