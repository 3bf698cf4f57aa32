// Everything that is told of a client's and a receiver's work is searched for every secret and personal datum used.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { instrument } from "../dist/opentelemetry.mjs";
import { airudder, Sandbox } from "./support.mjs";

const { Client, Webhooks } = airudder;

const SECRETS = {
  appKey: "fake-app-key-5d1c",
  appSecret: "fake-app-secret-77ab",
  encryptionKey: "fake-key-16-b-9f",
  signKey: "fake-sign-key-30c2",
  signSecret: "fake-sign-secret-b815",
};
const HOOK = "fake-hook-secret-e1e1";
const OWN_HEADER = "fake-own-header-4711";
const PEOPLE = Array.from({ length: 60 }, (_, index) => ({
  callee: `+62000${String(73_190_000 + index)}`,
  platform: "TEMP1",
  caseid: `person-case-${index}-xq`,
  variables: { customer_name: `Fake Name ${index} Zz`, debt: `fake-debt-${index}-kk` },
}));
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const WINDOW = { start_time: "2020-01-01 00:00:00+08:00", end_time: "2099-01-01 00:00:00+08:00" };

/** What must be nowhere: whole, and a number without its plus. The token is learned from the API's answers. */
const needles = new Set([
  ...Object.values(SECRETS),
  HOOK,
  OWN_HEADER,
  ...PEOPLE.flatMap(({ callee, caseid, variables }) => [callee.slice(1), caseid, ...Object.values(variables)]),
]);

/** All that was told, by where. */
const told = {};
const tell = (where, ...what) => {
  told[where] ??= [];
  told[where].push(what.map(shown).join(" "));
};
const shown = (value) =>
  typeof value === "string"
    ? value
    : inspect(value, { depth: 30, showHidden: true, maxArrayLength: null }) + text(value);

/** As JSON, where it can be written; an error's message and stack are in neither by themselves. */
function text(value) {
  const error = value instanceof Error ? `${value.message} ${value.stack}` : "";
  try {
    return `${error} ${JSON.stringify(value)}`;
  } catch {
    return error;
  }
}

/** Where which of them is found. */
function findings(places) {
  return Object.entries(places).flatMap(([where, lines]) =>
    [...needles].filter((needle) => lines.some((line) => line.includes(needle))).map((needle) => `${where}: ${needle}`),
  );
}

const spans = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
const meterProvider = new MeterProvider({ readers: [reader] });

/** A client all of whose words are kept. */
function client(sandbox, more) {
  const to = (level) => (fields, line) => tell(`log.${level}`, fields, line);
  const logger = { debug: to("debug"), info: to("info"), warn: to("warn"), error: to("error") };
  const learning = async (url, init) => {
    for (const [name, value] of init.headers) {
      if (name.toLowerCase() === "authorization") needles.add(value.split(" ")[1]);
    }
    return fetch(url, init);
  };
  const one = new Client({ ...SECRETS, baseUrl: sandbox.url, fetch: learning, logger, ...more });
  for (const name of ["request", "response", "retry", "wait", "phase"]) {
    one.on(name, (event) => tell(`event.${name}`, event));
    one.on(name, () => {
      throw new Error(`a listener of ${name}`);
    });
  }
  instrument(one, { tracerProvider, meterProvider });
  return one;
}

const failed = (where, promise) =>
  promise.then(
    () => assert.fail("it should fail"),
    (error) => tell(where, error),
  );

async function calls(sandbox) {
  const one = client(sandbox);
  const details = PEOPLE.slice(0, 3);
  const { workflow_id } = await one.workflow.createInstance(WORKFLOW);
  await one.workflow.uploadDetails({ workflow_id, details }, { headers: { "X-Own": OWN_HEADER } });
  await one.workflow.detailInstances({ case_id: PEOPLE[0].caseid, ...WINDOW });
  const [{ callee }] = PEOPLE;
  await one.tasks.recording({ TaskID: "t", Callee: callee }).catch((error) => tell("error", error));
  // A query is encrypted where there is a key, and only then.
  for (const each of [one, client(sandbox, { encryptionKey: undefined })]) {
    const query = { phone: callee };
    await each.request("GET", "/service/cloud/robot", { query }).catch((error) => tell("error", error));
  }
  await failed("error", one.workflow.uploadDetails({ workflow_id: "none", details }));
  await failed("error", one.workflow.uploadDetails({ workflow_id, details: [{ ...details[0], platform: 7 }] }));
  const faults = [
    { fault: "status", status: 503 },
    { fault: "status", status: 429 },
    { fault: "reset_before" },
    { fault: "reset_after" },
  ];
  for (const fault of faults) {
    await sandbox.control("faults", [{ operation: "workflow.upload_details", ...fault }]);
    await failed("error", one.workflow.uploadDetails({ workflow_id, details }, { maxRetries: 1, timeoutMs: 500 }));
  }
  await sandbox.control("faults", [{ operation: "workflow.detail_instances", fault: "status", status: 500 }]);
  const lookUp = { case_id: PEOPLE[0].caseid, ...WINDOW };
  await failed("error", one.workflow.detailInstances(lookUp, { maxRetries: 1 }));
  await sandbox.control("faults", []);
  // A fetch that quotes all that it was to send.
  const quoting = async (url, init) => {
    throw new Error(`cannot send ${JSON.stringify(init.headers)} to ${url}`);
  };
  await failed("error", client(sandbox, { fetch: quoting, maxRetries: 0 }).robots.list());
}

