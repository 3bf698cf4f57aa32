// A catalog of one's own: twenty made-up pages become methods, checked and repeated by the rules of the file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { APP, airudder, root, serve } from "./support.mjs";

const require = createRequire(import.meta.url);
const { Catalog, Client, OutcomeUnknown, ValidationError, Webhooks, crypto } = airudder;

const TEXT = readFileSync(new URL("core/vectors/examples/vendor.json", root), "utf8");
const FILE = JSON.parse(TEXT);
const catalog = Catalog.extend(TEXT);

/** Good parameters of each operation, and the request that they make: method, target, body. */
const PLAN = { name: "春", template_id: "t-1" };
const WINDOWS = [{ days: [1], from: "09:00", to: "18:00" }];
const CONTACTS = [{ rows: [{ callee: "+6200012345678" }] }];
const MESSAGE = { from: "+6200012345678", to: "+6200012345679", template: "hi", language: "id_ID" };
const CONTENT = { kind: "text", text: "hello" };
const CALLS = [
  ["plans.create", { ...PLAN, windows: WINDOWS }, "POST", "/service/plans", { ...PLAN, windows: WINDOWS }],
  [
    "plans.create_runs",
    { plan_id: "p/1 ü", dry_run: true, contacts: CONTACTS },
    "POST",
    "/service/plans/p%2F1%20%C3%BC/runs?dry_run=true",
    { contacts: CONTACTS },
  ],
  ["plans.delete", { plan_id: "p-1" }, "DELETE", "/service/plans/p-1"],
  ["plans.get", { plan_id: "p-1" }, "GET", "/service/plans/p-1"],
  [
    "plans.get_runs_report",
    { plan_id: "p-1", run_id: "r-1", lang: "zh" },
    "GET",
    "/service/plans/p-1/runs/r-1/report?lang=zh",
  ],
  ["plans.list", { page: 2, status: "draft" }, "GET", "/service/plans?page=2&status=draft"],
  ["plans.list_runs", { plan_id: "p-1" }, "GET", "/service/plans/p-1/runs"],
  ["plans.update", { plan_id: "p-1", ...PLAN }, "PUT", "/service/plans/p-1", PLAN],
  [
    "templates.create",
    { name: "n", channel: "sms", content: CONTENT },
    "POST",
    "/service/templates",
    { name: "n", channel: "sms", content: CONTENT },
  ],
  [
    "templates.create_preview",
    { template_id: "t-1", variables: { a: "b" } },
    "POST",
    "/service/templates/t-1/preview",
    { variables: { a: "b" } },
  ],
  ["templates.delete", { template_id: "t-1", force: true }, "DELETE", "/service/templates/t-1?force=true"],
  ["templates.get", { template_id: "t-1" }, "GET", "/service/templates/t-1"],
  ["templates.get_tree", { template_id: "t-1" }, "GET", "/service/templates/t-1/tree"],
  ["templates.list", { channel: "voice" }, "GET", "/service/templates?channel=voice"],
  [
    "waba.bind_number",
    { waba_id: "w-1", phone: "+6200012345678" },
    "POST",
    "/service/sms/waba/accounts/w-1/numbers",
    { phone: "+6200012345678" },
  ],
  ["waba.list_accounts", {}, "GET", "/service/sms/waba/accounts"],
  ["waba.list_numbers", { waba_id: "w-1" }, "GET", "/service/sms/waba/accounts/w-1/numbers"],
  ["waba.send_message", MESSAGE, "POST", "/service/sms/waba/messages", MESSAGE],
  ["waba.unbind_number", { phone: "+62" }, "DELETE", "/service/sms/waba/numbers/%2B62"],
  [
    "waba.update_number",
    { phone: "+62", display_name: "n" },
    "PUT",
    "/service/sms/waba/numbers/%2B62",
    { display_name: "n" },
  ],
];

/** The method of an operation. */
const methodOf = (client, name) => {
  const [family, operation] = name.split(".");
  return client[family][operation.replace(/_(.)/g, (_, letter) => letter.toUpperCase())];
};

