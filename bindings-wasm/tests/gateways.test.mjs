// Clients behind gateways that do what they should not, in each cell of tools/gateway/matrix.json.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { allowedIn, block, control, Gateways, IDLE_MS, MATRIX, runAll } from "./gateways.mjs";
import { APP, airudder, Sandbox } from "./support.mjs";

const { Client } = airudder;

for (const kind of ["fetch", "undici"]) {
  describe(`whatever a gateway does, nobody is sent twice, and what was sent is not denied: ${kind}`, () => {
    let wrong;
    before(async () => {
      wrong = await runAll(kind);
    });
    for (const behavior of Object.keys(MATRIX.behaviors)) {
      test(behavior, () => {
        const operations = Object.keys(MATRIX.operations).filter((operation) => allowedIn(behavior, operation));
        assert.deepEqual(wrong[behavior], Object.fromEntries(operations.map((operation) => [operation, []])));
      });
    }
  });
}

test("an answer that came while the program was busy is nobody's answer", async () => {
  const sandbox = await Sandbox.start();
  const gateways = await Gateways.start(sandbox.url);
  try {
    const window = { start_time: "2020-01-01 00:00:00+08:00", end_time: "2021-01-01 00:00:00+08:00" };
    for (let times = 0; times < 10; times += 1) {
      const baseUrl = await gateways.open();
      const client = new Client({ ...APP, baseUrl });
      const look = () => client.workflow.detailInstances({ case_id: "nobody", ...window });
      assert.deepEqual(await look(), { rows: [] });
      await control(baseUrl, "arm", { behavior: "idle-answer" });
      block(IDLE_MS);
      assert.deepEqual(await look(), { rows: [] });
    }
  } finally {
    await gateways.stop();
    await sandbox.stop();
  }
});
