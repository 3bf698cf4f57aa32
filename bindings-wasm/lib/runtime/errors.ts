/** The errors. Their numbers are the same in every language and never change their meaning: see errors.md. */
import { knownAcrossRealms } from "./kind.js";
import type { Report } from "./report.js";

/** The known effect of a request. */
export type Outcome = "not_sent" | "rejected" | "accepted" | "unknown";

/** An error as the core describes it; fields that do not apply are absent. */
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
 * The base of every error of this library. Its fields and message never hold a secret or a signature. `instanceof` knows
 * it, and the classes below, also where they come from another realm or another copy of this package.
 *
 * E1xxx your input, E2xxx a response that cannot be read, E3xxx the API said no, E4xxx authentication, E5xxx webhooks,
 * E6xxx crypto, E7xxx transport, E9xxx a bug in this library.
 */
export class AirudderError extends Error {
  /** The stable number as it is written everywhere, for instance `E3001`. */
  readonly code: `E${number}`;
  /** The remedy. */
  readonly remedy: string;
  /** The id of the call in events, log lines and spans; absent where no call was made. */
  declare callId?: string;
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
  /** The delay before another attempt makes sense; absent: it would fail again, or must not be repeated. */
  declare readonly retry?: { readonly afterMs: number };
  /** The known effect of the request; absent where nothing was to be sent. */
  declare outcome?: Outcome;
  /** The report of the campaign that this error stopped. */
  declare report?: Report;
  /** The cause: the reason of an abort, or a `fetch`'s error as a copy without secrets and without attached objects. */
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

  /** For logs: all fields but the stack and `cause`, which may come from other code. */
  toJSON(): Record<string, unknown> {
    const { cause: _, ...known } = this;
    return Object.assign({ name: this.name, message: this.message }, known);
  }
}

/**
 * Your input was refused, or credentials are missing (E4004), before anything was sent (E1xxx). `pointer` names the
 * field.
 */
export class ValidationError extends AirudderError {}

/**
 * Somebody else has a campaign's journal, or wrote to it (E1018). Nothing was sent on the strength of lines that are
 * not in it.
 */
export class JournalConflict extends ValidationError {}

/**
 * A campaign was stopped before its end, or its time was over (E1023). `report` says how far it came. Run it again with
 * the same journal and the same contacts to go on.
 */
export class CampaignStopped extends AirudderError {}

/** The API said no (E3xxx), or did not accept the credentials (E4xxx). */
export class ApiError extends AirudderError {}

/** A delivery cannot be trusted or read (E5xxx). */
export class WebhookError extends AirudderError {}

/** A key, a cipher or an input does not fit (E6xxx). */
export class CryptoError extends AirudderError {}

/** There was no answer (E7xxx). */
export class TransportError extends AirudderError {}

/**
 * The request was sent, and nothing tells whether it was carried out (E7005).
 *
 * Sending it again might phone people twice, so the library does not. `message` names the operation that finds out.
 */
export class OutcomeUnknown extends TransportError {}

// From the base to the more special ones.
const KINDS = {
  AirudderError,
  ValidationError,
  JournalConflict,
  CampaignStopped,
  ApiError,
  WebhookError,
  CryptoError,
  TransportError,
  OutcomeUnknown,
};
knownAcrossRealms(KINDS);
// A bundler may shorten the names of classes, and an own property would be printed with every error.
for (const [name, kind] of Object.entries(KINDS)) {
  Object.defineProperty(kind.prototype, "name", { value: name });
}

const BY_NUMBER: Record<number, typeof AirudderError> = {
  1018: JournalConflict,
  1023: CampaignStopped,
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

/** Names the settings as JavaScript does. The API's own message stays as it is. */
function inJavaScript(fields: Fields): Fields {
  return {
    ...fields,
    text: fields.apiMessage === undefined ? renamed(fields.text) : fields.text,
    remedy: renamed(fields.remedy),
    ...(fields.pointer !== undefined && { pointer: POINTERS[fields.pointer] ?? renamed(fields.pointer) }),
  };
}

function renamed(text: string): string {
  return text.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => SETTINGS[name] ?? name);
}

/** The settings by their names in the core, whose messages mention them. */
const SETTINGS: Record<string, string> = {
  allow_duplicates: "allowDuplicates",
  app_key: "appKey",
  app_secret: "appSecret",
  auth_scheme: "authScheme",
  base_url: "baseUrl",
  batch_size: "batchSize",
  encryption_key: "encryptionKey",
  in_flight: "inFlight",
  journal_key: "journalKey",
  lookups_in_flight: "lookupsInFlight",
  max_body_bytes: "maxBodyBytes",
  max_depth: "maxDepth",
  max_doubtful_batches: "maxDoubtfulBatches",
  max_outage: "maxOutageMs",
  max_rejected: "maxRejected",
  max_retries: "maxRetries",
  requests_per_second: "requestsPerSecond",
  require_encryption: "requireEncryption",
  require_journal: "requireJournal",
  require_signature: "requireSignature",
  retry_rejected: "retryRejected",
  same_account: "sameAccount",
  sign_key: "signKey",
  sign_scheme: "signScheme",
  sign_secret: "signSecret",
  suppress_case_ids: "suppressCaseIds",
};

/** Names that are words of other messages, too. */
const POINTERS: Record<string, string> = { "/timeout": "/timeoutMs" };
