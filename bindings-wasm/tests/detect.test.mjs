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
  assert.throws(() => crypto.detect({ ...captured, encryptionKey: "short" }), { code: "E6001" });
});
