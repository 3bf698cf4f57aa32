/** AES and SHA-256 of Node, Bun and Deno, several times as fast as WebAssembly's. */

import type { Primitives } from "../runtime/glue.js";
import type { Builtins } from "./builtins.js";

/** The primitives. An exception of theirs is no error: the core then uses its own. */
export function primitives({ createCipheriv, createDecipheriv, createHash }: Builtins["crypto"]): Primitives {
  return {
    encryptBlocks(key, blocks) {
      put(createCipheriv(ecb(key), key, null).setAutoPadding(false).update(blocks), blocks);
    },
    decryptBlocks(key, blocks) {
      put(createDecipheriv(ecb(key), key, null).setAutoPadding(false).update(blocks), blocks);
    },
    sha256(data, digest) {
      put(createHash("sha256").update(data).digest(), digest);
    },
  };
}

function ecb(key: Uint8Array): string {
  return `aes-${key.length * 8}-ecb`;
}

function put(result: Uint8Array, into: Uint8Array): void {
  if (result.length !== into.length) {
    throw new RangeError("the runtime's result has another length");
  }
  into.set(result);
}
