/** The entry for browsers, and for every runtime of which nothing is known but what the web has. */
import { base64 } from "./inlined.js";
import { provide } from "./native.js";

provide(() => Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));

export * from "./library.js";
