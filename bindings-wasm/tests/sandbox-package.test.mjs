// The packages of the sandbox, packed and installed into an empty project, as users have them: no compiler, no network.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "./support.mjs";

const exec = promisify(execFile);
const tools = new URL("../node_modules/", import.meta.url).pathname;
const program = new URL("target/release/airudder-sandbox", root).pathname;
const page = readFileSync(new URL("sandbox/npm/README.md", root), "utf8");
const { version } = JSON.parse(readFileSync(new URL("sandbox/npm/package.json", root), "utf8"));
const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block);

let project;
let env;

before(async () => {
  project = mkdtempSync(join(tmpdir(), "airudder-"));
  await exec(process.execPath, [new URL("sandbox/npm/build.mjs", root).pathname]);
  const { stdout } = await exec("npm", ["pack", "--json", "--pack-destination", project], { cwd: join(tools, "..") });
  const packed = [`airudder-sandbox-${version}.tgz`, `airudder-sandbox-linux-x64-${version}.tgz`];
  const tarballs = packed.map((name) => new URL(`target/npm/${name}`, root).pathname);
  tarballs.push(join(project, Object.values(JSON.parse(stdout))[0].filename));
  writeFileSync(join(project, "package.json"), '{"name":"empty","private":true}');
  await exec("npm", ["install", "--offline", "--no-audit", "--no-fund", ...tarballs], { cwd: project });
  symlinkSync(join(tools, "vitest"), join(project, "node_modules/vitest"));

  // A user's environment: nothing of Rust, none of this test's settings, and a proxy that is of no use.
  const names = Object.keys(process.env).filter((name) => !/^(AIRUDDER|CARGO|RUST|NODE|npm_)/.test(name));
  env = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  env.PATH = [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
  env.http_proxy = "http://127.0.0.1:9";
  env.NO_COLOR = "1";
  await assert.rejects(exec("sh", ["-c", "command -v cargo || command -v rustc"], { env }));
});
after(() => rmSync(project, { recursive: true }));

/** Runs Node in the project, and gives its status and all that it said. */
async function run(options, variables = {}) {
  const settings = { cwd: project, env: { ...env, ...variables }, timeout: 60_000 };
  const { code = 0, stdout, stderr } = await exec(process.execPath, options, settings).catch((error) => error);
  return { code, stdout, said: stdout + stderr };
}

function write(name, content) {
  writeFileSync(join(project, name), content);
  return name;
}

const module = (content) => ["--input-type=module", "--eval", content];
const VITEST = ["node_modules/vitest/vitest.mjs", "run"];

test("the tests of the page are green under node:test", async () => {
  const tests = blocks.filter((block) => block.includes('from "node:test"'));
  const files = tests.map((block, number) => write(`page-${number}.test.mjs`, block));
  const { code, said } = await run(["--test", "--test-reporter=tap", ...files]);
  assert.deepEqual([files.length, code], [2, 0], said);
  assert.match(said, /^# pass 2$/m);
});

test("the tests of the page are green under Vitest", async () => {
  const tests = blocks.filter((block) => block.includes('from "vitest"'));
  const files = tests.map((block, number) => write(`page-${number}.vitest.test.js`, block));
  const { code, said } = await run([...VITEST, ...files]);
  assert.deepEqual([files.length, code], [2, 0], said);
  assert.match(said, /Tests {2}2 passed/);
});

const RED = `
const sandbox = useSandbox();
test("red", async () => {
  await sandbox.client().robots.list();
  const { requests } = await sandbox.stats();
  if (requests["robots.list"] !== 2) throw new Error("asked " + requests["robots.list"]);
});
test("each test has its own", async () => {
  const { requests } = await sandbox.stats();
  if (Object.keys(requests).length > 0) throw new Error("not new");
});
`;

test("a test that fails is red", async () => {
  const node = write(
    "red.test.mjs",
    `import { test } from "node:test";\nimport { useSandbox } from "airudder-sandbox/node-test";${RED}`,
  );
  const { code, said } = await run(["--test", "--test-reporter=tap", node]);
  assert.equal(code, 1);
  assert.match(said, /asked 1/);
  assert.match(said, /^# pass 1\n# fail 1$/m);
  const vitest = write(
    "red.vitest.test.js",
    `import { test } from "vitest";\nimport { useSandbox } from "airudder-sandbox/vitest";${RED}`,
  );
  const under = await run([...VITEST, vitest]);
  assert.equal(under.code, 1);
  assert.match(under.said, /asked 1/);
  assert.match(under.said, /Tests {2}1 failed \| 1 passed/);
});

const CATALOG = `
import { writeFileSync } from "node:fs";
import { SandboxError, startSandbox } from "airudder-sandbox";

const plan = { type: "object", properties: { id: { type: "integer", examples: [7] } }, required: ["id"] };
const row = { name: "plans.detail", method: "GET", path: "/service/plans/{id}", params: plan, result: plan };
const event = { name: "plan.finished", when: { "/event": "plan.finished" }, body: plan };
writeFileSync("vendor.json", JSON.stringify({ airudder_catalog: 1, operations: [row], events: [event] }));
const sandbox = await startSandbox({ catalog: "vendor.json" });
console.log(await sandbox.client().request("GET", "/service/plans/7"), (await sandbox.stats()).requests["plans.detail"]);
console.log((await sandbox.signed("plan.finished")).body.toString());
await sandbox.stop();
const error = await startSandbox({ catalog: "no/such.json" }).catch((error) => error);
console.log(error instanceof SandboxError, error.message.includes("no/such.json: No such file"));
`;

const SIGNED = `
import { startSandbox } from "airudder-sandbox";

for (const signScheme of ["stripe", "hmac-sha256:hex:method+time(header(X-Time))+plain"]) {
  const sandbox = await startSandbox({ signScheme, signKey: "fake-sign-key" });
  const { headers, body } = await sandbox.signed("call.finished");
  console.log(sandbox.webhooks().unwrap(body, headers).verified);
  // The messages of a conversation are asked for by a request that is signed.
  console.log((await sandbox.client().chat.sessionMessages({ call_id: "1", last_msg_id: "", size: 1 })) !== undefined);
  await sandbox.stop();
}
`;

test("events and requests are signed by whatever scheme is given", async () => {
  const { stdout, said } = await run(module(SIGNED));
  assert.deepEqual(stdout.trim().split("\n"), ["true", "true", "true", "true"], said);
});

test("a catalog of one's own is answered and sent", async () => {
  const { stdout, said } = await run(module(CATALOG));
  assert.deepEqual(stdout.trim().split("\n"), ["{ id: 7 } 1", '{"event":"plan.finished","id":7}', "true true"], said);
});

const EVERYTHING = `
import { SandboxError, startSandbox } from "airudder-sandbox";

const account = { appKey: "fake-k", appSecret: "fake-s", encryptionKey: "fake-key-16bytes", requireEncryption: true };
const sandbox = await startSandbox({ ...account, encryptEvents: true, clockOffset: -5, speed: 1, seed: undefined });
const says = async (run) => {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    console.log(error.message.replaceAll(sandbox.url, "URL"));
  }
};
const delivery = await sandbox.signed("call.finished", { task_id: "t", details: [] });
const event = sandbox.webhooks().unwrap(delivery.body, delivery.headers);
console.log(event.type, event.verified, delivery.body.includes("task_id"));
const client = sandbox.client({ maxRetries: 0 });
await sandbox.pause();
const july = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const { workflow_id } = await client.workflow.createInstance(july);
const person = { callee: "+620000001", platform: "TEMP1", variables: {} };
await client.workflow.uploadDetails({ workflow_id, details: [person, person] });
console.log((await sandbox.contacts()).length, (await sandbox.duplicates())[0].count);
await says(() => sandbox.waitUntilIdle(50));
await sandbox.resume();
await sandbox.setWorkflowStatus(workflow_id, "cancelled");
await sandbox.setClock(7);
await sandbox.expireTokens();
await client.robots.list();
await sandbox.fault("status", { operation: "robots.list", status: 503 });
await sandbox.fault("delay", { delayMs: 1, times: 5 });
console.log((await sandbox.faults()).map(({ fault }) => fault).join());
await client.robots.list().catch((error) => console.log(error.httpStatus));
await sandbox.clearFaults();
await client.robots.list();
await says(() => sandbox.fault("status", { probability: 2 }));
await says(() => sandbox.send("call.finished"));
await says(() => sandbox.signed("later"));
await says(() => sandbox.deliverTo("http://192.0.2.1/"));
await sandbox.reset();
console.log((await sandbox.contacts()).length);
await sandbox[Symbol.asyncDispose]();
await sandbox.stop();
await says(() => sandbox.stats());
await says(() => startSandbox({ encryptionKey: "too-short" }));
await startSandbox({ speeed: 1 }).catch((error) => console.log(error.message));
`;

test("everything that it can be told", async () => {
  const { code, stdout, said } = await run(module(EVERYTHING));
  assert.equal(code, 0, said);
  const expected = [
    /^call.finished true false$/,
    /^2 2$/,
    /^after 50 ms, 2 contacts wait for their call and 0 events for a 200: is the sandbox paused/,
    /^status,delay$/,
    /^503$/,
    /^`probability` must be from 0 to 1, and is 2$/,
    /^there is no --webhook-url/,
    /^there is no example of "later"/,
    /only http on this machine is allowed/,
    /^0$/,
    /^the sandbox at URL has stopped\.$/,
    /did not start: airudder-sandbox: encryption_key: /,
    /^"speeed" is no setting of a sandbox; there are listen, /,
  ];
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, expected.length, said);
  for (const [index, line] of lines.entries()) {
    assert.match(line, expected[index]);
  }
});

const START =
  'import { startSandbox } from "airudder-sandbox";\nconst { url } = await startSandbox();\nconsole.log(url);';

test("who forgets to stop it can end, and it ends with its program, however that ends", async () => {
  for (const end of ["", "process.exit(3)", 'process.kill(process.pid, "SIGKILL")']) {
    const { stdout } = await run(module(`${START}${end}`));
    const { port } = new URL(stdout.trim());
    await setTimeout(500);
    const [error] = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", (...found) => resolve(found)).on("connect", () => resolve([]));
    });
    assert.equal(error?.code, "ECONNREFUSED", end);
  }
});

