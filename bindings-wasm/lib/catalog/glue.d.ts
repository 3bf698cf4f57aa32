/** The exports of wasm-bindgen (`dist/catalog/glue.js`), as `src/catalog.rs` declares it. */
import type { Raw } from "../runtime/glue.js";

export class Catalog {
  constructor(file: string);
  listing(): string;
  request(name: string, params: Uint8Array, strict: boolean): Raw;
  recognize(text: string): string | undefined;
  free(): void;
}

/** Traps, as a bug would; for the test of the restart. */
export function trap(): never;

export function initSync(source: { module: object }): void;
export function __wbg_reset_state(): void;
