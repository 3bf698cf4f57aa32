// The programs that people copy: they run against the sandbox as they would against the real service.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { APP, airudder, closedPort, contacts, root, Sandbox } from "./support.mjs";

const SECRET = "fake-hook-secret";
const examples = new URL("examples/node/", root).pathname;

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "airudder-"));
});
after(() => rmSync(folder, { recursive: true }));

/** A program's file; TypeScript is compiled to where the packages of the examples are found. */
async function program(name) {
  if (name.endsWith(".js")) {
    return join(examples, name);
  }
  const outfile = join(examples, "node_modules/.built", `${name}.mjs`);
  const entryPoints = [join(examples, name)];
  await esbuild.build({ entryPoints, outfile, bundle: true, packages: "external", format: "esm", platform: "node" });
  return outfile;
}

for (const name of ["http.js", "express.ts", "fastify.js", "hono.ts"]) {
  test(`receiver: ${name}`, async () => {
    const events = join(folder, `${name}.jsonl`);
    const environment = { ...process.env, AIRUDDER_WEBHOOK_SECRET: SECRET, EVENTS: events, PORT: "0" };
    const receiver = spawn(process.execPath, [await program(`receivers/${name}`)], {
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [line] = await once(createInterface(receiver.stdout), "line");
    const url = line.replace("listening on ", "");
    const sandbox = await Sandbox.start("--speed", "1000", "--sign-secret", SECRET, "--webhook-url", url);
    try {
      const client = new airudder.Client({ ...APP, baseUrl: sandbox.url });
      const { workflow_id } = await client.workflow.createInstance({
        workflow_template_id: 7,
        name: "july",
        end_time: "2099-12-01 18:00:00+08:00",
      });
      await client.workflow.uploadDetails({ workflow_id, details: [...contacts(20)] });
      await eventually(() => lines(events).length === 20);
      const forged = {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", "x-airudder-sign": "00" },
      };
      assert.equal((await fetch(url, forged)).status, 400);
      assert.equal(lines(events).length, 20);
    } finally {
      await sandbox.stop();
      receiver.kill();
      await once(receiver, "exit");
    }
  });
}

test("receiver: next-route.ts", async () => {
  const events = join(folder, "next.jsonl");
  Object.assign(process.env, { AIRUDDER_WEBHOOK_SECRET: SECRET, EVENTS: events });
  const { POST } = await import(pathToFileURL(await program("receivers/next-route.ts")).href);
  const body = '{"event":"message.send"}';
  const headers = new airudder.Webhooks({ secret: SECRET }).sign(body);
  for (let delivery = 0; delivery < 2; delivery += 1) {
    const response = await POST(new Request("http://127.0.0.1/events", { method: "POST", body, headers }));
    assert.deepEqual([response.status, await response.text()], [200, "{}"]);
  }
  assert.equal(lines(events).length, 1);
});

test("a campaign from the environment, as against the real service", async () => {
  const port = Number(new URL(await closedPort()).port);
  const sandbox = await Sandbox.start(
    ...["--speed", "1000", "--sign-secret", SECRET, "--webhook-url", `http://127.0.0.1:${port}/events`],
    ...["--encryption-key", "fake-key-of-16-b", "--encrypt-events", "--require-encryption"],
  );
  const rows = [...contacts(50)].map(({ caseid, callee }) => `${caseid},${callee},Indonesia,Ana,100,2027-01-01`);
  writeFileSync(
    join(folder, "contacts.csv"),
    ["caseid,callee,country,customer_name,borrow_total_money,due_date", ...rows].join("\n"),
  );
  const settings = {
    APP_KEY: APP.appKey,
    APP_SECRET: APP.appSecret,
    BASE_URL: sandbox.url,
    ENCRYPTION_KEY: "fake-key-of-16-b",
    TEMPLATE_ID: "7",
    PLATFORM: "TEMP1",
    END_TIME: "2099-12-01 18:00:00+08:00",
    LISTEN: `127.0.0.1:${port}`,
    WEBHOOK_SECRET: SECRET,
  };
  const named = Object.entries(settings).map(([name, value]) => [`AIRUDDER_${name}`, value]);
  const env = { ...process.env, ...Object.fromEntries(named) };
  try {
    for (let run = 0; run < 2; run += 1) {
      // the second run finds everything done
      const { code, output } = await finish([join(examples, "campaign.js"), "contacts.csv"], env);
      assert.equal(code, 0, output);
      assert.match(output, /^sent +50 /m);
      assert.match(output, /^results received +50 /m);
    }
  } finally {
    await sandbox.stop();
  }
});

test("the demo keeps its promise", async () => {
  const sandbox = new URL("target/release/airudder-sandbox", root).pathname;
  const { code, output } = await finish([join(examples, "demo.js"), sandbox], process.env);
  assert.equal(code, 0, output);
  assert.match(output, /the campaign was killed/);
  assert.ok(!output.includes("✗"), output);
});

/** Runs a program to its end. */
async function finish(command, env) {
  const child = spawn(process.execPath, command, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

async function eventually(condition) {
  for (let tries = 0; !condition(); tries += 1) {
    assert.ok(tries < 6000, "it did not come about");
    await setTimeout(20);
  }
}

const lines = (path) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : []);
