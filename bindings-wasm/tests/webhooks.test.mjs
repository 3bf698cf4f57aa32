// Deliveries of events, in the forms that the frameworks have them in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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
      new Map([
        ["Accept", ["a", "b"]],
        ["X-AIRUDDER-SIGN", Object.values(fields)],
      ]),
      ["Host", "x", "x-airudder-sign", Object.values(fields)[0]], // as IncomingMessage.rawHeaders
      { "x-airudder-sign": Buffer.from(Object.values(fields)[0]) },
    ]) {
      const event = one.unwrap(body, headers);
      assert.deepEqual([event.type, event.known, event.verified], ["channel.message.sent", true, true]);
      assert.equal(event.data.call_id, "c-1");
    }
  }
});

test("header fields of another form are refused, and not misread", () => {
  const one = hooks();
  const [name, value] = Object.entries(one.sign(SENT))[0];
  for (const [headers, pointer] of [
    ["x-airudder-sign: 00", "/headers"],
    [["x-airudder-sign", value, "odd"], "/headers"],
    [[{ key: name, value }], "/headers"],
    [{ [name]: [{ key: name, value }] }, `/headers/${name}`], // as Lambda@Edge has them
    [{ [name]: () => value }, `/headers/${name}`],
  ]) {
    assert.throws(
      () => one.unwrap(SENT, headers),
      (error) => {
        assert.deepEqual([error.code, error.pointer], ["E1001", pointer]);
        assert.ok(!error.message.includes(value));
        return true;
      },
    );
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

test("a second listener of one type is refused: it would take the place of the first", () => {
  const one = hooks().on("channel.message.sent", () => {});
  assert.throws(() => one.on("channel.message.sent", () => {}), { code: "E1001", pointer: "/type" });
  one.on("message.send", () => {}).onUnknown(() => {});
  assert.throws(() => one.onUnknown(() => {}), { code: "E1001", pointer: "/listener" });
});

/** What is written to the console meanwhile. */
async function printed(run) {
  const { warn, error } = console;
  const lines = [];
  console.warn = (...told) => lines.push(["warn", ...told]);
  console.error = (...told) => lines.push(["error", ...told]);
  try {
    await run();
  } finally {
    Object.assign(console, { warn, error });
  }
  return lines;
}

const delivery = (one, body) => new Request("http://x/", { method: "POST", body, headers: one.sign(body) });

test("an event that nothing handles comes again, and is told of", async () => {
  const one = hooks().on("channel.message.sent", () => {});
  const other = (type) => JSON.stringify({ event: type, who: "+6200012345678" });
  // With a listener of its own.
  const errors = [];
  const told = one.fetchHandler(undefined, { onError: (error) => errors.push(error) });
  assert.equal((await told(delivery(one, SENT))).status, 200);
  assert.equal((await told(delivery(one, other("brand.new")))).status, 500);
  assert.deepEqual([errors.length, errors[0].code], [1, "E1025"]);
  assert.match(errors[0].message, /`brand\.new`/);
  await assert.rejects(one.dispatch(one.unwrap(other("brand.new"), one.sign(other("brand.new")))), { code: "E1025" });
  // Without one: on the console, once a type, whatever the type is.
  const quiet = one.fetchHandler();
  const lines = await printed(async () => {
    for (const type of ["brand.new", "brand.new", "newer", "\u001b[2J +6200012345678", "\u001b[2J"]) {
      assert.equal((await quiet(delivery(one, other(type)))).status, 500);
    }
  });
  assert.deepEqual(
    lines.map(([level]) => level),
    ["warn", "warn", "warn"],
  );
  const text = lines.flat().join("\n");
  assert.ok(!text.includes("62000") && !text.includes("\u001b"), text);
  // Unless the program says otherwise.
  const accepting = one.fetchHandler(undefined, { unhandled: "accept" });
  assert.deepEqual(
    await printed(async () => {
      assert.equal((await accepting(delivery(one, other("brand.new")))).status, 200);
    }),
    [],
  );
  one.onUnknown(() => {});
  assert.equal((await told(delivery(one, other("brand.new")))).status, 200);
  assert.equal(errors.length, 1);
});

test("whoever thinks of types without end fills no memory and no log", async () => {
  const one = hooks();
  const handler = one.fetchHandler();
  const lines = await printed(async () => {
    for (let type = 0; type < 300; type += 1) {
      await handler(delivery(one, JSON.stringify({ event: `t${type}` })));
    }
  });
  assert.equal(lines.length, 100);
});

test("settings of a handler are checked", () => {
  for (const [options, pointer] of [
    [{ unhandled: "never" }, "/unhandled"],
    [{ onError: 7 }, "/onError"],
    [{ onErorr: () => {} }, "/onErorr"],
    [{ quarantine: {} }, "/quarantine"],
  ]) {
    assert.throws(() => hooks().nodeHandler(undefined, options), { code: "E1001", pointer });
  }
  assert.throws(() => hooks().fetchHandler("listener"), { code: "E1001", pointer: "/listener" });
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

test("every event of the catalog has its listener", () => {
  const { events } = JSON.parse(readFileSync(new URL("docs/operations.json", root), "utf8"));
  assert.ok(events.length > 5);
  for (const { name } of events) {
    hooks().on(name, () => {});
  }
});

/** What a handler answers to, and what its listener does. */
