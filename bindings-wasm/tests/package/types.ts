// What the compiler has to say about programs: nothing to these, and an error where one is expected.
import {
  AirudderError,
  ApiError,
  type CallFinished,
  Client,
  crypto,
  type Detail,
  type Event,
  type EventOf,
  File,
  type HandlerOptions,
  JournalConflict,
  type KnownEvent,
  type Logger,
  OutcomeUnknown,
  type Report,
  type RingType,
  type Unverified,
  type ValidationError,
  type Verifier,
  type WebHeaders,
  Webhooks,
  type WorkflowStatus,
} from "airudder";
import { type Script, scripted } from "airudder/testing";

export async function calls(): Promise<void> {
  const client = new Client({ appKey: "k", appSecret: "s", timeoutMs: 1000 });
  const created = await client.workflow.createInstance(
    { workflow_template_id: 7, name: "n", end_time: "t" },
    { timeoutMs: 1 },
  );
  const id: string = created.workflow_id;
  const details: readonly Detail[] = [{ callee: "+62", platform: "P", variables: { any_key: "text" } }];
  await client.workflow.uploadDetails({ workflow_id: id, details });
  const { rows } = await client.call("workflow.detail_instances", { case_id: "c", start_time: "a", end_time: "b" });
  const status: WorkflowStatus | null | undefined = rows[0]?.status;
  void status;
  const recording = await client.tasks.recording({ TaskID: "t", Callee: "+62" });
  if (recording instanceof File) {
    const bytes: Uint8Array = await recording.bytes();
    void bytes;
  }
  client.prepare("workflow.upload_details", { workflow_id: id, details }).curl();

  await client.workflow.createInstance({ workflow_template_id: 9007199254740993n, name: "n", end_time: "t" });
  await client.sms.send({ to: ["+62"] as const, message: "m", from: "f" });

  // @ts-expect-error a field that there is not
  await client.workflow.createInstance({ workflow_template_id: 7, name: "n", end_time: "t", workflow_id: "w" });
  // @ts-expect-error a field that there is not, by name
  await client.call("workflow.detail_instances", { case_idd: "c", start_time: "a", end_time: "b" });
  // @ts-expect-error an operation that there is not: `request` is for those
  client.prepare("workflow.upload_detials", { workflow_id: id, details });
  // @ts-expect-error a required field is missing
  await client.workflow.createInstance({ name: "n", end_time: "t" });
  // @ts-expect-error a wrong type
  await client.workflow.uploadDetails({ workflow_id: 7, details });
  // @ts-expect-error variables are texts
  const numbers: Detail = { callee: "+62", platform: "P", variables: { n: 1 } };
  void numbers;
  // @ts-expect-error a setting that there is not
  new Client({ apiKey: "k" });
  // @ts-expect-error a field of a result that there is not
  void created.workflowId;
}

/** A number that comes may be a text, where it is too large. */
export function numbers(event: EventOf<"call.finished">): number {
  const duration = event.data.details?.[0]?.duration ?? 0;
  // @ts-expect-error it may be a text
  const seconds: number = duration;
  return seconds + Number(duration);
}

/** A count of a workflow's may be a text, too. */
export function counted(event: EventOf<"workflow.call.finished">): void {
  for (const { talk_round, ring_time } of event.data.details ?? []) {
    // @ts-expect-error it may be a text
    const rounds: number | null | undefined = talk_round;
    void [rounds, Number(ring_time ?? 0)];
  }
}

/** What wants a function that gives nothing takes no promise for it. */
export const nothing: ReturnType<ReturnType<Webhooks["nodeHandler"]>> = undefined;

export async function pushes(client: Client, event: Event): Promise<void> {
  const answer = await client.workflow.verifyPush(event, { timeoutMs: 1 });
  void answer;
  // @ts-expect-error no event
  await client.workflow.verifyPush("w-1");
}

