// What JavaScript cannot hold, and what JSON cannot say: nothing is changed silently.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { APP, airudder, canned, native } from "./support.mjs";

const { Client, ValidationError, Webhooks } = airudder;

const TOKEN = { body: '{"code":200,"data":{"token":"fake-token"}}' };
const hooks = new Webhooks({ requireSignature: false, maxBodyBytes: 2 ** 30 });

/** What is sent for these parameters, and what comes back of this `data`. */
async function roundTrip(params, data = "{}", options = {}) {
  const { fetch, sent } = canned(TOKEN, { body: `{"code":200,"data":${data}}` });
  const client = new Client({ ...APP, fetch, ...options });
  const result = await client.request("POST", "/service/cloud/anything", { json: params });
  return { result, sent: Buffer.from(sent[1].body).toString() };
}

test("integers beyond 2^53 - 1 come as strings of their digits", async () => {
  const data =
    '{"safe":9007199254740991,"big":9007199254740992,"low":-9007199254740993,"id":[12345678901234567890],' +
    '"text":"12345678901234567890","\\"12345678901234567890":1,"zeros":1.0000000000000000000,"float":1e21,"inf":1e999}';
  const exact = {
    safe: 9007199254740991,
    big: "9007199254740992",
    low: "-9007199254740993",
    id: ["12345678901234567890"],
    text: "12345678901234567890",
    '"12345678901234567890': 1,
    zeros: 1,
    float: 1e21,
    inf: "1e999",
  };
  assert.deepEqual((await roundTrip({}, data)).result, exact);
  const event = hooks.unwrap(data, {});
  assert.deepEqual(event.data, exact);
  assert.equal(event.raw, data);
});

test("a bigint is sent as an integer; one that was rounded already is refused", async () => {
  assert.equal((await roundTrip({ id: 12345678901234567890n })).sent, '{"id":12345678901234567890}');
  await assert.rejects(roundTrip({ ids: [1, 2 ** 53] }), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.pointer, "/json/ids/1");
    return true;
  });
});

test("what JSON cannot say is refused where it stands", async () => {
  const loop = {};
  loop.self = loop;
  for (const [value, code] of [
    [Number.NaN, "E1007"],
    [Number.POSITIVE_INFINITY, "E1007"],
    ["\ud800", "E1007"],
    ["x\udc00y", "E1007"],
    [() => 1, "E1006"],
    [Symbol("s"), "E1006"],
    [new Map([["a", 1]]), "E1006"],
    [new Date(0), "E1006"],
    [Buffer.from("x"), "E1006"],
    [[undefined], "E1006"],
    [new Array(2), "E1006"],
    [Object.create({ constructor: { name: Symbol("s") } }), "E1006"],
    [{ toJSON: () => 1 }, "E1006"],
    [Object.assign([], { toJSON: () => 1 }), undefined],
    [loop, "E1007"],
  ]) {
    if (code === undefined) {
      assert.equal((await roundTrip({ "a/b": value })).sent, '{"a/b":[]}');
      continue;
    }
    await assert.rejects(roundTrip({ "a/b": value }), (error) => {
      assert.equal(error.code, code, inspect(value));
      assert.ok(error.pointer.startsWith("/json/a~1b") || value === loop);
      return true;
    });
  }
  await assert.rejects(roundTrip({ "half\ud800": 1 }), { code: "E1007" });
});

test("whole pairs, control characters and undefined fields", async () => {
  const params = { text: 'line\n"quoted"\\ \\ud800 \u0000 \u{1F600} \u2028', nothing: undefined, none: null, list: [] };
  const { sent, result } = await roundTrip(params, JSON.stringify(params));
  assert.deepEqual(JSON.parse(sent), JSON.parse(JSON.stringify(params)));
  assert.equal(result.text, params.text);
});

test("the keys of prototypes are keys", async () => {
  const variables = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}');
  const { sent, result } = await roundTrip({ variables }, JSON.stringify({ variables }));
  assert.equal(sent, JSON.stringify({ variables }));
  assert.deepEqual(Object.entries(result.variables), Object.entries(variables));
  assert.equal({}.polluted, undefined);
  const event = hooks.unwrap('{"__proto__":{"polluted":1},"details":[{"variables":{"constructor":"x"}}]}', {});
  assert.equal(event.data.polluted, undefined);
  assert.deepEqual(Object.keys(event.data), ["__proto__", "details"]);
  const upload = new Client(APP).prepare("workflow.upload_details", {
    workflow_id: "w",
    details: [{ callee: "+6200012345678", platform: "P", variables }],
  });
  assert.ok(Buffer.from(upload.body).includes(JSON.stringify(variables)));
});

test("objects without a prototype, and of another realm", async () => {
  const bare = Object.assign(Object.create(null), { a: 1 });
  assert.equal((await roundTrip(bare)).sent, '{"a":1}');
  const { runInNewContext } = await import("node:vm");
  assert.equal((await roundTrip(runInNewContext("({ a: [1] })"))).sent, '{"a":[1]}');
});

