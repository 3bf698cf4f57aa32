// Spans and metrics, by OpenTelemetry's own SDK: what is below what, and what they say.
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import * as opentelemetry from "../dist/opentelemetry.mjs";
import { APP, airudder, canned, contacts, http, Sandbox, serve, TOKEN } from "./support.mjs";

const { Client, ValidationError } = airudder;
const { instrument } = opentelemetry;

const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const CREATED = '{"code":200,"request_id":"r-1","data":{"workflow_id":"w-1"}}';

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = tracerProvider.getTracer("the program");
const manager = new AsyncLocalStorageContextManager();
context.setGlobalContextManager(manager.enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const undici = new UndiciInstrumentation();
undici.setTracerProvider(tracerProvider);
undici.enable();
beforeEach(() => exporter.reset());
after(() => {
  undici.disable();
  manager.disable();
});

/** A client with spans, and metrics that can be read. */
function watched(options, more) {
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const client = new Client({ ...APP, ...options });
  const stop = instrument(client, { tracerProvider, meterProvider, ...more });
  const read = async () => {
    await reader.forceFlush();
    const all = metrics
      .getMetrics()
      .at(-1)
      .scopeMetrics.flatMap((scope) => scope.metrics);
    await meterProvider.shutdown();
    return Object.fromEntries(all.map(({ descriptor, dataPoints }) => [descriptor.name, { descriptor, dataPoints }]));
  };
  return { client, read, stop };
}

/** The spans below this one, in the order of their start; those of the program itself where it is absent. */
function below(parent) {
  const id = parent?.spanContext().spanId;
  return exporter.getFinishedSpans().filter((span) => span.parentSpanContext?.spanId === id);
}

/** Runs within a span of the program. */
const inside = (name, run) =>
  tracer.startActiveSpan(name, async (span) => {
    try {
      return await run(span);
    } finally {
      span.end();
    }
  });

test("attempts are below their call, and that is below the program's span", async () => {
  const { fetch } = canned(
    { body: TOKEN },
    { status: 503, headers: [["Retry-After", "0"]], body: '{"code":503}' },
    { body: CREATED },
  );
  const { client, read } = watched({ baseUrl: "https://api.example:8443", fetch });
  await inside("order", () => setTimeout(1).then(() => client.workflow.createInstance(WORKFLOW)));
  const [order] = below(undefined);
  const [call, ...none] = below(order);
  assert.deepEqual([order.name, call.name, none], ["order", "workflow.create_instance", []]);
  assert.deepEqual([call.kind, call.status.code], [SpanKind.INTERNAL, SpanStatusCode.UNSET]);
  const callId = call.attributes["airudder.call_id"];
  assert.match(callId, /^[0-9a-f]{16}$/);
  assert.deepEqual(call.attributes, {
    "airudder.call_id": callId,
    "airudder.operation": "workflow.create_instance",
    "airudder.api_code": 200,
    "airudder.request_id": "r-1",
  });
  const server = { "http.request.method": "POST", "server.address": "api.example", "server.port": 8443 };
  const [token, first, second] = below(call);
  for (const span of [token, first, second]) assert.deepEqual([span.name, span.kind], ["POST", SpanKind.CLIENT]);
  assert.equal(token.attributes["airudder.operation"], "auth.token");
  assert.deepEqual(first.attributes, {
    ...server,
    "airudder.operation": "workflow.create_instance",
    "url.full": "https://api.example:8443/service/cloud/workflow/createinstance",
    "airudder.call_id": callId,
    "airudder.api_code": 503,
    "http.response.status_code": 503,
    "error.type": "E3003",
  });
  assert.equal(first.status.code, SpanStatusCode.ERROR);
  assert.equal(second.attributes["http.request.resend_count"], 1);
  assert.deepEqual([second.status.code, second.attributes["error.type"]], [SpanStatusCode.UNSET, undefined]);

  const metrics = await read();
  const { descriptor, dataPoints } = metrics["http.client.request.duration"];
  assert.equal(descriptor.unit, "s");
  assert.deepEqual(
    dataPoints.map(({ attributes, value }) => [attributes, value.count]),
    [
      [{ ...server, "http.response.status_code": 200 }, 2],
      [{ ...server, "http.response.status_code": 503, "error.type": "E3003" }, 1],
    ],
  );
  assert.ok(dataPoints.every(({ value }) => value.sum < 5));
  const [retries] = metrics["airudder.client.retries"].dataPoints;
  const reason = { "airudder.operation": "workflow.create_instance", "error.type": "E3003" };
  assert.deepEqual([retries.attributes, retries.value], [reason, 1]);
  const [calls] = metrics["airudder.client.calls"].dataPoints;
  assert.deepEqual([calls.attributes, calls.value], [{ "airudder.operation": "workflow.create_instance" }, 1]);
});

test("a call that fails says so by its code alone", async () => {
  const { client, read } = watched({ fetch: () => Promise.reject(new Error("+62000")), maxRetries: 0 });
  await assert.rejects(client.workflow.createInstance(WORKFLOW));
  await assert.rejects(client.workflow.createInstance({ ...WORKFLOW, name: 7 }), ValidationError);
  const calls = below(undefined);
  assert.deepEqual(
    calls.map(({ attributes, status }) => [attributes["error.type"], status]),
    [
      ["E7004", { code: SpanStatusCode.ERROR }],
      ["E1006", { code: SpanStatusCode.ERROR }],
    ],
  );
  assert.equal(below(calls[0])[0].attributes["error.type"], "E7004");
  const counted = (await read())["airudder.client.calls"].dataPoints;
  assert.deepEqual(counted.map(({ attributes, value }) => [attributes["error.type"], value]).sort(), [
    ["E1006", 1],
    ["E7004", 1],
  ]);
});

test("a campaign: calls that run at once are below it, each with its own attempts", async () => {
  const sandbox = await Sandbox.start();
  try {
    const { client, read } = watched({ baseUrl: sandbox.url });
    await sandbox.control("faults", [
      { operation: "workflow.upload_details", fault: "delay", delay_ms: 30 },
      { operation: "workflow.upload_details", fault: "reset_before", times: 1 },
    ]);
    exporter.reset(); // of the request to the sandbox
    const run = async (name) => {
      let text = "";
      const append = (lines) => {
        text += lines;
      };
      const journal = { read: () => text, append };
      const given = { ...WORKFLOW, name, contacts: contacts(500), journal, batchSize: 100, inFlight: 4, settleMs: 50 };
      return inside(name, () => setTimeout(1).then(() => client.campaigns.run(given)));
    };
    const [one, other] = await Promise.all([run("one"), run("other")]);
    assert.deepEqual([one.accepted, other.accepted], [500, 500]);
    const programs = below(undefined);
    assert.deepEqual(programs.map(({ name }) => name).sort(), ["one", "other"]);
    for (const program of programs) {
      const [campaign, ...none] = below(program);
      assert.deepEqual([campaign.name, none], ["airudder.campaign", []]);
      assert.equal(campaign.attributes["airudder.campaign.name"], program.name);
      const calls = below(campaign);
      assert.ok(calls.filter(({ name }) => name === "workflow.upload_details").length >= 5);
      for (const call of calls) {
        const attempts = below(call);
        if (call.name === "airudder.call") {
          assert.deepEqual(attempts, []); // it found that the other campaign had fetched the token
          continue;
        }
        assert.ok(attempts.length >= 1, call.name);
        const ids = attempts.map(({ attributes }) => attributes["airudder.call_id"]);
        assert.deepEqual([...new Set(ids)], [call.attributes["airudder.call_id"]]);
      }
    }
    const spans = exporter.getFinishedSpans();
    const known = new Set(spans.map((span) => span.spanContext().spanId));
    assert.ok(spans.every(({ parentSpanContext: parent }) => parent === undefined || known.has(parent.spanId)));
    const failed = spans.filter(({ name, status }) => name === "workflow.upload_details" && status.code === 2);
    assert.deepEqual(
      failed.map(({ attributes }) => attributes["error.type"]),
      ["E7003"],
    );
    const { dataPoints } = (await read())["airudder.campaign.contacts"];
    const states = dataPoints.map(({ attributes, value }) => [Object.values(attributes).join(), value]);
    const counts = Object.fromEntries(states);
    assert.deepEqual([counts["one,accepted"], counts["other,accepted"]], [500, 500]);
    assert.equal((counts["one,doubtful"] ?? 0) + (counts["other,doubtful"] ?? 0), 0);
  } finally {
    await sandbox.stop();
  }
});

test("without a context manager the spans are below each other all the same", async () => {
  context.disable();
  try {
    const { fetch } = canned({ body: TOKEN }, { body: CREATED });
    const { client } = watched({ fetch });
    await client.workflow.createInstance(WORKFLOW);
    const [call] = below(undefined);
    assert.equal(below(call).length, 2);
  } finally {
    context.setGlobalContextManager(manager);
  }
});

test("the API's host gets no trace context and fetch no second span, unless that is wanted", async () => {
  const heads = [];
  const server = await serve((socket, { head }) => {
    heads.push(head);
    socket.write(http("200 OK", CREATED));
  });
  try {
    const { client } = watched({ baseUrl: server.url });
    await inside("order", () => client.workflow.createInstance(WORKFLOW));
    assert.ok(!/traceparent/i.test(heads[0]), heads[0]);
    assert.deepEqual(
      exporter.getFinishedSpans().map(({ name }) => name),
      ["POST", "POST", "workflow.create_instance", "order"],
    );
    // That the instrumentation of fetch is there: it has a span for a request of the program's own.
    await inside("own", () => fetch(server.url));
    assert.match(heads[1], /traceparent/i);

    exporter.reset();
    const asked = watched({ baseUrl: server.url }, { propagate: true });
    await inside("order", () => asked.client.workflow.createInstance(WORKFLOW));
    const attempt = exporter
      .getFinishedSpans()
      .filter(({ name }) => name === "POST")
      .at(-1);
    const { traceId, spanId } = attempt.spanContext();
    assert.match(heads[2], new RegExp(`traceparent: 00-${traceId}-${spanId}-01`, "i"));
  } finally {
    server.close();
  }
});

test("a provider that is broken breaks no call, and sends nothing twice", async (context) => {
  const printed = context.mock.method(console, "error", () => {});
  const broken = () => {
    throw new Error("broken");
  };
  const span = { setAttributes: broken, setAttribute: broken, setStatus: broken, updateName: broken, end: broken };
  for (const startSpan of [broken, () => span]) {
    const { fetch, sent } = canned({ body: TOKEN }, { body: CREATED });
    const client = new Client({ ...APP, fetch });
    instrument(client, { tracerProvider: { getTracer: () => ({ startSpan }) } });
    assert.deepEqual(await client.workflow.createInstance(WORKFLOW), { workflow_id: "w-1" });
    assert.equal(sent.length, 2);
  }
  assert.equal(printed.mock.callCount(), 6);
  for (const { arguments: given } of printed.mock.calls) {
    assert.deepEqual([given[0].err.message, given[1]], ["broken", "an instrumentation of a client failed"]);
  }
});

test("it ends, and refuses what is no client", async () => {
  const { fetch } = canned({ body: TOKEN }, { body: CREATED });
  const { client, stop } = watched({ fetch });
  stop();
  await client.workflow.createInstance(WORKFLOW);
  assert.equal(exporter.getFinishedSpans().length, 0);
  for (const wrong of [undefined, {}, "client"]) assert.throws(() => instrument(wrong), ValidationError);
  assert.throws(() => instrument(client, { tracer: trace }), ValidationError);
});