/** What a client tells, and the response beside a result. */
export async function watched(client: Client): Promise<void> {
  const logger: Logger = {
    debug() {},
    info: (fields, text) => void [Object.keys(fields), text.length],
    warn() {},
    error() {},
  };
  const retried = ({ error, delayMs }: { error: string; delayMs: number }) => void [error, delayMs.toFixed()];
  new Client({ logger, dispatcher: {} })
    .on("retry", retried)
    .off("retry", retried)
    .on("response", async ({ status, error }) => void [status?.toFixed(), error?.length])
    .on("phase", ({ progress }) => progress.accepted.toFixed());
  // @ts-expect-error an event that there is not
  client.on("requests", () => {});
  // @ts-expect-error a field of another event
  client.on("request", ({ status }) => status);
  // @ts-expect-error a logger without `warn`
  new Client({ logger: { debug() {}, info() {}, error() {} } });
  const { data, response } = await client.workflow
    .createInstance({ workflow_template_id: 7, name: "n", end_time: "t" })
    .withResponse();
  const [id, status, date]: [string, number, string | undefined] = [
    data.workflow_id,
    response.status,
    response.headers.date,
  ];
  void [id, status, date, response.requestId?.length, response.attempts.toFixed(), response.callId.length];
  const raw = await client.request("GET", "/path").withResponse();
  void raw.response.status;
}

export function literals(): void {
  const known: RingType = "busy";
  const unknown: RingType = "an answer of next year";
  void [known, unknown];
  // @ts-expect-error a number is no ring type
  const number: RingType = 7;
  void number;
}

export function events(event: Event): string {
  switch (event.type) {
    case "call.finished": {
      const callee: string | null | undefined = event.data.details?.[0]?.callee;
      // @ts-expect-error a field of another event
      void event.data.workflow_name;
      return String(callee);
    }
    case "workflow.status.changed":
      // @ts-expect-error a field of another event
      void event.data.details;
      return event.dedupeKey;
    default: {
      if (!event.known) {
        const type: string = event.type;
        const data: Record<string, unknown> = event.data;
        return `${type} ${Object.keys(data).length}`;
      }
      return event.type;
    }
  }
}

/** The type of an unknown event is compared as any text, and its data stays what it is. */
export function unknownEvents(event: Event): boolean {
  if (event.known === false && event.type === "brand.new") {
    const field: unknown = event.data.a_field;
    // @ts-expect-error nothing is known of it
    void event.data.a_field.length;
    return field === 7;
  }
  if (!event.known) {
    switch (event.type) {
      case "brand.new":
        return event.data.a_field === 7;
      default:
        return event.type.startsWith("brand.");
    }
  }
  // @ts-expect-error a known event is of another type
  return event.type === "brand.new";
}

/** The type alone is enough to hand an event, or its data, on. */
export function dispatched(event: Event): void {
  const onCall = (call: EventOf<"call.finished">) => void call.data.details;
  const onData = (data: CallFinished) => void data.details;
  const onKnown = (known: KnownEvent) => void known.data;
  if (event.type === "call.finished") {
    onCall(event);
    onData(event.data);
    // @ts-expect-error a wrong type
    const details: number = event.data.details;
    void details;
  }
  if (event.known) {
    onKnown(event);
  }
}

