// Spans and metrics, with the types of OpenTelemetry.
import { metrics, trace } from "@opentelemetry/api";
import { Client } from "airudder";
import { instrument } from "airudder/opentelemetry";

const client = new Client({ appKey: "k", appSecret: "s" });
const stop: () => void = instrument(client);
instrument(client, { tracerProvider: trace.getTracerProvider(), meterProvider: metrics.getMeterProvider() });
instrument(client, { propagate: true });
// @ts-expect-error a setting that there is not
instrument(client, { tracer: trace.getTracer("t") });
// @ts-expect-error no client
instrument({});
stop();
