/** From HTTP to events: reads a body within its limit, and answers as AI Rudder expects it. */
import { bytes, checkSize, collect, isBytes, parsed } from "../runtime/bytes.js";
import { type AirudderError, CryptoError, WebhookError } from "../runtime/errors.js";
import type { WebRequest, WebResponse } from "../runtime/globals.js";
import { type HeaderFields, pairs } from "../runtime/headers.js";
import { fault } from "../runtime/native.js";
import { checkedAs } from "../runtime/settings.js";
import { ADDRESS, type Address, addressOf } from "./address.js";
import type { Event } from "./event.js";

/** A receiver of deliveries. */
export interface Receiver<Request> {
  maxBodyBytes: number;
  unwrap: (body: Body, headers: HeaderFields, more: Arrival) => Event;
  take: (event: Event) => unknown;
  onError: (error: unknown) => unknown;
  quarantine: ((delivery: Unverified) => unknown) | undefined;
  address: Address<Request> | undefined;
}

/** A delivery, as the server has it. */
interface Incoming {
  method: string;
  headers: HeaderFields;
  url: () => string;
  body: () => Promise<Body>;
}

type Body = string | Uint8Array | ArrayBuffer;

/** What a delivery has beside body and header fields. */
interface Arrival {
  /** The HTTP method. */
  readonly method: string;
  /** The URL: of a handler's setting `url`, or as the server saw it. */
  readonly url: string;
  /** The time of the delivery. */
  readonly receivedAt: Date;
}

/** A delivery that could not be verified, decrypted or read, as it came. `unwrap` takes all of it later. */
export interface Unverified extends Arrival {
  /** The bytes of the body. */
  readonly body: Uint8Array;
  /** Names and values of the header fields, for `unwrap` and for JSON. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The reason: a `WebhookError` or a `CryptoError`. */
  readonly error: AirudderError;
}

/** Answers a web request. It never rejects. */
export type FetchHandler = (request: WebRequest) => Promise<WebResponse>;

/** The part of `http.IncomingMessage` that is needed; Express's and Fastify's fit. */
export interface NodeRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  /** The same ahead of a router, which Express takes off `url`. */
  readonly originalUrl?: string | undefined;
  /** The connection, which tells whether it is encrypted. */
  readonly socket?: unknown;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly readableEnded?: boolean;
  /** Set by `setEncoding`: the body comes as strings, of which only UTF-8 gives the bytes back. */
  readonly readableEncoding?: string | null;
  /** The bytes, where a framework keeps them. */
  readonly rawBody?: unknown;
  /** The body, parsed or not, where a framework puts it here. */
  readonly body?: unknown;
}

