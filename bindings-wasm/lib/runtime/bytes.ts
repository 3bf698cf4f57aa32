/** The bytes of a body or a string. */
import type { Bytes } from "./globals.js";
import { fault } from "./native.js";
import { TextEncoder } from "./text.js";

/** The bytes of a body; a string is encoded as UTF-8. A body that was parsed already can no longer be verified. */
export function bytes(body: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (typeof body === "string") {
    return new TextEncoder().encode(body);
  }
  if (isBytes(body)) {
    return ArrayBuffer.isView(body)
      ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
      : new Uint8Array(body);
  }
  throw parsed(body);
}

/** Fails where a body has more bytes than the limit. */
export function checkSize(length: number, limit: number): void {
  if (length > limit) {
    throw fault(5003, `the body has more than ${limit} bytes`);
  }
}

/** Checks for bytes, also of another realm, as in tests under Jest, where `instanceof` fails. */
export function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** The error for a body that is neither bytes nor a string. */
export function parsed(body: unknown): Error {
  const found =
    body === undefined ? "nothing, as where the body was read before," : `a value of type \`${typeof body}\``;
  return fault(
    5006,
    `a signature is about the body's bytes as they came, not about ${found}: ` +
      "pass await request.arrayBuffer() in Next.js and Hono, use express.raw({ type: '*/*' }) on the route in Express " +
      "and put it ahead of express.json(), set bodyParser: false for an API route of Next.js, " +
      "and a content type parser with parseAs: 'buffer' in Fastify",
  );
}

/**
 * All bytes of a stream. `read` converts a chunk to bytes; `check` gets the number of bytes so far, and may throw to
 * limit the memory.
 */
export async function collect<Chunk>(
  stream: AsyncIterable<Chunk> | Iterable<Chunk>,
  read: (chunk: Chunk) => Uint8Array,
  check: (length: number) => void = () => {},
): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const part = read(chunk);
    length += part.length;
    check(length);
    chunks.push(part);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
