/** The exports of wasm-bindgen (`dist/detect/glue.js`), as `src/detect.rs` declares it. */
import type { Head } from "../runtime/glue.js";

export function detect(
  head: Head,
  body: Uint8Array,
  receivedMs: number,
  secret: string | undefined,
  key: string | undefined,
): { scheme?: string; cipher?: string; notes: string[] };

/** Traps, as a bug would; for the test of the restart. */
export function trap(): never;

export function initSync(source: { module: object }): void;
export function __wbg_reset_state(): void;
