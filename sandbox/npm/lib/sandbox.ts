/** A running sandbox, and what it can be asked and told. */
import { request } from "node:http";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import type { Client, ClientOptions, Webhooks, WebhooksOptions } from "airudder";
import { Program } from "./process.js";
import { checked, SandboxError, type SandboxSettings } from "./settings.js";

/** What can go wrong; `Sandbox.fault` orders it. */
export type FaultKind =
  | "delay"
  | "reset_before"
  | "reset_after"
  | "status"
  | "unauthorized"
  | "refuse_after_part"
  | "proxy_403"
  | "interim"
  | "lag"
  | "truncate"
  | "tamper"
  | "redeliver"
  | "tamper_signature";

/** How a fault strikes. */
export interface FaultOptions {
  /** The operation, for instance `workflow.upload_details`; the event for `redeliver` and `tamper_signature`: all. */
  operation?: string | undefined;
  /** The probability, 0 to 1: it always happens. */
  probability?: number | undefined;
  /** The largest number of times: any. */
  times?: number | undefined;
  /** The HTTP status of `status` (503), `refuse_after_part` (400), `proxy_403` (403) and `interim` (103). */
  status?: number | undefined;
  /** The `Retry-After` of `status`. */
  retryAfter?: string | undefined;
  /** The time that `delay` and `lag` take, in milliseconds. */
  delayMs?: number | undefined;
  /** Lets `status` and `proxy_403` come after the request was carried out: false. */
  after?: boolean | undefined;
  /** The part of an upload that `refuse_after_part` takes, 0 to 1: 0.5. */
  part?: number | undefined;
}

/** A fault that is ordered, with what is left of its `times`. */
export interface Fault {
  fault: FaultKind;
  operation: string;
  [field: string]: unknown;
}

/** A contact that was uploaded. */
export interface SandboxContact {
  callee: string;
  caseid: string | null;
  workflow_id?: string;
  state?: string;
  /** The number of times, of duplicates. */
  count?: number;
}

/** The counts. */
export interface SandboxStats {
  contacts: { accepted: number; distinct: number; duplicates: number; waiting: number };
  workflows: number;
  /** By operation. */
  requests: Record<string, number>;
  events: { created: number; delivered: number; pending: number; given_up: number; retried: number } & Record<
    string,
    number
  >;
  /** By kind. */
  faults: Record<string, number>;
  paused: boolean;
}

/** A delivery of an event, as AI Rudder might send it. */
export interface Delivery {
  /** The body, encrypted if the sandbox encrypts events. */
  body: string;
  /** The header fields, with the signature. */
  headers: Record<string, string>;
}

const PAGE = 10_000;

/**
 * Starts a sandbox on a free port. It stops by `stop`, by `await using`, or with this program.
 *
 * @throws SandboxError It did not start; the text is what it wrote.
 */
export async function startSandbox(settings: SandboxSettings = {}): Promise<Sandbox> {
  const sandbox = new Sandbox(settings);
  await sandbox.start();
  return sandbox;
}

/** A sandbox; `startSandbox` starts one. */
export class Sandbox {
  readonly #settings: SandboxSettings;
  #program: Program | undefined;

  /** @internal */
  constructor(settings: SandboxSettings) {
    this.#settings = checked(settings);
  }

  /** @internal */
  async start(): Promise<void> {
    this.#program = await Program.start(this.#settings);
  }

  /** The base URL for clients. */
  get url(): string {
    if (this.#program === undefined) {
      throw new SandboxError("the sandbox is not running: that of useSandbox runs within tests and beforeEach alone");
    }
    return this.#program.url;
  }

  /** Makes a client of this sandbox, with credentials that fit; the package `airudder` must be installed. */
  client(options: ClientOptions = {}): Client {
    const own = this.#settings;
    return new (airudder().Client)({
      baseUrl: this.url,
      appKey: own.appKey ?? "fake-app-key",
      appSecret: own.appSecret ?? "fake-app-secret",
      encryptionKey: own.encryptionKey,
      signKey: own.signKey ?? "fake-sign-key",
      signSecret: own.signSecret ?? "fake-sign-secret",
      signScheme: own.signScheme,
      ...options,
    });
  }

  /** Makes what verifies and reads the events of this sandbox; the package `airudder` must be installed. */
  webhooks(options: WebhooksOptions = {}): Webhooks {
    const own = this.#settings;
    const fitting: WebhooksOptions = { scheme: own.signScheme, signKey: own.signKey };
    if (own.signSecret) {
      fitting.secret = own.signSecret;
    } else {
      fitting.requireSignature = false;
    }
    const sealed = own.encryptEvents ? { encryptionKey: own.encryptionKey, cipher: own.eventCipher } : {};
    return new (airudder().Webhooks)({ ...fitting, ...sealed, ...options });
  }

  /** Orders a fault, beside those that are ordered already. */
  async fault(kind: FaultKind, options: FaultOptions = {}): Promise<void> {
    const { operation = "*", retryAfter, delayMs, ...same } = options;
    const rule = { fault: kind, operation, retry_after: retryAfter, delay_ms: delayMs, ...same };
    await this.#tell("faults", [...(await this.faults()), rule]);
  }

