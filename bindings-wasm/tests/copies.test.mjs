// Two copies of the package, and a realm of its own: errors are known as what they are, and values are taken.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import * as undici from "undici";
import { APP, canned, airudder as one, TOKEN } from "./support.mjs";

const require = createRequire(import.meta.url);
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const NAMES = [
  "AirudderError",
  "ValidationError",
  "JournalConflict",
  "CampaignStopped",
  "ApiError",
  "WebhookError",
  "CryptoError",
  "TransportError",
  "OutcomeUnknown",
];

let folder;
let other;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "airudder-"));
  cpSync(new URL("../dist", import.meta.url), join(folder, "dist"), { recursive: true });
  other = require(join(folder, "dist/node.js"));
});
after(() => rmSync(folder, { recursive: true }));

/** Errors of a copy, with the names of the classes that each is of. */
async function errors({ Client, Webhooks, crypto }) {
  const thrown = (run) => {
    try {
      run();
    } catch (error) {
      return error;
    }
  };
  const failing = (answer) => {
    const { fetch } = canned({ body: TOKEN }, ...answer);
    return new Client({ ...APP, fetch, maxRetries: 0 }).workflow.createInstance(WORKFLOW).catch((error) => error);
  };
  const busy = { read: () => new Promise(() => {}), append() {} };
  const given = { ...WORKFLOW, contacts: [], journal: busy };
  const client = new Client(APP);
  const first = client.campaigns.start(given);
  await new Promise(setImmediate);
  const conflict = await client.campaigns.run(given).catch((error) => error);
  first.stop();
  const stopped = await new Client(APP).campaigns
    .run({ ...given, journal: { read: () => "", append() {} }, stopAt: new Date(0), window: undefined })
    .catch((error) => error);
  return [
    [thrown(() => new Client({ nothing: 1 })), "ValidationError"],
    [conflict, "ValidationError", "JournalConflict"],
    [stopped, "CampaignStopped"],
    [await failing([{ status: 403, body: '{"code":403}' }]), "ApiError"],
    [thrown(() => new Webhooks({ secret: "s" }).unwrap("{}", {})), "WebhookError"],
    [thrown(() => crypto.encrypt("a", "short")), "CryptoError"],
    [await failing([]), "TransportError", "OutcomeUnknown"],
  ];
}

/** Each error is of its classes, by those of a copy, and of no other. */
function known(made, classes) {
  for (const [error, ...names] of made) {
    const found = NAMES.filter((name) => error instanceof classes[name]);
    assert.deepEqual(found, ["AirudderError", ...names], error?.stack);
  }
}

test("errors of one copy are known by the classes of the other", async () => {
  assert.notEqual(one.AirudderError, other.AirudderError);
  for (const maker of [one, other]) {
    const made = await errors(maker);
    for (const classes of [one, other]) known(made, classes);
  }
});

test("what is no error of this library is none, and classes of a program's own are as usual", () => {
  for (const value of [
    undefined,
    null,
    7,
    "E1001",
    {},
    [],
    new Error("E1001"),
    { code: "E1001" },
    Object.create(null),
  ]) {
    for (const name of NAMES) assert.equal(value instanceof one[name], false);
  }
  class Mine extends one.ApiError {}
  class Deeper extends Mine {}
  const error = Object.create(Deeper.prototype);
  const plain = Object.create(one.ApiError.prototype);
  assert.deepEqual([error instanceof Mine, error instanceof Deeper, plain instanceof Mine], [true, true, false]);
  assert.deepEqual([error instanceof other.ApiError, error instanceof other.CryptoError], [true, false]);
  assert.ok(Object.create(other.OutcomeUnknown.prototype) instanceof one.TransportError);
});

test("a File of the other copy is one, and `import` gives what `require` gives", async () => {
  const { fetch } = canned({ body: TOKEN }, { body: "sound", headers: [["Content-Type", "audio/wav"]] });
  const file = await new other.Client({ ...APP, fetch }).tasks.recording({ TaskID: "t", Callee: "+62000" });
  assert.ok(file instanceof one.File && !(file instanceof one.AirudderError));
  const imported = await import("../dist/node.mjs");
  for (const name of [...NAMES, "Client", "File", "Webhooks"]) assert.equal(imported[name], one[name]);
});

