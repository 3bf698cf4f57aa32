/** The exports of wasm-bindgen (`dist/detect/glue.js`), as `src/detect.rs` declares it. */
import type { Head } from "../runtime/glue.js";
import type { Detection } from "./captured.js";

export function detect(
  head: Head,
  body: Uint8Array,
  receivedMs: number,
  secret: string | undefined,
  signKey: string | undefined,
  encryptionKey: string | undefined,
): Detection;

/** Traps, as a bug would; for the test of the restart. */
export function trap(): never;

export function initSync(source: { module: object }): void;
export function __wbg_reset_state(): void;