  /** Lists the faults that are ordered. */
  faults(): Promise<Fault[]> {
    return this.#control("faults");
  }

  /** Lets nothing go wrong any more. */
  async clearFaults(): Promise<void> {
    await this.#tell("faults", []);
  }

  /** Sends events to this URL of this machine from now on; `null`: to nobody, and those that wait go on waiting. */
  async deliverTo(url: string | null): Promise<void> {
    await this.#tell("webhook", { url });
  }

  /** Sends an event, for instance `workflow.call.finished`, to where events go; without a body, an example's. */
  async send(type: string, body?: object): Promise<void> {
    await this.#tell("events", { type, body });
  }

  /** Makes a delivery of an event, signed and encrypted as the sandbox would send it; without a body, an example's. */
  async signed(type: string, body?: object): Promise<Delivery> {
    return (await this.#tell("sign", { type, body })) as Delivery;
  }

  /**
   * Waits until every contact was called, and every event is delivered or given up.
   *
   * @throws SandboxError That is not so within the time, for instance because a receiver does not answer 200.
   */
  async waitUntilIdle(timeoutMs = 10_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { contacts, events } = await this.stats();
      if (contacts.waiting === 0 && events.pending === 0) {
        return;
      }
      if (performance.now() > deadline) {
        const late = `after ${timeoutMs} ms, ${contacts.waiting} contacts wait for their call and ${events.pending} events for a 200`;
        throw new SandboxError(`${late}: is the sandbox paused, or is retryDelay (a minute) too long?`);
      }
      await setTimeout(10);
    }
  }

  /** Lists the contacts that were uploaded, in their order. */
  contacts(): Promise<SandboxContact[]> {
    return this.#pages("");
  }

  /** Lists those who were uploaded more than once: the same `caseid`, or, without one, the same number. */
  duplicates(): Promise<SandboxContact[]> {
    return this.#pages("duplicates=1&");
  }

  async #pages(query: string): Promise<SandboxContact[]> {
    const rows: SandboxContact[] = [];
    for (;;) {
      const name = `contacts?${query}limit=${PAGE}&offset=${rows.length}`;
      const page = await this.#control<{ total: number; contacts: SandboxContact[] }>(name);
      rows.push(...page.contacts);
      if (page.contacts.length === 0 || rows.length >= page.total) {
        return rows;
      }
    }
  }

  /** Counts contacts, workflows, requests, events and faults. */
  stats(): Promise<SandboxStats> {
    return this.#control("stats");
  }

  /** Calls nobody until `resume`. */
  async pause(): Promise<void> {
    await this.#tell("pause");
  }

  /** Goes on calling. */
  async resume(): Promise<void> {
    await this.#tell("resume");
  }

  /** Makes all tokens invalid. */
  async expireTokens(): Promise<void> {
    await this.#tell("expire-tokens");
  }

  /** Sets the service's clock so many seconds ahead of this machine's; negative: behind. */
  async setClock(offsetSeconds: number): Promise<void> {
    await this.#tell("clock", { offset_seconds: offsetSeconds });
  }

  /** Sets the status of a workflow; one that ended takes and calls nobody. */
  async setWorkflowStatus(workflowId: string, status: "running" | "finished" | "cancelled"): Promise<void> {
    await this.#tell("workflow-status", { workflow_id: workflowId, status });
  }

  /** Forgets everything but the settings. */
  async reset(): Promise<void> {
    await this.#tell("reset");
  }

  /** Stops it. What comes after is a `SandboxError`; to stop twice does nothing. */
  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #tell(name: string, body: object = {}): Promise<unknown> {
    return this.#control(name, JSON.stringify(body));
  }

  async #control<T>(name: string, body?: string): Promise<T> {
    let answer: { status: number; text: string };
    try {
      answer = await ask(`${this.url}/_sandbox/${name}`, body);
    } catch (error) {
      if (error instanceof SandboxError) {
        throw error;
      }
      const why = this.#program?.isRunning ? "does not answer" : `has stopped. ${this.#program?.said}`.trim();
      throw new SandboxError(`the sandbox at ${this.url} ${why}`, { cause: error });
    }
    const found = JSON.parse(answer.text);
    if (answer.status !== 200) {
      throw new SandboxError(found.error);
    }
    return found;
  }
}

/** Sends one request, by a connection of its own and no proxy; whatever replaces the global `fetch` does not see it. */
function ask(url: string, body: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    const method = body === undefined ? "GET" : "POST";
    const sent = request(url, { method, headers, agent: false, timeout: 60_000 }, async (response) => {
      try {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) {
          text += chunk;
        }
        resolve({ status: response.statusCode ?? 0, text });
      } catch (error) {
        reject(error);
      }
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The package `airudder`, which is the same for `require` and `import`. */
function airudder(): typeof import("airudder") {
  try {
    return createRequire(import.meta.url)("airudder");
  } catch (error) {
    throw new SandboxError("the package airudder is not installed: npm install airudder", { cause: error });
  }
}
