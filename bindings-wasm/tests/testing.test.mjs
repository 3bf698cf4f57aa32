// Scripted answers: tests of a program that need no server.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { airudder, root, vectors } from "./support.mjs";

const { scripted } = createRequire(import.meta.url)("../dist/testing.js");
const { ApiError, Client, File, OutcomeUnknown, TransportError } = airudder;

const FAKE = { appKey: "fake-key", appSecret: "fake-secret", signKey: "fake-sign-key", signSecret: "fake-sign-secret" };
const KEY = "fake-key-16bytes";
const CONTACT = { callee: "+6200012345678", platform: "TEMP1", caseid: "c-1", variables: {} };
const UPLOAD = { workflow_id: "w-1", details: [CONTACT] };
const CAMPAIGN = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };

const clientOf = (script, options) => new Client({ ...FAKE, fetch: script.fetch, maxRetries: 0, ...options });

test("a campaign by a script", async () => {
  const folder = mkdtempSync(join(tmpdir(), "airudder-"));
  try {
    const script = scripted();
    script.answers("workflow.create_instance", { workflow_id: "w-1" });
    script.answers("workflow.upload_details", { workflow_id: "w-1" });
    const contacts = [CONTACT, { ...CONTACT, caseid: "c-2" }];
    const report = await clientOf(script).campaigns.run({ ...CAMPAIGN, contacts, journal: join(folder, "journal") });
    assert.equal(report.accepted, 2);
    assert.deepEqual(
      script.requests.map(({ operation }) => operation),
      ["workflow.create_instance", "workflow.upload_details"],
    );
    assert.deepEqual(script.requests[1].params, { workflow_id: "w-1", details: contacts });
    assert.equal(script.requests[1].headers.authorization, "Token ***");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const { operations } = JSON.parse(readFileSync(new URL("docs/operations.json", root), "utf8"));
const { cases } = vectors("operation");
for (const { name, auth, file } of operations) {
  test(`${name} is known, and its envelope is one that the core opens`, async () => {
    const { params } = cases.find((one) => one.operation === name && !one.error);
    const data = file ? Buffer.from("RIFF") : name === "auth.token" ? { token: "t" } : { any: ["thing"] };
    const script = scripted();
    script.answers(name, data);
    script.fails(name, { code: 430, message: "scripted words" });
    // The host of the one family, and its own header fields, are not public.
    const own = { headers: { "X-Own": "fake-own-secret" }, baseUrl: "https://api.example/below" };
    const options = auth === "headers" ? own : undefined;
    const client = clientOf(script);
    const result = await client.call(name, params, options);
    if (file) {
      assert.ok(result instanceof File);
      assert.equal(Buffer.from(await result.bytes()).toString(), "RIFF");
    } else {
      assert.deepEqual(result, data);
    }
    await assert.rejects(client.call(name, params, options), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.apiCode, error.operation], [430, name]);
      return /scripted words/.test(error.message);
    });
    assert.doesNotMatch(JSON.stringify(script.requests.map(({ headers }) => headers)), /fake-/);
  });
}

test("what is scripted comes in order, and the last of it stays", async () => {
  const script = scripted();
  const client = clientOf(script);
  script.answers("robots.list", [1]);
  script.answers("robots.list", [2]);
  const three = [await client.robots.list(), await client.robots.list(), await client.robots.list()];
  assert.deepEqual(three, [[1], [2], [2]]);
  script.answers("robots.list", [3]);
  assert.deepEqual(await client.robots.list(), [3]);
  script.answers("workflow.upload_details", ({ workflow_id }) => ({ workflow_id }));
  for (const workflow_id of ["w-1", "w-2"]) {
    assert.deepEqual(await client.workflow.uploadDetails({ ...UPLOAD, workflow_id }), { workflow_id });
  }
  script.answers("POST /service/cloud/later", { x: 1 });
  assert.deepEqual(await client.request("POST", "/service/cloud/later", { json: { y: 2 } }), { x: 1 });
  assert.deepEqual(script.requests.at(-1).params, { y: 2 });
  script.answers("tasks.list", { rows: [] });
  await client.tasks.list({ Number: 5, Page: 1 });
  assert.deepEqual(script.requests.at(-1).params, { Number: "5", Page: "1" });
});

