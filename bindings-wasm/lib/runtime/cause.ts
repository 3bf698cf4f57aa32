/** Errors that a `fetch` threw, as far as they are shown. */

/**
 * A copy of it, with the errors that brought it about, with every string passed through `mask`.
 *
 * A `fetch` may quote in its errors what it was to send, token included, and may attach the whole request. A copy has
 * only the fields that describe the failure.
 */
export function masked(error: unknown, mask: (text: string) => string, depth = 0): unknown {
  if (typeof error !== "object" || error === null) {
    return typeof error === "string" ? mask(error) : error;
  }
  const { message, cause, errors, ...kept } = Object.fromEntries(
    KEPT.map((field) => [field, (error as Record<string, unknown>)[field]]),
  );
  const copy = new Error(typeof message === "string" ? mask(message) : "");
  for (const [field, value] of Object.entries(kept)) {
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

/** The error, or another one where its fields cannot be read: that must not hide that a request was on its way. */
export function readable(error: unknown): unknown {
  try {
    masked(error, (text) => text);
    return error;
  } catch {
    return new Error("an error that cannot be read");
  }
}

const KEPT = ["name", "message", "stack", "code", "syscall", "errno", "cause", "errors"];

/** Nobody reads further, and an error may be its own cause. */
const DEEPEST = 5;

/** The fields of an error that are examined. */
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

/** Checks for an object that may be an error, of any realm. */
export function isError(error: unknown): error is object {
  return typeof error === "object" && error !== null;
}
