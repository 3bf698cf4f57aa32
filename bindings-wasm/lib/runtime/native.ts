/**
 * The one instance of the WebAssembly module: started when it is first needed, and replaced after a trap.
 *
 * A panic in the core is a trap, which leaves the instance in the middle of something. Nothing of it is used again: its
 * objects are made anew in the next one (`Renewed`), or are over (`Owned`).
 */

import { AirudderError, build, type Fields } from "./errors.js";
import * as glue from "./glue.js";

export type Glue = typeof glue;

/** The compiled module, or its bytes. */
export type Source = () => object;

let source: Source | undefined;
/** Counts the instances; 0: there is none yet. */
let generation = 0;

/** Sets the source of the module. Every entry of the package does so; the first one to be loaded counts. */
export function provide(from: Source): void {
  source ??= from;
}

let primitives: glue.Primitives | undefined;

/** Has every instance use the runtime's own primitives for large bodies. */
export function lend(own: glue.Primitives): void {
  primitives ??= own;
}

/** Runs on the instance. Every error that it throws is an `AirudderError`. */
export function enter<T>(run: (native: Glue) => T): T {
  if (generation === 0) {
    start();
  }
  try {
    return run(glue);
  } catch (thrown) {
    if (thrown instanceof AirudderError) {
      throw thrown;
    }
    if (isFields(thrown)) {
      throw build(thrown);
    }
    throw restarted(thrown);
  }
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
    this.#generation = generation;
  }

  /** Runs on the object. */
  use<R>(run: (object: T) => R): R {
    if (this.#generation !== generation) {
      throw fault(INTERNAL, "the library was restarted after an internal error while this was under way");
    }
    return enter(() => run(this.#object));
  }

  /** Frees its memory, once. The memory of an instance that was replaced is gone already. */
  free(): void {
    if (!this.#freed && this.#generation === generation) {
      this.#freed = true;
      enter(() => this.#object.free());
    }
  }
}

/** An object that can be made anew in a fresh instance: a client's session, a receiver. */
export class Renewed<T extends object> {
  readonly #make: (native: Glue) => T;
  #object: T;
  #generation: number;

  constructor(make: (native: Glue) => T) {
    this.#make = make;
    this.#object = enter(make);
    this.#generation = generation;
  }

  /** Runs on the object. */
  use<R>(run: (object: T, native: Glue) => R): R {
    return enter((native) => {
      if (this.#generation !== generation) {
        this.#object = this.#make(native);
        this.#generation = generation;
      }
      return run(this.#object, native);
    });
  }
}

const INTERNAL = 9001;

function start(): void {
  if (source === undefined) {
    throw new Error("the package was not loaded by one of its entries");
  }
  try {
    glue.initSync({ module: source() });
  } catch (error) {
    throw withoutModule(error);
  }
  begin();
}

/** The error for a runtime that cannot start the module. It is built without the module. */
function withoutModule(cause: unknown): AirudderError {
  const text =
    typeof WebAssembly === "object"
      ? "the WebAssembly module of airudder cannot be started here"
      : "this runtime has no WebAssembly, which airudder needs";
  const remedy =
    "Start Node without --jitless. Where bytes may not be compiled, as in workers, import `airudder/wasm`; in a page, " +
    "allow `wasm-unsafe-eval` in its content security policy.";
  const error = build({ number: 1001, text: `${text}: ${remedy}`, remedy });
  error.cause = cause;
  return error;
}

/** Counts a fresh instance, and lends it the runtime's primitives. */
function begin(): void {
  generation += 1;
  if (primitives !== undefined) {
    glue.lend(primitives);
  }
}

/** Starts the module anew: anything but an error of the core is a trap in the middle of its work. */
function restarted(thrown: unknown): AirudderError {
  glue.__wbg_reset_state();
  begin();
  const message = `the WebAssembly module failed and was started anew (${String(thrown)})`;
  const error = fault(INTERNAL, message);
  error.cause = thrown;
  return error;
}

function isFields(thrown: unknown): thrown is Fields {
  return typeof thrown === "object" && thrown !== null && Object.hasOwn(thrown, "number");
}
