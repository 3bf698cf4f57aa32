/** Finding out how a delivery was signed and encrypted: what goes in and comes out, and who does it. */
import type { URL as WebUrl } from "../runtime/globals.js";
import type { HeaderFields } from "../runtime/headers.js";
import { fault } from "../runtime/native.js";

/** A delivery as it came. */
export interface Captured {
  /** The header fields, in any case. */
  headers: HeaderFields;
  /** The bytes as they came, at most 64 KiB. */
  body: string | Uint8Array | ArrayBuffer;
  /** The HTTP method: `POST`. */
  method?: string | undefined;
  /** The URL as its sender knows it, with its query; absent: schemes that sign it are not tried. */
  url?: string | WebUrl | undefined;
  /** The secret behind the signature; absent: schemes that need one are not tried. */
  secret?: string | undefined;
  /** The sign key; absent: the one that the delivery names in `X-AIRudder-Sign-Key`. */
  signKey?: string | undefined;
  /** The key of encrypted events; absent: ciphers are not tried. */
  encryptionKey?: string | undefined;
}

/** The result of `detect`. */
export interface Detection {
  /**
   * The signature scheme that fits, for `new Webhooks({ scheme })`. Never one that everybody could compute; one that is weak
   * ends in `;weak`.
   */
  scheme?: string;
  /** The cipher that fits, for `new Webhooks({ cipher })`; absent for a plain body. */
  cipher?: string;
  /** What the scheme does not protect; absent where nothing is known, or no scheme was found. */
  weakness?: string;
  /** The number of signatures that were computed. */
  tried: number;
  /** The findings in words, what was tried, and advice where nothing was found. */
  notes: string[];
}

/** Tries every known scheme and cipher on a captured delivery. */
export type Detect = (captured: Captured) => Detection;

let load: (() => Detect) | undefined;

/** Sets who detects. It is a WebAssembly module of its own, which is loaded when it is first needed. */
export function detectBy(loaded: () => Detect): void {
  load ??= loaded;
}

/** Who detects, where it is there. */
export function detector(): Detect {
  if (load === undefined) {
    const message =
      '`crypto.detect` is left out of bundles and workers that do not need it: `import "airudder/detect"` once';
    throw fault(1001, message);
  }
  return load();
}
