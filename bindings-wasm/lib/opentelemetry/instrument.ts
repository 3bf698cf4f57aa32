/** Spans of a client's work. */
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type MeterProvider,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { Client } from "../call/client.js";
import type { RequestEvent, ResponseEvent } from "../observe/events.js";
import { INSTRUMENT, type Instrumentation } from "../observe/observer.js";
import { AirudderError } from "../runtime/errors.js";
import { fault } from "../runtime/native.js";
import { FLAG, OBJECT, settings } from "../runtime/settings.js";
import { Instruments, outcome, target } from "./metrics.js";

const NAME = "airudder";

/** Settings of the spans and metrics of a client. */
export interface TelemetryOptions {
  /** Makes the spans; absent: the global one of `@opentelemetry/api`. */
  tracerProvider?: TracerProvider | undefined;
  /** Makes the metrics; absent: the global one. */
  meterProvider?: MeterProvider | undefined;
  /** Sends the trace context (`traceparent`) to the API's host with each request: false. */
  propagate?: boolean | undefined;
}

const TELEMETRY = { tracerProvider: OBJECT, meterProvider: OBJECT, propagate: FLAG };

/** What OpenTelemetry's instrumentations of `fetch` and `http` heed: an attempt has its span already. */
const SUPPRESSED = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/**
 * Has a client make spans and metrics. Nothing in them is secret or personal.
 *
 * A call is a span named for its operation, each request of it a span of kind client below it, and a campaign the span
 * above its calls; it or the call is a child of the span that is active where it is begun. Inside an attempt other
 * instrumentations make no spans, and send no trace context.
 *
 * @returns Ends it.
 *
 * @example
 * import { instrument } from "airudder/opentelemetry";
 * instrument(client);
 */
export function instrument(client: Client, options: TelemetryOptions = {}): () => void {
  const { tracerProvider = trace, meterProvider = metrics, propagate = false } = settings(options, TELEMETRY);
  const own = (client as Partial<Client> | undefined)?.[INSTRUMENT];
  if (own === undefined) {
    throw fault(1001, "instrument takes a Client", "/client");
  }
  return own.call(client, telemetry(tracerProvider, meterProvider, propagate));
}

function telemetry(
  tracerProvider: Pick<TracerProvider, "getTracer">,
  meterProvider: Pick<MeterProvider, "getMeter">,
  propagate: boolean,
): Instrumentation {
  const tracer = tracerProvider.getTracer(NAME);
  const instruments = new Instruments(meterProvider.getMeter(NAME));
  /** The contexts with the spans of campaigns and calls: they are handed on even where no context manager does it. */
  const contexts = new WeakMap<object, Context>();
  const contextOf = (parent: object | undefined) => (parent && contexts.get(parent)) ?? context.active();

  /** Runs within a span, which ends with it. */
  async function within<Result>(
    of: object,
    [name, kind, attributes, parent]: [name: string, kind: SpanKind, attributes: Attributes, parent: Context],
    run: (span: Span, inner: Context) => Promise<Result>,
  ): Promise<Result> {
    const span = tracer.startSpan(name, { kind, attributes }, parent);
    const inner = trace.setSpan(parent, span);
    contexts.set(of, inner);
    try {
      return await context.with(inner, () => run(span, inner));
    } catch (error) {
      failed(span, typeOf(error));
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    campaign(campaign, run) {
      const attributes = { "airudder.campaign.name": campaign.name };
      return within(campaign, ["airudder.campaign", SpanKind.INTERNAL, attributes, context.active()], run);
    },
    progress(campaign, progress) {
      instruments.progress(campaign, progress);
    },
    call(call, run) {
      const attributes = { "airudder.call_id": call.callId, ...operation(call.operation) };
      const name = call.operation ?? "airudder.call";
      return within(call, [name, SpanKind.INTERNAL, attributes, contextOf(call.campaign)], async (span) => {
        let error: string | undefined;
        try {
          const last = await run();
          if (last !== undefined) {
            span.setAttributes(envelope(last));
          }
          // What a campaign does about it is another matter: the call is no success.
          if (call.campaign !== undefined && last?.error !== undefined) {
            error = last.error;
            failed(span, error);
          }
        } catch (thrown) {
          error = typeOf(thrown);
          throw thrown;
        } finally {
          instruments.call(call.operation ?? "", error);
        }
      });
    },
    attempt(call, request, headers, run) {
      const parent = contextOf(call);
      if (call.campaign !== undefined) {
        trace.getSpan(parent)?.updateName(request.operation).setAttributes(operation(request.operation));
      }
      return within(request, [request.method, SpanKind.CLIENT, attempted(request), parent], async (span, inner) => {
        if (propagate) {
          propagation.inject(inner, headers, { set: (fields, name, value) => fields.push([name, value]) });
        }
        const response = await context.with(inner.setValue(SUPPRESSED, true), run);
        span.setAttributes({ ...outcome(response), ...envelope(response) });
        if (response.error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        instruments.request(request, response);
      });
    },
    retry(call, reason) {
      instruments.retry(call.operation ?? "", reason);
    },
  };
}

function operation(name: string | undefined): Attributes {
  return name === undefined ? {} : { "airudder.operation": name };
}

function attempted(request: RequestEvent): Attributes {
  return {
    ...target(request),
    ...operation(request.operation),
    "url.full": request.url,
    "airudder.call_id": request.callId,
    ...(request.attempt > 1 && { "http.request.resend_count": request.attempt - 1 }),
  };
}

function envelope({ apiCode, requestId }: ResponseEvent): Attributes {
  return {
    ...(apiCode !== undefined && { "airudder.api_code": apiCode }),
    ...(requestId !== undefined && { "airudder.request_id": requestId }),
  };
}

/** Only the code of an error: its message may quote what the API said of a contact. */
function typeOf(error: unknown): string {
  return error instanceof AirudderError ? error.code : String(Object(error).name ?? typeof error);
}

function failed(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
