// The lease of a journal in a database, whatever the database is: who has it, until when, and what is done without it.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { afterEach, beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

const require = createRequire(import.meta.url);
require("../dist/node.js");
const { LeasedJournal } = require("../dist/journals/leased.js");

let monotonic;
beforeEach(() => {
  monotonic = 0; // behind the other clock, so that this one alone counts
  mock.method(performance, "now", () => monotonic);
  mock.timers.enable({ apis: ["Date", "setInterval", "setTimeout"], now: Date.now() });
});
afterEach(() => mock.reset());

/** Lets time pass, and whoever waits for it go on. */
async function pass(ms) {
  await setImmediate();
  mock.timers.tick(ms);
  await setImmediate();
}

/** A database in which the lease of somebody else may be put, and which keeps what it was asked for. */
function database() {
  const asked = [];
  const found = { other: undefined, isOwn: true, head: "head\n", lines: ["one\n", "two\n"] };
  const ask = (what, answer) => {
    return async (...given) => {
      asked.push([what, ...given]);
      if (found.fails === what) throw new Error("the database is away");
      return answer();
    };
  };
  const store = {
    prepare: ask("prepare", () => undefined),
    take: ask("take", () => found.other?.() ?? 7),
    renew: ask("renew", () => found.isOwn),
    giveBack: ask("giveBack", () => undefined),
    lines: ask("lines", () => found.lines),
    append: ask("append", () => found.isOwn),
    head: ask("head", () => found.head),
  };
  const names = [];
  const open = (options) =>
    new LeasedJournal((name) => [store, names.push(name)][0], "fake", { name: "july", ...options });
  const count = (what) => asked.filter(([one]) => one === what).length;
  return { asked, count, found, names, open };
}

const conflict = (why) => ({
  code: "E1018",
  pointer: "/journal",
  message: new RegExp(`the fake journal july: ${why}`),
});

/** Waits for a promise that must not be settled yet. */
const isPending = async (promise) =>
  assert.equal(await Promise.race([promise.catch(() => "failed"), setImmediate("pending")]), "pending");

test("a lease is a second or more, waiting may be none, and there is a name", () => {
  const { open } = database();
  assert.equal(open().leaseMs, 60_000);
  assert.equal(open({ leaseMs: 1000, waitMs: 0 }).leaseMs, 1000);
  for (const wrong of [
    { leaseMs: 999 },
    { leaseMs: NaN },
    { waitMs: -1 },
    { waitMs: NaN },
    { name: "" },
    { name: 7 },
  ]) {
    assert.throws(() => open(wrong), { code: "E1001", pointer: "/journal" });
  }
});

test("the lease is taken, lines are appended under it, and it is given back", async () => {
  const { asked, open } = database();
  const journal = open({ leaseMs: 6000 });
  assert.equal(await journal.read(), "one\ntwo\n");
  await journal.append("één\n", 8);
  await journal.close();
  const [, [, holder]] = asked;
  assert.match(holder, new RegExp(`^[0-9a-f]{8}:${process.pid}$`));
  assert.deepEqual(asked, [
    ["prepare"],
    ["take", holder, 6000],
    ["lines"],
    ["append", 7, 6000, 8, "één\n", 6],
    ["giveBack", 7],
  ]);
  await pass(60_000);
  assert.equal(asked.length, 5); // nothing is renewed any more
});

test("a sixth of the lease after the other it is renewed, and a third without that it is not held", async () => {
  const { count, found, open } = database();
  const journal = open({ leaseMs: 6000 });
  assert.equal(journal.held(), false);
  await journal.read();
  assert.equal(journal.held(), true);
  await pass(999);
  assert.equal(count("renew"), 0);
  await pass(1);
  assert.equal(count("renew"), 1);
  await pass(1000);
  assert.equal(journal.held(), true);
  found.fails = "renew";
  await pass(1000);
  assert.equal(journal.held(), true);
  await pass(1000);
  assert.deepEqual([journal.held(), count("renew")], [false, 4]);
  await journal.append("one\n", 0); // that renews it, too
  assert.equal(journal.held(), true);
  await journal.close();
});

test("of both clocks, that counts which goes on while the machine sleeps", async () => {
  const { open } = database();
  const journal = open({ leaseMs: 6000 });
  monotonic = 1e9;
  await journal.read();
  monotonic += 1999;
  assert.equal(journal.held(), true);
  monotonic += 1;
  assert.equal(journal.held(), false);
  await journal.close();
});

