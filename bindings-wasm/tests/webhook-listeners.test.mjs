// Which listener an event comes to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { delivery, hooks, SENT } from "./deliveries.mjs";
import { airudder, root } from "./support.mjs";

const { ValidationError } = airudder;

test("a second listener of one type is refused: it would take the place of the first", () => {
  const one = hooks().on("channel.message.sent", () => {});
  assert.throws(() => one.on("channel.message.sent", () => {}), { code: "E1001", pointer: "/type" });
  one.on("message.send", () => {}).onUnknown(() => {});
  assert.throws(() => one.onUnknown(() => {}), { code: "E1001", pointer: "/listener" });
});

/** What is written to the console meanwhile. */
async function printed(run) {
  const { warn, error } = console;
  const lines = [];
  console.warn = (...told) => lines.push(["warn", ...told]);
  console.error = (...told) => lines.push(["error", ...told]);
  try {
    await run();
  } finally {
    Object.assign(console, { warn, error });
  }
  return lines;
}

test("an event that nothing handles comes again, and is told of", async () => {
  const one = hooks().on("channel.message.sent", () => {});
  const other = (type) => JSON.stringify({ event: type, who: "+6200012345678" });
  // With a listener of its own.
  const errors = [];
  const told = one.fetchHandler(undefined, { onError: (error) => errors.push(error) });
  assert.equal((await told(delivery(one, SENT))).status, 200);
  assert.equal((await told(delivery(one, other("brand.new")))).status, 500);
  assert.deepEqual([errors.length, errors[0].code], [1, "E1025"]);
  assert.match(errors[0].message, /`brand\.new`/);
  await assert.rejects(one.dispatch(one.unwrap(other("brand.new"), one.sign(other("brand.new")))), { code: "E1025" });
  // Without one: on the console, once a type, whatever the type is.
  const quiet = one.fetchHandler();
  const lines = await printed(async () => {
    for (const type of ["brand.new", "brand.new", "newer", "\u001b[2J +6200012345678", "\u001b[2J"]) {
      assert.equal((await quiet(delivery(one, other(type)))).status, 500);
    }
  });
  assert.deepEqual(
    lines.map(([level]) => level),
    ["warn", "warn", "warn"],
  );
  const text = lines.flat().join("\n");
  assert.ok(!text.includes("62000") && !text.includes("\u001b"), text);
  // Unless the program says otherwise.
  const accepting = one.fetchHandler(undefined, { unhandled: "accept" });
  assert.deepEqual(
    await printed(async () => {
      assert.equal((await accepting(delivery(one, other("brand.new")))).status, 200);
    }),
    [],
  );
  one.onUnknown(() => {});
  assert.equal((await told(delivery(one, other("brand.new")))).status, 200);
  assert.equal(errors.length, 1);
});

test("whoever thinks of types without end fills no memory and no log", async () => {
  const one = hooks();
  const handler = one.fetchHandler();
  const lines = await printed(async () => {
    for (let type = 0; type < 300; type += 1) {
      await handler(delivery(one, JSON.stringify({ event: `t${type}` })));
    }
  });
  assert.equal(lines.length, 100);
});

test("each event goes to its listener, all others to onUnknown", async () => {
  const got = [];
  const one = hooks()
    .on("channel.message.sent", (event) => got.push(["sent", event.data.call_id]))
    .onUnknown((event) => got.push(["other", event.type]));
  for (const body of [SENT, '{"event":"message.send"}', '{"event":"brand.new"}', "{}"]) {
    await one.dispatch(one.unwrap(body, one.sign(body)));
  }
  assert.deepEqual(got, [
    ["sent", "c-1"],
    ["other", "message.send"],
    ["other", "brand.new"],
    ["other", "unknown"],
  ]);
});

test("a listener that would never be called is refused", () => {
  assert.throws(
    () => hooks().on("workflow.call.finnished", () => {}),
    (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual([error.code, error.pointer], ["E1001", "/type"]);
      assert.match(error.message, /`workflow\.call\.finnished`.* workflow\.call\.finished, .*onUnknown/);
      return true;
    },
  );
  assert.throws(() => hooks().on("toString", () => {}), ValidationError);
  assert.throws(() => hooks().on("call.finished"), { pointer: "/listener" });
  assert.throws(() => hooks().onUnknown("call.finished"), { pointer: "/listener" });
});

test("every event of the catalog has its listener", () => {
  const { events } = JSON.parse(readFileSync(new URL("docs/operations.json", root), "utf8"));
  assert.ok(events.length > 5);
  for (const { name } of events) {
    hooks().on(name, () => {});
  }
});
