/** A local AI Rudder for tests: it takes contacts, "calls" them, and goes wrong as it is told. Nobody is phoned. */

export {
  type Delivery,
  type Fault,
  type FaultKind,
  type FaultOptions,
  Sandbox,
  type SandboxContact,
  type SandboxStats,
  startSandbox,
} from "./sandbox.js";
export { SandboxError, type SandboxSettings } from "./settings.js";
