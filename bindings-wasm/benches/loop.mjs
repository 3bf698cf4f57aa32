// Calls and unwraps in a loop, and what memory they leave behind.
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const require = createRequire(import.meta.url);
const { Client, Webhooks } = require("../dist/node.js");
const { enter } = require("../dist/runtime/native.js");

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

const ANSWERS = { auth: '{"code":200,"data":{"token":"fake-token"}}', other: '{"code":200,"data":{"rows":[{"a":1}]}}' };
const fetch = async (url) => new Response(url.endsWith("/auth") ? ANSWERS.auth : ANSWERS.other);
const client = new Client({
  appKey: "fake-app-key",
  appSecret: "fake-app-secret",
  encryptionKey: "fake-key-of-16-b",
  fetch,
});
const hooks = new Webhooks({ secret: "fake-hook-secret", encryptionKey: "fake-key-of-16-b" });
const delivery = hooks.seal('{"event":"message.send","id":12345678901234567890,"text":"a lone \\ud800"}');
const search = { case_id: "c", start_time: "2020-01-01 00:00:00+08:00", end_time: "2021-01-01 00:00:00+08:00" };

/** Runs so many calls and as many unwraps, with errors among them. */
export async function run(count) {
  for (let index = 0; index < count; index += 1) {
    await client.workflow.detailInstances(search);
    hooks.unwrap(delivery.body, delivery.headers);
    if (index % 10 === 0) {
      await client.workflow.detailInstances({}).catch(() => {});
      try {
        hooks.unwrap("{}", {});
      } catch {
        // it is not signed
      }
    }
  }
}

/** Bytes of the module's memory and of JavaScript's heap. */
export function memory() {
  collectGarbage();
  // An instance that runs gives its exports.
  const module = enter((native) => native.initSync({})).memory.buffer.byteLength;
  return { module, heap: process.memoryUsage().heapUsed };
}
