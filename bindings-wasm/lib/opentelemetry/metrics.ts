/** Metrics of a client's work. */
import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";
import type { RequestEvent, ResponseEvent } from "../observe/events.js";
import type { Progress } from "../runtime/report.js";

/** The bounds that the semantic conventions give for this histogram, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const STATES = ["accepted", "rejected", "doubtful"] as const;

export class Instruments {
  readonly #duration: Histogram;
  readonly #calls: Counter;
  readonly #retries: Counter;
  readonly #contacts: UpDownCounter;
  /** What was counted of each campaign. */
  readonly #counted = new WeakMap<object, Progress>();

  constructor(meter: Meter) {
    this.#duration = meter.createHistogram("http.client.request.duration", {
      description: "Duration of HTTP client requests.",
      unit: "s",
      advice: { explicitBucketBoundaries: BOUNDS },
    });
    this.#calls = meter.createCounter("airudder.client.calls", {
      description: "Calls that have ended.",
      unit: "{call}",
    });
    this.#retries = meter.createCounter("airudder.client.retries", {
      description: "Requests that were sent again.",
      unit: "{retry}",
    });
    this.#contacts = meter.createUpDownCounter("airudder.campaign.contacts", {
      description: "Contacts of the campaigns of this process by their state, those of earlier runs included.",
      unit: "{contact}",
    });
  }

  request(request: RequestEvent, response: ResponseEvent): void {
    this.#duration.record(response.milliseconds / 1000, { ...target(request), ...outcome(response) });
  }

  call(operation: string, error: string | undefined): void {
    this.#calls.add(1, { "airudder.operation": operation, ...(error !== undefined && { "error.type": error }) });
  }

  retry(operation: string, reason: string): void {
    this.#retries.add(1, { "airudder.operation": operation, "error.type": reason });
  }

  /** A doubtful contact becomes an accepted one, so the numbers go up and down. */
  progress(campaign: { name: string }, progress: Progress): void {
    const before = this.#counted.get(campaign);
    for (const state of STATES) {
      const more = progress[state] - (before?.[state] ?? 0);
      if (more !== 0) {
        this.#contacts.add(more, { "airudder.campaign.name": campaign.name, "airudder.contact.state": state });
      }
    }
    this.#counted.set(campaign, progress);
  }
}

/** The method, and the server. */
export function target({ method, url }: RequestEvent): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return {
    "http.request.method": method,
    "server.address": hostname.replace(/^\[|\]$/g, ""),
    "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
  };
}

/** The status, and what went wrong. By the semantic conventions that is the status again, where it says so. */
export function outcome({ status, error }: ResponseEvent): Attributes {
  return {
    ...(status !== undefined && { "http.response.status_code": status }),
    ...(error !== undefined && { "error.type": error }),
  };
}