test("a lease that somebody else took is lost: nothing is appended, not even asked for", async () => {
  const { count, found, open } = database();
  const journal = open({ leaseMs: 6000 });
  await journal.read();
  found.isOwn = false;
  await assert.rejects(journal.append("one\n", 0), conflict("somebody else took it over, or wrote to it"));
  await pass(1000);
  assert.equal(journal.held(), false);
  await assert.rejects(journal.append("one\n", 0), conflict("somebody else took it over, or wrote to it"));
  assert.equal(count("append"), 1);
  found.isOwn = true;
  await journal.close();
  await journal.read();
  await journal.append("one\n", 0);
  assert.equal(journal.held(), true);
  await journal.close();
});

test("a timer may be a number, as in a browser", async () => {
  const { open } = database();
  mock.method(globalThis, "setInterval", () => 7);
  const journal = open();
  assert.equal(await journal.read(), "one\ntwo\n");
  await journal.close();
});

test("a holder that may be dead is waited for until its lease has run out", async () => {
  const { count, found, open } = database();
  let leftMs = 700;
  found.other = () => ({ holder: "other", untilMs: 1, leftMs });
  const journal = open({ leaseMs: 6000 });
  const reading = journal.read();
  for (const [ms, asked] of [
    [499, 1],
    [1, 2],
    [500, 3],
  ]) {
    await pass(ms);
    assert.equal(count("take"), asked);
  }
  leftMs = 10; // a database whose clock is a little off is not asked without end
  await pass(500);
  await pass(49);
  assert.equal(count("take"), 4);
  found.other = undefined;
  await pass(1);
  assert.equal(await reading, "one\ntwo\n");
  await journal.close();
});

test("one that is alive renews its lease, which ends the wait at once", async () => {
  const { count, found, open } = database();
  let untilMs = 1;
  found.other = () => ({ holder: "other", untilMs, leftMs: 5400 });
  const reading = open({ leaseMs: 6000 }).read();
  await isPending(reading);
  untilMs = 2;
  await pass(500);
  await assert.rejects(reading, conflict("other runs this campaign; its lease runs for 5 s more"));
  assert.equal(count("take"), 2);
});

test("the wait ends when the time for it has passed, and without any at the first look", async () => {
  const { count, found, open } = database();
  found.other = () => ({ holder: "other", untilMs: 1, leftMs: 9000 });
  await assert.rejects(open({ waitMs: 0 }).read(), conflict("other runs this campaign; its lease runs for 9 s more"));
  assert.equal(count("take"), 1);
  const reading = open({ leaseMs: 1000 }).read();
  for (let waits = 0; waits < 3; waits += 1) await pass(500);
  await isPending(reading);
  await pass(500); // a lease, and a second
  await assert.rejects(reading, conflict("other runs this campaign"));
});

test("an aborted signal ends the wait", async () => {
  const { count, found, open } = database();
  found.other = () => ({ holder: "other", untilMs: 1, leftMs: 9000 });
  const abort = new AbortController();
  const reading = open().read(abort.signal);
  await isPending(reading);
  abort.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
  assert.equal(count("take"), 1);
});

test("where the lines cannot be read the lease is given back, and a failure of that is nobody's", async () => {
  const { asked, found, open } = database();
  found.fails = "lines";
  const journal = open({ leaseMs: 6000 });
  await assert.rejects(journal.read(), /the database is away/);
  assert.deepEqual(asked.at(-1), ["giveBack", 7]);
  await pass(6000);
  assert.deepEqual(asked.at(-1), ["giveBack", 7]);
  found.fails = "giveBack";
  await journal.close();
});

test("the parts of a journal have its settings, and its head is asked for without the lease", async () => {
  const { asked, found, names, open } = database();
  found.other = () => ({ holder: "other", untilMs: 1, leftMs: 9000 });
  const journal = open({ leaseMs: 6000, waitMs: 0 });
  const part = journal.part(3);
  assert.deepEqual([names, part.leaseMs], [["july", "july/3"], 6000]);
  await assert.rejects(part.read(), /the fake journal july\/3: other runs/);
  asked.length = 0;
  assert.equal(await journal.head("één\n"), "head\n");
  assert.deepEqual(asked, [["prepare"], ["head", "één\n", 6]]);
});
