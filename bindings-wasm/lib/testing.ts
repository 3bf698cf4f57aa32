/** Tests without a server: a `fetch` that answers what a script says, in the envelopes of the API: `airudder/testing`. */
import { connectFailed } from "./call/connect.js";
import { decrypt, digest, encrypt } from "./crypto.js";
import { OPERATIONS } from "./generated/catalog.js";
import type { Operations } from "./generated/operations.js";
import { bytes, isBytes } from "./runtime/bytes.js";
import type { Fetch } from "./runtime/globals.js";

/** An operation, for instance `workflow.upload_details`; `POST /path` where the library types none. */
export type ScriptedOperation = keyof Operations | `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;

/** A request that a script got. */
export interface ScriptedRequest {
  /** The operation, for instance `workflow.upload_details`; `POST /path` where the library types none. */
  readonly operation: string;
  /** The body, decrypted, or the parameters of the query, as strings. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The header fields, their names in lower case; `***` in place of what may be secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A failure to script: either `failure`, or `code`, `status` or both. */
export interface ScriptedFailure {
  /** The code in the API's envelope: the API itself refuses, with HTTP 200 if there is no `status`. */
  code?: number | undefined;
  /** The HTTP status, 200 to 599. Without `code` there is no envelope: a gateway in front of the API answers. */
  status?: number | undefined;
  /** The message in the envelope. */
  message?: string | undefined;
  /** The header field `Retry-After`. */
  retryAfter?: string | undefined;
  /** Nothing is answered. A `timeout` takes the client's `timeoutMs`; the others come at once. */
  failure?: "connect_failed" | "timeout" | "reset" | undefined;
}

/** Settings of a script. */
export interface ScriptOptions {
  /** The client's, where it has one: requests are decrypted, and answers encrypted. */
  encryptionKey?: string | undefined;
}

/** One step of a script. */
interface Answer extends ScriptedFailure {
  data?: unknown;
}

interface Reply {
  status: number;
  headers: [string, string][];
  body: string | Uint8Array;
}

/**
 * Makes a script. What it says of an operation is answered in that order, and the last of it from then on. A token is
 * given without a script. Whether the API would take a request is not known here: the package `airudder-sandbox` has a
 * server for that.
 *
 * @example
 * const script = scripted();
 * script.answers("workflow.create_instance", { workflow_id: "w-1" });
 * script.fails("workflow.upload_details", { code: 403, message: "no such workflow" });
 * const client = new Client({ appKey: "fake", appSecret: "fake", fetch: script.fetch });
 */
export function scripted(options: ScriptOptions = {}): Script {
  return new Script(options);
}

/** Answers, and the requests so far; `scripted` makes one. */
class Script {
  /** The requests so far, but those for a token. */
  readonly requests: ScriptedRequest[] = [];
  readonly #key: string | undefined;
  readonly #answers = new Map<string, Answer[]>();
  readonly #last = new Map<string, Answer>();

  /** @internal */
  constructor({ encryptionKey }: ScriptOptions) {
    this.#key = encryptionKey;
  }

  /**
   * Scripts a result.
   *
   * @param data The content of the result, as JSON has it; a `Uint8Array` for a file; a function that gives either, by the
   * parameters of the request.
   */
  answers(operation: ScriptedOperation, data: unknown = null): void {
    this.#add(operation, { data });
  }

  /** Scripts a failure. */
  fails(operation: ScriptedOperation, failure: ScriptedFailure): void {
    const { code, status, failure: kind } = failure;
    if ((kind === undefined) === (code === undefined && status === undefined)) {
      throw new TypeError("fails: give either failure, or code, status or both");
    }
    if (kind !== undefined && !["connect_failed", "timeout", "reset"].includes(kind)) {
      throw new TypeError(`failure is one of connect_failed, timeout, reset, and not ${JSON.stringify(kind)}`);
    }
    if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
      throw new TypeError(`status is an integer from 200 to 599, and not ${String(status)}`);
    }
    this.#add(operation, { message: "scripted", ...failure });
  }

  /** Answers a request: the `fetch` of a client. */
  readonly fetch: Fetch = async (url, { method, headers, body, signal }) => {
    const { pathname, search } = new URL(url);
    const [operation, path] = identify(method, pathname);
    const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    const isEncrypted = fields.some(([name, value]) => name === "is-encrypted" && value === "1");
    let params: unknown;
    try {
      const sent = method === "GET" ? bytes(search.slice(1)) : (body ?? new Uint8Array());
      params = read(method, text(isEncrypted ? this.#opened(sent) : sent));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return responseOf(envelope(path, { status: 400, code: 400, message: `${operation} cannot be read: ${why}` }));
    }
    const answer = this.#next(operation);
    if (operation !== TOKEN) {
      const shown = Object.fromEntries(fields.map(([name, value]) => [name, masked(name, value)]));
      this.requests.push({ operation, params: params as ScriptedRequest["params"], headers: shown });
    }
    if (answer.failure !== undefined) {
      return fail(answer.failure, signal);
    }
    const data = typeof answer.data === "function" ? answer.data(params) : answer.data;
    return responseOf(reply(path, answer, data, isEncrypted ? this.#key : undefined));
  };

  #add(operation: string, answer: Answer): void {
    const known = OPERATIONS.map(([name]) => name);
    if (!known.includes(operation) && !operation.includes(" /")) {
      throw new TypeError(
        `${JSON.stringify(operation)} is neither one of ${known.join(", ")}, nor a method and a path`,
      );
    }
    this.#answers.set(operation, [...(this.#answers.get(operation) ?? []), answer]);
  }

  #next(operation: string): Answer {
    const next = this.#answers.get(operation)?.shift() ?? this.#last.get(operation);
    if (next !== undefined) {
      this.#last.set(operation, next);
      return next;
    }
    if (operation === TOKEN) {
      return { data: { token: "scripted-token" } };
    }
    // Refused as the API refuses: so it is neither sent again nor in doubt.
    const message = `nothing is scripted for ${operation}: say script.answers("${operation}", …) first`;
    return { status: 400, code: 400, message };
  }

  #opened(sent: Uint8Array): Uint8Array {
    if (this.#key === undefined) {
      throw new TypeError("it is encrypted, and the script has no encryptionKey");
    }
    return decrypt(sent, this.#key);
  }
}

export type { Script };

const TOKEN = "auth.token";

/** As in `core/src/mask.rs`: the values of all others are hidden. */
const HARMLESS = new Set(["accept", "content-type", "is-encrypted", "signed", "tenantid", "user-agent"]);

/** Names the operation of a request, whose path may be below that of a base URL. */
function identify(method: string, pathname: string): readonly [operation: string, path: string] {
  for (const [name, itsMethod, path] of OPERATIONS) {
    if (method === itsMethod && pathname.endsWith(path)) {
      return [name, path];
    }
  }
  return [`${method} ${pathname}`, pathname];
}

function text(sent: Uint8Array): string {
  return new TextDecoder().decode(sent);
}

function read(method: string, sent: string): unknown {
  if (method === "GET") {
    return Object.fromEntries(new URLSearchParams(sent));
  }
  return sent === "" ? null : JSON.parse(sent);
}

function masked(name: string, value: string): string {
  if (HARMLESS.has(name)) {
    return value;
  }
  const scheme = value.indexOf(" ");
  return scheme > 0 && name.includes("authorization") ? `${value.slice(0, scheme)} ***` : "***";
}

/** Fails as the network does. */
function fail(kind: "connect_failed" | "timeout" | "reset", signal: Parameters<Fetch>[1]["signal"]): Promise<never> {
  if (kind === "timeout") {
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
  const error = Object.assign(new Error("scripted"), kind === "reset" ? { code: "ECONNRESET" } : {});
  if (kind === "connect_failed") {
    connectFailed(error);
  }
  return Promise.reject(error);
}

/** An answer: a file, a gateway's, or the API's own, which is encrypted if there is a key. */
function reply(path: string, answer: Answer, data: unknown, key: string | undefined): Reply {
  if (isBytes(data)) {
    return { status: 200, headers: [["Content-Type", "application/octet-stream"]], body: bytes(data) };
  }
  if (answer.status !== undefined && answer.code === undefined) {
    const headers: Reply["headers"] = [["Content-Type", "text/plain"], ...retryAfter(answer)];
    return { status: answer.status, headers, body: answer.message ?? "" };
  }
  const plain = envelope(path, answer, data);
  if (key === undefined) {
    return plain;
  }
  const headers: Reply["headers"] = [...plain.headers, ["Is-Encrypted", "1"], ["Signed", digest(plain.body)]];
  return { ...plain, headers, body: encrypt(plain.body, key) };
}

/** Wraps an answer in the envelope of its path's family, as `core/src/api/envelope.rs` does. */
function envelope(path: string, answer: Answer, data: unknown = null): Reply {
  const { code, message = "" } = answer;
  let fields: object;
  if (path.startsWith("/api/v1/process/")) {
    fields = { data, msg: message, retcode: code ?? 0, traceId: "" };
  } else if (path.startsWith("/api/v1/")) {
    fields = { request_id: "", code: code ?? 200, message, data };
  } else if (path.startsWith("/service/sms/")) {
    fields = { code: code ?? 0, message, body: data };
  } else if (code === undefined) {
    fields = { data, status: "OK", code: 200 };
  } else {
    fields = { data, status: "FAILED", code, message };
  }
  const headers: Reply["headers"] = [["Content-Type", "application/json"], ...retryAfter(answer)];
  return { status: answer.status ?? 200, headers, body: JSON.stringify(fields) };
}

function retryAfter({ retryAfter: value }: Answer): [string, string][] {
  return value === undefined ? [] : [["Retry-After", value]];
}

/** The web's own response, which refuses a body where HTTP has none. */
function responseOf({ status, headers, body }: Reply): Awaited<ReturnType<Fetch>> {
  return new Response([204, 205, 304].includes(status) ? null : (body as BodyInit), { status, headers });
}
