/** Header fields in whatever form a runtime or framework has them. */
import type { JsonText, Pairs } from "./glue.js";

/** Header fields: `Headers`, `IncomingMessage.headers`, a plain object or `Map`, or pairs. Names in any case. */
export type HeaderFields =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** Pairs of name and value, as the module takes them. */
export function pairs(fields: HeaderFields): JsonText {
  const entries: Iterable<readonly [string, unknown]> = isIterable(fields) ? fields : Object.entries(fields);
  const out: Pairs = [];
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) {
        out.push([wellFormed(String(name)), wellFormed(String(one))]);
      }
    }
  }
  return JSON.stringify(out);
}

/** Half surrogate pairs are replaced: anybody on the network might send them. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

function isIterable(fields: object): fields is Iterable<readonly [string, string]> {
  return Symbol.iterator in fields;
}
