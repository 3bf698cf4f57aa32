/** What a runtime may lend the core. */

/** AES and SHA-256 of the runtime, which writes into what it is given. */
export interface Primitives {
  encryptBlocks(key: Uint8Array, blocks: Uint8Array): void;
  decryptBlocks(key: Uint8Array, blocks: Uint8Array): void;
  sha256(data: Uint8Array, digest: Uint8Array): void;
}
