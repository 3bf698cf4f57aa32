// The client against the sandbox, and against servers that show what really goes over the wire.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { APP, airudder, canned, closedPort, native, Sandbox, TOKEN } from "./support.mjs";

const { AirudderError, ApiError, Client, File, OutcomeUnknown, TransportError, ValidationError } = airudder;

const KEY = "fake-key-of-16-b";
const CONTACT = { callee: "+6200012345678", platform: "TEMP1", caseid: "c-1", variables: { customer_name: "Ana" } };
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };

let sandbox;
before(async () => {
  sandbox = await Sandbox.start("--encryption-key", KEY);
});
after(() => sandbox.stop());

const client = (options) => new Client({ ...APP, baseUrl: sandbox.url, ...options });

test("a workflow, plain and encrypted", async () => {
  for (const encryptionKey of [undefined, KEY]) {
    const one = client({ encryptionKey });
    const { workflow_id } = await one.workflow.createInstance(WORKFLOW);
    await one.workflow.uploadDetails({ workflow_id, details: [CONTACT] });
    const found = await one.call("workflow.detail_instances", {
      case_id: "c-1",
      start_time: "2020-01-01 00:00:00+08:00",
      end_time: "2099-12-01 00:00:00+08:00",
    });
    assert.ok(found.rows.some((row) => row.workflow_id === workflow_id));
  }
});

test("a raw request has token and envelope", async () => {
  const { workflow_id } = await client().request("POST", "/service/cloud/workflow/createinstance", { json: WORKFLOW });
  assert.equal(typeof workflow_id, "string");
});

test("a file comes as bytes and as a stream", async () => {
  const { TaskID } = await client().tasks.create({
    TaskName: "july",
    ScheduleStartTime: "2020-01-01 00:00:00",
    ScheduleEndTime: "2099-01-01 00:00:00",
    Details: [{ Mobile: "+6200012345678", Platform: "TEMP1" }],
  });
  const called = async () => (await sandbox.control("stats")).contacts.waiting === 0;
  while (!(await called())) {
    await setTimeout(10);
  }
  const recording = () => client().tasks.recording({ TaskID, Callee: "+6200012345678" });
  const file = await recording();
  assert.ok(file instanceof File);
  const bytes = await file.bytes();
  assert.equal(Buffer.from(bytes).toString("latin1", 0, 4), "RIFF");
  let streamed = 0;
  for await (const chunk of (await recording()).stream) {
    streamed += chunk.length;
  }
  assert.equal(streamed, bytes.length);
});

test("a refusal says what the API said", async () => {
  const refused = client().workflow.uploadDetails({ workflow_id: "none", details: [CONTACT] });
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof ApiError && error instanceof AirudderError && error instanceof Error);
    assert.equal(error.code, "E4003");
    assert.equal(error.name, "ApiError");
    assert.equal(error.operation, "workflow.upload_details");
    assert.equal(error.outcome, "rejected");
    assert.equal(typeof error.apiCode, "number");
    assert.ok(error.remedy.length > 0);
    return true;
  });
});

test("an error is written as JSON with all that is known of it, without stack and cause", async () => {
  const { fetch } = canned(
    { body: TOKEN },
    { status: 429, headers: [["Retry-After", "600"]], body: '{"code":429,"message":"slow","request_id":"r-1"}' },
  );
  const error = await client({ fetch })
    .workflow.uploadDetails({ workflow_id: "w", details: [CONTACT] })
    .catch((error) => error);
  error.cause = new Error("somebody else's");
  assert.deepEqual(JSON.parse(JSON.stringify({ error })).error, {
    name: "ApiError",
    message: error.message,
    code: "E3002",
    remedy: error.remedy,
    operation: "workflow.upload_details",
    httpStatus: 429,
    apiCode: 429,
    apiMessage: "slow",
    requestId: "r-1",
    callId: error.callId,
    outcome: "rejected",
    retry: { afterMs: 600_000 },
  });
  const refused = await client()
    .workflow.uploadDetails({ workflow_id: "w", details: [{ ...CONTACT, callee: "62 000" }] })
    .catch((error) => error);
  assert.equal(JSON.parse(JSON.stringify(refused)).pointer, "/details/0/callee");
});

