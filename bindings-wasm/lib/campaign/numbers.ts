/** Phone numbers as people of a country write them, by the library `libphonenumber-js`. */
import type { Detail } from "../generated/types.js";
import { fault } from "../runtime/native.js";
import { type NumberLibrary, numberLibrary } from "../runtime/platform.js";

/** Why a text is no number that could be called, without the number. */
export class NotPossible extends Error {}

/** Gives a number as the API takes it. */
export type ReadNumber = (text: string) => string;

/** Reads numbers of this country, and international ones. */
export async function numbersOf(country: string | undefined): Promise<ReadNumber | undefined> {
  if (country === undefined) {
    return undefined;
  }
  const library = await numberLibrary().catch(() => {
    throw wrong("defaultCountry needs the package libphonenumber-js: install it beside this one");
  });
  if (!library.isSupportedCountry(country)) {
    throw wrong("defaultCountry is the two letters of a country, as ID or PH");
  }
  return (text) => read(library, text, country);
}

function read(library: NumberLibrary, text: string, country: string): string {
  const number = library.parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  const digits = text.replace(/\D/g, "");
  const written = number?.number ?? "";
  if (number !== undefined && digits !== written.slice(1)) {
    if (text.trimStart().startsWith("+")) {
      throw new NotPossible("it has a trunk prefix after its country code, such as the 0 of +62 0812");
    }
    if (digits.startsWith(number.countryCallingCode)) {
      throw new NotPossible("it may begin with its country code or not: write a + before that, or a trunk prefix");
    }
  }
  const fault = library.validatePhoneNumberLength(text, { defaultCountry: country, extract: false });
  if (fault !== undefined || number === undefined) {
    throw new NotPossible(FAULTS[fault ?? ""] ?? "it is no phone number");
  }
  return written;
}

const FAULTS: Record<string, string> = {
  TOO_SHORT: "it is too short for a number of its country",
  TOO_LONG: "it is too long for a number of its country",
  INVALID_LENGTH: "it is of an impossible length for a number of its country",
};

/** The contact with its number as the API takes it. */
export function withNumber(contact: Detail, read: ReadNumber): Detail {
  const { callee } = Object(contact) as { callee?: unknown };
  return typeof callee === "string" ? { ...contact, callee: read(callee) } : contact;
}

function wrong(why: string): Error {
  return fault(1001, why, "/defaultCountry");
}
