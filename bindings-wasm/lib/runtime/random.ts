/** Random numbers for the hash tables of the reader of schemas, so that nobody can choose names that collide in them. */

/** Fills the bytes, also where there are none to be had: in Node 18, and in workerd outside of a request. */
export function getRandomValues(bytes: Uint8Array): void {
  try {
    (globalThis as { crypto?: { getRandomValues(bytes: Uint8Array): void } }).crypto?.getRandomValues(bytes);
  } catch {
    // The numbers below do: no key and no nonce is made of them.
  }
  if (bytes.every((byte) => byte === 0)) {
    for (let index = 0; index < bytes.length; index += 1) {
      bytes[index] = Math.random() * 256;
    }
  }
}
