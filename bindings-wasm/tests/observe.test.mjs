// What a client tells of its work: events, log lines, ids of calls, and the responses behind results.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Writable } from "node:stream";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import pino from "pino";
import winston from "winston";
import { APP, airudder, canned, contacts, Sandbox, TOKEN } from "./support.mjs";

const { Client, OutcomeUnknown, ValidationError } = airudder;

const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const WINDOW = { start_time: "2020-01-01 00:00:00+08:00", end_time: "2099-01-01 00:00:00+08:00" };
const CREATED = '{"code":200,"request_id":"r-1","data":{"workflow_id":"w-1"}}';
const NAMES = ["request", "response", "retry", "wait", "phase"];

/** Everything that the client tells from now on. */
function heard(client) {
  const events = [];
  for (const name of NAMES) client.on(name, (event) => events.push({ name, ...event }));
  return events;
}

const without = (events, ...fields) =>
  events.map((event) => Object.fromEntries(Object.entries(event).filter(([field]) => !fields.includes(field))));

const connectRefused = () =>
  Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" }),
  });

test("a call tells of each request, of its answer, and why it is sent again", async () => {
  const { fetch } = canned(
    { body: TOKEN },
    { status: 503, headers: [["Retry-After", "0"]], body: '{"code":503,"message":"+62000","request_id":"r-0"}' },
    { status: 401, body: '{"code":401}' },
    { body: TOKEN },
    { body: CREATED },
  );
  const client = new Client({ ...APP, baseUrl: "https://api.example:8443", fetch });
  const events = heard(client);
  await client.workflow.createInstance(WORKFLOW);
  const ids = new Set(events.map(({ callId }) => callId));
  assert.equal(ids.size, 1);
  assert.match([...ids][0], /^[0-9a-f]{16}$/);
  for (const { milliseconds = 0, delayMs = 0 } of events) assert.ok(milliseconds >= 0 && delayMs >= 0);
  const path = "https://api.example:8443/service/cloud";
  const [token, create] = ["auth.token", "workflow.create_instance"];
  const at = (operation, attempt) => ({ operation, attempt });
  const request = (name, attempt, url) => ({ name: "request", ...at(name, attempt), method: "POST", url: path + url });
  const response = (name, attempt, more) => ({ name: "response", ...at(name, attempt), ...more });
  assert.deepEqual(without(events, "callId", "milliseconds", "delayMs"), [
    request(token, 1, "/auth"),
    response(token, 1, { status: 200, apiCode: 200 }),
    request(create, 1, "/workflow/createinstance"),
    response(create, 1, { status: 503, apiCode: 503, requestId: "r-0", error: "E3003" }),
    { name: "retry", ...at(create, 2), error: "E3003" },
    request(create, 2, "/workflow/createinstance"),
    response(create, 2, { status: 401, apiCode: 401, error: "E4002" }),
    { name: "retry", ...at(create, 3), error: "E4002" },
    request(token, 2, "/auth"),
    response(token, 2, { status: 200, apiCode: 200 }),
    request(create, 3, "/workflow/createinstance"),
    response(create, 3, { status: 200, apiCode: 200, requestId: "r-1" }),
  ]);
});

test("an encrypted answer is read, too; a query and a body are not told", async () => {
  const key = "fake-key-of-16-b";
  const sandbox = await Sandbox.start("--encryption-key", key);
  try {
    const client = new Client({ ...APP, baseUrl: sandbox.url, encryptionKey: key });
    const events = heard(client);
    await client.tasks.recording({ TaskID: "t", Callee: "+6200012345678" }).catch(() => {});
    await assert.rejects(client.workflow.uploadDetails({ workflow_id: "none", details: [...contacts(1)] }));
    const answers = events.filter(({ name, operation }) => name === "response" && operation !== "auth.token");
    assert.equal(answers.length, 2);
    for (const { apiCode, error } of answers) {
      assert.ok(Number.isInteger(apiCode) && apiCode !== 200);
      assert.match(error, /^E[34]\d{3}$/);
    }
    for (const { url = "" } of events) assert.ok(!url.includes("?"), url);
  } finally {
    await sandbox.stop();
  }
});

test("an id of a request that quotes a secret is told without it", async () => {
  const quoting = '{"code":200,"request_id":"r-fake-token-fake-app-secret","data":{"workflow_id":"w-1"}}';
  const { fetch } = canned({ body: TOKEN }, { body: quoting });
  const client = new Client({ ...APP, fetch });
  const events = heard(client);
  await client.workflow.createInstance(WORKFLOW);
  assert.match(events.at(-1).requestId, /^r-/);
  assert.ok(!JSON.stringify(events).includes("fake-"), JSON.stringify(events));
});