test("failures are those that a server and a network have", async () => {
  const script = scripted();
  const upload = () => clientOf(script, { timeoutMs: 50 }).workflow.uploadDetails(UPLOAD);
  for (const failure of ["timeout", "reset"]) {
    script.fails("workflow.upload_details", { failure });
    await assert.rejects(upload(), OutcomeUnknown);
  }
  script.fails("workflow.upload_details", { failure: "connect_failed" });
  await assert.rejects(upload(), (error) => error instanceof TransportError && error.outcome === "not_sent");
  script.fails("workflow.upload_details", { status: 429, retryAfter: "7" });
  await assert.rejects(upload(), (error) => error.httpStatus === 429 && error.retry.afterMs === 7000);
  script.fails("workflow.upload_details", { status: 400, code: 400, message: "no such workflow" });
  await assert.rejects(upload(), /no such workflow/);
  script.fails("workflow.upload_details", { status: 204 });
  await assert.rejects(upload(), OutcomeUnknown);
  script.fails("auth.token", { code: 401, message: "wrong APPKey" });
  await assert.rejects(upload(), /wrong APPKey/);
});

test("retries are seen", async () => {
  const script = scripted();
  script.fails("robots.list", { status: 429, retryAfter: "0" });
  script.answers("robots.list", []);
  assert.deepEqual(await clientOf(script, { maxRetries: 1 }).robots.list(), []);
  assert.equal(script.requests.length, 2);
});

test("what nothing is scripted for is named at once", async () => {
  const script = scripted();
  const client = clientOf(script, { maxRetries: 4 });
  const missing = /nothing is scripted for workflow.upload_details: say script.answers\("workflow.upload_details", …\)/;
  await assert.rejects(client.workflow.uploadDetails(UPLOAD), missing);
  assert.equal(script.requests.length, 1);
  await assert.rejects(client.request("GET", "/service/cloud/later"), /nothing is scripted for GET \/service/);
});

test("a script that cannot be is refused", () => {
  const script = scripted();
  assert.throws(() => script.answers("workflow.uplaod"), /"workflow.uplaod" is neither one of auth.token, /);
  for (const wrong of [{}, { failure: "reset", code: 1 }]) {
    assert.throws(() => script.fails("robots.list", wrong), /either failure, or code, status or both/);
  }
  assert.throws(() => script.fails("robots.list", { failure: "slow" }), /timeout, reset, and not "slow"/);
  assert.throws(() => script.fails("robots.list", { status: 7 }), /from 200 to 599, and not 7/);
});

test("encrypted requests are read, and answered encrypted", async () => {
  const script = scripted({ encryptionKey: KEY });
  const client = clientOf(script, { encryptionKey: KEY, requireEncryption: true });
  script.answers("workflow.upload_details", { workflow_id: "w-1" });
  assert.deepEqual(await client.workflow.uploadDetails(UPLOAD), { workflow_id: "w-1" });
  script.answers("tasks.recording", Buffer.from("RIFF"));
  await client.tasks.recording({ TaskID: "t", Callee: "+620000001" });
  const params = script.requests.map((request) => request.params);
  assert.deepEqual(params, [UPLOAD, { TaskID: "t", Callee: "+620000001" }]);
  script.fails("workflow.upload_details", { code: 403, message: "not yours" });
  await assert.rejects(client.workflow.uploadDetails(UPLOAD), /not yours/);
  const without = clientOf(scripted(), { encryptionKey: KEY });
  await assert.rejects(without.robots.list(), /the script has no encryptionKey/);
  const other = clientOf(scripted({ encryptionKey: "another-fake-key" }), { encryptionKey: KEY });
  await assert.rejects(
    other.robots.list(),
    (error) => /cannot be read/.test(error.message) && !error.message.includes(KEY),
  );
});
