// Programs of users, those of the README among them, under typescript-eslint's recommended rules that know types.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

const folder = new URL("eslint/", import.meta.url).pathname;
const tool = createRequire(join(folder, "package.json"));
const { ESLint } = tool("eslint");
const rules = tool("typescript-eslint").configs.recommendedTypeChecked;

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** What people add who write the programs of the README in TypeScript: the types of parameters. */
const TYPED = [
  ["async function store(event)", "async function store(event: Event)"],
  [
    "async function quarantine({ method, url, headers, body, receivedAt })",
    "async function quarantine({ method, url, headers, body, receivedAt }: Unverified)",
  ],
  ["function fromWeChatPay(body, headers)", "function fromWeChatPay(body: Uint8Array, headers: WebHeaders)"],
];

let project;
before(() => {
  project = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
  const compilerOptions = { strict: true, target: "es2022", module: "node16", skipLibCheck: true, types: ["node"] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(new URL("../", import.meta.url).pathname, join(project, "node_modules/airudder"));
});
after(() => rmSync(project, { recursive: true }));

/** The rules that the program breaks, with what they say. */
async function broken(name, program) {
  writeFileSync(join(project, `${name}.ts`), program);
  const parserOptions = { projectService: true, tsconfigRootDir: project };
  const eslint = new ESLint({
    cwd: project,
    overrideConfigFile: true,
    overrideConfig: [...rules, { languageOptions: { parserOptions } }],
  });
  const [{ messages }] = await eslint.lintFiles([`${name}.ts`]);
  return messages.map(({ ruleId, message, line }) => `${ruleId}: ${message} (line ${line})`);
}

test("the programs of the README", async () => {
  let programs = [...README.matchAll(/```js\n(.*?)```/gs)].map(([, program]) => program).join("");
  for (const [untyped, typed] of TYPED) {
    assert.ok(programs.includes(untyped), untyped);
    programs = programs.replace(untyped, typed);
  }
  assert.match(programs, /createServer\(/);
  const types = 'import type { Event, Unverified, WebHeaders } from "airudder";\n';
  assert.deepEqual(await broken("readme", `${types}${programs}void [server, several, own, vendor];\n`), []);
});

const HANDLERS = `
import { createServer } from "node:http";
import { AirudderError, Client, type Event, Webhooks } from "airudder";
import { instrument } from "airudder/opentelemetry";
import express from "express";

const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET ?? "" });
const store = async (event: Event) => fetch("http://127.0.0.1/", { method: "POST", body: event.raw });

createServer(hooks.nodeHandler(store)).listen(0);
const app = express();
app.post("/events", hooks.nodeHandler(store, { onError: async (error) => { await Promise.resolve(error); } }));
app.post("/results", hooks.on("workflow.call.finished", store).nodeHandler());

const client = Client.fromEnv({ logger: console });
const stop = instrument(client);
client.on("retry", async ({ reason }) => { await Promise.resolve(reason); });
client.on("wait", ({ untilMs }) => { console.log(untilMs); });
try {
  const { data, response } = await client.robots.list().withResponse();
  console.log(data, response.status, response.headers["date"]);
  await client.workflow.createInstance({ workflow_template_id: 7, name: "n", end_time: "t" });
} catch (error) {
  if (error instanceof AirudderError) console.error(error.code, error.callId);
}
stop();
`;

test("handlers where functions that give nothing are wanted, listeners, responses", async () => {
  assert.deepEqual(await broken("handlers", HANDLERS), []);
});

test("the rules find what they are for", async () => {
  const wrong = `${HANDLERS}
createServer(async (request, response) => { await store; response.end(request.url); });
client.robots.list();
const answer: { data: string } = JSON.parse("{}");
console.log(answer.data);
new Webhooks({ secret: "s" }).nodeHandler(store)({} as any, {} as any);
`;
  const found = (await broken("wrong", wrong)).map((one) => one.split(":")[0]);
  for (const rule of [
    "no-misused-promises",
    "no-floating-promises",
    "await-thenable",
    "no-unsafe-assignment",
    "no-explicit-any",
  ]) {
    assert.ok(found.includes(`@typescript-eslint/${rule}`), `${rule} of ${found.join()}`);
  }
});
