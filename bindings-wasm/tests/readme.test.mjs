// The programs of both READMEs and of the page on webhooks run, and the figures are those of the package.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { APP, airudder, closedPort, root, Sandbox } from "./support.mjs";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const FRONT = ["README.md", "docs/webhooks.md"].map((page) => readFileSync(new URL(page, root), "utf8")).join("");

const RSA = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** Has the verifier of the package's page take a delivery that is signed as it says, and refuse another one. */
function verified() {
  const [body, time] = ['{"event":"message.send"}', String(Math.floor(Date.now() / 1000))];
  const signature = createSign("RSA-SHA256").update(`${time}\nn-1\n${body}\n`).sign(RSA.privateKey, "base64");
  const signed = { "Wechatpay-Timestamp": time, "Wechatpay-Nonce": "n-1", "Wechatpay-Signature": signature };
  const told = (fields) => `own.unwrap(${JSON.stringify(body)}, ${JSON.stringify(fields)}).type`;
  return `
    console.log("by RSA:", ${told(signed)});
    assert.throws(() => ${told({ ...signed, "Wechatpay-Nonce": "n-2" })}, { code: "E5002" });`;
}

/** Runs a page's programs as one, delivers an event to the server that they start, and gives what they printed. */
async function run(page, sandbox, folder, more = "") {
  const built = new URL("examples/node/node_modules/.built/", root); // where `airudder` is found
  mkdirSync(built, { recursive: true });
  const { port } = new URL(await closedPort());
  const programs = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, program]) => program).join("");
  const body = '{"task_id":"t","workflow_id":"w","case_id":"c-1","details":[]}';
  const headers = new airudder.Webhooks({ secret: "fake-hook-secret" }).sign(body);
  const delivery = `
    await fetch("http://127.0.0.1:${port}", ${JSON.stringify({ method: "POST", body, headers })});
    server.close();
    server.closeAllConnections();`;
  const file = new URL("readme.mjs", built);
  writeFileSync(file, programs.replace("listen(8000)", `listen(${port}, "127.0.0.1")`) + delivery + more);
  const env = {
    ...process.env,
    AIRUDDER_APP_KEY: APP.appKey,
    AIRUDDER_APP_SECRET: APP.appSecret,
    AIRUDDER_BASE_URL: sandbox.url,
    AIRUDDER_WEBHOOK_SECRET: "fake-hook-secret",
    WECHATPAY_PUBLIC_KEY: RSA.publicKey,
  };
  const child = spawn(process.execPath, [file.pathname], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  assert.deepEqual(await once(child, "close"), [0, null]);
  return output;
}

const pages = {
  "the package's page": async (sandbox, folder) => {
    const output = await run(README, sandbox, folder, verified());
    assert.match(output, /^true$/m);
    assert.match(output, /^by RSA: message\.send$/m);
    assert.match(output, /^100 of 100$/m);
    assert.match(output, /^curl -X POST/m);
    assert.match(readFileSync(join(folder, "results.jsonl"), "utf8"), /"case_id":"c-1"/);
    return 101;
  },
  "the project's page and the one on webhooks": async (sandbox, folder) => {
    assert.match(await run(FRONT, sandbox, folder), /^1\nworkflow\.call\.finished [0-9a-f]{64}$/m);
    return 1;
  },
};

for (const [name, check] of Object.entries(pages)) {
  test(`the programs of ${name} run`, async () => {
    const sandbox = await Sandbox.start();
    const folder = mkdtempSync(join(tmpdir(), "airudder-"));
    try {
      const sent = await check(sandbox, folder);
      const { contacts } = await sandbox.control("stats");
      assert.deepEqual([contacts.distinct, contacts.duplicates], [sent, 0]);
    } finally {
      await sandbox.stop();
      rmSync(folder, { recursive: true });
    }
  });
}

test("the program of the page on ciphers runs", () => {
  const page = readFileSync(new URL("docs/ciphers.md", root), "utf8");
  const [, program] = /```js\n(.*?)```/s.exec(page);
  const cwd = new URL("examples/node", root);
  assert.equal(execFileSync(process.execPath, ["-e", program], { cwd, encoding: "utf8" }), "true\n");
});

/** The largest sizes of each module, plain and with gzip. */
const LIMITS = {
  airudder: [450_000, 170_000],
  receive: [450_000, 170_000],
  catalog: [2_300_000, 800_000],
  detect: [400_000, 160_000],
};

for (const [name, limits] of Object.entries(LIMITS)) {
  test(`${name}.wasm is as small as it says`, () => {
    const figures = new RegExp(`<!-- size ${name} -->([\\d ]+) bytes, ([\\d ]+) with gzip`).exec(README).slice(1);
    const file = readFileSync(new URL(`bindings-wasm/dist/${name}.wasm`, root));
    const sizes = [file.length, gzipSync(file, { level: 9 }).length];
    for (const [index, size] of sizes.entries()) {
      const said = Number(figures[index].replaceAll(" ", ""));
      // Another compiler makes it a little smaller or larger.
      assert.ok(Math.abs(size - said) < said * 0.03, `${size}, not ${said}`);
      assert.ok(size <= limits[index], `${size} bytes`);
    }
  });
}
