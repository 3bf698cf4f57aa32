/** The exports of the package, the same for every entry: there is one of each class. */

export { Client } from "./call/client.js";
export type { ClientOptions, RawRequest } from "./call/client-options.js";
export { File } from "./call/file.js";
export type { CallOptions, Json } from "./call/options.js";
export type { PreparedRequest } from "./call/prepared.js";
export type { CallPromise, CallResponse } from "./call/promise.js";
export type { Push } from "./call/push.js";
export type { Campaigns } from "./campaign/campaigns.js";
export type { CampaignOptions, CheckOptions } from "./campaign/options.js";
export { partitionOf } from "./campaign/partition.js";
export type { RunningCampaign } from "./campaign/running.js";
export { Catalog, type CatalogEvent, type CatalogOperation, type JsonSchema } from "./catalog/catalog.js";
export * as crypto from "./crypto.js";
export type { Operations } from "./generated/operations.js";
export type * from "./generated/types.js";
export type {
  ClientEvents,
  ClientListener,
  PhaseEvent,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  WaitEvent,
} from "./observe/events.js";
export type { Logger } from "./observe/log.js";
export {
  AirudderError,
  ApiError,
  CampaignStopped,
  CryptoError,
  JournalConflict,
  type Outcome,
  OutcomeUnknown,
  TransportError,
  ValidationError,
  WebhookError,
} from "./runtime/errors.js";
export type { Fetch, FetchResponse, Headers as WebHeaders, WebRequest, WebResponse } from "./runtime/globals.js";
export type { HeaderFields } from "./runtime/headers.js";
export type { Journal, PartitionedJournal } from "./runtime/journal.js";
export { type DoubtfulContact, type Progress, type Rejected, Report, type Workflow } from "./runtime/report.js";
export type { Event, EventOf, KnownEvent, OwnEvent, UnknownEvent } from "./webhooks/event.js";
export {
  type FetchHandler,
  type NodeHandler,
  type NodeRequest,
  type NodeResponse,
  requestedUrl,
  type Unverified,
} from "./webhooks/handlers.js";
export type { HandlerOptions, Listener, SendOptions, UnwrapOptions, WebhooksOptions } from "./webhooks/options.js";
export type { Verifier } from "./webhooks/verifier.js";
export { Webhooks } from "./webhooks/webhooks.js";
