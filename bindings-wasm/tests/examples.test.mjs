// The programs that people copy: they run against the sandbox as they would against the real service.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { APP, airudder, closedPort, contacts, root, Sandbox } from "./support.mjs";

const SECRET = "fake-hook-secret";
const ASSUMED = "hmac-sha256:hex:body";
/** The largest body, in bytes. */
const MOST = 8 * 1024 * 1024;
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
    const { receiver, url } = await start(name, { EVENTS: events, AIRUDDER_WEBHOOK_SCHEME: ASSUMED });
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

  test(`receiver: ${name} tells strangers nothing, and takes no more than an event may have`, async () => {
    const key = "fake-key-16bytes";
    const cipher = "aes-cbc:pkcs7:base64:iv=key";
    const settings = {
      AIRUDDER_WEBHOOK_SCHEME: ASSUMED,
      AIRUDDER_WEBHOOK_CIPHER: cipher,
      AIRUDDER_ENCRYPTION_KEY: key,
    };
    const events = join(folder, `${name}.strangers.jsonl`);
    const { receiver, url } = await start(name, { EVENTS: events, ...settings });
    try {
      const sign = (body) => new airudder.Webhooks({ secret: SECRET }).sign(body);
      const badPadding = airudder.crypto.encrypt("{}", "another-key-16by", { cipher });
      const noJson = airudder.crypto.encrypt("no json", key, { cipher });
      const answers = new Set();
      for (const body of [badPadding, noJson, "no cipher text", "[]"]) {
        const response = await fetch(url, { method: "POST", body, headers: sign(body) });
        answers.add(`${response.status} ${await response.text()}`);
      }
      const unsigned = await fetch(url, { method: "POST", body: "{}" });
      answers.add(`${unsigned.status} ${await unsigned.text()}`);
      assert.deepEqual([...answers], ["400 {}"]);
      assert.notEqual((await fetch(url)).status, 200);
      assert.equal((await fetch(new URL("/results", url))).status, name === "http.js" ? 405 : 404);
      for (const length of ["-1", "1e3", "1_0", ""]) {
        assert.equal(await statusOf(url, `Content-Length: ${length}`), 400, length);
      }
      assert.equal(await statusOf(url, `Content-Length: ${MOST + 1}`), 413);
      const chunk = `${(MOST + 1).toString(16)}\r\n${" ".repeat(MOST + 1)}\r\n0\r\n\r\n`;
      // A server that closes at once may take its answer along.
      assert.ok([413, undefined].includes(await statusOf(url, "Transfer-Encoding: chunked", chunk)));
      const body = '{"event":"message.send"}';
      assert.equal((await fetch(url, { method: "POST", body, headers: sign(body) })).status, 200);
      assert.equal(lines(events).length, 1);
    } finally {
      receiver.kill();
      await once(receiver, "exit");
    }
  });

  test(`receiver: ${name} loses nothing while the scheme is assumed`, async () => {
    const scheme = "hmac-sha1:base64:header(x-time)+'.'+body";
    const hooks = new airudder.Webhooks({ secret: SECRET, scheme });
    const events = join(folder, `${name}.assumed.jsonl`);
    const bodies = [1, 2, 3].map((id) => JSON.stringify({ event: "message.send", call_id: `call-${id}` }));
    const { receiver, url } = await start(name, { EVENTS: events });
    try {
      for (const body of [...bodies, bodies[0]]) {
        const headers = hooks.sign(body, { "X-Time": "1720159500" });
        assert.equal((await fetch(url, { method: "POST", body, headers })).status, 200);
      }
      const forged = { method: "POST", body: "forged", headers: { "x-airudder-sign": "00" } };
      assert.equal((await fetch(url, forged)).status, 200);
      assert.deepEqual(lines(events), []);
    } finally {
      receiver.kill();
      await once(receiver, "exit");
    }
    const environment = { ...process.env, AIRUDDER_WEBHOOK_SECRET: SECRET };
    const { code, output } = await finish([join(examples, "replay.js"), events], environment);
    assert.equal(code, 0, output);
    assert.ok(output.includes(`AIRUDDER_WEBHOOK_SCHEME=${scheme}\n4 verified and stored, 1 left`), output);
    assert.deepEqual(
      lines(events)
        .map((line) => JSON.parse(line).data.call_id)
        .sort(),
      ["call-1", "call-2", "call-3"],
    );
    assert.equal(lines(`${events}.quarantine`).length, 1);
  });
}

