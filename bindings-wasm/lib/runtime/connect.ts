/** Tells whether a request failed before anything of it was sent. */
import { innermost, isError } from "./cause.js";

/** Errors of which the runtime itself said that they came while it connected. */
const told = new WeakSet<object>();

/** The runtime says that this error came while it connected: to the host, to a proxy, or in the handshake of TLS. */
export function connectFailed(error: unknown): void {
  if (isError(error)) {
    told.add(error);
  }
}

/** Whether no connection was made, as far as the error tells. In doubt it is not: what may have arrived is not repeated. */
export function connectionFailed(error: unknown): boolean {
  const causes = innermost(error);
  return causes.length > 0 && causes.every((cause) => told.has(cause) || isOfConnecting(cause));
}

/**
 * What the runtimes say of it themselves. Node names the system call, so that the same number from a connection that broke
 * off later is not taken for it.
 */
function isOfConnecting({ code, syscall, message }: { code?: unknown; syscall?: unknown; message?: unknown }): boolean {
  return (
    syscall === "connect" ||
    syscall === "getaddrinfo" ||
    (syscall === undefined && CODES.has(code)) ||
    MESSAGES.some((known) => known.test(String(message)))
  );
}

/** Codes that come of nothing else. */
const CODES = new Set<unknown>([
  "UND_ERR_CONNECT_TIMEOUT",
  "ECONNREFUSED", // Bun names no system call
  // The server's certificate, which is looked at before anything is sent.
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

const MESSAGES = [
  /client error \(Connect\)/, // Deno
  /Unable to connect\. |typo in the url or port\?|The TLS handshake failed\. /, // Bun
  /^bad port$|^Fetch failed: Requests to port \d+ are blocked$/, // a port that the web forbids: Node, Deno
];
