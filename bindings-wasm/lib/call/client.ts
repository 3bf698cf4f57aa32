/** The client. */
import { Campaigns } from "../campaign/campaigns.js";
import type { Catalog } from "../catalog/catalog.js";
import { addMethods } from "../catalog/methods.js";
import { Auth, type Operations, Process, Robots, Sms, Tasks } from "../generated/operations.js";
import { CallTrace } from "../observe/call.js";
import type { ClientEvents, ClientListener } from "../observe/events.js";
import { INSTRUMENT, type Instrumentation, Observer } from "../observe/observer.js";
import { bytes } from "../runtime/bytes.js";
import type { Call, Session } from "../runtime/glue.js";
import { write } from "../runtime/json.js";
import { Owned, Renewed } from "../runtime/native.js";
import { seed } from "../runtime/seed.js";
import { bare, checkedAs, OBJECT, STRING, settings } from "../runtime/settings.js";
import {
  CLIENT,
  type ClientOptions,
  callOptions,
  fromEnvironment,
  type RawRequest,
  rawRequest,
  TIMEOUT_MS,
} from "./client-options.js";
import { run, type Sending } from "./drive.js";
import { dispatched, limited, runtimeFetch } from "./fetch.js";
import type { File } from "./file.js";
import type { CallOptions, Json } from "./options.js";
import { REQUESTS } from "./outgoing.js";
import { PagedChat } from "./pages.js";
import { PreparedRequest } from "./prepared.js";
import { CallPromise } from "./promise.js";
import { VerifyingWorkflow } from "./push.js";

/**
 * A client of AI Rudder. Make one and share it: its calls share token and retry budget. It is for servers: whoever sees
 * its app secret can phone people in your name.
 */
export class Client {
  readonly #session: Renewed<Session>;
  readonly #sending: Sending;
  readonly #observer: Observer;
  readonly #catalog: Catalog | undefined;
  readonly #strict: boolean;
  /** The token. */
  readonly auth: Auth;
  /** Workflows: the main job. */
  readonly workflow: VerifyingWorkflow;
  /** Tasks: calls to a list of numbers by one bot. */
  readonly tasks: Tasks;
  /** Bots. */
  readonly robots: Robots;
  /** Chats. These operations are signed: give the client `signKey` and `signSecret`. */
  readonly chat: PagedChat;
  /** Text messages. */
  readonly sms: Sms;
  /** Process instances. Their host is not public: give `baseUrl` to the client or with the call. */
  readonly process: Process;
  /** Many contacts, sent once each, whatever happens on the way. */
  readonly campaigns: Campaigns;

  /** @throws ValidationError where a setting is missing or malformed. */
  constructor(options: ClientOptions = {}) {
    const { fetch = runtimeFetch, dispatcher, maxResponseBytes, logger, catalog, ...given } = settings(options, CLIENT);
    this.#catalog = catalog;
    this.#strict = given.strict ?? true;
    this.#session = new Renewed((native) => new native.Session(bare(given)));
    this.#sending = {
      fetch: limited(dispatched(fetch, dispatcher), maxResponseBytes ?? MAX_RESPONSE_BYTES),
      isPaced: given.requestsPerSecond !== undefined,
    };
    this.#observer = new Observer(logger);
    const call = <Result>(name: string, params: object, options?: CallOptions) =>
      this.#run<Result>(name, () => this.#start(name, params, options), options);
    this.auth = new Auth(call);
    this.workflow = new VerifyingWorkflow(call);
    this.tasks = new Tasks(call);
    this.robots = new Robots(call);
    this.chat = new PagedChat(call);
    this.sms = new Sms(call);
    this.process = new Process(call);
    this.campaigns = new Campaigns(this.#session, this.#sending, this.#observer, given.timeoutMs ?? TIMEOUT_MS);
    if (catalog !== undefined) {
      addMethods(this, catalog, call);
    }
  }

