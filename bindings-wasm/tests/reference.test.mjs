// The JavaScript examples of the generated reference, against the sandbox.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { APP, airudder, root, Sandbox } from "./support.mjs";

const { ApiError, Client, Webhooks } = airudder;
const folder = new URL("docs/reference/", root);
const pages = readdirSync(folder).map((page) => readFileSync(new URL(page, folder), "utf8"));
const examples = pages.flatMap((page) =>
  Array.from(page.matchAll(/## (\S+\.\S+)\n(?:(?!\n## ).)*?```js\n(.*?)\n```/gs), ([, name, code]) => [name, code]),
);
const names = JSON.parse(readFileSync(new URL("docs/operations.json", root), "utf8")).operations.map(
  ({ name }) => name,
);
const AsyncFunction = (async () => {}).constructor;

let sandbox;
before(async () => {
  sandbox = await Sandbox.start();
});
after(() => sandbox.stop());

test("every operation has an example", () => {
  assert.deepEqual(examples.map(([name]) => name).sort(), names.sort());
});

test("the program of the events reads every example of one", () => {
  const text = readFileSync(new URL("events.md", folder), "utf8");
  const [, code] = text.match(/```js\n(.*?)```/s);
  const program = new Function("hooks", "body", "headers", "console", `${code}; return event.type;`);
  const found = Array.from(text.matchAll(/^## (\S+)$(?:(?!^## ).)*?```json\n(.*?)\n```/gms));
  assert.ok(found.length > 5);
  const hooks = new Webhooks({ requireSignature: false });
  for (const [, name, body] of found) {
    const said = [];
    assert.equal(program(hooks, body, {}, { log: (...words) => said.push(words) }), name);
    assert.ok(said.length > 0, name);
  }
});

for (const [name, code] of examples) {
  test(`example: ${name}`, async () => {
    const signing = { signKey: "0123456789abcdef0123456789abcdef", signSecret: "fake-sign-secret" };
    const client = new Client({ ...APP, ...signing, baseUrl: sandbox.url });
    try {
      await new AsyncFunction("client", code)(client);
    } catch (error) {
      // It reached the API, which may say that there is no such workflow or task.
      assert.ok(error instanceof ApiError && /no workflow|this task|no task|number/.test(error.message), error);
    }
    const { requests } = await sandbox.control("stats");
    assert.ok(requests[name] > 0);
  });
}
