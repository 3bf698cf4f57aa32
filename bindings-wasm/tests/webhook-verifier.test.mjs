// Verifiers of the program's own: RSA, as WeChat Pay signs, and what such a function may do wrong.
import assert from "node:assert/strict";
import { createSign, createVerify, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { SECRET, SENT } from "./deliveries.mjs";
import { airudder, listen } from "./support.mjs";

const { ValidationError, WebhookError, Webhooks, crypto } = airudder;

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = "fake-key-of-16-b";

/** The header fields of a delivery as WeChat Pay signs it: SHA-256 with RSA over time, nonce and body, a line each. */
function signed(body, key = privateKey) {
  const [time, nonce] = [String(Math.floor(Date.now() / 1000)), "fake-nonce-1"];
  const signature = createSign("RSA-SHA256")
    .update(`${time}\n${nonce}\n`)
    .update(body)
    .update("\n")
    .sign(key, "base64");
  return { "wechatpay-timestamp": time, "wechatpay-nonce": nonce, "wechatpay-signature": signature };
}

/** What a program writes for it. */
function verify(body, headers) {
  const [time, nonce] = [headers.get("Wechatpay-Timestamp"), headers.get("Wechatpay-Nonce")];
  return createVerify("RSA-SHA256")
    .update(`${time}\n${nonce}\n`)
    .update(body)
    .update("\n")
    .verify(publicKey, headers.get("Wechatpay-Signature") ?? "", "base64");
}

/** Runs with a receiver behind a real server and one behind `fetch`, by turns: `post` gives the status. */
async function served(hooks, options, run) {
  const got = [];
  const take = (event) => got.push(event);
  const server = createServer(hooks.nodeHandler(take, options));
  const { port, close } = await listen(server);
  const url = `http://127.0.0.1:${port}/events`;
  const handle = hooks.fetchHandler(take, options);
  const rejections = [];
  const onRejection = (reason) => rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  try {
    await run(async (body, headers) => (await fetch(url, { method: "POST", body, headers })).status, got);
    await run(async (body, headers) => (await handle(new Request(url, { method: "POST", body, headers }))).status, got);
    await setTimeout(20); // a rejection is told of a little later
  } finally {
    process.off("unhandledRejection", onRejection);
    close();
  }
  assert.deepEqual(rejections, []);
}

test("RSA, as WeChat Pay signs: what is signed is taken, and nothing else", async () => {
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const errors = [];
  const onError = (error) => errors.push(error.code);
  await served(new Webhooks({ verify }), { onError }, async (post, got) => {
    assert.equal(await post(SENT, signed(SENT)), 200);
    const event = got.pop();
    assert.deepEqual([event.raw, event.verified, event.type], [SENT, true, "channel.message.sent"]);
    assert.equal(await post(`${SENT} `, signed(SENT)), 400);
    assert.equal(await post(SENT, signed(SENT, stranger)), 400);
    assert.equal(await post(SENT, { ...signed(SENT), "wechatpay-nonce": "fake-nonce-2" }), 400);
    assert.equal(await post(SENT, {}), 400);
    assert.deepEqual([got, errors.splice(0)], [[], ["E5002", "E5002", "E5002", "E5002"]]);
  });
});

test("what it refuses is kept where there is a quarantine, and verified later", async () => {
  const kept = [];
  const hooks = new Webhooks({ verify: () => false });
  const options = { onError: () => {}, quarantine: (delivery) => kept.push(delivery) };
  await served(hooks, options, async (post) => assert.equal(await post(SENT, signed(SENT)), 200));
  for (const { body, headers, error, ...more } of kept) {
    assert.equal(error.code, "E5002");
    const event = new Webhooks({ verify }).unwrap(body, headers, more);
    assert.deepEqual([event.verified, event.receivedAt], [true, more.receivedAt]);
  }
  assert.equal(kept.length, 2);
});

test("it is asked behind the check of the size, and ahead of all else", () => {
  const asked = [];
  const answering = (answer) => (body) => {
    asked.push(body.length);
    return answer;
  };
  const [no, yes] = [false, true].map((answer) => new Webhooks({ verify: answering(answer), maxBodyBytes: 100 }));
  assert.throws(() => no.unwrap("x".repeat(101), {}), { code: "E5003" });
  assert.deepEqual(asked, []);
  assert.throws(() => no.unwrap("no JSON", {}), { code: "E5002" });
  assert.throws(() => yes.unwrap("no JSON", {}), { code: "E5005" });
  const sealed = crypto.encrypt(SENT, KEY);
  const receiver = (answer) => new Webhooks({ verify: answering(answer), encryptionKey: KEY });
  assert.throws(() => receiver(false).unwrap("no cipher text", {}), { code: "E5002" });
  assert.equal(receiver(true).unwrap(sealed, {}).raw, SENT);
  // What was verified may be plain, as with a signature.
  assert.equal(receiver(true).unwrap(SENT, {}).verified, true);
  assert.deepEqual(asked, [7, 7, 14, sealed.length, SENT.length]);
});

test("it gets the bytes as they came, and what it writes into them does no harm", () => {
  let seen;
  const hooks = new Webhooks({
    verify(body) {
      seen = Buffer.from(body).toString();
      body.fill(0);
      return true;
    },
  });
  const given = Buffer.from(`\ufeff ${SENT}`);
  const event = hooks.unwrap(given, {});
  assert.equal(event.data.call_id, "c-1");
  assert.deepEqual([seen, given.toString()], [`\ufeff ${SENT}`, `\ufeff ${SENT}`]);
  assert.equal(hooks.unwrap(SENT, {}).raw, SENT);
});

test("it asks for header fields in any case, in whatever form they came", () => {
  const seen = [];
  const hooks = new Webhooks({
    verify(_, headers) {
      seen.push([headers.get("x-one"), headers.get("X-ONE"), headers.has("X-None"), headers.get("x-none")]);
      return true;
    },
  });
  for (const fields of [
    { "X-One": "1, 2" },
    { "x-one": ["1", "2"] },
    new Map([["X-One", "1, 2"]]),
    new Headers({ "X-One": "1, 2" }),
    ["x-one", "1", "X-One", "2"],
    // No header field of HTTP, and no reason to fall over.
    { "X-One": "1, 2", "X-Half": "\ud800", "X-Zero": "a\0b", "a name": "1", "": "1" },
  ]) {
    assert.equal(hooks.unwrap(SENT, fields).verified, true);
    assert.deepEqual(seen.pop(), ["1, 2", "1, 2", false, null]);
  }
});

test("anything but true and false is an error that says what to do, and never a yes", async () => {
  for (const [answer, message] of [
    [() => Promise.resolve(true), /a promise: verify synchronously/],
    [async () => false, /a promise: verify synchronously/],
    [() => Promise.reject(new Error("the key is away")), /a promise: verify synchronously/],
    // biome-ignore lint/suspicious/noThenProperty: what is awaited is a promise, too
    [() => ({ then: (_, reject) => reject(new Error("the key is away")) }), /a promise: verify synchronously/],
    [() => 1, /a value of type `number`: compare/],
    [() => "true", /a value of type `string`/],
    [() => {}, /a value of type `undefined`/],
    [() => null, /a value of type `object`/],
    [() => new Boolean(true), /a value of type `object`/],
  ]) {
    const hooks = new Webhooks({ verify: answer });
    assert.throws(
      () => hooks.unwrap(SENT, {}),
      (error) => {
        assert.ok(error instanceof ValidationError);
        assert.deepEqual([error.code, error.pointer], ["E1001", "/verify"]);
        assert.match(error.message, message);
        return true;
      },
    );
    const [errors, kept] = [[], []];
    const options = { onError: (error) => errors.push(error), quarantine: (delivery) => kept.push(delivery) };
    await served(hooks, options, async (post, got) => {
      assert.equal(await post(SENT, {}), 500); // ours, so that it comes again
      assert.deepEqual([got, kept, errors.pop().code], [[], [], "E1001"]);
    });
  }
});

test("what it throws goes through, and the delivery is not taken", async () => {
  const thrown = new Error("there is no key for this serial number");
  const hooks = new Webhooks({
    verify() {
      throw thrown;
    },
  });
  assert.throws(
    () => hooks.unwrap(SENT, {}),
    (error) => error === thrown,
  );
  const errors = [];
  await served(hooks, { onError: (error) => errors.push(error) }, async (post, got) => {
    assert.equal(await post(SENT, {}), 500);
    assert.deepEqual([got, errors.pop()], [[], thrown]);
  });
});

test("a verifier is in place of a secret", () => {
  for (const options of [{ verify, secret: SECRET }, { verify: "yes" }, { verify: true }]) {
    assert.throws(() => new Webhooks(options), { code: "E1001", pointer: "/verify" });
  }
  assert.throws(() => new Webhooks({ verify: () => false }).unwrap(SENT, {}), WebhookError);
  process.env.AIRUDDER_WEBHOOK_SECRET = SECRET;
  process.env.AIRUDDER_WEBHOOK_SCHEME = "hmac-sha1:base64:body";
  process.env.AIRUDDER_ENCRYPTION_KEY = KEY;
  try {
    assert.equal(Webhooks.fromEnv({ verify }).unwrap(SENT, signed(SENT)).verified, true);
    const sealed = crypto.encrypt(SENT, KEY);
    assert.equal(Webhooks.fromEnv({ verify }).unwrap(sealed, signed(sealed)).raw, SENT);
    assert.equal(Webhooks.fromEnv({ verify, secret: undefined }).unwrap(SENT, signed(SENT)).verified, true);
    assert.throws(() => Webhooks.fromEnv({ verify, secret: SECRET }), { code: "E1001", pointer: "/verify" });
  } finally {
    for (const name of ["WEBHOOK_SECRET", "WEBHOOK_SCHEME", "ENCRYPTION_KEY"]) delete process.env[`AIRUDDER_${name}`];
  }
});