test("requests that get no answer say why by the code of the error", async () => {
  const failures = [
    ["E7001", () => Promise.reject(connectRefused())],
    ["E7003", () => Promise.reject(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))],
    ["E7004", () => Promise.reject(new Error("broken"))],
    ["E7002", () => new Promise(() => {})],
    [
      "E7004",
      (controller) => {
        controller.abort();
        return new Promise(() => {});
      },
    ],
    ["E2001", async () => new Response("<html>")],
  ];
  for (const [expected, answer] of failures) {
    const controller = new AbortController();
    const fetch = async (url) => (url.endsWith("/auth") ? new Response(TOKEN) : answer(controller));
    const client = new Client({ ...APP, fetch, maxRetries: 0, timeoutMs: 50 });
    const events = heard(client);
    const { signal } = controller;
    const error = await client.workflow.createInstance(WORKFLOW, { signal }).catch((error) => error);
    assert.equal(events.at(-1).error, expected);
    assert.equal(events.at(-1).callId, error.callId, expected);
  }
});

test("waits: for another call's token, and for the client's pace", async () => {
  const fetch = async (url) => {
    await setTimeout(60);
    return new Response(url.endsWith("/auth") ? TOKEN : '{"code":200,"data":[]}');
  };
  const shared = new Client({ ...APP, fetch });
  const forToken = heard(shared);
  await Promise.all([shared.robots.list(), shared.robots.list()]);
  const waits = forToken.filter(({ name }) => name === "wait");
  assert.equal(waits.length, 1);
  assert.deepEqual([waits[0].reason, waits[0].operation, waits[0].untilMs], ["token", "robots.list", undefined]);

  const paced = new Client({ ...APP, fetch, requestsPerSecond: 20 });
  await paced.robots.list();
  const forPace = heard(paced);
  await Promise.all(Array.from({ length: 4 }, () => paced.robots.list()));
  const paces = forPace.filter(({ name }) => name === "wait");
  assert.ok(paces.length >= 2, JSON.stringify(forPace));
  for (const { reason, untilMs, callId } of paces) {
    assert.equal(reason, "pace");
    assert.ok(Math.abs(untilMs - Date.now()) < 5000);
    assert.match(callId, /^[0-9a-f]{16}$/);
  }
});

test("every error of a call has its id, also of one that was never sent", async () => {
  const client = new Client({ ...APP, fetch: () => Promise.reject(connectRefused()), maxRetries: 0 });
  const errors = [
    await client.workflow.createInstance({ ...WORKFLOW, name: 7 }).catch((error) => error),
    await client.workflow.createInstance(WORKFLOW).catch((error) => error),
    await client.request("GET", "/service/cloud/robot").catch((error) => error),
  ];
  for (const error of errors) assert.match(JSON.parse(JSON.stringify(error)).callId, /^[0-9a-f]{16}$/);
  assert.equal(new Set(errors.map(({ callId }) => callId)).size, 3);
});

test("a listener that fails breaks no call, and its error is told", async () => {
  const told = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (fields, text) => told.push([fields.err.message, text]) };
  const { fetch } = canned({ body: TOKEN }, { body: CREATED });
  const client = new Client({ ...APP, fetch, logger })
    .on("request", () => {
      throw new Error("thrown");
    })
    .on("response", async () => {
      throw new Error("rejected");
    });
  assert.deepEqual(await client.workflow.createInstance(WORKFLOW), { workflow_id: "w-1" });
  await setTimeout(0);
  assert.deepEqual(
    told.sort(),
    [
      ["rejected", "a listener for `response` of a client failed"],
      ["rejected", "a listener for `response` of a client failed"],
      ["thrown", "a listener for `request` of a client failed"],
      ["thrown", "a listener for `request` of a client failed"],
    ].sort(),
  );
});

test("a logger that fails breaks no call", async (context) => {
  const printed = context.mock.method(console, "error", () => {});
  const broken = () => {
    throw new Error("the disk is full");
  };
  const { fetch } = canned({ body: TOKEN }, { body: CREATED });
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  assert.deepEqual(await new Client({ ...APP, fetch, logger }).workflow.createInstance(WORKFLOW), {
    workflow_id: "w-1",
  });
  assert.equal(printed.mock.callCount(), 4);
});

test("`off` takes `on` back, and an event that there is not is refused", async () => {
  const { fetch } = canned({ body: TOKEN }, { body: CREATED });
  const client = new Client({ ...APP, fetch });
  const seen = [];
  const listener = (event) => seen.push(event);
  assert.equal(client.on("request", listener).off("request", listener).off("retry", listener), client);
  await client.workflow.createInstance(WORKFLOW);
  assert.equal(seen.length, 0);
  for (const [name, given] of [
    ["requests", listener],
    ["request", "no function"],
  ]) {
    assert.throws(() => client.on(name, given), ValidationError);
  }
  for (const logger of [{}, { ...console, warn: undefined }, "console"]) {
    assert.throws(() => new Client({ ...APP, logger }), { code: "E1001", pointer: "/logger" });
  }
});

