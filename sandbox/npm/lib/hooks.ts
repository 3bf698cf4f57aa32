/** One sandbox for each test, by the hooks of whatever runs the tests. */
import { Sandbox } from "./sandbox.js";
import type { SandboxSettings } from "./settings.js";

type Hook = (run: () => Promise<void>) => void;

/** Has a sandbox started before each test, and stopped after it. */
export function sandboxOfEachTest(settings: SandboxSettings, beforeEach: Hook, afterEach: Hook): Sandbox {
  const sandbox = new Sandbox(settings);
  beforeEach(() => sandbox.start());
  afterEach(() => sandbox.stop());
  return sandbox;
}