test("a client of one copy is watched by the OpenTelemetry of the other", async () => {
  const { instrument } = require("../dist/opentelemetry.js");
  const spans = [];
  const span = {
    setAttributes: () => span,
    setAttribute: () => span,
    setStatus: () => span,
    updateName: () => span,
    spanContext: () => ({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 }),
    end() {},
  };
  const startSpan = (name) => {
    spans.push(name);
    return span;
  };
  const { fetch } = canned({ body: TOKEN }, { body: '{"code":200,"data":[]}' });
  const client = new other.Client({ ...APP, fetch });
  instrument(client, { tracerProvider: { getTracer: () => ({ startSpan }) } });
  await client.robots.list();
  assert.deepEqual(spans, ["robots.list", "POST", "GET"]);
});

test("errors and values of another realm", async () => {
  const shared = { console, Buffer, process, URL, Headers, Request, Response, Blob, fetch };
  const more = { AbortController, AbortSignal, ReadableStream, performance, setTimeout, clearTimeout, atob };
  const context = createContext({ ...shared, ...more, require: createRequire(join(folder, "dist/node.js")) });
  context.globalThis = context;
  const inside = (code) => runInContext(code, context);
  const loaded = inside(`
    const files = new Map();
    const { readFileSync } = require("node:fs");
    const path = require("node:path");
    function load(file) {
      if (!files.has(file)) {
        const module = { exports: {} };
        files.set(file, module);
        const near = (name) => (name.startsWith(".") ? load(path.resolve(path.dirname(file), name)) : require(name));
        new Function("exports", "require", "module", readFileSync(file, "utf8"))(module.exports, near, module);
      }
      return files.get(file).exports;
    }
    load(${JSON.stringify(join(folder, "dist/node.js"))});
  `);
  const made = await errors(loaded);
  assert.ok(
    made.every(([error]) => !(error instanceof Error)),
    "they are of another realm",
  );
  known(made, one);
  known(await errors(one), loaded);

  const hooks = new one.Webhooks({ secret: "fake-hook-secret" });
  const signed = JSON.stringify(hooks.sign('{"event":"message.send"}'));
  const letters = [...Buffer.from('{"event":"message.send"}')].join();
  const bodies = [
    `new Uint8Array([${letters}])`,
    `new Uint8Array([${letters}]).buffer`,
    `new DataView(new Uint8Array([${letters}]).buffer)`,
  ];
  const forms = [
    `(${signed})`,
    `new Map(Object.entries(${signed}))`,
    `Object.entries(${signed})`,
    `Object.entries(${signed}).flat()`,
  ];
  for (const body of bodies) {
    assert.ok(!(inside(body) instanceof Uint8Array) && !(inside(body) instanceof ArrayBuffer));
    for (const headers of forms) assert.ok(hooks.unwrap(inside(body), inside(headers)).verified, `${body} ${headers}`);
  }
  for (const Own of [Headers, undici.Headers]) {
    assert.ok(hooks.unwrap('{"event":"message.send"}', new Own(JSON.parse(signed))).verified);
  }
  const answers = canned({ body: TOKEN }, { body: '{"code":200,"data":null}' });
  const options = Object.assign(inside(`(${JSON.stringify(APP)})`), { fetch: answers.fetch });
  const params = inside(
    `({ workflow_id: "w", details: [{ callee: "+6200012345678", platform: "P", variables: { a: "b" } }] })`,
  );
  const call = inside(`({ headers: { "X-Own": "own" }, signal: new AbortController().signal })`);
  await new one.Client(options).workflow.uploadDetails(params, call);
  assert.deepEqual(JSON.parse(Buffer.from(answers.sent[1].body)), JSON.parse(JSON.stringify(params)));
});
