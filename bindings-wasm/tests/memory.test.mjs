// A short run of what `make memory` does a million times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { memory, run } from "../benches/loop.mjs";
import { APP, airudder } from "./support.mjs";

const { Client, Webhooks } = airudder;

test("calls and unwraps leave the memory flat", async () => {
  await run(10_000); // until the runtime has compiled what is hot
  const before = memory();
  await run(20_000);
  const after = memory();
  assert.equal(after.module, before.module);
  assert.ok(after.heap < before.heap + 1_000_000, `${before.heap} bytes became ${after.heap}`);
});

test("clients and receivers that are dropped give their memory back", async () => {
  const sizes = [];
  for (let round = 0; round < 4; round += 1) {
    for (let index = 0; index < 5000; index += 1) {
      new Client(APP);
      new Webhooks({ secret: "fake-hook-secret" });
    }
    memory(); // collects the garbage; what is finalized then is freed in a task of its own
    await setTimeout(50);
    sizes.push(memory().module);
  }
  assert.equal(sizes.at(-1), sizes[1], sizes.join());
});
