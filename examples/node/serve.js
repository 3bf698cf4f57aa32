/** From HTTP to an inbox: reads the raw bytes of a delivery, and no more than an event may have. */

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * A listener for Node's `http`, and a handler for Express, ahead of whatever parses bodies.
 *
 * @param {import("./store.js").Inbox} inbox
 */
export function nodeReceiver(inbox) {
  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  return async (request, response) => {
    // Node ends the connection with the loop, and so the answer, unless it is told not to.
    const pieces = request.iterator({ destroyOnReturn: false });
    const stated = request.headers["content-length"];
    const status = await receive(inbox, request.method, stated, request.headers, pieces);
    const headers = status === 200 ? HEADERS : { ...HEADERS, connection: "close" };
    response.writeHead(status, headers).end("{}");
  };
}

/**
 * A handler for Next.js, Hono, Bun, Deno and workers, from `Request` to `Response`.
 *
 * @param {import("./store.js").Inbox} inbox
 */
export function fetchReceiver(inbox) {
  /** @param {Request} request */
  return async (request) => {
    const stated = request.headers.get("content-length");
    const status = await receive(inbox, request.method, stated, request.headers, request.body ?? []);
    return new Response("{}", { status, headers: HEADERS });
  };
}

const HEADERS = { "content-type": "application/json" };

async function receive(inbox, method, stated, headers, stream) {
  if (method !== "POST") {
    return 405;
  }
  if (Number(stated) > MAX_BODY_BYTES) {
    return 413;
  }
  const pieces = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      length += piece.length;
      if (length > MAX_BODY_BYTES) {
        return 413;
      }
      pieces.push(piece);
    }
  } catch {
    return 400; // the sender went away
  }
  return inbox.receive(Buffer.concat(pieces), headers);
}
