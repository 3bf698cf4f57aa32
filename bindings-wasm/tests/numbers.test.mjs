// Numbers as people of a country write them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { APP, airudder, Sandbox } from "./support.mjs";

const { Client } = airudder;

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

const { campaigns } = new Client({ ...APP, baseUrl: "http://127.0.0.1:1" });
const contacts = (numbers) =>
  numbers.map((callee, place) => ({
    callee,
    caseid: `c-${place}`,
    platform: "TEMP1",
    variables: { customer_name: "Ana" },
  }));
const WRITTEN = [
  "0812 3456 7890",
  "(0812) 3456-7891",
  "+62 812-3456-7892",
  "812 3456 7893",
  "62 812 3456 7894",
  "+65 6123 4567",
];
const WRONG = [
  ["0812", /too short/],
  ["+628123", /too short/],
  ["0812345678901234567", /too long|impossible length|no phone number/],
  ["+62 0812 3456 789", /trunk prefix after its country code/],
  ["Ana", /no phone number/],
];

test("numbers of a country are sent as the API takes them", async () => {
  const { campaigns } = new Client({ ...APP, baseUrl: sandbox.url });
  const given = {
    workflow_template_id: 7,
    name: "july",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: contacts(WRITTEN),
    journal: join(folder, "numbers"),
  };
  const all = { ...given, defaultCountry: "ID" };
  const report = await campaigns.run({ ...all, suppress: ["0812 3456 7891"] });
  assert.deepEqual([report.accepted, report.rejected.map(({ contact, code }) => [contact, code])], [5, [[1, "E1021"]]]);
  assert.equal((await campaigns.run(all)).accepted, 6);
  const { distinct, duplicates } = (await sandbox.control("stats")).contacts;
  assert.deepEqual([distinct, duplicates], [6, 0]);
  await assert.rejects(campaigns.run(given), /not the one that was sent/);
});

test("what cannot be called is named and not shown", async () => {
  const given = [...contacts(WRONG.map(([number]) => number)), ...contacts(["0812 3456 7890"]), { callee: 7 }];
  const report = await campaigns.check({ contacts: given, defaultCountry: "ID" });
  assert.deepEqual([report.accepted, report.rejected.length], [1, WRONG.length + 1]);
  for (const [place, [number, why]] of WRONG.entries()) {
    const { contact, code, pointer, caseId, message } = report.rejected[place];
    assert.deepEqual([contact, code, pointer, caseId], [place, "E1007", "/callee", `c-${place}`]);
    assert.match(message, why);
    assert.ok(!message.includes(number), message);
  }
  // Nothing is guessed without the setting.
  assert.ok((await campaigns.check({ contacts: contacts(WRITTEN) })).accepted < WRITTEN.length);
});

test("a country that is none is refused, and so is a number of `suppress` that cannot be read", async () => {
  for (const defaultCountry of ["Indonesia", "id", "", 62]) {
    const wrong = { code: "E1001", pointer: "/defaultCountry" };
    await assert.rejects(campaigns.check({ contacts: [], defaultCountry }), wrong, `${defaultCountry}`);
  }
  const wrong = { code: "E1001", pointer: "/suppress" };
  await assert.rejects(campaigns.check({ contacts: [], defaultCountry: "ID", suppress: ["0812"] }), wrong);
});
