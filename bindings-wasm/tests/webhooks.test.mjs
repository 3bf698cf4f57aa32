// Deliveries of events, in the forms that the frameworks have them in.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";
import { airudder, root } from "./support.mjs";

const { ValidationError, WebhookError, Webhooks } = airudder;

const SECRET = "fake-hook-secret";
const hooks = () => new Webhooks({ secret: SECRET });
const SENT = '{"event":"channel.message.sent","call_id":"c-1","messages":[]}';

test("bytes in any form, headers in any form", () => {
  const one = hooks();
  const fields = one.sign(SENT);
  const bytes = Buffer.from(SENT);
  const padded = new Uint8Array([0, ...bytes, 0]);
  for (const body of [SENT, bytes, new Uint8Array(bytes), new Uint8Array(bytes).buffer, padded.subarray(1, -1)]) {
    for (const headers of [
      fields,
      new Headers(fields),
      new Map(Object.entries(fields)),
      Object.entries(fields),
      { "x-airudder-sign": [Object.values(fields)[0]], other: undefined },
    ]) {
      const event = one.unwrap(body, headers);
      assert.deepEqual([event.type, event.known, event.verified], ["channel.message.sent", true, true]);
      assert.equal(event.data.call_id, "c-1");
    }
  }
});

test("a body that was parsed is refused, with the fix for the framework", () => {
  assert.throws(
    () => hooks().unwrap(JSON.parse(SENT), {}),
    (error) => {
      assert.ok(error instanceof WebhookError);
      assert.equal(error.code, "E5006");
      assert.match(error.message, /express\.raw/);
      return true;
    },
  );
});

test("a wrong signature, none, and a forged body", () => {
  const one = hooks();
  assert.throws(() => one.unwrap(SENT, { "X-AIRudder-Sign": "00".repeat(32) }), { code: "E5002" });
  assert.throws(() => one.unwrap(SENT, {}), { code: "E5001" });
  assert.throws(() => one.unwrap(`${SENT} `, one.sign(SENT)), { code: "E5002" });
  assert.equal(new Webhooks({ requireSignature: false }).unwrap(SENT, {}).verified, false);
});

test("header fields that are no characters are no reason to fall over", () => {
  const fields = { ...hooks().sign(SENT), "X-Half": "\ud800", "X-Number": 7 };
  assert.equal(hooks().unwrap(SENT, fields).verified, true);
});

test("while a secret is replaced, both verify", () => {
  const both = new Webhooks({ secret: ["fake-new-secret", SECRET] });
  assert.equal(both.unwrap(SENT, hooks().sign(SENT)).verified, true);
});

test("sealed as AI Rudder might", () => {
  const one = new Webhooks({
    secret: SECRET,
    encryptionKey: "fake-key-of-16-b",
    cipher: "aes-cbc:pkcs7:base64:iv=prefix",
  });
  const { headers, body } = one.seal(SENT);
  assert.ok(!Buffer.from(body).includes("channel"));
  assert.equal(one.unwrap(body, headers).raw, SENT);
});

test("settings are checked", () => {
  for (const [options, pointer] of [
    [{}, "/secret"],
    [{ secret: "" }, "/secret"],
    [{ secret: 7 }, "/secret"],
    [{ secret: SECRET, scheme: "md5:hex:body" }, "/scheme"],
    [{ secret: SECRET, maxDepth: 101 }, "/maxDepth"],
    [{ secret: SECRET, encryptionKey: "short" }, "/encryptionKey"],
    [{ secret: SECRET, typo: 1 }, "/typo"],
  ]) {
    assert.throws(
      () => new Webhooks(options),
      (error) => {
        assert.equal(error.pointer, pointer);
        assert.ok(!inspect(error).includes("fake-"));
        return true;
      },
    );
  }
  assert.throws(() => new Webhooks({ secret: SECRET, typo: 1 }), ValidationError);
});

test("an event shows its data only where it is asked for", () => {
  const event = hooks().unwrap(SENT, hooks().sign(SENT));
  assert.ok(!inspect(event).includes("c-1"));
  assert.equal(JSON.parse(JSON.stringify(event)).data.call_id, "c-1");
});

