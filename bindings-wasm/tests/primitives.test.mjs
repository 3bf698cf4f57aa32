// AES and SHA-256 of the runtime serve large bodies, and give what the module's own give.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const FIXTURE = new URL("fixtures/sealed.cjs", import.meta.url).pathname;
const run = (...given) => JSON.parse(execFileSync(process.execPath, [FIXTURE, ...given], { encoding: "utf8" }));

test("the runtime's primitives, the module's own, and these where the runtime's fail seal and open alike", () => {
  const lent = run("../../dist/node.js");
  const own = run("../../dist/web.js");
  const refused = run("../../dist/node.js", "refusing");
  assert.deepEqual(lent.sealed, own.sealed);
  assert.deepEqual(refused.sealed, own.sealed);
  // For each of the three key lengths an upload, and two answers: the token's and its own. The request for it is small.
  assert.deepEqual(lent.calls, { createCipheriv: 3, createDecipheriv: 6, createHash: 9 });
  assert.deepEqual(refused.calls, lent.calls);
  assert.deepEqual(own.calls, { createCipheriv: 0, createDecipheriv: 0, createHash: 0 });
});
