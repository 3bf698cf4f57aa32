/** Header fields in whatever form a runtime or framework has them. */
import type { Pairs } from "./glue.js";

/** Header fields: `Headers`, `IncomingMessage.headers`, a plain object or `Map`, or pairs. Names in any case. */
export type HeaderFields =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** Pairs of name and value. */
export function pairs(fields: HeaderFields): Pairs {
  const entries: Iterable<readonly [string, unknown]> = isIterable(fields) ? fields : Object.entries(fields);
  const out: Pairs = [];
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) {
        out.push([String(name), String(one)]);
      }
    }
  }
  return out;
}

function isIterable(fields: object): fields is Iterable<readonly [string, string]> {
  return Symbol.iterator in fields;
}
