/** A file that came in place of a JSON result. */
import type { FetchResponse, ReadableStream } from "./globals.js";

/**
 * A file that came in place of a JSON result, such as a recording. It is still coming: read it once, by `stream` or by
 * `bytes()`. Where neither is wanted, `await file.stream?.cancel()` frees the connection.
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * await writeFile("recording.wav", file.stream);
 */
export class File {
  /** What it is, for instance `audio/wav`. */
  readonly contentType: string;
  readonly #response: FetchResponse;

  /** @internal */
  constructor(contentType: string, response: FetchResponse) {
    this.contentType = contentType;
    this.#response = response;
  }

  /** Its bytes as they come, so that a large file need not fit into memory. */
  get stream(): ReadableStream {
    return this.#response.body ?? (new Blob([]).stream() as ReadableStream);
  }

  /** All its bytes. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#response.arrayBuffer());
  }
}
