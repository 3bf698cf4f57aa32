/**
 * From objects to JSON text, without the losses of `JSON.stringify`: what JSON cannot say is an error that names the place.
 *
 * A `bigint` is written as a whole number. A field that is `undefined` is left out, as `JSON.stringify` does it.
 */
import { fault } from "./native.js";
import { isWellFormed } from "./settings.js";

/** The depth at which the core's own reader stops, too. */
const MAX_DEPTH = 128;
const WRONG_TYPE = 1006;
const INVALID_VALUE = 1007;
/** Characters that do not stand for themselves in JSON, and lone surrogates among the whole ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const SPECIAL = /["\\\u0000-\u001F\uD800-\uDFFF]/;

/** Why a value cannot be written as JSON, and where in it. */
export class NotJson extends Error {
  readonly number: number;
  readonly pointer: string;

  constructor(number: number, message: string, pointer: string) {
    super(message);
    this.number = number;
    this.pointer = pointer;
  }
}

/** The JSON text of a value. `pointer` is where the value stands, for errors. */
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
 * What `JSON.stringify` writes as it is meant is left to it, since it is several times as fast. Only what it would change is
 * written here, or refused.
 */
export function tryWrite(value: unknown, pointer = ""): string {
  if (isOrdinary(value, 0)) {
    const text = JSON.stringify(value);
    // So it writes a lone surrogate, and, behind a backslash more, a text that only looks like one.
    if (!text.includes("\\ud")) {
      return text;
    }
  }
  return writeValue(value, pointer, 0);
}

/** Tells whether `JSON.stringify` changes nothing of it but lone surrogates. */
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
      return writeText(value, pointer);
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

function writeText(text: string, pointer: string): string {
  if (!SPECIAL.test(text)) {
    return `"${text}"`;
  }
  if (!isWellFormed(text)) {
    throw new NotJson(INVALID_VALUE, "a text holds half of a surrogate pair, which is no character", pointer);
  }
  return JSON.stringify(text);
}

function writeNumber(number: number, pointer: string): string {
  if (!Number.isFinite(number)) {
    throw new NotJson(INVALID_VALUE, "JSON has neither NaN nor infinity", pointer);
  }
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new NotJson(INVALID_VALUE, "a whole number beyond 2^53 - 1 is inexact: pass a bigint", pointer);
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
    const kind = object.constructor?.name ?? "object";
    const remedy =
      kind === "Date" ? "; write the time as text with its zone, for instance 2026-12-01 18:00:00+08:00" : "";
    throw new NotJson(WRONG_TYPE, `an object of class \`${kind}\` cannot be written as JSON${remedy}`, pointer);
  }
  let out = "";
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value !== undefined) {
      const place = `${pointer}/${escaped(key)}`;
      out += `${out === "" ? "" : ","}${writeText(key, place)}:${writeValue(value, place, depth + 1)}`;
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

/** Tells whether it is an object of no class, also from another realm. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** As a JSON pointer (RFC 6901) has it. */
function escaped(key: string): string {
  return key.includes("~") || key.includes("/") ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;
}
