// The package in a context of its own, as Jest and Vitest load it: its classes are others than those of the program that
// gives it bytes, header fields, signals and errors.
const { readFileSync } = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

// What Jest's environments have of Node; everything of the language, `Uint8Array` included, is the context's own. Its jsdom
// lacks TextEncoder and TextDecoder.
const shared = { console, Buffer, process, URL, Headers, Request, Response, Blob, fetch };
const more = { AbortController, AbortSignal, ReadableStream, performance, atob, setTimeout, clearTimeout, crypto };
const context = vm.createContext({ ...shared, ...more });
context.globalThis = context;

const loaded = new Map();
/** `require`, in the context, as Jest has it: Node's own modules are those of the program. */
function load(file) {
  if (!loaded.has(file)) {
    const module = { exports: {} };
    loaded.set(file, module);
    const wrapped = `(function (exports, require, module) {${readFileSync(file, "utf8")}\n})`;
    const resolve = (name) =>
      name.startsWith(".") ? load(require.resolve(path.resolve(path.dirname(file), name))) : require(name);
    vm.runInContext(wrapped, context, { filename: file })(module.exports, resolve, module);
  }
  return loaded.get(file).exports;
}

async function main(baseUrl) {
  const airudder = load(require.resolve("airudder"));
  const { smoke } = await import("./smoke.mjs");
  const app = { appKey: "fake-app-key", appSecret: "fake-app-secret", baseUrl };
  const controller = new AbortController();
  const reason = new Error("enough");
  const checks = {
    smoke: (await smoke(airudder, baseUrl)) === "all good",
    ...(await deliveries(airudder)),
    ...(await requests(airudder, app)),
    ...(await abort(airudder, app, controller, reason)),
    ...(await campaigns(airudder, app, controller, reason)),
  };
  const failed = Object.keys(checks).filter((name) => !checks[name]);
  console.log(failed.length === 0 ? "all good" : `failed: ${failed.join(", ")}`);
}

const CREATE = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };

async function deliveries({ Webhooks, crypto }) {
  const checks = {};
  const hooks = new Webhooks({ secret: "fake-hook-secret" });
  const text = '{"event":"message.send"}';
  const headers = hooks.sign(text);
  const bytes = new TextEncoder().encode(text);
  const bodies = { text, bytes, buffer: bytes.buffer, Buffer: Buffer.from(text), shared: new DataView(bytes.buffer) };
  for (const [form, body] of Object.entries(bodies)) {
    checks[form] =
      hooks.unwrap(body, new Headers(headers)).verified &&
      hooks.unwrap(body, [...new Map(Object.entries(headers))]).verified;
  }
  const inside = vm.runInContext(`new Uint8Array([${bytes}])`, context);
  checks.inside = hooks.unwrap(inside, headers).verified && crypto.digest(inside) === crypto.digest(text);
  let status;
  const response = { writeHead: (given) => (status = given), end() {} };
  await hooks.nodeHandler(() => {})({ method: "POST", headers, rawBody: Buffer.from(text) }, response);
  checks.nodeHandler = status === 200;
  return checks;
}

async function requests({ AirudderError, Client }, app) {
  const checks = {};
  const refused = Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" }),
  });
  const failing = (error) => new Client({ ...app, maxRetries: 0, fetch: () => Promise.reject(error) });
  const unsent = await failing(refused)
    .workflow.createInstance(CREATE)
    .catch((error) => error);
  checks.refused =
    unsent instanceof AirudderError && unsent.code === "E7001" && unsent.cause.message === "fetch failed";

  const offline = new Client({ ...app, maxRetries: 0 });
  context.fetch = undefined;
  const without = await offline.workflow.createInstance(CREATE).catch((error) => error);
  context.fetch = fetch;
  checks.fetch = without.code === "E7001" && without.message.includes("no fetch");

  // jsdom's class, which Node's fetch refuses from Node 24 on, as this one does.
  context.AbortController = class {
    signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
  };
  const native = (url, init) => {
    if (!(init.signal instanceof AbortSignal)) throw new TypeError("Expected signal to be an instance of AbortSignal");
    return fetch(url, init);
  };
  const created = await new Client({ ...app, fetch: native }).workflow.createInstance(CREATE).catch((error) => error);
  context.AbortController = AbortController;
  checks.signal = typeof created.workflow_id === "string";
  return checks;
}

async function abort({ Client, OutcomeUnknown }, app, controller, reason) {
  const hanging = (url, init) => {
    if (url.endsWith("/auth")) return fetch(url, init);
    controller.abort(reason);
    return new Promise(() => {});
  };
  const aborted = await new Client({ ...app, fetch: hanging }).workflow
    .createInstance(CREATE, { signal: controller.signal })
    .catch((error) => error);
  return { aborted: aborted instanceof OutcomeUnknown && aborted.cause === reason };
}

/** Campaigns; the signal has been aborted. */
async function campaigns({ Client }, app, controller, reason) {
  const checks = {};
  const contacts = [{ callee: "+6200012345678", platform: "TEMP1", caseid: "c-9", variables: {} }];
  const journal = require("node:url").pathToFileURL(path.join(__dirname, "realm.jsonl"));
  const report = await new Client(app).campaigns.run({ ...CREATE, contacts, journal });
  checks.campaign = report.accepted === 1;
  const missing = await new Client(app).campaigns
    .run({ ...CREATE, contacts, journal: path.join(__dirname, "nowhere/realm.jsonl") })
    .catch((error) => error);
  checks.journal = missing.code === "E1001" && missing.cause.code === "ENOENT";
  const stopped = await new Client(app).campaigns
    .run({
      ...CREATE,
      name: "august",
      contacts,
      journal: path.join(__dirname, "august.jsonl"),
      signal: controller.signal,
    })
    .catch((error) => error);
  checks.report = stopped === reason && stopped.report.accepted === 0;
  return checks;
}

main(process.argv[2]);