test("missing fields and unknown values are no error", () => {
  const event = hooks.unwrap('{"task_id":"t","details":[{"ring_type":"never-seen","new_field":1}]}', {});
  assert.equal(event.type, "call.finished");
  assert.deepEqual(event.data.details, [{ ring_type: "never-seen", new_field: 1 }]);
  assert.equal(event.data.task_name, undefined);
});

test("lone surrogates that come in stay as they are", () => {
  const body = '{"event":"x","half":"\\ud800"}';
  assert.equal(hooks.unwrap(body, {}).data.half, "\ud800");
});

test("64 MB go out encrypted and come back", async () => {
  const text = "x".repeat(64 * 2 ** 20);
  const encryptionKey = "fake-key-of-16-b";
  const { result, sent } = await roundTrip({ text }, JSON.stringify(text), { encryptionKey });
  assert.ok(sent.length > text.length * 1.3);
  assert.equal(result, text);
  assert.equal(hooks.unwrap(`{"event":"x","text":"${text}"}`, {}).data.text.length, text.length);
});

test("a raw request with odd settings is refused, not a bug", async () => {
  const client = new Client(APP);
  for (const [method, path, request, pointer] of [
    [7, "/x", {}],
    ["GET", 7, {}],
    ["GET", "/x", { auth: 7 }],
    ["GET", "/x", { query: { a: [] } }, "/query/a"],
    ["GET", "/x", { query: { a: Symbol("s") } }, "/query/a"],
    ["GET", "/x", { query: { a: () => 1 } }, "/query/a"],
    ["GET", "/x", { query: { a: "\ud800" } }, "/query/a"],
    ["GET", "/x", { headers: { A: 7 } }, "/headers/A"],
    ["GET", "/x", { odd: 1 }, "/odd"],
  ]) {
    await assert.rejects(client.request(method, path, request), (error) => {
      assert.ok(error instanceof ValidationError, error);
      assert.ok(pointer === undefined || error.pointer === pointer, error.pointer);
      return true;
    });
  }
});

test("what the program's own objects throw is theirs, and no fault of the module", async () => {
  const moody = {
    get a() {
      throw new RangeError("not today");
    },
  };
  const session = new native.Owned((module) => new module.Session(APP));
  for (const run of [
    () => airudder.partitionOf(moody, 4),
    () => airudder.crypto.sign("x", "secret", { headers: moody }),
    () => airudder.crypto.decrypt("x", "fake-key-of-16-b", { headers: moody }),
  ]) {
    assert.throws(run, RangeError);
  }
  const odd = Object.create(null); // which no string can be made of
  const client = new Client(APP);
  assert.throws(() => client.prepare(odd, {}), { code: "E1001", pointer: "/name" });
  await assert.rejects(client.call(odd, {}), { code: "E1001", pointer: "/name" });
  await assert.rejects(client.request(odd, "/x"), { code: "E1001", pointer: "/method" });
  assert.throws(() => airudder.crypto.decrypt("x", "k", { cipher: odd }), { code: "E1001", pointer: "/cipher" });
  assert.throws(() => hooks.unwrap("{}", [[odd, "x"]]), { code: "E1001", pointer: "/headers" });
  session.use((one) => one.baseUrl); // fails where the module was started anew
  session.free();
});

test("of a query, what is undefined is left out", async () => {
  const { fetch, sent } = canned(TOKEN, { body: '{"code":200,"data":{}}' });
  const query = { page: 1, name: undefined, big: 12345678901234567890n, text: "ü &", all: true };
  await new Client({ ...APP, fetch }).request("GET", "/x", { query });
  assert.equal(new URL(sent[1].url).search, "?page=1&big=12345678901234567890&text=%C3%BC%20%26&all=true");
});

test("settings that are no strings are refused without being shown", () => {
  const secret = { toString: () => "fake-secret" };
  for (const make of [
    () => new Client({ appKey: secret, appSecret: secret }),
    () => new Client({ ...APP, timeoutMs: "fake-secret" }),
    () => new Client({ ...APP, encryptionKey: "fake-secret" }),
    () => airudder.crypto.encrypt("x", secret),
    () => airudder.crypto.detect({ headers: [], body: "x", secret }),
    () => airudder.crypto.encrypt("x", "fake-key-of-16-b", { iv: secret }),
    () => hooks.unwrap("{}", {}, { kind: secret }),
    () => hooks.unwrap("{}", undefined),
  ]) {
    assert.throws(make, (error) => {
      assert.ok(error instanceof airudder.AirudderError, error);
      assert.ok(error.code !== "E9001", error);
      assert.ok(!inspect(error).includes("fake-secret"), error);
      return true;
    });
  }
});
