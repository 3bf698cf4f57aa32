// Deliveries with anything in them: each one is an event or a named error, and what was signed rightly is an event.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import fc from "fast-check";
import { check, named, text } from "./chance.mjs";
import { airudder } from "./support.mjs";

const { CryptoError, WebhookError, Webhooks } = airudder;
const SECRET = "fake-webhook-secret";
const KEY = "fake-key-16bytes";
const SIGNED = [
  {},
  { encryptionKey: KEY },
  { encryptionKey: KEY, cipher: "aes-cbc:pkcs7:base64:iv=prefix" },
  { encryptionKey: "any key", cipher: "feishu" },
  { encryptionKey: KEY, cipher: "aes-gcm:none:hex:iv=prefix:aad=header(X-Odd)" },
  { scheme: "github" },
  { scheme: "hmac-sha1:base64:method+url+header(X-Odd)+body" },
  { scheme: "hmac-sha256:hex:time(header(X-Time))+'.'+body" },
  { requireSignature: false },
].map((settings) => new Webhooks({ secret: SECRET, ...settings }));
const OWN = new Webhooks({ verify: (body, headers) => body.length % 2 === 0 && typeof headers.get("x") !== "number" });
const signing = fc.constantFrom(...SIGNED);

const NAMES = [
  "X-AIRudder-Sign",
  "x-airudder-SIGN",
  "Signed",
  "Is-Encrypted",
  "X-Odd",
  "X-Time",
  "X-Hub-Signature-256",
];
const value = fc.oneof(text, fc.constantFrom("1", "true", "t=1,v1=00", "sha256=", "0".repeat(64)));
const fields = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom(...NAMES), value),
    fc.oneof(value, fc.array(value, { maxLength: 3 }), fc.uint8Array()),
  ),
  { maxLength: 6 },
);
const headers = fields.chain((pairs) =>
  fc.constantFrom(
    pairs,
    Object.fromEntries(pairs),
    new Map(pairs),
    pairs.flatMap(([name, one]) => [name, String(one)]),
  ),
);

// JSON as it is written by others: any numbers, escapes, spaces and names that repeat.
const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?$/);
const string = fc.oneof(text, fc.string({ unit: "grapheme" })).map((one) => JSON.stringify(one));
const space = fc.constantFrom("", "", "", " ", "\n\t\r ");
const { object: document } = fc.letrec((tie) => ({
  name: fc.oneof(string, fc.constantFrom('"event"', '"task_id"', '"__proto__"', '""')),
  object: fc
    .array(fc.tuple(tie("name"), space, tie("any")), { maxLength: 5 })
    .map((pairs) => `{${pairs.map(([name, space, one]) => `${name}${space}:${one}`).join(",")}}`),
  list: fc.array(tie("any"), { maxLength: 4 }).map((items) => `[${items.join(" , ")}]`),
  any: fc.oneof(
    { depthSize: "small", maxDepth: 8 },
    fc.oneof(number, string, fc.constantFrom("null", "true", "false")),
    tie("object"),
    tie("list"),
  ),
}));
const documents = fc.tuple(space, document).map(([space, object]) => space + object + space);
const CONTENTS = ["", "{}", "\ufeff{}", '{"event":', "[".repeat(200), '{"encrypt":"AAAA"}', '"AAAA"', "a=1&b=2"];
const bodies = fc.oneof(fc.uint8Array({ maxLength: 200 }), value, fc.constantFrom(...CONTENTS), documents);

test("anything is an event or a named error", () => {
  const kinds = fc.oneof(fc.constant(undefined), text, fc.constant("call.finished"));
  const unwrapped = (hooks, body, headers, kind, method, url) => {
    let event;
    try {
      event = hooks.unwrap(body, headers, { kind, method, url });
    } catch (error) {
      const { pointer } = named(error);
      assert.ok(error instanceof WebhookError || error instanceof CryptoError || pointer !== undefined, error);
      return;
    }
    assert.equal(typeof event.data, "object");
  };
  check(fc.property(fc.constantFrom(...SIGNED, OWN), bodies, headers, kinds, text, text, unwrapped));
});

