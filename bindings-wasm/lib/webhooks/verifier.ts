/** Verifiers of the program's own. */
import type { Headers as WebHeaders } from "../runtime/globals.js";
import { type HeaderFields, pairs } from "../runtime/headers.js";
import { fault } from "../runtime/native.js";

/**
 * Tells whether a delivery is AI Rudder's: by an RSA key, for instance, or by anything else that no scheme can express.
 *
 * It is called before anything is decrypted or parsed, with a copy of the body as it came, and the header fields. Its
 * result is exactly `true` or `false`, and no promise.
 */
export type Verifier = (body: Uint8Array, headers: WebHeaders) => boolean;

/** Fails unless the verifier says yes. What it throws goes through. */
export function ask(verify: Verifier, body: Uint8Array, fields: HeaderFields): void {
  const answer: unknown = verify(body.slice(), webHeaders(fields));
  if (answer === false) {
    throw fault(5002, "the verifier says that the delivery is not AI Rudder's");
  }
  if (answer !== true) {
    throw undecided(answer);
  }
}

/** Header fields that HTTP does not know are left out: `Headers` refuses them, and nobody on the network can send them. */
function webHeaders(fields: HeaderFields): WebHeaders {
  const headers = new Headers();
  for (const [name, value] of pairs(fields)) {
    try {
      headers.append(name, value);
    } catch {
      // no verifier can need it
    }
  }
  return headers as WebHeaders;
}

/** The error for a result that is neither yes nor no. A promise is true in a condition, whatever it says later. */
function undecided(answer: unknown): Error {
  const isPromise = typeof (answer as PromiseLike<unknown> | undefined | null)?.then === "function";
  if (isPromise) {
    Promise.resolve(answer).catch(() => {}); // a rejection that nobody looks after ends the process
  }
  const found = isPromise
    ? "a promise: verify synchronously, for instance by `createVerify` of node:crypto, or await it yourself, ahead of " +
      "a receiver with requireSignature: false"
    : `a value of type \`${typeof answer}\`: compare, as in \`return answer === expected\``;
  return fault(1001, `verify returns true or false, and it returned ${found}`, "/verify");
}
