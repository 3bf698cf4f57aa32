/** From HTTP to events: reads a body within its limit, and answers as AI Rudder expects it. */
import { collect } from "./bytes.js";
import { AirudderError, CryptoError, WebhookError } from "./errors.js";
import type { WebRequest, WebResponse } from "./globals.js";
import type { HeaderFields } from "./headers.js";
import { fault } from "./native.js";

/** What takes deliveries. */
interface Receiver {
  maxBodyBytes: number;
  receive: (body: string | Uint8Array, headers: HeaderFields) => Promise<void>;
  onError: (error: unknown) => void | Promise<void>;
}

/** Answers a web request. */
export type FetchHandler = (request: WebRequest) => Promise<WebResponse>;

/** What is needed of `http.IncomingMessage`; Express's and Fastify's fit. */
export interface NodeRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly readableEnded?: boolean;
  /** Where a framework keeps the bytes. */
  readonly rawBody?: unknown;
  /** Where a framework puts the body, parsed or not. */
  readonly body?: unknown;
}

/** What is needed of `http.ServerResponse`. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/** Answers a request of Node's `http`. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>;

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A handler from `Request` to `Response`. */
export function fetchHandler(receiver: Receiver): FetchHandler {
  return async (request) => {
    const { status, headers, body } = await answer(receiver, request.method, request.headers, () =>
      within(receiver.maxBodyBytes, (request.body ?? []) as AsyncIterable<Uint8Array>),
    );
    return new Response(body, { status, headers }) as WebResponse;
  };
}

/** A handler for Node's `http`. */
export function nodeHandler(receiver: Receiver): NodeHandler {
  return async (request, response) => {
    const { status, headers, body } = await answer(receiver, request.method ?? "", request.headers, () =>
      nodeBody(request, receiver.maxBodyBytes),
    );
    response.writeHead(status, headers);
    response.end(body);
  };
}

async function answer(
  receiver: Receiver,
  method: string,
  headers: HeaderFields,
  read: () => Promise<string | Uint8Array>,
): Promise<Answer> {
  if (method !== "POST") {
    return refuse(405, { allow: "POST" });
  }
  try {
    await receiver.receive(await read(), headers);
    return { status: 200, headers: { "content-type": "application/json" }, body: "{}" };
  } catch (error) {
    try {
      await receiver.onError(error);
    } catch {
      // A logger that fails must not keep the answer back, nor end the process.
    }
    return refuse(statusOf(error));
  }
}

/** 4xx is the sender's fault. What is ours is 500, so that the event comes again when it was mended. */
function statusOf(error: unknown): number {
  if (!(error instanceof AirudderError)) {
    return 500;
  }
  switch (error.code) {
    case "E5003":
      return 413;
    case "E5006":
      return 500;
    default:
      return error instanceof WebhookError || error instanceof CryptoError ? 400 : 500;
  }
}

function refuse(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: "{}" };
}

/** The body where the framework left it, or, where nothing was read yet, the stream's. */
async function nodeBody(request: NodeRequest, limit: number): Promise<string | Uint8Array> {
  for (const body of [request.rawBody, request.body]) {
    if (typeof body === "string" || body instanceof Uint8Array) {
      return body;
    }
  }
  if (request.readableEnded) {
    return request.body as Uint8Array; // parsed already: the receiver says so, and what to do
  }
  return within(limit, request as AsyncIterable<Uint8Array>);
}

/** Reads a stream within the limit. */
function within(limit: number, stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return collect(stream, (length) => {
    if (length > limit) {
      throw fault(5003, `the body has more than ${limit} bytes`);
    }
  });
}