export function receivers(): void {
  const hooks = new Webhooks({ secret: ["new", "old"], requireSignature: true })
    .on("workflow.call.finished", (event) => {
      const workflow: string | null | undefined = event.data.workflow_id;
      // @ts-expect-error a field that there is not
      void event.data.nothing;
      void workflow;
    })
    .onUnknown(async (event) => void event.type);
  // @ts-expect-error a type that there is not: `onUnknown` is for those
  hooks.on("workflow.call.finnished", () => {});
  Webhooks.fromEnv().fetchHandler();
  Webhooks.fromEnv({ secret: ["new", "old"] }).fetchHandler();
  // @ts-expect-error a setting that there is not
  Webhooks.fromEnv({ secrets: [] });
  hooks.fetchHandler();
  hooks.nodeHandler(async (event) => events(event), { kind: "pds.task.status", onError: (error) => void error });
  const kept: Unverified[] = [];
  hooks.fetchHandler(undefined, { quarantine: async (delivery) => kept.push(delivery), unhandled: "accept" });
  for (const { body, headers, method, url, receivedAt, error } of kept) {
    void [hooks.unwrap(body, headers, { method, url, receivedAt }), receivedAt.getTime(), error.code];
  }
  const event = hooks.unwrap(new Uint8Array(), { "x-airudder-sign": "s", cookie: ["a", "b"], other: undefined });
  void events(event);
  hooks.unwrap("{}", new Map([["x-airudder-sign", ["s"]]]));
  hooks.unwrap("{}", ["x-airudder-sign", "s"]);
  // @ts-expect-error a body that was parsed
  hooks.unwrap({}, {});
}

export function verifiers(): void {
  const verify: Verifier = (body, headers) => headers.get("X-Signature") === String(body.length) && headers.has("x");
  const hooks = new Webhooks({ verify, tolerance: null });
  const weakness: string | undefined = hooks.weakness;
  void weakness;
  // @ts-expect-error a promise is true in each condition
  new Webhooks({ verify: async (body: Uint8Array) => body.length > 0 });
  // @ts-expect-error neither true nor false
  new Webhooks({ verify: (_: Uint8Array, headers: WebHeaders) => headers.get("x") });
  hooks.unwrap("{}", {}, { receivedAt: 1, method: "PUT", url: "/path", kind: "call.finished" });
  // @ts-expect-error a text is no time
  hooks.unwrap("{}", {}, { receivedAt: "2026-07-01" });
  hooks.fetchHandler(() => {}, { url: (request) => request.url });
  hooks.nodeHandler(() => {}, { url: (request) => `https://hooks.example.com${request.url ?? ""}` });
  const both: HandlerOptions = { url: "https://hooks.example.com", kind: "call.finished" };
  void [hooks.fetchHandler(undefined, both), hooks.nodeHandler(undefined, both)];
  hooks.sign("{}", {}, { signedAt: new Date(), url: "/path" });
  crypto.verify("00", "{}", "s", { url: "/path", method: "PUT", plain: new Uint8Array() });
}

export async function campaigns(client: Client): Promise<Report | undefined> {
  async function* contacts(): AsyncGenerator<Detail> {
    yield { callee: "+62", platform: "P", variables: {} };
  }
  try {
    return await client.campaigns.run({
      workflow_template_id: 7n,
      name: "july",
      end_time: "t",
      contacts: contacts(),
      journal: { read: async () => new Uint8Array(), append: async (lines, at) => void (lines.length + at) },
      settleMs: "never",
      onProgress: async ({ accepted }) => accepted.toFixed(),
    });
  } catch (error) {
    if (error instanceof JournalConflict) {
      const conflict: ValidationError = error;
      void conflict;
    }
    if (error instanceof OutcomeUnknown || error instanceof ApiError) {
      const after: number | undefined = error.retry?.afterMs;
      void after;
    }
    const callId: string | undefined = error instanceof AirudderError ? error.callId : undefined;
    void callId;
    return error instanceof AirudderError ? error.report : undefined;
  }
}

export function building(): void {
  const text: string = crypto.encrypt("x", "k", { iv: new Uint8Array(16) });
  const plain: Uint8Array = crypto.decrypt(text, "k");
  const { scheme, notes } = crypto.detect({ headers: {}, body: plain });
  void [scheme?.length, notes.join()];
}

export function scripts(): Script {
  const script = scripted({ encryptionKey: "k" });
  script.answers("workflow.create_instance", { workflow_id: "w" });
  script.answers("POST /service/cloud/later", (params: { x: number }) => params.x);
  script.fails("robots.list", { failure: "timeout" });
  // @ts-expect-error there is no such operation
  script.answers("workflow.uplaod_details");
  void new Client({ fetch: script.fetch });
  return script;
}
