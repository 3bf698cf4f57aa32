/** A catalog of one's own: operations and events that the library does not know, as data. */
import type { Raw } from "../runtime/glue.js";
import { write } from "../runtime/json.js";
import { checkedAs, type Kind, STRING } from "../runtime/settings.js";
import { type Machine, reader } from "./machine.js";

/** A JSON Schema, as it stands in the file. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** An operation of a catalog. */
export interface CatalogOperation {
  /** The name, for instance `plans.create`: the client has it as `client.plans.create`. */
  readonly name: string;
  /** The HTTP method. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path, with `{name}` where a parameter is put. */
  readonly path: string;
  /** The authentication. */
  readonly auth: "none" | "token" | "sign" | "headers";
  /** The envelope of its response. */
  readonly envelope: "cloud" | "chat" | "sms" | "process";
  /** `safe` where the file says that it may be repeated after an unknown outcome. */
  readonly replay: "safe" | "never";
  /** The operation that finds out whether a doubtful request was carried out; empty where there is none. */
  readonly findOut: string;
  /** A response that is not JSON is a `File`. */
  readonly file: boolean;
  /** The parameters that go into the query of a request with a body. */
  readonly query: readonly string[];
  /** The documentation; empty where there is none. */
  readonly docs: string;
  /** The schema of the parameters. */
  readonly params?: JsonSchema;
  /** The schema of the result. */
  readonly result?: JsonSchema;
}

/** An event of a catalog. */
export interface CatalogEvent {
  /** The type, for instance `plan.finished`. */
  readonly name: string;
  /** The documentation; empty where there is none. */
  readonly docs: string;
  /** JSON pointers into the body, each with the value that stands there, or `true`, where any may. */
  readonly when: { readonly [pointer: string]: unknown };
  /** The schema of the body. */
  readonly body?: JsonSchema;
}

const FILE: Kind = {
  what: "the text of a catalog's file, or what it holds as an object",
  fits: (value) => STRING.fits(value) || (typeof value === "object" && value !== null),
};

/**
 * A catalog of one's own, for `new Client({ catalog })` and `new Webhooks({ catalog })`.
 *
 * @example
 * const catalog = Catalog.extend(await readFile("vendor.json", "utf8"));
 * const client = Client.fromEnv({ catalog });
 */
export class Catalog {
  /** The operations, in the order of the file. */
  readonly operations: readonly CatalogOperation[];
  /** The events, in the order of the file. */
  readonly events: readonly CatalogEvent[];
  readonly #machine: Machine;
  readonly #operations: ReadonlySet<string>;
  readonly #events: ReadonlySet<string>;

  private constructor(machine: Machine) {
    this.#machine = machine;
    const { operations, events } = JSON.parse(machine.listing());
    this.operations = operations.map(({ find_out: findOut, ...row }: { find_out: string }) => ({ ...row, findOut }));
    this.events = events;
    this.#operations = new Set(this.operations.map(({ name }) => name));
    this.#events = new Set(this.events.map(({ name }) => name));
  }

  /**
   * Reads a catalog's file: its text, or what it holds as an object. The library's own operations and events come first.
   *
   * Outside of Node, Bun and Deno, `import "airudder/catalog"` once: it is a module of its own, which a page or a worker that
   * does not need it is spared.
   *
   * @throws ValidationError The file has a fault (E1027), at `pointer`. Or (E1001) `airudder/catalog` was not imported.
   */
  static extend(file: string | object): Catalog {
    const given = checkedAs(file, "file", FILE);
    return new Catalog(reader()(typeof given === "string" ? given : write(given)));
  }

  /** @internal */
  has(operation: string): boolean {
    return this.#operations.has(operation);
  }

  /** @internal */
  hasEvent(type: string): boolean {
    return this.#events.has(type);
  }

  /** @internal */
  request(operation: string, params: Uint8Array, strict: boolean): Raw {
    return this.#machine.request(operation, params, strict);
  }

  /** @internal */
  recognize(text: string): string | undefined {
    return this.#machine.recognize(text);
  }

  /** The output of `console.log` in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Catalog { ${this.operations.length} operations, ${this.events.length} events }`;
  }
}

/** A setting that is a catalog. */
export const CATALOG: Kind = {
  what: "a Catalog, as Catalog.extend gives it",
  fits: (value) => value instanceof Catalog,
};
