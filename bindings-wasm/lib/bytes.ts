/** The bytes of a body or a text. */
import { fault } from "./native.js";

/** A text is taken as UTF-8. What was parsed or decoded already cannot be verified any more. */
export function bytes(body: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (typeof body === "string") {
    return new TextEncoder().encode(body);
  }
  if (body instanceof ArrayBuffer) {
    return new Uint8Array(body);
  }
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  throw fault(
    5006,
    `a signature is about the body's bytes as they came, not about a value of type \`${typeof body}\`: ` +
      "pass await request.arrayBuffer() in Next.js and Hono, use express.raw({ type: '*/*' }) on the route in Express, " +
      "and a content type parser with parseAs: 'buffer' in Fastify",
  );
}

/** All bytes of a stream. `check` is told how many there are so far, and may throw: nobody may fill the memory. */
export async function collect(
  stream: AsyncIterable<Uint8Array>,
  check: (length: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    check(length);
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
