/** Detects requests that failed before anything was sent. */
import { innermost, isError } from "../runtime/cause.js";

/** Errors that the runtime itself reported for an attempt to connect. */
const connectErrors = new WeakSet<object>();

/** Records that this error came while connecting: to the host, to a proxy, or in the TLS handshake. */
export function connectFailed(error: unknown): void {
  if (isError(error)) {
    connectErrors.add(error);
  }
}

/**
 * True where the error shows that no connection was made. In doubt false: a request that may have arrived is not
 * repeated.
 */
export function connectionFailed(error: unknown): boolean {
  const causes = innermost(error);
  return causes.length > 0 && causes.every((cause) => connectErrors.has(cause) || isOfConnecting(cause));
}

/**
 * Recognizes the runtimes' own errors. Node names the system call, so that the same number from a connection that broke
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
