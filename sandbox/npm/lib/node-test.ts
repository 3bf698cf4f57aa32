/** For tests of `node:test`. */
import { afterEach, beforeEach } from "node:test";
import { sandboxOfEachTest } from "./hooks.js";
import type { Sandbox } from "./sandbox.js";
import type { SandboxSettings } from "./settings.js";

/**
 * Gives each test of this file, or of the `describe` in which it is called, a sandbox of its own. Tests that run at the
 * same time within one process start theirs by `startSandbox`.
 */
export function useSandbox(settings: SandboxSettings = {}): Sandbox {
  return sandboxOfEachTest(settings, beforeEach, afterEach);
}
