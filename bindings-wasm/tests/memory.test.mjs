// A short run of what `make soak` does a million times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, run } from "../benches/loop.mjs";

test("calls and unwraps leave the memory flat", async () => {
  await run(3000);
  const before = memory();
  await run(20_000);
  const after = memory();
  assert.equal(after.module, before.module);
  assert.ok(after.heap < before.heap + 500_000, `${before.heap} bytes became ${after.heap}`);
});
