/** `crypto.detect`, with its module. */
import { bytes } from "../runtime/bytes.js";
import { fieldText, headOf, pairs } from "../runtime/headers.js";
import { Module, type Source } from "../runtime/module.js";
import { fault } from "../runtime/native.js";
import { hrefOf, type Kind, OBJECT, STRING, settings, URL_TEXT } from "../runtime/settings.js";
import { type Captured, type Detection, detectBy } from "./captured.js";
import * as glue from "./glue.js";

/** @internal */
export const MODULE: Module<typeof glue> = new Module(glue, { fault });

/** Sets the source of the module, which makes `crypto.detect` work. */
export function provide(from: Source): void {
  MODULE.provide(from);
  detectBy(() => detect);
}

/** Tries every known scheme and cipher on a captured delivery. */
export function detect(captured: Captured): Detection {
  const { headers, body, method = "POST", url, secret, signKey, encryptionKey } = settings(captured, CAPTURED, NEEDED);
  const head = headOf(method, hrefOf(url) ?? "", fieldText(pairs(headers)));
  const raw = bytes(body);
  return MODULE.enter((native) => native.detect(head, raw, Date.now(), secret, signKey, encryptionKey));
}

const ANY: Kind = { what: "a value", fits: () => true };
const CAPTURED: Record<keyof Captured, Kind> = {
  headers: OBJECT,
  body: ANY,
  method: STRING,
  url: URL_TEXT,
  secret: STRING,
  signKey: STRING,
  encryptionKey: STRING,
};
const NEEDED = ["headers"];
