/** The client. */

import { Campaigns } from "../campaign/campaign.js";
import { Auth, type Operations, Process, Robots, Sms, Tasks } from "../generated/operations.js";
import type { Call, Options, Pairs, Session } from "../glue.js";
import type { Fetch } from "../runtime/globals.js";
import { write } from "../runtime/json.js";
import { fault, Owned, Renewed } from "../runtime/native.js";
import { environment } from "../runtime/platform.js";
import { PreparedRequest } from "../runtime/prepared.js";
import { seed } from "../runtime/seed.js";
import {
  bare,
  COUNT,
  checkedAs,
  FLAG,
  FUNCTION,
  isWellFormed,
  MILLISECONDS,
  OBJECT,
  SIGNAL,
  settings,
  TEXT,
} from "../runtime/settings.js";
import { type CallOptions, type Json, run } from "./call.js";
import { limited, runtimeFetch } from "./fetch.js";
import type { File } from "./file.js";
import { PagedChat } from "./pages.js";
import { VerifyingWorkflow } from "./push.js";

/** Settings of a client. */
export interface ClientOptions {
  /** The app key that AI Rudder gave; together with `appSecret`. */
  appKey?: string | undefined;
  /** The app secret that AI Rudder gave. */
  appSecret?: string | undefined;
  /** `https://...`; plain `http` for this machine only. Absent: `https://api.airudder.com` [documented]. */
  baseUrl?: string | undefined;
  /** The word before the token: `Token` [documented]; a public client sends `Bearer` [observed]. */
  authScheme?: string | undefined;
  /** A text of 16, 24 or 32 bytes, if AI Rudder switched encryption on; absent: plain. */
  encryptionKey?: string | undefined;
  /**
   * Whether an answer that comes plain, though there is an `encryptionKey`, is disbelieved: what became of the request is
   * then unknown. Off: TLS authenticates the API, so this is for `http` on a machine whose other users are not trusted.
   */
  requireEncryption?: boolean | undefined;
  /** The `X-AIRudder-Sign-Key` of the chat operations. */
  signKey?: string | undefined;
  /** The secret behind `X-AIRudder-Sign`. */
  signSecret?: string | undefined;
  /**
   * How `X-AIRudder-Sign` is computed. The vendor does not publish it: the default `hmac-sha256:hex:body` is an assumption.
   */
  signScheme?: string | undefined;
  /** How long one request may take, in milliseconds: 10 000. */
  timeoutMs?: number | undefined;
  /** The largest number of retries, where they cannot phone anybody twice: 4. */
  maxRetries?: number | undefined;
  /** Tells whether parameters are checked against what is documented before anything is sent: true. */
  strict?: boolean | undefined;
  /**
   * The largest answer that is read into memory, in bytes: 128 MiB. A larger one is an error; what was sent then has an
   * unknown outcome. Files stream, and have no limit.
   */
  maxResponseBytes?: number | undefined;
  /**
   * Sends the requests: the runtime's own `fetch`. It must send each request once: one that repeats a request by itself
   * may phone people twice.
   */
  fetch?: Fetch | undefined;
}

/** The fields of a query; one that is `undefined` is left out, as in JSON. */
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A request that the library does not type. */
export interface RawRequest extends CallOptions {
  /** The body; absent for none. */
  json?: unknown;
  /** The query as an object, or as text that is percent-encoded already. */
  query?: string | Query | undefined;
  /**
   * Whether sending it twice is harmless: false. Otherwise a request whose outcome is unknown throws `OutcomeUnknown`.
   */
  replaySafe?: boolean | undefined;
  /** Tells whether a response that is not JSON, such as a recording, comes back as a `File`: false. */
  file?: boolean | undefined;
  /** How it proves who sends it: `token`, `X-AIRudder-Sign`, header fields of your own in `headers`, or not at all. */
  auth?: "token" | "sign" | "headers" | "none" | undefined;
}

/**
 * A client of AI Rudder. Make one and share it: its calls share token and retry budget. It is for servers: whoever sees
 * its app secret can phone people in your name.
 */
export class Client {
  readonly #session: Renewed<Session>;
  readonly #fetch: Fetch;
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
    const { fetch = runtimeFetch, maxResponseBytes = MAX_RESPONSE_BYTES, ...given } = settings(options, CLIENT);
    this.#session = new Renewed((native) => new native.Session(bare(given)));
    this.#fetch = limited(fetch, maxResponseBytes);
    const call = <Result>(name: string, params: object, options?: CallOptions) =>
      this.#run<Result>(() => this.#start(name, params, options), options);
    this.auth = new Auth(call);
    this.workflow = new VerifyingWorkflow(call);
    this.tasks = new Tasks(call);
    this.robots = new Robots(call);
    this.chat = new PagedChat(call);
    this.sms = new Sms(call);
    this.process = new Process(call);
    this.campaigns = new Campaigns(this.#session, this.#fetch);
  }

  /**
   * A client with settings from the environment; what is given comes before it.
   *
   * Reads `AIRUDDER_APP_KEY`, `AIRUDDER_APP_SECRET`, `AIRUDDER_BASE_URL`, `AIRUDDER_ENCRYPTION_KEY`, `AIRUDDER_SIGN_KEY`,
   * `AIRUDDER_SIGN_SECRET` and `AIRUDDER_SIGN_SCHEME`; empty ones count as absent.
   *
   * @throws ValidationError There is neither app key and app secret nor, for chats alone, sign key and sign secret. The
   * message names the variables that are missing. A client that needs none of them is made by `new Client`.
   */
  static fromEnv(options: ClientOptions = {}): Client {
    const found = Object.entries(VARIABLES).map(([name, variable]) => [name, environment(variable)]);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const all: ClientOptions = { ...Object.fromEntries(found), ...Object.fromEntries(given) };
    checkCredentials(all);
    return new Client(all);
  }