test("a wrong parameter is refused before anything is sent", async () => {
  const { fetch, sent } = canned();
  const upload = client({ fetch }).workflow.uploadDetails({
    workflow_id: "w",
    details: [CONTACT, { ...CONTACT, callee: "62 000" }],
  });
  await assert.rejects(upload, (error) => error instanceof ValidationError && error.pointer === "/details/1/callee");
  assert.equal(sent.length, 0);
});

test("nothing listens: nothing was sent", async () => {
  const gone = new Client({ ...APP, baseUrl: await closedPort(), maxRetries: 0 });
  await assert.rejects(gone.workflow.createInstance(WORKFLOW), (error) => {
    assert.ok(error instanceof TransportError && !(error instanceof OutcomeUnknown));
    assert.equal(error.code, "E7001");
    assert.equal(error.outcome, "not_sent");
    return true;
  });
});

test("a connection that breaks off leaves the outcome unknown, and nothing is repeated", async () => {
  const own = await Sandbox.start();
  try {
    await own.control("faults", [{ operation: "workflow.create_instance", fault: "reset_after" }]);
    const one = new Client({ ...APP, baseUrl: own.url });
    await assert.rejects(one.workflow.createInstance(WORKFLOW), (error) => {
      assert.ok(error instanceof OutcomeUnknown);
      assert.equal(error.outcome, "unknown");
      return true;
    });
    const { requests } = await own.control("stats");
    assert.equal(requests["workflow.create_instance"], 1);
  } finally {
    await own.stop();
  }
});

