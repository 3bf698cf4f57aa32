/** Header fields in whatever form a runtime or framework has them. */
import { bytes, isBytes } from "./bytes.js";
import type { FieldText, Head, Pairs } from "./glue.js";
import { fault } from "./native.js";

/** The value of a field, or its values. */
type FieldValue = string | readonly string[] | undefined;

/**
 * Header fields: `Headers`, `IncomingMessage.headers` or its `rawHeaders`, a plain object or `Map`, or pairs. Names in
 * any case; a field may have several values.
 */
export type HeaderFields =
  | Iterable<readonly [string, string | readonly string[]]>
  | readonly string[]
  | { readonly [name: string]: FieldValue };

/** Pairs of name and value. */
export function pairs(fields: HeaderFields): Pairs {
  const out: Pairs = [];
  for (const [name, value] of entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) {
        out.push([wellFormed(name), wellFormed(text(one, name))]);
      }
    }
  }
  return out;
}

/** The header fields of these names, in lower case, as the module takes them. */
export function pick(fields: HeaderFields, names: ReadonlySet<string>): FieldText {
  const picked: [string, unknown][] = [];
  for (const entry of entries(fields)) {
    if (typeof entry[1] !== "string" || names.has(entry[0].toLowerCase())) {
      picked.push(entry);
    }
  }
  return fieldText(pairs(picked as Pairs));
}

/** Pairs as the module takes them. A zero character separates them there; another control character is as wrong. */
export function fieldText(fields: Pairs): FieldText {
  let text = "";
  for (const [name, value] of fields) {
    text += `${withoutZero(name)}\0${withoutZero(value)}\0`;
  }
  return text;
}

/** Method, URL and header fields as the module takes them. */
export function headOf(method: string, url: string, fields: FieldText): Head {
  return `${withoutZero(method)}\0${withoutZero(url)}\0${fields}`;
}

/** The pairs of header fields as the module gives them. */
export function fieldPairs(text: FieldText): Pairs {
  const parts = text.split("\0");
  const fields: Pairs = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    fields.push([parts[index] as string, parts[index + 1] as string]);
  }
  return fields;
}

function withoutZero(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\u0001") : text;
}

function entries(fields: HeaderFields): [string, unknown][] {
  if (typeof fields !== "object" || fields === null) {
    throw malformed("", FORMS);
  }
  if (!isIterable(fields)) {
    return Object.entries(fields);
  }
  const all: unknown[] = [...fields];
  if (!all.some((entry) => typeof entry === "string")) {
    return all.map(pair);
  }
  // Names and values by turns, as in Node's `rawHeaders`.
  if (all.length % 2 !== 0) {
    throw malformed("", "header fields as one list are names and values by turns, and this one lacks the last value");
  }
  return all.flatMap((name, index) => (index % 2 === 0 ? [pair([name, all[index + 1]])] : []));
}

const FORMS = "header fields are an object, a `Headers`, a `Map`, or pairs of name and value";

function pair(entry: unknown): [string, unknown] {
  const [name, value]: unknown[] = Array.isArray(entry) ? entry : [];
  if (typeof name !== "string") {
    throw malformed("", FORMS);
  }
  return [name, value];
}

/** A value as a string. An object would become `[object Object]`, and the signature in it would never fit. */
function text(value: unknown, name: string): string {
  if (isBytes(value)) {
    return Array.from(bytes(value), (byte) => String.fromCharCode(byte)).join(""); // as HTTP has them
  }
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    throw malformed(`/${name}`, "the value of a header field is a string, or an array of strings");
  }
  return String(value);
}

function malformed(place: string, message: string): Error {
  return fault(1001, message, `/headers${place}`);
}

/** Replaces lone surrogates: anybody on the network might send them. */
function wellFormed(text: string): string {
  return SURROGATE.test(text) ? text.replace(/\p{Surrogate}/gu, "\uFFFD") : text;
}

const SURROGATE = /[\uD800-\uDFFF]/;

function isIterable(fields: object): fields is Iterable<unknown> {
  return Symbol.iterator in fields;
}
