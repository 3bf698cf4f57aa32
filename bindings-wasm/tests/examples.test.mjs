// The programs that people copy: they run against the sandbox as they would against the real service.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** Runs a receiver until `check` of its URL is done. */
async function running(name, environment, check) {
  const receiver = spawn(process.execPath, [await program(`receivers/${name}`)], {
    env: { ...process.env, AIRUDDER_WEBHOOK_SECRET: SECRET, PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [line] = await once(createInterface(receiver.stdout), "line");
    await check(line.replace("listening on ", ""));
  } finally {
    receiver.kill();
    await once(receiver, "exit");
  }
}

/** Sends 20 results to this URL, of a sandbox that signs by this scheme; then `check`, while it runs. */
async function received(url, scheme, check) {
  const signing = ["--sign-secret", SECRET, "--sign-scheme", scheme];
  const sandbox = await Sandbox.start("--speed", "1000", ...signing, "--webhook-url", url);
  try {
    const client = new airudder.Client({ ...APP, baseUrl: sandbox.url });
    const { workflow_id } = await client.workflow.createInstance({
      workflow_template_id: 7,
      name: "july",
      end_time: "2099-12-01 18:00:00+08:00",
    });
    await client.workflow.uploadDetails({ workflow_id, details: [...contacts(20)] });
    await check();
  } finally {
    await sandbox.stop();
  }
}

const FORGED = { method: "POST", body: "{}", headers: { "content-type": "application/json", "x-airudder-sign": "00" } };
const DEFAULT = "hmac-sha256:hex:body";

for (const name of ["http.js", "express.ts", "fastify.js", "hono.ts"]) {
  test(`receiver: ${name}`, async () => {
    const [events, quarantine] = [join(folder, `${name}.jsonl`), join(folder, `${name}.kept.jsonl`)];
    const settled = { EVENTS: events, QUARANTINE: quarantine, AIRUDDER_WEBHOOK_SCHEME: DEFAULT };
    const check = async (url) => {
      await eventually(() => lines(events).length === 20);
      assert.equal((await fetch(url, FORGED)).status, 400);
      for (const length of ["-1", "1e3", "1_0", ""]) {
        assert.equal(await statusOf(url, `Content-Length: ${length}`), 400, length);
      }
      assert.equal((await fetch(new URL("/results", url))).ok, false);
      // Fastify has a limit of its own, and closes the connection while the body is still on its way.
      const large = fetch(url, { ...FORGED, body: "x".repeat(9_000_000) });
      await (name === "fastify.js" ? large.catch(() => {}) : large.then(({ status }) => assert.equal(status, 413)));
      assert.equal(lines(events).length, 20);
    };
    await running(name, settled, (url) => received(url, DEFAULT, () => check(url)));
    assert.ok(!existsSync(quarantine));
  });

  test(`receiver: ${name}, while the scheme is not settled: nothing is lost`, async () => {
    const [events, quarantine] = [join(folder, `${name}.later.jsonl`), join(folder, `${name}.q.jsonl`)];
    const unsettled = { EVENTS: events, QUARANTINE: quarantine, AIRUDDER_WEBHOOK_SCHEME: "" };
    const check = async (url) => {
      await eventually(() => lines(quarantine).length === 20);
      assert.equal((await fetch(url, FORGED)).status, 200); // kept: who sent it cannot be told yet
      for (const line of lines(quarantine)) {
        const kept = JSON.parse(line);
        assert.deepEqual([kept.method, kept.url], ["POST", url]);
      }
    };
    await running(name, unsettled, (url) => received(url, "hmac-sha1:base64:body", () => check(url)));
    assert.deepEqual([lines(events).length, lines(quarantine).length], [0, 21]);
    assert.equal(statSync(quarantine).mode & 0o777, 0o600);
    for (const before of [0, 20]) {
      const replayed = await finish([join(examples, "replay.js"), quarantine, events], {
        ...process.env,
        AIRUDDER_WEBHOOK_SECRET: SECRET,
      });
      assert.equal(replayed.code, 0, replayed.output);
      assert.match(replayed.output, /^AIRUDDER_WEBHOOK_SCHEME=hmac-sha1:base64:body$/m);
      assert.match(replayed.output, new RegExp(`^20 verified, ${before} of them stored before; 1 do not verify$`, "m"));
      assert.equal(lines(events).length, 20);
    }
  });
}

const WITHOUT_DATABASE = { "fastify-postgres.js": 503, "nest.ts": 503 };
for (const name of ["http.js", "express.ts", "fastify.js", "hono.ts", ...Object.keys(WITHOUT_DATABASE)]) {
  test(`receiver: ${name}, where the scheme signs the URL`, async () => {
    const scheme = "hmac-sha256:hex:method+url+body";
    const hooks = new airudder.Webhooks({ secret: SECRET, scheme });
    const taken = WITHOUT_DATABASE[name] ?? 200;
    const DATABASE_URL = (await closedPort()).replace("http", "postgres");
    const files = { EVENTS: join(folder, "urls.jsonl"), QUARANTINE: join(folder, "none.jsonl") };
    const settings = { ...files, DATABASE_URL, AIRUDDER_WEBHOOK_SCHEME: scheme };
    const body = '{"event":"message.send"}';
    /** The status of a delivery to this URL that is signed for another one. */
    const post = async (url, signed) => {
      const headers = hooks.sign(body, {}, { url: signed });
      return (await fetch(url, { method: "POST", body, headers })).status;
    };
    await running(name, settings, async (url) => {
      assert.equal(await post(`${url}?a=%20`, `${url}?a=%20`), taken);
      assert.equal(await post(`${url}?a=%20`, `${url}?a=%21`), 400);
    });
    const given = "https://hooks.example.com/airudder";
    await running(name, { ...settings, AIRUDDER_WEBHOOK_URL: given }, async (url) => {
      assert.equal(await post(`${url}?a=1`, `${given}?a=1`), taken);
      assert.equal(await post(`${url}?a=1`, `${url}?a=1`), 400);
    });
  });
}

test("a quarantine is bounded: what finds no room comes again", async () => {
  const path = join(folder, "full.jsonl");
  writeFileSync(path, "{}\n".repeat(9_999));
  const { Quarantine } = await import(pathToFileURL(join(examples, "quarantine.js")).href);
  const kept = await Quarantine.open(path);
  const hooks = new airudder.Webhooks({ secret: SECRET });
  const handler = hooks.fetchHandler(() => {}, { onError: () => {}, quarantine: (delivery) => kept.keep(delivery) });
  const post = async (headers) => (await handler(new Request("http://x/", { ...FORGED, headers }))).status;
  const forged = () => post(FORGED.headers);
  assert.deepEqual([await forged(), await forged()], [200, 503]);
  assert.equal(await post(hooks.sign(FORGED.body)), 200);
  assert.equal(lines(path).length, 10_000);
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
  assert.deepEqual(hooks.unwrap(body, hooks.sign(body), { receivedAt: Number(receivedAt) }).receivedAt, receivedAt);
  assert.equal("receivedAt" in hooks.unwrap(body, hooks.sign(body)), false);
  for (const wrong of ["2024-07-05", new Date("no date"), Number.NaN, 1n]) {
    assert.throws(() => hooks.unwrap(body, hooks.sign(body), { receivedAt: wrong }), { code: "E1001" });
  }
});

test("receiver: next-route.ts", async () => {
  const events = join(folder, "next.jsonl");
  const environment = { EVENTS: events, QUARANTINE: join(folder, "next.kept.jsonl"), AIRUDDER_WEBHOOK_SCHEME: "" };
  Object.assign(process.env, { AIRUDDER_WEBHOOK_SECRET: SECRET, ...environment });
  const { POST } = await import(pathToFileURL(await program("receivers/next-route.ts")).href);
  const body = '{"event":"message.send"}';
  const headers = new airudder.Webhooks({ secret: SECRET }).sign(body);
  for (let delivery = 0; delivery < 2; delivery += 1) {
    const response = await POST(new Request("http://127.0.0.1/events", { method: "POST", body, headers }));
    assert.deepEqual([response.status, await response.text()], [200, "{}"]);
  }
  assert.equal(lines(events).length, 1);
  assert.equal((await POST(new Request("http://127.0.0.1/events", FORGED))).status, 200);
  assert.equal(lines(environment.QUARANTINE).length, 1);
});

test("a file that is no CSV, or lacks a column, stops before anybody is called", async () => {
  const { contacts } = await import(pathToFileURL(join(examples, "campaign.js")).href);
  const header = "callee,caseid,customer_name,borrow_total_money,due_date";
  const read = async (text) => {
    writeFileSync(join(folder, "one.csv"), text);
    return all(contacts(join(folder, "one.csv"), "TEMP1"));
  };
  for (const [text, message] of [
    [`${header}\n+6200012345678,c-1, "Doe, John",1,d`, /[Qq]uote/],
    [`${header}\n+6200012345678,c-1,Doe, John,1,d`, /[Rr]ecord [Ll]ength/],
    ["callee,CaseID,customer_name,borrow_total_money,due_date\n", /lacks caseid/],
  ]) {
    await assert.rejects(read(text), message);
  }
  await assert.rejects(all(contacts(join(folder, "none.csv"), "TEMP1")), { code: "ENOENT" });
  const [one] = await read(
    `\ufeff${header.replace("caseid", "caseid ")}\r\n+6200012345678,c-1,"Doe, John",1,d\r\n\r\n`,
  );
  const variables = { customer_name: "Doe, John", borrow_total_money: "1", due_date: "d" };
  assert.deepEqual(one, { callee: "+6200012345678", platform: "TEMP1", caseid: "c-1", variables });
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
/** The status of an answer to a request whose head is written by hand. */
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

async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}
