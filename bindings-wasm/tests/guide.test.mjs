// The programs of the guide's pages run, as who reads them runs them.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";
import { closedPort, root, Sandbox } from "./support.mjs";

const run = promisify(execFile);

function blocks(page, language) {
  const text = readFileSync(new URL(`docs/${page}`, root), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, code]) => code);
}

/** A folder in which `airudder` is found. */
function folder() {
  const built = new URL("examples/node/node_modules/.built/", root).pathname;
  mkdirSync(built, { recursive: true });
  return mkdtempSync(join(built, "guide-"));
}

test("the start: its files are saved, its commands run, and they print what the page says", async () => {
  const [receive, send] = blocks("start/javascript.md", "js");
  const [sent, received] = blocks("start/javascript.md", "text");
  const { port } = new URL(await closedPort());
  const cwd = folder();
  const sandbox = await Sandbox.start(
    "--webhook-url",
    `http://127.0.0.1:${port}/events`,
    "--sign-secret",
    "fake-webhook-secret",
  );
  const commands = blocks("start/javascript.md", "sh").join("");
  const variables = Object.fromEntries([...commands.matchAll(/(AIRUDDER_\w+)=(\S+)/g)].map(([, ...pair]) => pair));
  const env = { ...process.env, ...variables, AIRUDDER_BASE_URL: sandbox.url };
  writeFileSync(join(cwd, "receive.mjs"), receive.replace("8000", port));
  writeFileSync(join(cwd, "send.mjs"), send);
  const receiver = spawn(process.execPath, ["receive.mjs"], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const line = once(createInterface(receiver.stdout), "line");
    for (const _ of [1, 2]) {
      const { stdout, stderr } = await run(process.execPath, ["send.mjs"], { cwd, env });
      assert.deepEqual([stdout, stderr], [sent, ""]);
    }
    assert.equal(`${(await line)[0]}\n`, received);
    const { contacts } = await sandbox.control("stats");
    assert.equal(contacts.distinct, 1);
  } finally {
    receiver.kill();
    await sandbox.stop();
    rmSync(cwd, { recursive: true });
  }
});

for (const page of ["detect.md", "testing.md"]) {
  test(`the programs of ${page}`, async () => {
    const cwd = folder();
    try {
      writeFileSync(join(cwd, "page.mjs"), blocks(page, "js").join(""));
      const { stdout, stderr } = await run(process.execPath, ["page.mjs"], { cwd });
      assert.equal(stderr, "");
      if (page === "detect.md") assert.match(stdout, /^hmac-sha256:base64:secret\+body\n/);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
}
