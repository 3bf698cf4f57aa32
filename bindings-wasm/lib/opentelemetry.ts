/** Spans and metrics of OpenTelemetry, by its package `@opentelemetry/api`, to be installed beside this one. */
export { instrument, type TelemetryOptions } from "./opentelemetry/instrument.js";
