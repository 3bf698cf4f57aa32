// Dialogues between a host and calls, which every language runs; see core/vectors/README.md.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { APP, airudder, native, vectors } from "./support.mjs";

const require = createRequire(import.meta.url);
const { REQUESTS } = require("../dist/call/outgoing.js");
const { fieldText } = require("../dist/runtime/headers.js");

/** The machines that a client drives. */
function begun({ config, calls }) {
  const settings = { ...APP, baseUrl: "https://api.example.test" };
  const { encryption_key: encryptionKey, max_retries: maxRetries, requests_per_second: requestsPerSecond } = config;
  return native.enter((module) => {
    const session = new module.Session({ ...settings, encryptionKey, maxRetries, requestsPerSecond });
    return calls.map(({ operation, params }) => session.call(operation, Buffer.from(JSON.stringify(params)), 0));
  });
}

const STEPS = {
  send(machine, at, { method, url, headers, body }) {
    const request = machine.poll(at, REQUESTS);
    assert.deepEqual(
      { ...request, body: Buffer.from(request.body).toString() },
      { method, url, headers, body, timeoutMs: 10_000 },
    );
  },
  // Why it waits is not told here: the package needs the time alone.
  wait(machine, at, { from, until }) {
    const given = machine.poll(at, REQUESTS);
    assert.ok(given >= from && given <= until, `${given} is not from ${from} to ${until}`);
  },
  answer: (machine, at, { status, headers, body }) =>
    machine.onResponse(at, status, fieldText(headers), Buffer.from(body)),
  fail: (machine, at, how) => machine.onFailure(at, how, ""),
  done(machine, at, { result, error, outcome }) {
    assert.equal(machine.poll(at, REQUESTS), undefined);
    if (error === undefined) {
      assert.deepEqual(JSON.parse(machine.result().data), result);
      return;
    }
    assert.throws(
      () => native.enter(() => machine.result()),
      (thrown) => {
        assert.ok(thrown instanceof airudder.AirudderError, thrown);
        assert.deepEqual([thrown.code, thrown.outcome ?? null], [error, outcome]);
        return true;
      },
    );
  },
  drop: (machine) => machine.free(),
};

const { cases, count } = vectors("dialogue");
for (const { id, about, steps, ...given } of cases) {
  test(`${id}: ${about}`, () => {
    const machines = begun(given);
    for (const { call, at, ...what } of steps) {
      const [[kind, expected]] = Object.entries(what);
      STEPS[kind](machines[call], at, expected);
    }
  });
}

test("as many cases as in every language", () => assert.equal(cases.length, count));
