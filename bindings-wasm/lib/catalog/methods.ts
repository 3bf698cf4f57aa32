/** The operations of a catalog as methods of a client. */
import type { Run } from "../call/options.js";
import { fault } from "../runtime/native.js";
import type { Catalog } from "./catalog.js";

/**
 * Gives a client a method for each operation: `plans.create_runs` becomes `client.plans.createRuns`. A family that the client
 * has already gets further methods; none is replaced.
 */
export function addMethods(client: object, catalog: Catalog, run: Run): void {
  for (const { name } of catalog.operations) {
    const [family = "", operation = ""] = name.split(".").map(camelCase);
    const method = (params: object = {}, ...options: [] | [Parameters<Run>[2]]) => run(name, params, ...options);
    const methods = familyOf(client, family);
    if (!(operation in methods)) {
      Object.defineProperty(methods, operation, { value: method, configurable: true });
    }
  }
}

/** The object with the methods of a family. */
function familyOf(client: object, family: string): object {
  if (!(family in client)) {
    Object.defineProperty(client, family, { value: {}, configurable: true, enumerable: true });
  }
  const methods = (client as Record<string, unknown>)[family];
  if (!Object.hasOwn(client, family) || typeof methods !== "object" || methods === null) {
    throw fault(1001, `a client has a \`${family}\` of its own: give the catalog's family another name`, "/catalog");
  }
  return methods;
}

/** As the types that are generated have it: `create_runs` becomes `createRuns`. */
function camelCase(name: string): string {
  const [first = "", ...others] = name.split("_");
  return first + others.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}