test("the result with its response: status, header fields, attempts, ids", async () => {
  const { fetch } = canned(
    { body: TOKEN },
    { status: 503, headers: [["Retry-After", "0"]], body: '{"code":503}' },
    {
      headers: [
        ["Date", "Mon, 30 Nov 2026 00:00:00 GMT"],
        ["X-Several", "a"],
        ["X-Several", "b"],
      ],
      body: CREATED,
    },
    { body: '{"code":200,"data":[1]}' },
    { body: "sound", headers: [["Content-Type", "audio/wav"]] },
  );
  const client = new Client({ ...APP, fetch });
  const events = heard(client);
  const call = client.workflow.createInstance(WORKFLOW);
  assert.ok(call instanceof Promise && !("withResponse" in call.then(() => {})));
  const { data, response } = await call.withResponse();
  assert.deepEqual(data, { workflow_id: "w-1" });
  const { headers, ...rest } = response;
  assert.deepEqual(rest, { status: 200, requestId: "r-1", attempts: 2, callId: events[0].callId });
  assert.deepEqual([headers.date, headers["x-several"]], ["Mon, 30 Nov 2026 00:00:00 GMT", "a, b"]);
  assert.deepEqual((await call.withResponse()).response, response);

  const raw = await client.request("GET", "/service/cloud/robot").withResponse();
  assert.deepEqual([raw.data, raw.response.status, raw.response.attempts], [[1], 200, 1]);
  const file = await client.call("tasks.recording", { TaskID: "t", Callee: "+62000" }).withResponse();
  assert.equal(file.response.headers["content-type"], "audio/wav");
  assert.equal(Buffer.from(await file.data.bytes()).toString(), "sound");
});

test("a call that fails rejects once, with or without its response", async () => {
  const client = new Client({ ...APP, fetch: () => Promise.reject(connectRefused()), maxRetries: 0 });
  await assert.rejects(client.robots.list().withResponse(), { code: "E7001" });
  await assert.rejects(client.robots.list(), { code: "E7001" });
});

/** A campaign with faults, and all that its client told. */
async function campaign(more) {
  const sandbox = await Sandbox.start();
  let text = "";
  const journal = {
    read: () => text,
    append: (lines) => {
      text += lines;
    },
  };
  const client = new Client({ ...APP, baseUrl: sandbox.url, ...more });
  const events = heard(client);
  await sandbox.control("faults", [{ operation: "workflow.upload_details", fault: "reset_before", times: 1 }]);
  const given = { ...WORKFLOW, contacts: contacts(250), journal, batchSize: 100, settleMs: 50 };
  try {
    const report = await client.campaigns.run(given);
    assert.equal(report.accepted, 250);
    return events;
  } finally {
    await sandbox.stop();
  }
}

test("a campaign tells of its phases and waits, and its calls name it", async () => {
  const events = await campaign();
  const phases = events.filter(({ name }) => name === "phase");
  for (const { campaign, progress, phase } of phases) {
    assert.deepEqual([campaign, progress.phase], ["july", phase]);
    assert.equal(typeof progress.accepted, "number");
  }
  const names = phases.map(({ phase }) => phase);
  for (const phase of ["uploading", "settling", "ended"]) assert.ok(names.includes(phase), names.join());
  assert.ok(names.every((phase, index) => phase !== names[index + 1]));
  const waits = events.filter(({ name, reason }) => name === "wait" && reason === "settling");
  assert.ok(waits.length >= 1 && waits.every(({ campaign, untilMs }) => campaign === "july" && untilMs > 1.7e12));
  const requests = events.filter(({ name }) => name === "request");
  const operations = new Set(requests.map(({ operation }) => operation));
  const all = ["auth.token", "workflow.create_instance", "workflow.detail_instances", "workflow.upload_details"];
  assert.deepEqual([...operations].sort(), all);
  assert.ok(requests.every(({ campaign }) => campaign === "july"));
  const lost = events.find(({ name, error }) => name === "response" && error === "E7003");
  assert.equal(lost.operation, "workflow.upload_details");
});

