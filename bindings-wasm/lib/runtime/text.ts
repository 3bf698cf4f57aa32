/**
 * Strings to UTF-8 and back: the runtime's own classes, or Node's `Buffer` where these are missing, as under Jest's
 * jsdom.
 */

class BufferEncoder {
  encode(text: string): Uint8Array {
    return new Uint8Array(Buffer.from(text, "utf8"));
  }
}

/** Checks nothing: the module's output is UTF-8. */
class BufferDecoder {
  decode(bytes?: Uint8Array): string {
    return bytes === undefined ? "" : Buffer.from(bytes).toString("utf8");
  }
}

const { TextEncoder: OwnEncoder = BufferEncoder, TextDecoder: OwnDecoder = BufferDecoder } = globalThis as Partial<
  typeof globalThis
>;

export { OwnDecoder as TextDecoder, OwnEncoder as TextEncoder };
