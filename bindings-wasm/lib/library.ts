/** All that the package offers, whatever entry it is loaded by: so there is one of each class. */
export type { CallOptions, Json } from "./call/call.js";
export { Client, type ClientOptions, type RawRequest } from "./call/client.js";
export { File } from "./call/file.js";
export type { Push } from "./call/push.js";
export type { CampaignOptions, Campaigns } from "./campaign/campaign.js";
export type { Operations } from "./generated/operations.js";
export type * from "./generated/types.js";
export * as crypto from "./runtime/crypto.js";
export {
  AirudderError,
  ApiError,
  CryptoError,
  JournalConflict,
  type Outcome,
  OutcomeUnknown,
  TransportError,
  ValidationError,
  WebhookError,
} from "./runtime/errors.js";
export type { Fetch, FetchResponse, WebRequest, WebResponse } from "./runtime/globals.js";
export type { HeaderFields } from "./runtime/headers.js";
export type { Journal } from "./runtime/journal.js";
export type { PreparedRequest } from "./runtime/prepared.js";
export type { DoubtfulContact, Progress, Rejected, Report, Workflow } from "./runtime/report.js";
export type { Event, EventOf, KnownEvent, UnknownEvent } from "./webhooks/event.js";
export type { FetchHandler, NodeHandler, NodeRequest, NodeResponse, Unverified } from "./webhooks/handlers.js";
export { type HandlerOptions, type Listener, Webhooks, type WebhooksOptions } from "./webhooks/webhooks.js";
