/** Catalogs, with their module. */
import { Module, RenewedIn, type Source } from "../runtime/module.js";
import { fault } from "../runtime/native.js";
import * as glue from "./glue.js";
import { catalogsBy, type Machine } from "./machine.js";

/** @internal */
export const MODULE: Module<typeof glue> = new Module(glue, { fault });

/** Sets the source of the module, which makes `Catalog.extend` work. */
export function provide(from: Source): void {
  MODULE.provide(from);
  catalogsBy(() => read);
}

/** Reads the text of a catalog's file. */
export function read(text: string): Machine {
  const machine = new RenewedIn(MODULE, (native) => new native.Catalog(text));
  return {
    listing: () => machine.use((catalog) => catalog.listing()),
    request: (name, params, strict) => machine.use((catalog) => catalog.request(name, params, strict)),
    recognize: (body) => machine.use((catalog) => catalog.recognize(body)),
  };
}
