/**
 * Settings from programs that no compiler checked: a wrong one is an error that names it, and never shows its value.
 */
import { fault } from "./native.js";

/** The kind of a setting: its description, and its check. */
export interface Kind {
  what: string;
  fits: (value: unknown) => boolean;
}

const number = (value: unknown): value is number => typeof value === "number";

export const STRING: Kind = { what: "a string, without lone surrogates", fits: isWellFormed };
export const FLAG: Kind = { what: "true or false", fits: (value) => typeof value === "boolean" };
export const COUNT: Kind = {
  what: "an integer from 0, below 2^32",
  fits: (value) => number(value) && Number.isInteger(value) && value >= 0 && value < 2 ** 32,
};
export const INTEGER: Kind = {
  what: "an integer up to 2^53 - 1, or a bigint below 2^63",
  fits: (value) => Number.isSafeInteger(value) || (typeof value === "bigint" && BigInt.asIntN(64, value) === value),
};
export const NUMBER: Kind = { what: "a number", fits: number };
/** Half a century: longer time-outs are mistakes. */
export const MILLISECONDS: Kind = {
  what: "a number of milliseconds, at least 1",
  fits: (value) => number(value) && value >= 1 && value < 1.6e12,
};
export const FUNCTION: Kind = { what: "a function", fits: (value) => typeof value === "function" };
export const OBJECT: Kind = { what: "an object", fits: (value) => typeof value === "object" && value !== null };
export const DATE: Kind = {
  what: "a valid Date",
  fits: (value) => Object.prototype.toString.call(value) === "[object Date]" && !Number.isNaN(Number(value)),
};
export const INSTANT: Kind = {
  what: "a valid Date, or a number of milliseconds since 1970",
  fits: (value) => DATE.fits(value) || (number(value) && Math.abs(value) <= 8.64e15),
};
export const URL_TEXT: Kind = { what: "a string or a URL", fits: (value) => hrefOf(value) !== undefined };
export const SIGNAL: Kind = {
  what: "an AbortSignal",
  fits: (value) => OBJECT.fits(value) && "aborted" in Object(value),
};
export const STRINGS: Kind = {
  what: "a string, or an array of strings",
  fits: (value) => STRING.fits(value) || isArrayOf(value, STRING),
};

/** True for an array whose items are all of this kind. A hole, which `every` would skip, is none. */
export function isArrayOf(value: unknown, kind: Kind): value is unknown[] {
  return Array.isArray(value) && value.findIndex((item) => !kind.fits(item)) === -1;
}

/** The settings that are given, each checked for its kind. */
export function settings<T extends object>(given: T, kinds: Record<string, Kind>, needed: readonly string[] = []): T {
  if (typeof given !== "object" || given === null) {
    throw fault(1001, `settings are an object with ${Object.keys(kinds).join(", ")}`);
  }
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const kind = kindOf(kinds, name);
    if (isAbsent(value, kind)) {
      continue;
    }
    if (kind === undefined) {
      throw fault(1001, `there is no setting \`${name}\`; there are ${Object.keys(kinds).join(", ")}`, `/${name}`);
    }
    checked[name] = checkedAs(value, name, kind);
  }
  const missing = needed.find((name) => !Object.hasOwn(checked, name));
  if (missing !== undefined) {
    throw fault(1001, `give ${missing}`, `/${missing}`);
  }
  return checked as T;
}

/** The kind of a setting, if there is such a setting. */
export function kindOf(kinds: Record<string, Kind>, name: string): Kind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

/** True for `undefined`, and for `null` where that is no value of its own. */
export function isAbsent(value: unknown, kind: Kind | undefined): boolean {
  return value === undefined || (value === null && !kind?.fits(null));
}

/** The same fields without a prototype: the module would read absent fields from it. */
export function bare<T extends object>(fields: T): T {
  return { __proto__: null, ...fields };
}

/** The value, if it is of this kind. */
export function checkedAs<T>(value: T, name: string, kind: Kind): T {
  if (!kind.fits(value)) {
    throw fault(1001, `${name} is ${kind.what}`, `/${name}`);
  }
  return value;
}

/** A URL as a string. An object may be of another realm, as in tests under Jest. */
export function hrefOf(url: unknown): string | undefined {
  const text = OBJECT.fits(url) ? (url as { href?: unknown }).href : url;
  return isWellFormed(text) ? text : undefined;
}

/** True for a string that can be written as UTF-8. */
export function isWellFormed(value: unknown): value is string {
  return typeof value === "string" && !LONE_SURROGATE.test(value);
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
