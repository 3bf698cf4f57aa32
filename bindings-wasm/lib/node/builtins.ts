/**
 * Node's own modules. Each entry brings them in the way of its module system, since bundlers cannot turn one way into
 * the other.
 */

/** The modules that are used. */
export interface Builtins {
  childProcess: typeof import("node:child_process");
  crypto: typeof import("node:crypto");
  diagnostics: typeof import("node:diagnostics_channel");
  fs: typeof import("node:fs/promises");
  net: typeof import("node:net");
  os: typeof import("node:os");
  path: typeof import("node:path");
  timers: typeof import("node:timers");
  url: typeof import("node:url");
  util: typeof import("node:util");
}
