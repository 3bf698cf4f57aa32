// Dialogues between a host and whole campaigns, which every language runs; see core/vectors/README.md.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { APP, airudder, native, vectors } from "./support.mjs";

const require = createRequire(import.meta.url);
const { REQUESTS } = require("../dist/call/outgoing.js");
const { build } = require("../dist/runtime/errors.js");
const { fieldText } = require("../dist/runtime/headers.js");

const BASE_URL = "https://api.example.test";
const ids = ({ contact, caseId = null }) => ({ contact, case_id: caseId });

/** The settings as `lib/campaign/job.ts` gives them. */
function settings({ workflow_template_id: template, name, end_time: endTime, closed = [], partition, ...others }) {
  const camel = (key) => key.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const renamed = Object.entries(others).map(([key, value]) => [camel(key), value]);
  return {
    neverSettle: false,
    ...Object.fromEntries(renamed),
    ...(partition && { partitionIndex: partition[0], partitionCount: partition[1] }),
    workflow_template_id: BigInt(template),
    name,
    end_time: endTime,
    closed: closed.flat(),
  };
}

/** It fails with this code, or, without one, does not fail. */
function assertCode(code, run) {
  if (code === undefined || code === null) return native.enter(run);
  assert.throws(
    () => native.enter(run),
    (thrown) => {
      assert.ok(thrown instanceof airudder.AirudderError, thrown);
      assert.equal(thrown.code, code);
      return true;
    },
  );
  return undefined;
}

/** Of a line that is given by its members, the message and the checksum may be any. */
function assertLine(line, expected) {
  if (typeof expected === "string") {
    assert.equal(line, expected);
    return;
  }
  const { sum, message, ...record } = JSON.parse(line);
  assert.equal(sum.length, 16);
  assert.deepEqual("message" in expected ? { ...record, message } : record, expected);
}

/** A report as the vectors have it: without messages, whose wording is nobody's business. */
function shown({ accepted, rejected, doubtful, workflows, clockOffsetMs = null, error }) {
  return {
    accepted,
    rejected: rejected.map(({ code, pointer = null, ...one }) => ({ ...ids(one), code, pointer })),
    doubtful: doubtful.map(ids),
    workflows: workflows.map(({ workflowId = null, name, contacts }) => ({ workflow_id: workflowId, name, contacts })),
    clock_offset_ms: clockOffsetMs,
    error: error === undefined ? null : build(error).code,
  };
}

/** Does what its case says. */
class Host {
  fed = 0;
  length = 0;
  calls = [];

  constructor({ client, config, contacts, suppress, head, journal }) {
    const { app_key: appKey, app_secret: appSecret, base_url: baseUrl = BASE_URL } = client;
    this.baseUrl = baseUrl;
    this.people = contacts;
    this.machine = native.enter((module) => {
      const app = { ...APP, baseUrl, ...(appKey && { appKey }), ...(appSecret && { appSecret }) };
      return new module.Campaign(new module.Session(app), settings(config));
    });
    this.suppress(suppress);
    if (head) assertCode(head.error, () => this.machine.resumeHead(Buffer.from(head.text)));
    if (journal) {
      const good = assertCode(journal.error, () => this.machine.resume(Buffer.from(journal.text)));
      assert.equal(good ?? null, journal.kept);
      this.length = good ?? 0;
    }
  }

  suppress({ numbers, case_ids: caseIds }) {
    this.machine.suppress(numbers.join("\n"));
    this.machine.suppressCaseIds(caseIds.join("\n"));
  }

  poll(at, kind) {
    const step = native.enter(() => this.machine.poll(at, this.monotonic));
    assert.equal(step?.kind, kind, JSON.stringify(step));
    return step;
  }

  journal({ at }, expected) {
    const { lines, at: length } = this.poll(at, "journal");
    assert.equal(length, this.length);
    this.length += Buffer.byteLength(lines);
    const written = lines.split(/(?<=\n)/);
    assert.equal(written.length, expected.length, lines);
    for (const [index, line] of written.entries()) assertLine(line, expected[index]);
    this.machine.journalWritten();
  }

  contacts({ at }, { want, feed, error }) {
    assert.equal(this.poll(at, "contacts").want, want);
    const contacts = JSON.stringify(this.people.slice(this.fed, this.fed + feed));
    this.fed += feed;
    assertCode(error, () => (feed === 0 ? this.machine.endOfContacts() : this.machine.feed(contacts)));
  }

  screen({ at }, { contacts, ...suppress }) {
    const expected = contacts.map((position) => this.people[position]);
    assert.deepEqual(JSON.parse(this.poll(at, "screen").contacts), expected);
    this.suppress(suppress);
    this.machine.screened();
  }

  send({ at, call }, { method, path, token, body }) {
    if (call === this.calls.length) this.calls.push(this.poll(at, "call"));
    const request = this.calls[call].call.poll(at, REQUESTS);
    assert.deepEqual([request.method, request.url], [method, this.baseUrl + path]);
    const [, given = null] = request.headers.find(([name]) => name === "Authorization") ?? [];
    assert.equal(given, token && `Token ${token}`);
    assert.deepEqual(JSON.parse(Buffer.from(request.body)), body);
  }

  answer({ at, call }, { status, headers, body }) {
    this.calls[call].call.onResponse(at, status, fieldText(headers), Buffer.from(body));
  }

  fail({ at, call }, how) {
    this.calls[call].call.onFailure(at, how, "");
  }

  ends({ at, call }) {
    const { id, call: machine } = this.calls[call];
    assert.equal(machine.poll(at, REQUESTS), undefined);
    this.machine.onResult(id, at, this.monotonic, machine);
  }

  wait({ at }, { phase, from, until }) {
    const given = this.poll(at, "wait").untilMs ?? null;
    assert.equal(this.machine.progress().phase, phase);
    const isBetween = given !== null && given >= from && given <= until;
    assert.ok(until === null ? given === null : isBetween, `${given}: from ${from} to ${until}`);
  }

  stop() {
    this.machine.giveUp();
  }

  refuses({ at }, error) {
    assertCode(error, () => this.machine.poll(at, this.monotonic));
  }

  done({ at }, report) {
    this.poll(at, undefined);
    assert.deepEqual(shown(this.machine.report()), report);
  }
}

const { cases, count } = vectors("campaign");
for (const { id, about, steps, ...given } of cases) {
  test(`${id}: ${about}`, () => {
    const host = new Host(given);
    for (const { at, monotonic = at, call, ...what } of steps) {
      host.monotonic = monotonic;
      const [[kind, expected]] = Object.entries(what);
      host[kind]({ at, call }, expected);
    }
  });
}

test("as many cases as in every language", () => assert.equal(cases.length, count));
