// Clients behind gateways that do what they should not, in each cell of tools/gateway/matrix.json.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { allowedIn, block, certificateIn, control, Gateways, IDLE_MS, MATRIX, runAll } from "./gateways.mjs";
import { APP, airudder, Sandbox } from "./support.mjs";

const { Client } = airudder;

const exec = promisify(execFile);
const tools = new URL("../node_modules/.bin/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "airudder-"));
const { authority, ...certificate } = certificateIn(folder);
after(() => rmSync(folder, { recursive: true }));

const deno = [join(tools, "deno"), "run", "--allow-all", "--node-modules-dir=manual"];

/** Runs the matrix in a runtime of its own, which trusts the authority. */
async function elsewhere([program, ...flags], kind, certificate, behaviors) {
  const fixture = new URL("fixtures/gateways.mjs", import.meta.url).pathname;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority, DENO_CERT: authority };
  const command = [...flags, fixture, JSON.stringify({ kind, certificate, behaviors })];
  const { stdout } = await exec(program, command, { env, timeout: 600_000, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

const HOSTS = {
  "Node's fetch": () => runAll("fetch"),
  "undici, over TLS": () => runAll("undici", certificate),
  "Deno, over TLS": () => elsewhere(deno, "fetch", certificate),
};
/** Those that `make gateways` tries as well. */
const MORE = {
  "Node's fetch, over TLS": () => elsewhere([process.execPath], "fetch", certificate),
  undici: () => runAll("undici"),
  Deno: () => elsewhere(deno, "fetch"),
  "a client of Deno, over TLS": () => elsewhere(deno, "a client of Deno", certificate),
  Bun: () => elsewhere([join(tools, "bun")], "fetch"),
  "Bun, over TLS": () => elsewhere([join(tools, "bun")], "fetch", certificate),
};

for (const [host, run] of Object.entries(process.env.GATEWAYS === "all" ? { ...HOSTS, ...MORE } : HOSTS)) {
  describe(`whatever a gateway does, nobody is sent twice, and what was sent is not denied: ${host}`, () => {
    let wrong;
    before(async () => {
      wrong = await run();
    });
    for (const behavior of Object.keys(MATRIX.behaviors)) {
      test(behavior, () => {
        const operations = Object.keys(MATRIX.operations).filter((operation) => allowedIn(behavior, operation));
        assert.deepEqual(wrong[behavior], Object.fromEntries(operations.map((operation) => [operation, []])));
      });
    }
  });
}

test("Deno sends an upload once, though it would send it again where the connection breaks off", async () => {
  const { "close-before-answer": wrong } = await elsewhere(deno, "fetch", certificate, ["close-before-answer"]);
  assert.deepEqual(wrong.upload, []);
});

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