  /** Calls an operation by name, for instance `workflow.upload_details`, with the same checks as its method. */
  call<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options?: CallOptions,
  ): Promise<Operations[Name]["result"]> {
    return this.#run(() => this.#start(name, params, options), options);
  }

  /**
   * Calls what the library does not type; token, encryption, retries and envelope still apply.
   *
   * @param method `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
   * @param path From `/`, percent-encoded, without the query.
   */
  request(method: string, path: string, request: RawRequest = {}): Promise<Json | File> {
    return this.#run(() => this.#startRaw(method, path, request), request);
  }

  /** Builds a request without sending it, and without a token; `.curl()` shows it with secrets masked. */
  prepare<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options?: CallOptions,
  ): PreparedRequest {
    const call = this.#start(name, params, options);
    try {
      return new PreparedRequest(call.use((machine) => machine.prepare()));
    } finally {
      call.free();
    }
  }

  /** The host that requests go to. */
  get baseUrl(): string {
    return this.#session.use((session) => session.baseUrl);
  }

  /** Shows the host alone: everything else is secret. */
  toJSON(): { baseUrl: string } {
    return { baseUrl: this.baseUrl };
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Client { baseUrl: '${this.baseUrl}' }`;
  }

  async #run<Result>(start: () => Owned<Call>, options: CallOptions | undefined): Promise<Result> {
    return run<Result>(start(), this.#fetch, options?.signal);
  }

  #start(name: string, params: object, options: CallOptions | undefined): Owned<Call> {
    const given = callOptions(options);
    const text = write(checkedAs(params, "params", OBJECT));
    return new Owned(() => this.#session.use((session) => session.call(String(name), text, given)));
  }

  #startRaw(method: string, path: string, request: RawRequest): Owned<Call> {
    const { json, query, replaySafe, file, auth, ...options } = request;
    const raw = {
      method: String(method),
      path: checkedAs(path, "path", TEXT),
      query: typeof query === "string" ? query : encodeQuery(query ?? {}),
      json: json === undefined ? "" : write(json, "/json"),
      auth: String(auth ?? "token"),
      replaySafe: replaySafe === true,
      file: file === true,
    };
    const given = callOptions(options);
    return new Owned(() => this.#session.use((session) => session.request(raw, given)));
  }
}

/** Several times what 10 000 contacts take. */
const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

const VARIABLES = {
  appKey: "AIRUDDER_APP_KEY",
  appSecret: "AIRUDDER_APP_SECRET",
  baseUrl: "AIRUDDER_BASE_URL",
  encryptionKey: "AIRUDDER_ENCRYPTION_KEY",
  signKey: "AIRUDDER_SIGN_KEY",
  signSecret: "AIRUDDER_SIGN_SECRET",
  signScheme: "AIRUDDER_SIGN_SCHEME",
};

/** What is missing is named by its variable: the first call would name the option, which nobody wrote. */
function checkCredentials(found: ClientOptions): void {
  const missing = (["appKey", "appSecret"] as const).filter((name) => !found[name]);
  const signs = found.signKey && found.signSecret;
  if (missing.length === 0 || (missing.length === 2 && signs)) {
    return;
  }
  const variables = missing.map((name) => VARIABLES[name]).join(" and ");
  const message = `set ${variables} in the environment, or give ${missing.join(" and ")}`;
  const chats = `; for chats alone, ${VARIABLES.signKey} and ${VARIABLES.signSecret}`;
  throw fault(1001, missing.length === 2 ? message + chats : message, `/${missing[0]}`);
}

const CLIENT = {
  appKey: TEXT,
  appSecret: TEXT,
  baseUrl: TEXT,
  authScheme: TEXT,
  encryptionKey: TEXT,
  requireEncryption: FLAG,
  signKey: TEXT,
  signSecret: TEXT,
  signScheme: TEXT,
  timeoutMs: MILLISECONDS,
  maxRetries: COUNT,
  strict: FLAG,
  maxResponseBytes: COUNT,
  fetch: FUNCTION,
};

const CALL = {
  signal: SIGNAL,
  timeoutMs: MILLISECONDS,
  deadlineMs: MILLISECONDS,
  maxRetries: COUNT,
  strict: FLAG,
  baseUrl: TEXT,
  headers: OBJECT,
};

function callOptions(options: CallOptions = {}): Options {
  const { signal: _, headers, ...given } = settings(options, CALL);
  const fields: Pairs = Object.entries(headers ?? {}).map(([name, value]) => [
    name,
    checkedAs(value, `headers/${name}`, TEXT),
  ]);
  return bare({ ...given, headers: JSON.stringify(fields), seed: seed() });
}

function encodeQuery(query: Query): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) {
      continue;
    }
    const isObject = typeof value === "object" && value !== null;
    if (isObject || typeof value === "function" || typeof value === "symbol") {
      throw fault(1010, "a query has texts, numbers and booleans", `/query/${name}`);
    }
    if (!isWellFormed(name) || !isWellFormed(String(value))) {
      throw fault(1010, "a text holds half of a surrogate pair, which is no character", `/query/${name}`);
    }
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return parts.join("&");
}
