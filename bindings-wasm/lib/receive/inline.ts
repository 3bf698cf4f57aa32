/** Carries the module as a Base64 string: no bundler and no server has to find a file. */
import { decoded } from "../runtime/base64.js";
import { base64 } from "./inlined.js";
import { provide } from "./native.js";

provide(() => decoded(base64));
