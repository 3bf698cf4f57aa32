/** The entry for browsers, and for every runtime of which nothing is known but what the web has. */
import "./inline.js";

export * from "./library.js";
