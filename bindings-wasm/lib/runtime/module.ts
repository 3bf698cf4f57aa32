/**
 * A WebAssembly module of the package with its one instance: started when it is first needed, and replaced after a trap.
 *
 * A panic in the core is a trap, which leaves the instance in the middle of something. Nothing of it is used again: its
 * objects are made anew in the next one (`RenewedIn`), or are over (`Owned`).
 */
import { AirudderError, build, type Fields } from "./errors.js";

/** The exports of wasm-bindgen that every module has. */
export interface Glue {
  initSync(source: { module: object }): void;
  /** Makes a fresh instance of the same module. */
  __wbg_reset_state(): void;
}

/** The compiled module, or its bytes. */
export type Source = () => object;

/** What a module has from outside. */
interface Surroundings {
  /** Makes an error. */
  fault(number: number, message: string): AirudderError;
  /** Is told of every fresh instance. */
  begins?(): void;
}

/** A module and its instance. */
export class Module<G extends Glue> {
  readonly #glue: G;
  readonly #surroundings: Surroundings;
  #source: Source | undefined;
  #generation = 0;

  constructor(glue: G, surroundings: Surroundings) {
    this.#glue = glue;
    this.#surroundings = surroundings;
  }

  /** Sets the source of the module. Every entry of the package does so; the first one to be loaded counts. */
  provide(from: Source): void {
    this.#source ??= from;
  }

  /** The number of instances so far; 0: there is none yet. */
  get generation(): number {
    return this.#generation;
  }

  /** Runs on the instance. Every error that it throws is an `AirudderError`. */
  enter<T>(run: (native: G) => T): T {
    if (this.#generation === 0) {
      this.#start();
    }
    try {
      return run(this.#glue);
    } catch (thrown) {
      if (thrown instanceof AirudderError) {
        throw thrown;
      }
      if (isFields(thrown)) {
        throw build(thrown);
      }
      throw this.#restarted(thrown);
    }
  }

  #start(): void {
    if (this.#source === undefined) {
      throw new Error("the package was not loaded by one of its entries");
    }
    try {
      this.#glue.initSync({ module: this.#source() });
    } catch (error) {
      throw withoutModule(error);
    }
    this.#begin();
  }

  #begin(): void {
    this.#generation += 1;
    this.#surroundings.begins?.();
  }

  /** Starts the module anew: anything but an error of the core is a trap in the middle of its work. */
  #restarted(thrown: unknown): AirudderError {
    this.#glue.__wbg_reset_state();
    this.#begin();
    const message = `the WebAssembly module failed and was started anew (${String(thrown)})`;
    const error = this.#surroundings.fault(INTERNAL, message);
    error.cause = thrown;
    return error;
  }
}

/** An object that can be made anew in a fresh instance. */
export class RenewedIn<G extends Glue, T extends object> {
  readonly #module: Module<G>;
  readonly #make: (native: G) => T;
  #object: T;
  #generation: number;

  constructor(module: Module<G>, make: (native: G) => T) {
    this.#module = module;
    this.#make = make;
    this.#object = module.enter(make);
    this.#generation = module.generation;
  }

  /** Runs on the object. */
  use<R>(run: (object: T, native: G) => R): R {
    return this.#module.enter((native) => {
      if (this.#generation !== this.#module.generation) {
        this.#object = this.#make(native);
        this.#generation = this.#module.generation;
      }
      return run(this.#object, native);
    });
  }
}

/** The number of an error that is a bug in this library. */
export const INTERNAL = 9001;

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

function isFields(thrown: unknown): thrown is Fields {
  return typeof thrown === "object" && thrown !== null && Object.hasOwn(thrown, "number");
}