/** The part of `http.ServerResponse` that is needed. */
export interface NodeResponse {
  /** The connection; absent where it is gone. */
  readonly socket?: { readonly destroyed?: boolean } | null;
  readonly destroyed?: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * Answers a request of Node's `http`. For frameworks that wait for it, what it gives is a promise at run time, which
 * never rejects.
 */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => void;

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A handler from `Request` to `Response`. */
export function fetchHandler(receiver: Receiver<WebRequest>): FetchHandler {
  return async (request) => {
    const { status, headers, body } = await answer(receiver, {
      method: request.method,
      headers: request.headers,
      url: () => addressOf(receiver.address, request, request.url),
      body: () => webBody(request, receiver.maxBodyBytes),
    });
    return new Response(body, { status, headers }) as WebResponse;
  };
}

/** A handler for Node's `http`. */
export function nodeHandler(receiver: Receiver<NodeRequest>): NodeHandler {
  return async (request, response) => {
    const { status, headers, body } = await answer(receiver, {
      method: request.method ?? "",
      headers: request.headers,
      url: () => addressOf(receiver.address, request, seenBy(request)),
      body: () => nodeBody(request, receiver.maxBodyBytes),
    });
    try {
      if (response.destroyed || response.socket?.destroyed) {
        throw new Error("the connection broke off before the answer was sent: AI Rudder sends the event again");
      }
      // It throws where something else has answered, for instance a time-out middleware.
      response.writeHead(status, headers);
      response.end(body);
    } catch (error) {
      await tell(receiver, error);
    }
  };
}

/**
 * The URL that the sender of a request asked for, as `unwrap` takes it: for frameworks that need no handler.
 *
 * @param url The address that AI Rudder was given, where a proxy changes it: `https://` and the host, and the path if that
 * is changed, too. Absent: nothing changes it. `X-Forwarded-*`, which anybody can send, is not asked.
 */
export function requestedUrl(request: NodeRequest, url?: string): string {
  const address = url === undefined ? undefined : checkedAs(url, "url", ADDRESS);
  return addressOf(address, request, seenBy(request));
}

/** The URL as the server sees it; path and query where the request names no host. */
function seenBy({ originalUrl, url = "", headers, socket }: NodeRequest): string {
  const target = originalUrl ?? url;
  const host = headers.host ?? headers[":authority"];
  if (!target.startsWith("/") || typeof host !== "string") {
    return target;
  }
  const isEncrypted = (socket as { encrypted?: unknown } | undefined)?.encrypted === true;
  return `${isEncrypted ? "https" : "http"}://${host}${target}`;
}

async function answer<Request>(receiver: Receiver<Request>, request: Incoming): Promise<Answer> {
  const { method, headers } = request;
  if (method !== "POST") {
    return refuse(405, { allow: "POST" });
  }
  const receivedAt = new Date();
  let arrived: (Arrival & { body: Body }) | undefined;
  let event: Event | undefined;
  try {
    arrived = { method, url: request.url(), receivedAt, body: await request.body() };
    event = receiver.unwrap(arrived.body, headers, arrived);
    await receiver.take(event);
    return TAKEN;
  } catch (error) {
    await tell(receiver, error);
    if (event !== undefined) {
      return refuse(500); // ours, so that the event comes again when it was mended
    }
    if (arrived !== undefined && isUnverified(error) && receiver.quarantine !== undefined) {
      return keep(receiver, receiver.quarantine, {
        ...arrived,
        body: bytes(arrived.body),
        headers: pairs(headers),
        error,
      });
    }
    return refuse(statusOf(error));
  }
}

/** Another setting may verify it later. What cannot be kept comes again. */
async function keep<Request>(
  receiver: Receiver<Request>,
  quarantine: (delivery: Unverified) => unknown,
  delivery: Unverified,
): Promise<Answer> {
  try {
    await quarantine(delivery);
    return TAKEN;
  } catch (error) {
    await tell(receiver, error);
    return refuse(503);
  }
}

/** A logger that fails must not keep the answer back, nor end the process. */
async function tell<Request>(receiver: Receiver<Request>, error: unknown): Promise<void> {
  try {
    await receiver.onError(error);
  } catch {
    // there is nobody left to tell
  }
}

/** True where another secret, scheme, tolerance, key or cipher might read it. */
function isUnverified(error: unknown): error is AirudderError {
  return error instanceof CryptoError || (error instanceof WebhookError && UNVERIFIED.has(error.code));
}

const UNVERIFIED = new Set(["E5001", "E5002", "E5005", "E5007", "E5008", "E5009"]);

/** 4xx is the sender's fault. What is ours is 500, so that the event comes again when it was mended. */
function statusOf(error: unknown): number {
  if (!(error instanceof WebhookError || error instanceof CryptoError) || error.code === "E5006") {
    return 500;
  }
  return error.code === "E5003" ? 413 : 400;
}

const TAKEN: Answer = { status: 200, headers: { "content-type": "application/json" }, body: "{}" };

function refuse(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers: { ...TAKEN.headers, ...headers }, body: "{}" };
}

/** The body of a web request. */
async function webBody({ body, bodyUsed }: WebRequest, limit: number): Promise<Body> {
  if (bodyUsed) {
    throw parsed(undefined);
  }
  return within(limit, body ?? []);
}

/** The body where the framework left it, or, where nothing was read yet, the stream's. */
async function nodeBody(request: NodeRequest, limit: number): Promise<Body> {
  for (const body of [request.rawBody, request.body]) {
    if (typeof body === "string" || isBytes(body)) {
      return body;
    }
  }
  if (request.readableEnded) {
    throw parsed(request.body);
  }
  return within(limit, request, request.readableEncoding ?? undefined);
}

/** Reads a stream within the limit. Chunks are bytes, or strings where the stream decodes them. */
function within(
  limit: number,
  stream: AsyncIterable<unknown> | Iterable<unknown>,
  encoding?: string,
): Promise<Uint8Array> {
  return collect(
    stream,
    (chunk) => chunkOf(chunk, encoding),
    (length) => checkSize(length, limit),
  );
}

/** The bytes of a chunk. UTF-8 alone gives them back: every other encoding lost some, or none can say so. */
function chunkOf(chunk: unknown, encoding: string | undefined): Uint8Array {
  if (isBytes(chunk)) {
    return bytes(chunk);
  }
  if (typeof chunk === "string" && (encoding === "utf8" || encoding === "utf-8")) {
    return bytes(chunk);
  }
  const found = typeof chunk === "string" ? `text in ${encoding ?? "an unknown encoding"}` : `a ${typeof chunk}`;
  throw fault(
    5006,
    `the stream of the body gives ${found} and not bytes: take \`setEncoding\` away, or read it yourself`,
  );
}
