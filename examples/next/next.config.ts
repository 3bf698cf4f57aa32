import { join } from "node:path";
import type { NextConfig } from "next";

export default {
  // Loaded by Node as they are, and not bundled.
  serverExternalPackages: ["airudder", "pg"],
  // Here `airudder` is a link into this repository, which Turbopack follows within its root alone. With the package of a
  // registry, leave this out.
  turbopack: { root: join(import.meta.dirname, "../..") },
} satisfies NextConfig;
