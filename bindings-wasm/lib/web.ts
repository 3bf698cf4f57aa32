/** The entry for browsers, and for every runtime that has the features of the web alone. */
import "./receive/inline.js";
import "./runtime/inline.js";

export * from "./library.js";
