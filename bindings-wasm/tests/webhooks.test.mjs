// Deliveries of events, in the forms that the frameworks have them in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { hooks, SECRET, SENT } from "./deliveries.mjs";
import { airudder } from "./support.mjs";

const { ValidationError, WebhookError, Webhooks } = airudder;

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
    [{ secret: new Array(1) }, "/secret"],
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

test("the data of an event is made when it is first read, and is its own property all the time", () => {
  const receiver = hooks();
  const receive = () => receiver.unwrap(SENT, receiver.sign(SENT));
  const [untouched, read] = [receive(), receive()];
  assert.equal(read.data, read.data);
  for (const event of [untouched, read]) {
    assert.ok(Object.keys(event).includes("data"));
  }
  assert.equal(typeof Object.getOwnPropertyDescriptor(untouched, "data").get, "function");
  assert.equal(JSON.stringify(receive()), JSON.stringify(read));
  assert.deepEqual({ ...receive() }, { ...read });
  assert.deepEqual(structuredClone(receive()), structuredClone(read));
  assert.deepEqual(receive(), read);
});

test("a header field that nothing needs may have any value that a header field has", () => {
  const receiver = hooks();
  const signed = receiver.sign(SENT);
  assert.equal(receiver.unwrap(SENT, { ...signed, "x-a": "a\0b", "X-Many": ["1", "2"] }).verified, true);
  assert.throws(() => receiver.unwrap(SENT, { ...signed, "x-a": {} }), ValidationError);
});

/** Runs with these variables of a receiver in the environment, and no other ones. */
function withVariables(values, run) {
  const names = ["WEBHOOK_SECRET", "WEBHOOK_SCHEME", "WEBHOOK_CIPHER", "ENCRYPTION_KEY"];
  const before = { ...process.env };
  for (const name of names) process.env[`AIRUDDER_${name}`] = values[name] ?? "";
  try {
    return run();
  } finally {
    for (const name of names) delete process.env[`AIRUDDER_${name}`];
    Object.assign(process.env, before);
  }
}

test("a receiver from the environment", () => {
  const [scheme, cipher, encryptionKey] = ["hmac-sha1:base64:body", "aes-cbc:pkcs7:base64:iv=key", "fake-key-16bytes"];
  const { headers, body } = new Webhooks({ secret: SECRET, scheme, cipher, encryptionKey }).seal(SENT);
  const variables = { WEBHOOK_SCHEME: scheme, WEBHOOK_CIPHER: cipher, ENCRYPTION_KEY: encryptionKey };
  withVariables({ ...variables, WEBHOOK_SECRET: SECRET }, () => {
    assert.equal(Webhooks.fromEnv().unwrap(body, headers).verified, true);
    assert.equal(Webhooks.fromEnv({ scheme: undefined }).unwrap(body, headers).verified, true);
    assert.throws(() => Webhooks.fromEnv({ maxBodyBytes: 10 }).unwrap(body, headers), { code: "E5003" });
    assert.throws(() => Webhooks.fromEnv({ scheme: "hmac-sha256:hex:body" }).unwrap(body, headers), { code: "E5002" });
    assert.throws(() => Webhooks.fromEnv({ maxBody: 10 }), { code: "E1001", pointer: "/maxBody" });
  });
  withVariables({ ...variables, WEBHOOK_SECRET: "fake-other" }, () => {
    assert.equal(Webhooks.fromEnv({ secret: [SECRET, "fake-older"] }).unwrap(body, headers).verified, true);
  });
});

test("a receiver from an environment without the secret: its variable is named", () => {
  const missing = (message) => (error) => {
    assert.ok(error instanceof ValidationError);
    assert.deepEqual([error.code, error.pointer], ["E1001", "/secret"]);
    assert.match(error.message, message);
    return true;
  };
  withVariables({ WEBHOOK_SCHEME: "hmac-sha1:base64:body" }, () => {
    assert.throws(() => Webhooks.fromEnv(), missing(/set AIRUDDER_WEBHOOK_SECRET/));
    assert.throws(() => Webhooks.fromEnv({ secret: undefined }), missing(/set AIRUDDER_WEBHOOK_SECRET/));
    assert.equal(Webhooks.fromEnv({ requireSignature: false }).unwrap(SENT, {}).verified, false);
  });
  const { process } = globalThis;
  delete globalThis.process; // as in a worker
  try {
    assert.throws(() => Webhooks.fromEnv(), missing(/no process\.env .*AIRUDDER_WEBHOOK_SECRET/));
    assert.ok(Webhooks.fromEnv({ secret: SECRET }));
  } finally {
    globalThis.process = process;
  }
});
