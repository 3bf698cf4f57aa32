/** The part of a catalog that its WebAssembly module has, and who makes it. */
import type { Raw } from "../runtime/glue.js";
import { fault } from "../runtime/native.js";

/** A catalog's file that was read. */
export interface Machine {
  /** The operations and events as JSON text. */
  listing(): string;
  /** The request of an operation, whose parameters, JSON text in UTF-8, are checked first where `strict` is true. */
  request(name: string, params: Uint8Array, strict: boolean): Raw;
  /** The name of the event that a JSON text is. */
  recognize(text: string): string | undefined;
}

/** Reads the text of a catalog's file. */
export type Reader = (text: string) => Machine;

let load: (() => Reader) | undefined;

/** Sets who reads catalogs. It is a WebAssembly module of its own, which is loaded when it is first needed. */
export function catalogsBy(loaded: () => Reader): void {
  load ??= loaded;
}

/** Who reads catalogs, where it is there. */
export function reader(): Reader {
  if (load === undefined) {
    const message =
      '`Catalog.extend` is left out of bundles and workers that do not need it: `import "airudder/catalog"` once';
    throw fault(1001, message);
  }
  return load();
}
