/** Brings the module along as text: no bundler and no server has to find a file. */
import { base64 } from "./inlined.js";
import { provide } from "./native.js";

provide(() => Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
