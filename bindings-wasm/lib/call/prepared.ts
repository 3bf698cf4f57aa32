/** A request as it would be sent. */
import type { Outgoing, Pairs } from "../runtime/glue.js";
import { fieldText } from "../runtime/headers.js";
import { enter } from "../runtime/native.js";

/** A request that was built and not sent. It has no token, and may hold other secrets: only `curl()` hides them. */
export class PreparedRequest {
  readonly #request: Outgoing;

  /** @internal */
  constructor(request: Outgoing) {
    this.#request = request;
  }

  /** The HTTP method, in upper case. */
  get method(): string {
    return this.#request.method;
  }

  /** The whole URL, query included. An encrypted query is raw Base64: it must not be percent-encoded again. */
  get url(): string {
    return this.#request.url;
  }

  /** Names and values of the header fields. */
  get headers(): Pairs {
    return this.#request.headers;
  }

  /** The body; empty for GET. */
  get body(): Uint8Array {
    return this.#request.body;
  }

  /** The time limit for the whole answer, in milliseconds. */
  get timeoutMs(): number {
    return this.#request.timeoutMs;
  }

  /** The request as a `curl` command line for a POSIX shell; secrets and the middle of phone numbers are masked. */
  curl(): string {
    const { method, url, headers, body } = this.#request;
    const fields = fieldText(headers);
    return enter((native) => native.curl(method, url, fields, body));
  }

  /** The output of `console.log` in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `PreparedRequest { ${this.method} ${this.url.split("?")[0]}, ${this.body.length} bytes }`;
  }
}
