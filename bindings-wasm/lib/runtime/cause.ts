/** What is shown of an error that a `fetch` threw. */

/**
 * A copy of it, with the errors that brought it about, in which `mask` has gone over every text.
 *
 * A `fetch` may quote in its errors what it was to send, token included, and may attach the whole request. A copy has only
 * what tells of the failure.
 */
export function masked(error: unknown, mask: (text: string) => string, depth = 0): unknown {
  if (typeof error !== "object" || error === null) {
    return typeof error === "string" ? mask(error) : error;
  }
  const { message, cause, errors, ...told } = Object.fromEntries(
    TOLD.map((field) => [field, (error as Record<string, unknown>)[field]]),
  );
  const copy = new Error(typeof message === "string" ? mask(message) : "");
  for (const [field, value] of Object.entries(told)) {
    if (typeof value === "string" || typeof value === "number") {
      // As `stack` and `message` are, so that they are not printed twice.
      const enumerable = field !== "name" && field !== "stack";
      const shown = typeof value === "string" ? mask(value) : value;
      Object.defineProperty(copy, field, { value: shown, enumerable, configurable: true, writable: true });
    }
  }
  if (cause !== undefined && depth < DEEPEST) {
    copy.cause = masked(cause, mask, depth + 1);
  }
  if (Array.isArray(errors) && depth < DEEPEST) {
    Object.assign(copy, { errors: errors.map((one) => masked(one, mask, depth + 1)) });
  }
  return copy;
}

const TOLD = ["name", "message", "stack", "code", "syscall", "errno", "cause", "errors"];

/** Nobody reads further, and an error may be its own cause. */
const DEEPEST = 5;

/** What is looked at of an error. */
export interface Cause {
  message?: unknown;
  code?: unknown;
  syscall?: unknown;
}

/** The innermost errors: `fetch` wraps them, and several addresses of one host fail together. */
export function innermost(error: unknown, depth = 0): Cause[] {
  if (!isError(error)) {
    return [];
  }
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  if (depth === DEEPEST) {
    return [error];
  }
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.flatMap((one) => innermost(one, depth + 1));
  }
  return isError(cause) ? innermost(cause, depth + 1) : [error];
}

/** Tells whether it may be an error, of whatever realm. */
export function isError(error: unknown): error is object {
  return typeof error === "object" && error !== null;
}