test("another program may be named, and a wrong one says so", async () => {
  assert.match((await run(module(START), { AIRUDDER_SANDBOX: program })).stdout, /^http:\/\/127/);
  assert.match(
    (await run(module(START), { AIRUDDER_SANDBOX: "/bin/false" })).said,
    /\/bin\/false did not start: it said n/,
  );
  assert.match(
    (await run(module(START), { AIRUDDER_SANDBOX: "/no/such" })).said,
    /\/no\/such cannot be started: .*ENOENT/,
  );
});

const TYPES = `
import { SandboxError, type SandboxStats, startSandbox } from "airudder-sandbox";
import { useSandbox } from "airudder-sandbox/node-test";
import { useSandbox as useWithVitest } from "airudder-sandbox/vitest";

await using sandbox = await startSandbox({ speed: 10, signSecret: null });
await sandbox.fault("reset_after", { operation: "workflow.upload_details", probability: 0.1 });
const { requests }: SandboxStats = await sandbox.stats();
const asked: number | undefined = requests["robots.list"];
const bots: unknown = await useSandbox().client({ maxRetries: 0 }).robots.list();
useWithVitest({ encryptionKey: "fake-key-16bytes" }).webhooks().on("call.finished", ({ data }) => data.task_id);
// @ts-expect-error there is no such fault
await sandbox.fault("explode");
// @ts-expect-error there is no such setting
await startSandbox({ speeed: 1 });
console.log(asked, bots, SandboxError);
`;

