/** The module of what comes in: receivers, and the building blocks of encryption and signatures. */
import { Module, RenewedIn, type Source } from "../runtime/module.js";
import { fault, lent } from "../runtime/native.js";
import * as glue from "./glue.js";

type Glue = typeof glue;

const MODULE: Module<Glue> = new Module(glue, {
  fault,
  begins: () => {
    const primitives = lent();
    if (primitives !== undefined) {
      glue.lend(primitives);
    }
  },
});

/** Sets the source of the module. */
export function provide(from: Source): void {
  MODULE.provide(from);
}

/** Runs on the instance. Every error that it throws is an `AirudderError`. */
export function enter<T>(run: (native: Glue) => T): T {
  return MODULE.enter(run);
}

/** An object that can be made anew in a fresh instance: a receiver. */
export class Renewed<T extends object> extends RenewedIn<Glue, T> {
  constructor(make: (native: Glue) => T) {
    super(MODULE, make);
  }
}
