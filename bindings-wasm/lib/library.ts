/** All that the package offers, whatever entry it is loaded by: so there is one of each class. */
export type { CallOptions, Json } from "./call.js";
export type {
  CampaignOptions,
  Campaigns,
  DoubtfulContact,
  Journal,
  Progress,
  Rejected,
  Report,
  Workflow,
} from "./campaign.js";
export { Client, type ClientOptions, type RawRequest } from "./client.js";
export * as crypto from "./crypto.js";
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
} from "./errors.js";
export type { Event, EventOf, KnownEvent, UnknownEvent } from "./event.js";
export { File } from "./file.js";
export type { Fetch, FetchResponse, WebRequest, WebResponse } from "./globals.js";
export type { FetchHandler, NodeHandler, NodeRequest, NodeResponse, Unverified } from "./handlers.js";
export type { HeaderFields } from "./headers.js";
export type { Operations } from "./operations.js";
export type { PreparedRequest } from "./prepared.js";
export type { Push } from "./push.js";
export type * from "./types.js";
export { type HandlerOptions, type Listener, Webhooks, type WebhooksOptions } from "./webhooks.js";