async function campaign(sandbox) {
  let lines = "";
  const journal = {
    read: () => lines,
    append: (more) => {
      lines += more;
    },
  };
  await sandbox.control("faults", [
    { operation: "workflow.upload_details", fault: "reset_before", times: 1 },
    { operation: "workflow.upload_details", fault: "status", status: 503, times: 1 },
    { operation: "workflow.detail_instances", fault: "status", status: 500, times: 2 },
  ]);
  const one = client(sandbox, { requestsPerSecond: 200 });
  const contacts = PEOPLE.slice(3); // the others are in a workflow already
  const given = { ...WORKFLOW, contacts, journal, batchSize: 10, inFlight: 2, settleMs: 50 };
  const report = await one.campaigns.run(given);
  assert.equal(report.accepted, contacts.length);
  tell("journal", lines);
  await sandbox.control("faults", [{ operation: "workflow.create_instance", fault: "status", status: 403 }]);
  const stopped = { ...given, name: "august", journal: { read: () => "", append() {} } };
  const error = await one.campaigns.run(stopped).catch((error) => error);
  delete error.report; // the contacts of a report have case ids, which is what it is for
  tell("error", error);
  await sandbox.control("faults", []);
}

async function webhooks() {
  const hooks = new Webhooks({ secret: HOOK, encryptionKey: SECRETS.encryptionKey });
  const body = JSON.stringify({ event: "brand.new", callee: PEOPLE[0].callee, case_id: PEOPLE[0].caseid });
  const { headers, body: sealed } = hooks.seal(body);
  const deliveries = [
    [headers, sealed],
    [{ ...headers, "x-airudder-sign": "0".repeat(64) }, sealed],
    [{}, body],
    [hooks.sign(body), body],
    [headers, sealed.subarray(1)],
    [hooks.sign(`${body}}`), `${body}}`],
  ];
  const statuses = new Set();
  for (const listener of [undefined, () => Promise.reject(new Error("the listener's own"))]) {
    const handler = hooks.fetchHandler(listener);
    for (const [headers, body] of deliveries) {
      const answer = await handler(new Request("http://127.0.0.1/", { method: "POST", headers, body }));
      statuses.add(answer.status);
      tell("webhooks", await answer.text(), hooks);
    }
  }
  assert.deepEqual([...statuses].sort(), [400, 500]);
}

let sandbox;
before(async () => {
  sandbox = await Sandbox.start("--encryption-key", SECRETS.encryptionKey);
});
after(() => sandbox.stop());

test("no event, log line, span, metric or error has a secret or a personal datum", async (context) => {
  for (const level of ["debug", "info", "log", "warn", "error"]) {
    context.mock.method(console, level, (...given) => tell("console", ...given));
  }
  await calls(sandbox);
  await campaign(sandbox);
  await webhooks();
  process.env.AIRUDDER_LOG = "debug";
  await Client.fromEnv({ ...SECRETS, baseUrl: sandbox.url }).robots.list();
  delete process.env.AIRUDDER_LOG;
  for (const span of spans.getFinishedSpans()) {
    const { name, attributes, events, status, links } = span;
    tell("span", { name, attributes, events, status, links });
  }
  await reader.forceFlush();
  tell("metric", metrics.getMetrics());
  await meterProvider.shutdown();
  context.mock.restoreAll();

  const kinds = ["request", "response", "retry", "wait", "phase"].map((name) => `event.${name}`);
  const places = [
    ...kinds,
    "log.debug",
    "log.info",
    "log.warn",
    "log.error",
    "console",
    "error",
    "span",
    "metric",
    "webhooks",
  ];
  for (const where of places) assert.ok(told[where]?.length > 0, `nothing was told: ${where}`);
  const token = [...needles].at(-1);
  assert.ok(token.length >= 8 && !Object.values(SECRETS).includes(token), "no token was seen");
  assert.deepEqual(findings(told), []);

  // The search would find each of them, in each form in which things are told.
  for (const where of Object.keys(told)) {
    for (const needle of needles) {
      for (const planted of [
        `a text ${needle}`,
        { deep: { field: [needle] } },
        new Error(needle),
        new Map([[needle, 1]]),
      ]) {
        assert.deepEqual(
          findings({ [where]: [shown(planted)] })
            .at(-1)
            ?.split(": ")[0],
          where,
        );
      }
    }
  }
});
