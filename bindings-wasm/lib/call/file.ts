/** A file that came in place of a JSON result. */
import { bytes, collect } from "../runtime/bytes.js";
import { masked } from "../runtime/cause.js";
import type { AirudderError } from "../runtime/errors.js";
import type { AbortSignal, Bytes, FetchResponse, ReadableStream } from "../runtime/globals.js";
import { knownAcrossRealms } from "../runtime/kind.js";
import { fault } from "../runtime/native.js";
import { describe, type Exchange } from "./transport.js";

/**
 * A file that came in place of a JSON result, such as a recording. It is still coming: read it once, by `stream` or by
 * `bytes()`. Where neither is wanted, `await file.stream?.cancel()` frees the connection.
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * await writeFile("recording.wav", file.stream);
 */
export class File {
  /** The content type, for instance `audio/wav`. */
  readonly contentType: string;
  /**
   * Its bytes as they come, so that a large file need not fit into memory. Where they break off, it fails with a
   * `TransportError` (E7003; E7002 where the next ones do not come within `timeoutMs`), or with the reason of the call's
   * `signal`.
   */
  readonly stream: ReadableStream;

  /** @internal */
  constructor(contentType: string, { body }: FetchResponse, signal: AbortSignal | undefined, exchange: Exchange) {
    this.contentType = contentType;
    this.stream = whole(body ?? new Blob([]).stream(), signal, exchange);
  }

  /** All its bytes. */
  bytes(): Promise<Bytes> {
    return collect(this.stream, bytes);
  }
}

knownAcrossRealms({ File });

/** The same stream, with this library's error where it breaks off. Reads nothing ahead; ends the exchange at its end. */
function whole(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined, exchange: Exchange): ReadableStream {
  const chunks = body[Symbol.asyncIterator]();
  const source = {
    async pull(stream: { enqueue(chunk: Uint8Array): void; close(): void }) {
      try {
        const { done, value } = await exchange.piece(chunks.next());
        if (!done) {
          return stream.enqueue(value);
        }
        exchange.end();
        stream.close();
      } catch (error) {
        exchange.end();
        throw signal?.aborted ? signal.reason : brokenOff(error, exchange.timedOut);
      }
    },
    async cancel() {
      exchange.end();
      await chunks.return?.();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 }) as ReadableStream;
}

function brokenOff(error: unknown, timedOut: boolean): AirudderError {
  const cause = masked(error, (text) => text);
  const broken = timedOut
    ? fault(7002, "the file stopped coming: the next bytes did not come in time")
    : fault(7003, `the connection broke off before the file was complete (${describe(cause)})`);
  broken.outcome = "accepted";
  broken.cause = cause;
  return broken;
}
