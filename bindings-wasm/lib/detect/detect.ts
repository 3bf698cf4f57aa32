/** `crypto.detect`, with its module. */
import { bytes } from "../runtime/bytes.js";
import { fieldText, headOf, pairs } from "../runtime/headers.js";
import { Module, type Source } from "../runtime/module.js";
import { fault } from "../runtime/native.js";
import { optionalString } from "../runtime/settings.js";
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
export function detect({ headers, body, secret, encryptionKey }: Captured): Detection {
  return MODULE.enter((native) =>
    native.detect(
      headOf("POST", "", fieldText(pairs(headers))),
      bytes(body),
      Date.now(),
      optionalString(secret, "secret"),
      optionalString(encryptionKey, "encryptionKey"),
    ),
  );
}
