/** The errors. Their numbers are the same in every language and never change their meaning: see errors.md. */
import type { Report } from "./report.js";

/** What is known of a request's effect. */
export type Outcome = "not_sent" | "rejected" | "accepted" | "unknown";

/** What the core says about an error; what is absent is not there. */
export interface Fields {
  number: number;
  text: string;
  remedy: string;
  operation?: string;
  httpStatus?: number;
  apiCode?: number;
  apiMessage?: string;
  requestId?: string;
  pointer?: string;
  retryAfterMs?: number;
  outcome?: Outcome;
}

/**
 * The base of every error of this library. Its fields and message never hold a secret or a signature.
 *
 * E1xxx your input, E2xxx a response that cannot be read, E3xxx the API said no, E4xxx authentication, E5xxx webhooks,
 * E6xxx crypto, E7xxx transport, E9xxx a bug in this library.
 */
export class AirudderError extends Error {
  /** The stable number as it is written everywhere, for instance `E3001`. */
  readonly code: `E${number}`;
  /** The remedy. */
  readonly remedy: string;
  /** The operation, for instance `workflow.upload_details`. */
  declare readonly operation?: string;
  /** The HTTP status, where there was a response. */
  declare readonly httpStatus?: number;
  /** The code in the API's envelope, which is separate from the HTTP status. */
  declare readonly apiCode?: number;
  /** The message in the API's envelope. */
  declare readonly apiMessage?: string;
  /** The API's id of the request, for AI Rudder's support. */
  declare readonly requestId?: string;
  /** JSON pointer (RFC 6901) to the bad field, for instance `/details/17/callee`; empty: the whole. */
  declare readonly pointer?: string;
  /** When trying again makes sense; absent: it would fail again, or must not be repeated. */
  declare readonly retry?: { readonly afterMs: number };
  /** The effect of the request, as far as it is known; absent where nothing was to be sent. */
  declare outcome?: Outcome;
  /** How far a campaign came that this error stopped. */
  declare report?: Report;
  /** What brought it about: the reason of an abort; a `fetch`'s error as a copy without secrets, and without what it attached. */
  declare cause?: unknown;

  /** @internal */
  constructor(fields: Fields) {
    const { number, text, remedy, retryAfterMs, ...known } = fields;
    super(text);
    this.code = `E${number}`;
    this.remedy = remedy;
    Object.assign(this, known);
    if (retryAfterMs !== undefined) {
      this.retry = { afterMs: retryAfterMs };
    }
  }

  /** For logs: all that is known, without the stack and without `cause`, which may be anybody's. */
  toJSON(): Record<string, unknown> {
    const { cause: _, ...known } = this;
    return Object.assign({ name: this.name, message: this.message }, known);
  }
}

/** Your input was refused, or credentials are missing (E4004), before anything was sent (E1xxx). `pointer` names the field. */
export class ValidationError extends AirudderError {}

/**
 * Somebody else has a campaign's journal, or wrote to it (E1018). Nothing was sent on the strength of lines that are not in
 * it.
 */
export class JournalConflict extends ValidationError {}

/** The API said no (E3xxx), or did not accept the credentials (E4xxx). */
export class ApiError extends AirudderError {}

/** A delivery cannot be trusted or read (E5xxx). */
export class WebhookError extends AirudderError {}

/** A key, a cipher or a text does not fit (E6xxx). */
export class CryptoError extends AirudderError {}

/** There was no answer (E7xxx). */
export class TransportError extends AirudderError {}

/**
 * The request was sent, and nothing tells whether it was carried out (E7005).
 *
 * Sending it again might phone people twice, so the library does not. `message` names the operation that finds out.
 */
export class OutcomeUnknown extends TransportError {}

// A bundler may shorten the names of classes, and an own property would be printed with every error.
for (const [name, kind] of Object.entries({
  AirudderError,
  ValidationError,
  JournalConflict,
  ApiError,
  WebhookError,
  CryptoError,
  TransportError,
  OutcomeUnknown,
})) {
  Object.defineProperty(kind.prototype, "name", { value: name });
}

const BY_NUMBER: Record<number, typeof AirudderError> = {
  1018: JournalConflict,
  4004: ValidationError, // credentials that nobody gave: the API was not asked
  7005: OutcomeUnknown,
};
const BY_THOUSAND: Record<number, typeof AirudderError> = {
  1: ValidationError,
  3: ApiError,
  4: ApiError,
  5: WebhookError,
  6: CryptoError,
  7: TransportError,
};

/** The error of these fields. */
export function build(fields: Fields): AirudderError {
  const { number } = fields;
  const kind = BY_NUMBER[number] ?? BY_THOUSAND[Math.floor(number / 1000)] ?? AirudderError;
  return new kind(inJavaScript(fields));
}

/** Settings have their names in this language; the core knows them in its own. What the API said stays as it is. */
function inJavaScript(fields: Fields): Fields {
  const renamed = (text: string) => text.replace(SETTINGS, (name) => SPELT[name] ?? camel(name));
  return {
    ...fields,
    text: fields.apiMessage === undefined ? renamed(fields.text) : fields.text,
    remedy: renamed(fields.remedy),
    ...(fields.pointer !== undefined && { pointer: renamed(fields.pointer) }),
  };
}

const SETTINGS = new RegExp(
  `\\b(${[
    "app_key|app_secret|base_url|auth_scheme|encryption_key|sign_key|sign_secret|sign_scheme|max_retries",
    "require_signature|require_encryption|max_body_bytes|max_depth|batch_size|in_flight|lookups_in_flight|allow_duplicates|retry_rejected",
    "journal_key|same_account",
  ].join("|")})\\b|(?<=^/)timeout$`,
  "g",
);
const SPELT: Record<string, string> = { timeout: "timeoutMs" };

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