test("a full quarantine makes it come again, and what verifies has its own place", async () => {
  const { Inbox, Quarantine, Store } = await import(pathToFileURL(join(examples, "store.js")).href);
  const hooks = new airudder.Webhooks({ secret: SECRET });
  const path = join(folder, "full.jsonl");
  const quarantine = await Quarantine.open(`${path}.quarantine`, { deliveries: 2, bytes: 1000 });
  const store = await Store.open(path);
  const inbox = new Inbox(hooks, store, quarantine);
  const body = '{"event":"message.send"}';
  assert.equal(await inbox.receive(Buffer.alloc(1000), {}), 503);
  for (const status of [200, 200, 503]) {
    assert.equal(await inbox.receive(Buffer.from("x"), new Map([["a", "b"]])), status);
  }
  assert.equal(await inbox.receive(Buffer.from(body), hooks.sign(body)), 200);
  await quarantine.close();
  await store.close();
  const again = await Quarantine.open(`${path}.quarantine`, { deliveries: 2, bytes: 1000 });
  assert.equal(await again.keep(Buffer.from("x"), {}), false, "what was kept counts after a restart");
  await again.close();
});

test("a line that a crash tore costs no other", async () => {
  const { Store } = await import(pathToFileURL(join(examples, "store.js")).href);
  const hooks = new airudder.Webhooks({ secret: SECRET });
  const path = join(folder, "torn.jsonl");
  writeFileSync(path, '{"key":"torn","ty');
  for (let run = 0; run < 2; run += 1) {
    const store = await Store.open(path);
    await store.add(hooks.unwrap('{"event":"message.send"}', hooks.sign('{"event":"message.send"}')));
    assert.equal(store.duplicates, run);
    await store.close();
  }
});

test("an event that was kept tells when it came", () => {
  const hooks = new airudder.Webhooks({ secret: SECRET });
  const [body, receivedAt] = ['{"event":"message.send"}', new Date(1_720_159_500_000)];
  const event = hooks.unwrap(body, hooks.sign(body), { receivedAt });
  assert.equal(event.receivedAt, receivedAt);
  assert.equal("receivedAt" in hooks.unwrap(body, hooks.sign(body)), false);
  for (const wrong of ["2024-07-05", new Date("no date"), 1]) {
    assert.throws(() => hooks.unwrap(body, hooks.sign(body), { receivedAt: wrong }), { code: "E1001" });
  }
});

test("receiver: next-route.ts", async () => {
  const events = join(folder, "next.jsonl");
  Object.assign(process.env, { AIRUDDER_WEBHOOK_SECRET: SECRET, AIRUDDER_WEBHOOK_SCHEME: ASSUMED, EVENTS: events });
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

/** Starts a receiver, and gives the process and where it listens. */
async function start(name, settings) {
  const environment = { ...process.env, AIRUDDER_WEBHOOK_SECRET: SECRET, PORT: "0", ...settings };
  const receiver = spawn(process.execPath, [await program(`receivers/${name}`)], {
    env: environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(createInterface(receiver.stdout), "line");
  return { receiver, url: line.replace("listening on ", "") };
}

/** Sends what no client would send, and gives the status of the answer, if there is one. */
async function statusOf(url, head, body = "") {
  const { port, pathname } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`POST ${pathname} HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n\r\n${body}`);
  try {
    const [answer] = await once(socket, "data");
    return Number(String(answer).split(" ")[1]);
  } catch {
    return undefined; // the other side was gone before all was sent
  } finally {
    socket.destroy();
  }
}

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
