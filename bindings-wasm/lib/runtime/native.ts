/** The module of the client, which makes the errors of all modules, and its objects. */

import { type AirudderError, build } from "./errors.js";
import * as glue from "./glue.js";
import { INTERNAL, Module, RenewedIn, type Source } from "./module.js";

export type Glue = typeof glue;

const MODULE: Module<Glue> = new Module(glue, {
  fault,
  begins: () => {
    if (primitives !== undefined) {
      glue.lend(primitives);
    }
  },
});

let primitives: glue.Primitives | undefined;

/** Has every instance use the runtime's own primitives for large bodies. */
export function lend(own: glue.Primitives): void {
  primitives ??= own;
}

/** The runtime's own primitives, where it has lent them. */
export function lent(): glue.Primitives | undefined {
  return primitives;
}

/** Sets the source of the module. */
export function provide(from: Source): void {
  MODULE.provide(from);
}

/** Runs on the instance. Every error that it throws is an `AirudderError`. */
export function enter<T>(run: (native: Glue) => T): T {
  return MODULE.enter(run);
}

/** An error that the facade found itself, with the number and the remedy that every language has for it. */
export function fault(number: number, message: string, pointer?: string): AirudderError {
  return build(enter((native) => native.fault(number, message, pointer)));
}

/** An object that belongs to one instance and ends with it: a call, a campaign. */
export class Owned<T extends { free(): void }> {
  readonly #object: T;
  readonly #generation: number;
  #freed = false;

  constructor(make: (native: Glue) => T) {
    this.#object = enter(make);
    this.#generation = MODULE.generation;
  }

  /** Runs on the object. */
  use<R>(run: (object: T) => R): R {
    if (this.#generation !== MODULE.generation) {
      throw fault(INTERNAL, "the library was restarted after an internal error while this was under way");
    }
    return enter(() => run(this.#object));
  }

  /** Frees its memory, once. The memory of an instance that was replaced is gone already. */
  free(): void {
    if (!this.#freed && this.#generation === MODULE.generation) {
      this.#freed = true;
      enter(() => this.#object.free());
    }
  }
}

/** An object that can be made anew in a fresh instance: a client's session. */
export class Renewed<T extends object> extends RenewedIn<Glue, T> {
  constructor(make: (native: Glue) => T) {
    super(MODULE, make);
  }
}