const URL = "https://hooks.example.test/events?a=1";
const plain = fc.string({ maxLength: 10 }).map((one) => one.trim());
/** Header fields as servers hand them over. */
const FORMS = [
  (pairs) => pairs,
  (pairs) => Object.fromEntries(pairs),
  (pairs) => Object.fromEntries(pairs.map(([name, one]) => [name.toLowerCase(), [one]])),
  (pairs) => new Headers(pairs),
  (pairs) => new Map(pairs),
  (pairs) => pairs.flat(),
];

/** The same content, in which a number that JavaScript cannot hold has become a string. */
function assertAlike(data, json) {
  if (typeof json !== "object" || json === null) {
    assert.ok(data === json || (typeof data === "string" && Number(data) === json), `${data}, not ${json}`);
    return;
  }
  assert.deepEqual(Object.keys(data), Object.keys(json));
  for (const name of Object.keys(json)) {
    assertAlike(data[name], json[name]);
  }
}

test("what was signed rightly is read, however its header fields come", () => {
  const read = (hooks, json, form, odd, isFirst) => {
    const sealed = hooks.seal(json, { "X-Odd": odd }, { url: URL });
    const pairs = Object.entries(sealed.headers);
    const all = isFirst ? [["X-Other", odd], ...pairs] : [...pairs, ["X-Other", odd]];
    const event = hooks.unwrap(sealed.body, form(all), { url: URL });
    assert.ok(event.verified);
    assert.equal(event.raw.trim(), json.trim());
    assertAlike(event.data, JSON.parse(json));
  };
  check(fc.property(signing, documents, fc.constantFrom(...FORMS), plain, fc.boolean(), read));
});

test("what was changed is not", () => {
  const changed = (hooks, json, place, flip) => {
    const { headers, body } = hooks.seal(json, { "X-Odd": "odd" }, { url: URL });
    body[place % body.length] ^= flip;
    const refused = (error) => error instanceof WebhookError || error instanceof CryptoError;
    assert.throws(() => hooks.unwrap(body, headers, { url: URL }), refused);
  };
  check(fc.property(signing, documents, fc.nat(), fc.integer({ min: 1, max: 255 }), changed));
});

/** The bytes in pieces. */
function split(body, places) {
  const ends = [...places.map((place) => Math.min(place, body.length)).sort((one, other) => one - other), body.length];
  return ends.map((end, index) => Buffer.from(body.subarray(ends[index - 1] ?? 0, end)));
}

/** A stream of these pieces, which breaks off ahead of the one of this number. */
async function* pieces(chunks, gone) {
  for (const [index, chunk] of chunks.entries()) {
    if (index === gone) {
      throw new Error("the sender went away");
    }
    yield chunk;
  }
}

/** What a handler of Node's `http` answers. */
function nodeAnswer(handler, headers, stream) {
  return new Promise((resolve) => {
    const request = Object.assign(Readable.from(stream, { objectMode: false }), { method: "POST", url: "/", headers });
    handler(request, { writeHead: resolve, end: () => {} });
  });
}

test("the handlers take a delivery in pieces, and answer by what it is", async () => {
  const [hooks] = SIGNED;
  const content = fc.oneof(documents, fc.uint8Array({ maxLength: 100 }));
  const answered = async (content, places, gone, isNode) => {
    const isRight = typeof content === "string";
    const { headers, body } = isRight
      ? hooks.seal(content)
      : { headers: { "X-AIRudder-Sign": "0".repeat(64) }, body: content };
    const events = [];
    const listener = (event) => events.push(event);
    const options = { onError: () => {} };
    const chunks = split(body, places);
    const stream = pieces(chunks, gone);
    const init = { method: "POST", headers, body: ReadableStream.from(stream), duplex: "half" };
    const status = isNode
      ? await nodeAnswer(hooks.nodeHandler(listener, options), lower(headers), stream)
      : (await hooks.fetchHandler(listener, options)(new Request(URL, init))).status;
    assert.equal(status, gone < chunks.length ? 500 : isRight ? 200 : 400);
    assert.equal(events.length, status === 200 ? 1 : 0);
  };
  const places = fc.array(fc.nat(60), { maxLength: 4 });
  await check(fc.asyncProperty(content, places, fc.nat(20), fc.boolean(), answered));
});

const lower = (headers) => Object.fromEntries(Object.entries(headers).map(([name, one]) => [name.toLowerCase(), one]));
