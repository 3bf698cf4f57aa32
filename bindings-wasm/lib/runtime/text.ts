/**
 * Texts to UTF-8 and back. The runtime's own, but where tests under Jest's jsdom have nothing for it but Node's `Buffer`.
 */

class BufferEncoder {
  encode(text: string): Uint8Array {
    return new Uint8Array(Buffer.from(text, "utf8"));
  }
}

/** What comes out of the module is UTF-8: nothing is to be checked. */
class BufferDecoder {
  decode(bytes?: Uint8Array): string {
    return bytes === undefined ? "" : Buffer.from(bytes).toString("utf8");
  }
}

const { TextEncoder: OwnEncoder = BufferEncoder, TextDecoder: OwnDecoder = BufferDecoder } = globalThis as Partial<
  typeof globalThis
>;

export { OwnDecoder as TextDecoder, OwnEncoder as TextEncoder };