test("each event goes to its listener, all others to onUnknown", async () => {
  const got = [];
  const one = hooks()
    .on("channel.message.sent", (event) => got.push(["sent", event.data.call_id]))
    .onUnknown((event) => got.push(["other", event.type]));
  for (const body of [SENT, '{"event":"message.send"}', '{"event":"brand.new"}', "{}"]) {
    await one.dispatch(one.unwrap(body, one.sign(body)));
  }
  assert.deepEqual(got, [
    ["sent", "c-1"],
    ["other", "message.send"],
    ["other", "brand.new"],
    ["other", "unknown"],
  ]);
});

test("a listener that would never be called is refused", () => {
  assert.throws(
    () => hooks().on("workflow.call.finnished", () => {}),
    (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual([error.code, error.pointer], ["E1001", "/type"]);
      assert.match(error.message, /`workflow\.call\.finnished`.* workflow\.call\.finished, .*onUnknown/);
      return true;
    },
  );
  assert.throws(() => hooks().on("toString", () => {}), ValidationError);
  assert.throws(() => hooks().on("call.finished"), { pointer: "/listener" });
  assert.throws(() => hooks().onUnknown("call.finished"), { pointer: "/listener" });
});

test("every event of the catalogue has its listener", () => {
  const { events } = JSON.parse(readFileSync(new URL("docs/operations.json", root), "utf8"));
  assert.ok(events.length > 5);
  for (const { name } of events) {
    hooks().on(name, () => {});
  }
});

/** What a handler answers to, and what its listener does. */
const answers = [
  ["an event", SENT, {}, 200],
  ["an event whose listener fails", '{"event":"fails"}', {}, 500],
  ["a forged one", SENT, { "X-AIRudder-Sign": "00" }, 400],
  ["one that is too large", "x".repeat(200), {}, 413],
  ["one that is no JSON", "[]", {}, 400],
];

const listener = async (event) => {
  if (event.type === "fails") throw new Error("the disk is full");
};

test("a handler for fetch", async () => {
  const one = new Webhooks({ secret: SECRET, maxBodyBytes: 150 });
  const errors = [];
  const handle = one.fetchHandler(listener, { onError: (error) => errors.push(error) });
  for (const [what, body, headers, status] of answers) {
    const request = new Request("http://x/", { method: "POST", body, headers: { ...one.sign(body), ...headers } });
    const response = await handle(request);
    assert.equal(response.status, status, what);
    assert.deepEqual(await response.json(), {});
  }
  assert.equal(errors.length, 4);
  const get = await handle(new Request("http://x/"));
  assert.deepEqual([get.status, get.headers.get("allow")], [405, "POST"]);
});

test("a handler for node", async () => {
  const one = new Webhooks({ secret: SECRET, maxBodyBytes: 150 });
  const errors = [];
  const server = createServer(one.nodeHandler(listener, { onError: (error) => errors.push(error) }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  try {
    for (const [what, body, headers, status] of answers) {
      const response = await fetch(url, { method: "POST", body, headers: { ...one.sign(body), ...headers } });
      assert.equal(response.status, status, what);
      assert.deepEqual(await response.json(), {});
    }
    assert.equal((await fetch(url)).status, 405);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  assert.equal(errors.length, 4);
});

test("a body that a framework parsed is an error of the program, not of the sender", async () => {
  const one = hooks();
  const errors = [];
  const request = { method: "POST", headers: one.sign(SENT), readableEnded: true, body: JSON.parse(SENT) };
  let status;
  const response = { writeHead: (given) => (status = given), end() {} };
  await one.nodeHandler(listener, { onError: (error) => errors.push(error) })(request, response);
  assert.equal(status, 500);
  assert.equal(errors[0].code, "E5006");
  await one.nodeHandler(listener)({ ...request, rawBody: Buffer.from(SENT) }, response);
  assert.equal(status, 200);
});

test("an onError that throws keeps no answer back", async () => {
  const failing = [
    () => {
      throw new Error("the log is full");
    },
    async () => Promise.reject(new Error("the log is full")),
  ];
  for (const onError of failing) {
    const handler = new Webhooks({ secret: "fake-secret" }).fetchHandler(() => {}, { onError });
    const answer = await handler(new Request("http://127.0.0.1/", { method: "POST", body: "{}" }));
    assert.equal(answer.status, 400);
  }
});
