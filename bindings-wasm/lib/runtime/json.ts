/**
 * A JSON serializer without the losses of `JSON.stringify`: a value that JSON cannot represent is an error that names
 * the place.
 *
 * A `bigint` is written as an integer. A field that is `undefined` is left out, as `JSON.stringify` does it.
 */
import { fault } from "./native.js";
import { isWellFormed } from "./settings.js";

/** The depth at which the core's parser stops, too. */
const MAX_DEPTH = 128;
const WRONG_TYPE = 1006;
const INVALID_VALUE = 1007;
/** Characters that JSON escapes, and all surrogates, lone or in pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const SPECIAL = /["\\\u0000-\u001F\uD800-\uDFFF]/;

/** The reason why a value cannot be written as JSON, and the place in it. */
export class NotJson extends Error {
  readonly number: number;
  readonly pointer: string;

  constructor(number: number, message: string, pointer: string) {
    super(message);
    this.number = number;
    this.pointer = pointer;
  }
}

/** The JSON text of a value. `pointer` is the place of the value, for errors. */
export function write(value: unknown, pointer = ""): string {
  try {
    return tryWrite(value, pointer);
  } catch (thrown) {
    throw thrown instanceof NotJson ? fault(thrown.number, thrown.message, thrown.pointer) : thrown;
  }
}

/**
 * The JSON text of a value; throws `NotJson`.
 *
 * `JSON.stringify` is several times as fast, and writes all values that it does not change. The others are written
 * here, or refused.
 */
export function tryWrite(value: unknown, pointer = ""): string {
  if (isOrdinary(value, 0)) {
    const text = JSON.stringify(value);
    // `JSON.stringify` escapes a lone surrogate like this; a string that holds such an escape looks the same.
    if (!text.includes("\\ud")) {
      return text;
    }
  }
  return writeValue(value, pointer, 0);
}

/** True where `JSON.stringify` changes nothing but lone surrogates. */
function isOrdinary(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
    case "object":
      return value === null || (depth < MAX_DEPTH && hasOrdinaryFields(value, depth + 1));
    default:
      return false;
  }
}

function hasOrdinaryFields(object: object, depth: number): boolean {
  if (Array.isArray(object)) {
    for (let index = 0; index < object.length; index += 1) {
      if (!isOrdinary(object[index], depth)) {
        return false; // a hole is not ordinary, either
      }
    }
    return !("toJSON" in object);
  }
  const prototype: unknown = Object.getPrototypeOf(object);
  if ((prototype !== Object.prototype && prototype !== null) || "toJSON" in object) {
    return false;
  }
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value !== undefined && !isOrdinary(value, depth)) {
      return false;
    }
  }
  return true;
}

function writeValue(value: unknown, pointer: string, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeString(value, pointer);
    case "number":
      return writeNumber(value, pointer);
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, pointer, depth);
    default:
      throw new NotJson(WRONG_TYPE, `a value of type \`${typeof value}\` cannot be written as JSON`, pointer);
  }
}

function writeString(text: string, pointer: string): string {
  if (!SPECIAL.test(text)) {
    return `"${text}"`;
  }
  if (!isWellFormed(text)) {
    throw new NotJson(INVALID_VALUE, "a string holds a lone surrogate, which is no character", pointer);
  }
  return JSON.stringify(text);
}

function writeNumber(number: number, pointer: string): string {
  if (!Number.isFinite(number)) {
    throw new NotJson(INVALID_VALUE, "JSON has neither NaN nor infinity", pointer);
  }
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new NotJson(INVALID_VALUE, "an integer beyond 2^53 - 1 is inexact: pass a bigint", pointer);
  }
  return String(number);
}

function writeObject(object: object, pointer: string, depth: number): string {
  if (depth === MAX_DEPTH) {
    const message = `the object is nested more than ${MAX_DEPTH} levels deep, or contains itself`;
    throw new NotJson(INVALID_VALUE, message, "");
  }
  if (Array.isArray(object)) {
    return writeArray(object, pointer, depth);
  }
  if (!isPlain(object)) {
    const { name }: { name?: unknown } = Object(object.constructor);
    const kind = typeof name === "string" ? name : "object";
    const remedy =
      kind === "Date" ? "; write the time as a string with its zone, for instance 2026-12-01 18:00:00+08:00" : "";
    throw new NotJson(WRONG_TYPE, `an object of class \`${kind}\` cannot be written as JSON${remedy}`, pointer);
  }
  let out = "";
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value !== undefined) {
      const place = `${pointer}/${escaped(key)}`;
      out += `${out === "" ? "" : ","}${writeString(key, place)}:${writeValue(value, place, depth + 1)}`;
    }
  }
  return `{${out}}`;
}

function writeArray(items: readonly unknown[], pointer: string, depth: number): string {
  let out = "";
  for (let index = 0; index < items.length; index += 1) {
    out += `${index === 0 ? "" : ","}${writeValue(items[index], `${pointer}/${index}`, depth + 1)}`;
  }
  return `[${out}]`;
}

/** True for an object of no class, also from another realm. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A key as a segment of a JSON pointer (RFC 6901). */
function escaped(key: string): string {
  return key.includes("~") || key.includes("/") ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;
}
