/** AES, SHA-256 and HMAC of Node, Bun and Deno, several times as fast as WebAssembly's. */

import type { KeyObject } from "node:crypto";
import type { Primitives } from "../runtime/glue.js";
import type { Builtins } from "./builtins.js";

/** The primitives. An exception of theirs is no error: the core then uses its own. */
export function primitives(crypto: Builtins["crypto"]): Primitives {
  const { createCipheriv, createDecipheriv, createHash, createHmac } = crypto;
  const secretKey = lastKey(crypto);
  return {
    encryptBlocks(key, blocks) {
      put(createCipheriv(ecb(key), key, null).setAutoPadding(false).update(blocks), blocks);
    },
    decryptBlocks(key, blocks) {
      put(createDecipheriv(ecb(key), key, null).setAutoPadding(false).update(blocks), blocks);
    },
    sha256(data, digest) {
      putText(createHash("sha256").update(data).digest("binary"), digest);
    },
    hmacSha256(key, data, digest) {
      putText(createHmac("sha256", secretKey(key)).update(data).digest("binary"), digest);
    },
  };
}

/** Keeps the key object of the last key: to make one takes as long as to hash a kilobyte. */
function lastKey({ createSecretKey }: Builtins["crypto"]): (key: Uint8Array) => KeyObject {
  let last: { bytes: Buffer; key: KeyObject } | undefined;
  return (key) => {
    if (last?.bytes.equals(key) !== true) {
      const bytes = Buffer.from(key);
      last = { bytes, key: createSecretKey(bytes) };
    }
    return last.key;
  };
}

function ecb(key: Uint8Array): string {
  return `aes-${key.length * 8}-ecb`;
}

/** A digest as a string of bytes: Node makes one in half the time of a `Buffer`. */
function putText(digest: string, into: Uint8Array): void {
  if (digest.length !== into.length) {
    throw new RangeError("the runtime's result has another length");
  }
  for (let index = 0; index < into.length; index += 1) {
    into[index] = digest.charCodeAt(index);
  }
}

function put(result: Uint8Array, into: Uint8Array): void {
  if (result.length !== into.length) {
    throw new RangeError("the runtime's result has another length");
  }
  into.set(result);
}