  /**
   * A client with settings from the environment; given ones take precedence.
   *
   * Reads `AIRUDDER_APP_KEY`, `AIRUDDER_APP_SECRET`, `AIRUDDER_BASE_URL`, `AIRUDDER_ENCRYPTION_KEY`,
   * `AIRUDDER_SIGN_KEY`, `AIRUDDER_SIGN_SECRET` and `AIRUDDER_SIGN_SCHEME`; empty ones count as absent. `AIRUDDER_LOG`, `debug`, `info`, `warn`
   * or `error`, writes log lines from that level on to standard error.
   *
   * @throws ValidationError There is neither app key and app secret nor, for chats alone, sign key and sign secret. The
   * message names the variables that are missing. A client that needs none of them is made by `new Client`.
   */
  static fromEnv(options: ClientOptions = {}): Client {
    return new Client(fromEnvironment(options));
  }

  /** Calls an operation by name, for instance `workflow.upload_details`, with the same checks as its method. */
  call<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options?: CallOptions,
  ): CallPromise<Operations[Name]["result"]> {
    return this.#run(shown(name), () => this.#start(name, params, options), options);
  }

  /**
   * Calls an operation that the library does not type; token, encryption, retries and envelope still apply.
   *
   * @param method `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
   * @param path From `/`, percent-encoded, without the query.
   */
  request(method: string, path: string, request: RawRequest = {}): CallPromise<Json | File> {
    return this.#run(`${shown(method)} ${shown(path)}`, () => this.#startRaw(method, path, request), request);
  }

  /** Builds a request without sending it, and without a token; `.curl()` shows it with secrets masked. */
  prepare<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options?: CallOptions,
  ): PreparedRequest {
    const call = this.#start(name, params, options);
    try {
      return new PreparedRequest(call.use((machine) => machine.prepare(REQUESTS)));
    } finally {
      call.free();
    }
  }

  /**
   * Has `listener` called with each event of this name, while the call goes on: it is not waited for, and what it throws
   * or rejects with goes to the `logger`, or to `console.error`. Events hold nothing secret or personal.
   *
   * @throws ValidationError There is no such event.
   *
   * @example
   * client.on("retry", ({ operation, reason, delayMs }) => console.warn(operation, reason, delayMs));
   */
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientListener<Name>): this {
    this.#observer.on(name, listener);
    return this;
  }

  /** Takes `on` back. */
  off<Name extends keyof ClientEvents>(name: Name, listener: ClientListener<Name>): this {
    this.#observer.off(name, listener);
    return this;
  }

  /** @internal */
  [INSTRUMENT](instrumentation: Instrumentation): () => void {
    return this.#observer.instrument(instrumentation);
  }

  /** The host that requests go to. */
  get baseUrl(): string {
    return this.#session.use((session) => session.baseUrl);
  }

  /** Shows the host alone: everything else is secret. */
  toJSON(): { baseUrl: string } {
    return { baseUrl: this.baseUrl };
  }

  /** The output of `console.log` in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Client { baseUrl: '${this.baseUrl}' }`;
  }

  #run<Result>(name: string, start: () => Owned<Call>, options: CallOptions | undefined): CallPromise<Result> {
    const trace = new CallTrace(this.#observer, name);
    const result = trace.run(async () => run<Result>(start(), this.#sending, options?.signal, trace));
    return CallPromise.of(result, trace);
  }

  #start(name: string, params: object, options: CallOptions | undefined): Owned<Call> {
    const operation = checkedAs(name, "name", STRING);
    const given = callOptions(options);
    const text = bytes(write(checkedAs(params, "params", OBJECT)));
    if (this.#catalog?.has(operation)) {
      const raw = bare(this.#catalog.request(operation, text, given?.strict ?? this.#strict));
      return new Owned(() => this.#session.use((session) => session.request(raw, seed(), given)));
    }
    return new Owned(() => this.#session.use((session) => session.call(operation, text, seed(), given)));
  }

  #startRaw(method: string, path: string, request: RawRequest): Owned<Call> {
    const [raw, given] = rawRequest(method, path, request);
    return new Owned(() => this.#session.use((session) => session.request(raw, seed(), given)));
  }
}

/** A name for those who watch; what is none is refused when the call starts. */
const shown = (name: unknown) => (typeof name === "string" ? name : "");

/** Several times the size of 10 000 contacts. */
const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;