test("its types are strict, and the package is sound", async () => {
  const file = write("types.mts", TYPES);
  const options = [
    "--strict",
    "--noEmit",
    "--target",
    "es2022",
    "--module",
    "node16",
    "--skipLibCheck",
    "--types",
    "node",
  ];
  const libraries = ["--lib", "es2022,esnext.disposable,dom,dom.iterable", "--typeRoots", join(tools, "@types")];
  const { said } = await run([join(tools, "typescript/bin/tsc"), ...options, ...libraries, file]);
  assert.equal(said, "");
  const { stdout } = await exec(join(tools, ".bin/publint"), [
    "--strict",
    join(project, "node_modules/airudder-sandbox"),
  ]);
  assert.match(stdout, /All good!/);
});

test("the authors of what is inside are named", () => {
  const installed = join(project, "node_modules/@airudder/sandbox-linux-x64");
  assert.match(readFileSync(join(installed, "THIRD-PARTY.md"), "utf8"), /^- axum /m);
});

test("the program can be run by its name", async () => {
  const { stdout } = await exec(join(project, "node_modules/.bin/airudder-sandbox"), ["--version"], { env });
  assert.equal(stdout, `airudder-sandbox ${version}\n`);
});

test("where the package of the platform is missing, the error names it", async () => {
  const installed = join(project, "node_modules/@airudder");
  rmSync(installed, { recursive: true });
  const { said } = await run(module(START));
  assert.match(said, /the optional package @airudder\/sandbox-linux-x64 is not installed.*AIRUDDER_SANDBOX/s);
});