let server;
let baseUrl;
const requests = [];
before(async () => {
  server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const answer = url.startsWith("/service/sms")
      ? { code: 0, message: "", body: { seen: url } }
      : { code: 200, status: "OK", data: url.endsWith("/auth") ? { token: "fake-token" } : { seen: url } };
    response.end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  baseUrl = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("the module is loaded when a catalog is first read", () => {
  const program = `
    const { Catalog } = require("./dist/node.js");
    const loaded = () => Object.keys(require.cache).some((file) => file.endsWith("catalog/inlined.js"));
    const before = loaded();
    Catalog.extend({ airudder_catalog: 1, operations: [], events: [] });
    console.log(before, loaded());`;
  const cwd = new URL("..", import.meta.url);
  assert.equal(execFileSync(process.execPath, ["-e", program], { cwd, encoding: "utf8" }), "false true\n");
});

test("the catalog lists what the file has", () => {
  assert.deepEqual(
    catalog.operations.map(({ name }) => name),
    FILE.operations.map(({ name }) => name),
  );
  const runs = catalog.operations.find(({ name }) => name === "plans.create_runs");
  const { method, path, auth, envelope, replay, findOut, file, query } = runs;
  assert.deepEqual([method, path, auth, envelope], ["POST", "/service/plans/{plan_id}/runs", "token", "cloud"]);
  assert.deepEqual([replay, findOut, file, query], ["never", "", false, ["dry_run"]]);
  assert.equal(runs.params.required.join(), "plan_id,contacts");
  assert.deepEqual(catalog.events[0].when, { "/event": "plan.finished" });
  assert.equal(inspect(catalog), "Catalog { 20 operations, 1 events }");
  assert.deepEqual(Catalog.extend(FILE).operations, catalog.operations);
});

test("all operations are called, as methods and by name", async () => {
  assert.deepEqual(
    CALLS.map(([name]) => name),
    catalog.operations.map(({ name }) => name),
  );
  const client = new Client({ ...APP, baseUrl, catalog });
  for (const [name, params, method, url, body] of CALLS) {
    for (const call of [() => methodOf(client, name)(params), () => client.call(name, params)]) {
      assert.deepEqual(await call(), { seen: url }, name);
      const sent = requests.at(-1);
      assert.deepEqual([sent.method, sent.url, sent.headers.authorization], [method, url, "Token fake-token"], name);
      assert.deepEqual(sent.body === "" ? undefined : JSON.parse(sent.body), body, name);
    }
    const command = client.prepare(name, params).curl();
    assert.ok(command.includes(url.split("?")[0]) && !command.includes("12345678"), command);
  }
});

test("wrong parameters are refused with their place, and nothing is sent", async () => {
  const client = new Client({ ...APP, baseUrl, catalog });
  const [, good] = CALLS[0];
  const before = requests.length;
  for (const [params, code, pointer] of [
    [{ ...good, naem: "fake-value" }, "E1004", "/naem"],
    [{ ...good, windows: [{ ...WINDOWS[0], form: "fake-value" }] }, "E1004", "/windows/0/form"],
    [{ ...good, name: undefined }, "E1005", "/name"],
    [{ ...good, name: 7 }, "E1006", "/name"],
    [{ ...good, max_attempts: 9 }, "E1007", "/max_attempts"],
  ]) {
    const error = await client.plans.create(params).catch((thrown) => thrown);
    assert.ok(error instanceof ValidationError, error);
    assert.deepEqual([error.code, error.pointer, error.operation], [code, pointer, "plans.create"]);
    assert.ok(!error.message.includes("fake-value"), error.message);
  }
  assert.match((await client.plans.create({ naem: 1 }).catch(String)).toString(), /`name`/);
  assert.equal(requests.length, before);
  const lax = new Client({ ...APP, baseUrl, catalog, strict: false });
  await lax.plans.create({ ...good, newer: true });
  await client.plans.create({ ...good, newer: true }, { strict: false });
  assert.equal(JSON.parse(requests.at(-1).body).newer, true);
});

/** Calls an operation whose connection is cut once it was sent; gives the error, and how often the server saw it. */
async function cut(replay) {
  const operation = {
    name: "plans.start",
    method: "POST",
    path: "/service/plans/start",
    find_out: "tasks.list",
    replay,
  };
  const own = Catalog.extend({ airudder_catalog: 1, operations: [operation], events: [] });
  const reset = await serve((socket) => socket.resetAndDestroy());
  try {
    const client = new Client({ ...APP, baseUrl: reset.url, catalog: own, maxRetries: 1 });
    const error = await client.plans.start({}).catch((thrown) => thrown);
    return { error, seen: reset.seen["/service/plans/start"] };
  } finally {
    reset.close();
  }
}

test("an operation is repeated after an unknown outcome only where the file says that it is safe", async () => {
  for (const replay of ["never", undefined]) {
    const { error, seen } = await cut(replay);
    assert.ok(error instanceof OutcomeUnknown, error);
    assert.deepEqual([error.code, error.operation, seen], ["E7005", "plans.start", 1]);
    assert.match(error.message, /tasks\.list/);
  }
  const { error, seen } = await cut("safe");
  assert.ok(error instanceof airudder.TransportError && !(error instanceof OutcomeUnknown), error);
  assert.equal(seen, 2);
});

test("its requests are encrypted as all others are", async () => {
  const key = "fake-key-of-16-b";
  const client = new Client({ ...APP, baseUrl, encryptionKey: key, catalog });
  const [, params] = CALLS[0];
  await client.plans.create(params);
  assert.deepEqual(JSON.parse(Buffer.from(crypto.decrypt(requests.at(-1).body, key)).toString()), params);
});

test("an operation of another family is one of its methods, and none is replaced", () => {
  const row = (name) => ({ name, method: "POST", path: "/service/x" });
  const client = (...names) =>
    new Client({ ...APP, catalog: Catalog.extend({ airudder_catalog: 1, operations: names.map(row), events: [] }) });
  const more = client("workflow.pause", "chat.iter_session_messages");
  assert.equal(typeof more.workflow.pause, "function");
  assert.equal(more.chat.iterSessionMessages, Object.getPrototypeOf(more.chat).iterSessionMessages);
  assert.equal(new Client(APP).workflow.pause, undefined);
  assert.throws(() => client("on.start"), { code: "E1001", pointer: "/catalog" });
});

test("a fault of the file is an error that names its place", () => {
  const operations = [{ name: "workflow.upload_details", method: "POST", path: "/x" }];
  assert.throws(() => Catalog.extend({ airudder_catalog: 1, operations }), {
    name: "ValidationError",
    code: "E1027",
    pointer: "/operations/0/name",
  });
  assert.throws(() => Catalog.extend("{"), { code: "E1027" });
  assert.throws(() => Catalog.extend(7), { code: "E1001", pointer: "/file" });
  assert.throws(() => new Client({ ...APP, catalog: {} }), { code: "E1001", pointer: "/catalog" });
});

test("its events are recognized behind the library's, by kind and by their listener", async () => {
  const hooks = new Webhooks({ secret: "fake-hook-secret", catalog });
  const body = '{"event":"plan.finished","plan_id":"p-1","run_id":"r-1","counts":{"called":1,"connected":1}}';
  const event = hooks.unwrap(body, hooks.sign(body));
  assert.deepEqual([event.type, event.known, event.verified], ["plan.finished", true, true]);
  const plain = new Webhooks({ secret: "fake-hook-secret" }).unwrap(body, hooks.sign(body));
  assert.deepEqual([plain.known, plain.dedupeKey], [false, event.dedupeKey]);
  const other = '{"plan_id":"p-1"}';
  assert.equal(hooks.unwrap(other, hooks.sign(other)).known, false);
  assert.equal(hooks.unwrap(other, hooks.sign(other), { kind: "plan.finished" }).type, "plan.finished");
  const ours = '{"event":"message.send"}';
  assert.equal(hooks.unwrap(ours, hooks.sign(ours)).type, "message.send");

  const taken = [];
  hooks.on("plan.finished", ({ data }) => taken.push(data.plan_id));
  const request = new Request("http://127.0.0.1/", { method: "POST", headers: hooks.sign(body), body });
  assert.equal((await hooks.fetchHandler()(request)).status, 200);
  assert.deepEqual(taken, ["p-1"]);
  assert.throws(() => hooks.on("plan.finnished", () => {}), /plan\.finished/);
});

test("a trap in its module is an error, and what comes next works", async () => {
  const client = new Client({ ...APP, baseUrl, catalog });
  const { MODULE } = require("../dist/catalog/native.js");
  assert.throws(
    () => MODULE.enter((module) => module.trap()),
    (error) => error.code === "E9001" && error.cause instanceof WebAssembly.RuntimeError,
  );
  assert.deepEqual(await client.plans.get({ plan_id: "p-1" }), { seen: "/service/plans/p-1" });
});