test("the error that stops a campaign has the id of the call that it comes from", async () => {
  const sandbox = await Sandbox.start();
  try {
    await sandbox.control("faults", [{ operation: "workflow.create_instance", fault: "status", status: 403 }]);
    const client = new Client({ ...APP, baseUrl: sandbox.url });
    const events = heard(client);
    const run = (client) => {
      const journal = { read: () => "", append() {} };
      return client.campaigns.run({ ...WORKFLOW, contacts: contacts(1), journal }).catch((error) => error);
    };
    const error = await run(client);
    const failed = events.find(({ name, error }) => name === "response" && error !== undefined);
    assert.equal(failed.operation, "workflow.create_instance");
    assert.equal(error.callId, failed.callId);
    const unwatched = await run(new Client({ ...APP, baseUrl: sandbox.url }));
    assert.match(unwatched.callId, /^[0-9a-f]{16}$/);
  } finally {
    await sandbox.stop();
  }
});

/** A call that is repeated, with this logger. */
async function logged(logger) {
  const { fetch } = canned(
    { body: TOKEN },
    { status: 503, headers: [["Retry-After", "0"]], body: '{"code":503}' },
    { body: CREATED },
  );
  await new Client({ ...APP, fetch, logger }).workflow.createInstance(WORKFLOW);
}

test("pino takes the lines: the fields as they are, and the text", async () => {
  const lines = [];
  await logged(pino({ level: "info" }, { write: (line) => lines.push(JSON.parse(line)) }));
  assert.deepEqual(
    lines.map(({ level, event, operation, attempt }) => [level, event, operation, attempt]),
    [
      [30, "response", "auth.token", 1],
      [30, "response", "workflow.create_instance", 1],
      [40, "retry", "workflow.create_instance", 2],
      [30, "response", "workflow.create_instance", 2],
    ],
  );
  assert.match(lines[1].msg, /^workflow\.create_instance: attempt 1: 503 in \d+ ms, E3003$/);
  assert.match(lines[2].msg, /^workflow\.create_instance: tries again in \d+ ms because of E3003$/);
});

test("console takes the lines", async (context) => {
  const printed = ["debug", "info", "warn"].map((level) => context.mock.method(console, level, () => {}));
  await logged(console);
  const [debug, info, warn] = printed.map(({ mock }) => mock.calls.map(({ arguments: given }) => given));
  assert.deepEqual([debug.length, info.length, warn.length], [3, 3, 1]);
  assert.equal(warn[0][0].event, "retry");
  assert.match(debug[0][1], /^auth\.token: sends attempt 1$/);
});

test("winston takes the lines as the README says", async () => {
  const lines = [];
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(chunk));
      done();
    },
  });
  const own = winston.createLogger({ level: "info", transports: [new winston.transports.Stream({ stream })] });
  const to = (level) => (fields, text) => own.log(level, text, fields);
  await logged({ debug: to("debug"), info: to("info"), warn: to("warn"), error: to("error") });
  own.end();
  await once(own, "finish");
  assert.equal(lines.length, 4);
  assert.deepEqual([lines[2].level, lines[2].error], ["warn", "E3003"]);
  assert.match(lines[2].message, /tries again/);
});

test("AIRUDDER_LOG has a client write lines to standard error", async (context) => {
  const printed = context.mock.method(console, "error", () => {});
  const levels = { debug: 7, info: 4, warn: 1, error: 0 };
  for (const [level, expected] of Object.entries(levels)) {
    process.env.AIRUDDER_LOG = level;
    const { fetch } = canned(
      { body: TOKEN },
      { status: 503, headers: [["Retry-After", "0"]], body: '{"code":503}' },
      { body: CREATED },
    );
    printed.mock.resetCalls();
    await Client.fromEnv({ ...APP, fetch }).workflow.createInstance(WORKFLOW);
    assert.equal(printed.mock.callCount(), expected, level);
    for (const { arguments: line } of printed.mock.calls) assert.match(line[0], /^airudder \w+: .* \{"event":.*\}$/);
  }
  process.env.AIRUDDER_LOG = "verbose";
  assert.throws(() => Client.fromEnv(APP), /AIRUDDER_LOG is debug, info, warn, error, or not set/);
  delete process.env.AIRUDDER_LOG;
});

test("who watches changes nothing: the same calls, the same errors", async () => {
  const lost = { operation: "workflow.create_instance", fault: "reset_after", times: 1 };
  const sandbox = await Sandbox.start();
  try {
    for (const watched of [false, true]) {
      await sandbox.control("reset", {});
      await sandbox.control("faults", [lost]);
      const client = new Client({ ...APP, baseUrl: sandbox.url });
      if (watched) heard(client);
      await assert.rejects(client.workflow.createInstance(WORKFLOW), OutcomeUnknown);
      const { rows } = await client.workflow.detailInstances({ case_id: "none", ...WINDOW });
      assert.deepEqual(rows, []);
      const { requests } = await sandbox.control("stats");
      assert.deepEqual([requests["workflow.create_instance"], requests["workflow.detail_instances"]], [1, 1]);
    }
  } finally {
    await sandbox.stop();
  }
});
