// Finding out how a delivery was signed: a WebAssembly module of its own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { airudder } from "./support.mjs";

const require = createRequire(import.meta.url);
const { crypto } = airudder;
const captured = {
  headers: { "X-AIRudder-Sign": crypto.sign("{}", "fake-secret", { scheme: "hmac-md5:hex:body" }) },
  body: "{}",
  secret: "fake-secret",
};

test("detection is loaded when it is first called", () => {
  const program = `
    const { crypto } = require("./dist/node.js");
    const loaded = () => Object.keys(require.cache).some((file) => file.endsWith("detect/inlined.js"));
    const before = loaded();
    crypto.detect({ headers: {}, body: "{}" });
    console.log(before, loaded());`;
  const cwd = new URL("..", import.meta.url);
  assert.equal(execFileSync(process.execPath, ["-e", program], { cwd, encoding: "utf8" }), "false true\n");
});

test("a trap in its module is an error, and what comes next works", () => {
  assert.equal(crypto.detect(captured).scheme, "hmac-md5:hex:body");
  const { MODULE } = require("../dist/detect/detect.js");
  assert.throws(
    () => MODULE.enter((module) => module.trap()),
    (error) => error.code === "E9001" && error.cause instanceof WebAssembly.RuntimeError,
  );
  assert.equal(crypto.detect(captured).scheme, "hmac-md5:hex:body");
});

test("its errors are those of the package", () => {
  const body = "x".repeat(64 * 1024 + 1);
  assert.throws(
    () => crypto.detect({ ...captured, body }),
    (error) => error instanceof airudder.WebhookError && error.code === "E5003",
  );
  assert.throws(() => crypto.detect({ ...captured, encryptionKey: " " }), { code: "E6001" });
});

test("method, URL and sign key are tried, and the result says how sure it is", () => {
  const body = '{"event":"message.send"}';
  const given = { method: "PUT", url: "https://example.com/events?id=1", key: "fake-sign-key" };
  for (const [scheme, isWeak] of [
    ["hmac-sha256:hex:method+url+body", false],
    ["hmac-sha256:base64:key+body", false],
    ["sha256:hex:secret+body;weak", true],
  ]) {
    const headers = { "X-AIRudder-Sign": crypto.sign(body, "fake-secret", { scheme, ...given }) };
    const { key: signKey, ...address } = given;
    const found = crypto.detect({ headers, body, secret: "fake-secret", signKey, ...address });
    crypto.verify(headers["X-AIRudder-Sign"], body, "fake-secret", { scheme: found.scheme, headers, ...given });
    assert.equal(found.weakness !== undefined, isWeak, scheme);
    assert.ok(Number.isSafeInteger(found.tried) && found.tried > 0, scheme);
    assert.ok(found.notes[0].includes(found.scheme), scheme);
  }
});

test("the search in 64 KiB is bounded", () => {
  const body = JSON.stringify({ text: "x".repeat(64 * 1024 - 20) });
  const headers = { "X-Time": "1795248000", "X-Nonce": "n", "X-AIRudder-Sign": "0".repeat(64), Host: "example.com" };
  const found = crypto.detect({ headers, body, secret: "fake-secret", signKey: "k", url: "https://example.com/e?a=1" });
  assert.equal(found.scheme, undefined);
  assert.ok(found.tried > 1000 && found.tried < 20_000, `${found.tried}, each of them over 64 KiB`);
});

test("a misspelled setting is refused", () => {
  assert.throws(() => crypto.detect({ ...captured, signkey: "k" }), { code: "E1001", pointer: "/signkey" });
  assert.throws(() => crypto.detect({ body: "{}" }), { code: "E1001", pointer: "/headers" });
});