/** Runs with these variables of the environment, and no other ones of the library. */
async function withEnvironment(variables, run) {
  const before = { ...process.env };
  for (const name of Object.keys(before).filter((name) => name.startsWith("AIRUDDER_"))) delete process.env[name];
  try {
    Object.assign(process.env, variables);
    return await run();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test("the environment may lack a credential: its variable is named", async () => {
  const all = ["AIRUDDER_APP_KEY", "AIRUDDER_APP_SECRET", "AIRUDDER_SIGN_KEY", "AIRUDDER_SIGN_SECRET"];
  const [key, secret, signKey] = all;
  for (const [variables, options, pointer, named] of [
    [{}, {}, "/appKey", all],
    [{ [key]: "fake-app-key" }, {}, "/appSecret", [secret]],
    [{ [key]: "fake-app-key", [secret]: "" }, {}, "/appSecret", [secret]],
    [{ [secret]: "fake-app-secret" }, {}, "/appKey", [key]],
    [{}, { appKey: "fake-app-key" }, "/appSecret", [secret]],
    [{ [signKey]: "fake-sign-key" }, {}, "/appKey", all],
  ]) {
    await withEnvironment(variables, () => {
      assert.throws(
        () => Client.fromEnv(options),
        (error) => {
          assert.ok(error instanceof ValidationError);
          assert.deepEqual([error.code, error.pointer], ["E1001", pointer]);
          assert.deepEqual(
            all.filter((variable) => error.message.includes(variable)),
            named,
          );
          assert.ok(!error.message.includes("fake-"));
          return true;
        },
      );
    });
  }
});

test("what is there is enough", async () => {
  const APP_ENV = { AIRUDDER_APP_KEY: APP.appKey, AIRUDDER_APP_SECRET: APP.appSecret };
  const workflow = (one) => one.workflow.createInstance(WORKFLOW);
  await withEnvironment(APP_ENV, () => workflow(Client.fromEnv({ baseUrl: sandbox.url, appKey: undefined })));
  await withEnvironment({}, () => workflow(Client.fromEnv({ ...APP, baseUrl: sandbox.url })));
  // Chats are signed, and need no app key.
  const sign = { AIRUDDER_SIGN_KEY: "fake-sign-key", AIRUDDER_SIGN_SECRET: "fake-sign-secret" };
  const { fetch, sent } = canned({ body: '{"code":200,"data":[]}' });
  await withEnvironment(sign, () =>
    Client.fromEnv({ fetch }).chat.sessionMessages({ call_id: "c", last_msg_id: "", size: 1 }),
  );
  assert.equal(sent.length, 1);
  // Operations with header fields of one's own need neither.
  const { fetch: other } = canned({ body: "{}" });
  const headers = { authorization: "fake" };
  await new Client({ baseUrl: "https://api.example", fetch: other })
    .request("POST", "/anything", { auth: "headers", headers, json: {} })
    .catch((error) => assert.notEqual(error.code, "E4004"));
});

test("a call without the credentials that it needs is a mistake of the program, and says which ones", async () => {
  const { fetch, sent } = canned();
  const campaign = { ...WORKFLOW, contacts: [CONTACT], journal: { read: () => "", append() {} } };
  const chat = { call_id: "c", last_msg_id: "", size: 1 };
  for (const [options, call, pointer] of [
    [{}, (one) => one.workflow.createInstance(WORKFLOW), "/appKey"],
    [{}, (one) => one.request("GET", "/anything"), "/appKey"],
    [{}, (one) => one.campaigns.run(campaign), "/appKey"],
    [{}, async (one) => one.prepare("workflow.create_instance", WORKFLOW), "/appKey"],
    [{}, (one) => one.chat.sessionMessages(chat), "/signKey"],
    [{ signKey: "fake-sign-key" }, (one) => one.chat.sessionMessages(chat), "/signSecret"],
  ]) {
    await assert.rejects(call(new Client({ ...options, fetch })), (error) => {
      assert.ok(error instanceof ValidationError, error);
      assert.deepEqual([error.code, error.pointer], ["E4004", pointer]);
      assert.match(error.message, /give (appKey and appSecret|signKey and signSecret)/);
      return true;
    });
  }
  assert.equal(sent.length, 0);
});

test("a prepared request hides secrets in curl and where it is printed", () => {
  const request = client({ signKey: "fake-sign-key", signSecret: "fake-sign-secret" }).prepare(
    "workflow.upload_details",
    { workflow_id: "w", details: [CONTACT] },
  );
  assert.equal(request.method, "POST");
  assert.ok(request.url.endsWith("/uploaddetails"));
  assert.ok(request.curl().startsWith("curl -X POST"));
  assert.ok(!request.curl().includes("12345678"));
  assert.ok(!inspect(request).includes("6200012345678"));
});

test("secrets are nowhere where a client or a receiver is shown", () => {
  const secrets = {
    appSecret: "fake-app-secret",
    encryptionKey: KEY,
    signSecret: "fake-sign-secret",
    signKey: "fake-sk",
  };
  const one = client(secrets);
  const hooks = new airudder.Webhooks({ secret: "fake-hook-secret", encryptionKey: KEY });
  for (const object of [one, hooks, one.workflow, one.campaigns, { nested: one }]) {
    const shown = inspect(object, { depth: 9, showHidden: true }) + (JSON.stringify(object) ?? "");
    assert.ok(!shown.includes("fake-"), shown);
  }
});

test("a fetch that quotes what it was to send shows no secret", async () => {
  const secrets = { ...APP, signKey: "fake-sign-key", signSecret: "fake-sign-secret" };
  const fetch = async (url, init) => {
    if (url.endsWith("/auth") && init.body.length > 0 && !fetch.isBroken) return new Response(TOKEN);
    const quoted = `cannot send ${JSON.stringify(init.headers)} ${Buffer.from(init.body ?? [])} to ${url}`;
    const cause = Object.assign(new Error(quoted), { code: "ECONNRESET", syscall: "write" });
    cause.cause = cause;
    throw Object.assign(new AggregateError([cause], quoted), { request: init, headers: new Headers(init.headers) });
  };
  const one = new Client({ ...secrets, fetch, maxRetries: 0 });
  const own = { headers: { "X-Session-Token": "fake-session" } };
  fetch.isBroken = true;
  const failures = [await one.robots.list().catch((error) => error)]; // app key and secret are in the body
  fetch.isBroken = false;
  const two = new Client({ ...secrets, fetch, maxRetries: 0 });
  failures.push(await two.workflow.createInstance(WORKFLOW, own).catch((error) => error));
  failures.push(await two.chat.sessionMessages({ call_id: "c", last_msg_id: "", size: 1 }).catch((error) => error));
  for (const error of failures) {
    assert.ok(error instanceof TransportError, error);
    assert.match(error.cause.message, /cannot send .*\*\*\*/);
    assert.equal(error.cause.errors[0].code, "ECONNRESET");
    assert.equal(error.cause.errors[0].syscall, "write");
    const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + error.message + error.stack;
    assert.ok(!shown.includes("fake-"), shown);
    assert.ok(!/[0-9a-f]{64}/.test(shown), "a signature");
  }
});

test("an error of fetch that cannot be read leaves the outcome unknown", async () => {
  const unreadable = new Error();
  Object.defineProperty(unreadable, "message", { get: () => assert.fail("nobody may know") });
  const fetch = async (url) => {
    if (url.endsWith("/auth")) return new Response(TOKEN);
    throw unreadable;
  };
  const failed = new Client({ ...APP, fetch }).workflow.createInstance(WORKFLOW);
  await assert.rejects(failed, { code: "E7005", outcome: "unknown" });
});

test("the cause tells what a runtime tells of a connection that was not made", async () => {
  const gone = new Client({ ...APP, baseUrl: await closedPort(), maxRetries: 0 });
  const { cause } = await gone.robots.list().catch((error) => error);
  assert.deepEqual([cause.name, cause.cause.code], ["TypeError", "ECONNREFUSED"]);
});

test("a trap is an error, and what comes next works", async () => {
  const one = client();
  const hooks = new airudder.Webhooks({ secret: "fake-hook-secret" });
  const call = new native.Owned((module) =>
    new module.Session(APP).call("robots.list", Buffer.from("{}"), { headers: "[]", seed: 1 }),
  );
  await one.workflow.createInstance(WORKFLOW);
  assert.throws(
    () => native.enter((module) => module.trap()),
    (error) => {
      assert.equal(error.code, "E9001");
      assert.ok(error.cause instanceof WebAssembly.RuntimeError);
      return true;
    },
  );
  await one.workflow.createInstance(WORKFLOW);
  assert.equal(hooks.unwrap("{}", hooks.sign("{}")).verified, true);
  assert.throws(() => call.use((machine) => machine.poll(0)), { code: "E9001" });
  call.free();
});

test("a push of data is verified in one call", async () => {
  const push = {
    workflow_id: "w-1",
    workflow_name: "july",
    node_id: "n-1",
    node_name: "push",
    callee: { case_id: "c-1", callee_name: "Ana", callee_number: "+6200012345678", platform_name: "TEMP1" },
  };
  const { callee: inside, ...outside } = push;
  const params = { workflow_id: "w-1", node_id: "n-1", callee: "+6200012345678" };
  for (const [data, expected] of [
    [push, { ...params, case_id: "c-1" }],
    [
      { ...outside, ...inside },
      { ...params, case_id: "c-1" },
    ], // flat, as the page lists them
    [
      { ...outside, ...inside, callee: "the page may mean this" },
      { ...params, case_id: "c-1" },
    ],
    [{ ...push, callee: { ...inside, case_id: "" } }, params],
    [
      { ...push, case_id: "c-9", callee_number: "+6200099999999" },
      { ...params, case_id: "c-1" },
    ],
  ]) {
    const { fetch, sent } = canned({ body: TOKEN }, { body: '{"code":200,"data":{"ok":true}}' });
    const event = { type: "unknown", known: false, data };
    assert.deepEqual(await new Client({ ...APP, fetch }).workflow.verifyPush(event), { ok: true });
    assert.ok(sent[1].url.endsWith("/service/cloud/workflow/apinoticeinfo"));
    assert.deepEqual(JSON.parse(Buffer.from(sent[1].body).toString()), expected);
  }
  const { fetch, sent } = canned();
  for (const [data, pointer] of [
    [{ ...push, workflow_id: undefined }, "/data/workflow_id"],
    [{ ...push, node_id: "" }, "/data/node_id"],
    [{ ...push, callee: { case_id: "c-1" } }, "/data/callee/callee_number"],
    [undefined, "/data/workflow_id"],
  ]) {
    await assert.rejects(new Client({ ...APP, fetch }).workflow.verifyPush({ data }), (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual([error.code, error.pointer], ["E1005", pointer]);
      return true;
    });
  }
  assert.equal(sent.length, 0);
});
