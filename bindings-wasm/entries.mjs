// Writes the files that TypeScript does not: the module as a Base64 string, and ES modules that re-export the one CommonJS implementation, so
// that `require` and `import` give the same classes.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const dist = new URL("dist/", import.meta.url);
const wasm = readFileSync(new URL("airudder.wasm", dist));
writeFileSync(new URL("runtime/inlined.js", dist), `exports.base64 = "${wasm.toString("base64")}";\n`);

const names = Object.keys(createRequire(import.meta.url)("./dist/library.js"));
const exported = `import library from "./library.js";\n\n${names.map((name) => `export const ${name} = library.${name};\n`).join("")}`;
const entries = {
  web: `import "./runtime/inline.js";\n${exported}`,
  node: `import "./runtime/inline.js";\nimport "./node/start.mjs";\n${exported}`,
  // An ES module imports what Node has: bundlers cannot make that of a `require`.
  "node/start": `import * as childProcess from "node:child_process";
import * as crypto from "node:crypto";
import * as diagnostics from "node:diagnostics_channel";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as url from "node:url";
import * as util from "node:util";
import start from "./start.js";

start.runsOnNode({ childProcess, crypto, diagnostics, fs, net, os, path, url, util });
`,
  journals: `import library from "./journals.js";\n\nexport const { PostgresJournal, RedisJournal } = library;\n`,
  opentelemetry: `import library from "./opentelemetry.js";\n\nexport const { instrument } = library;\n`,
  testing: `import library from "./testing.js";\n\nexport const { scripted } = library;\n`,
  // For runtimes that compile no bytes, such as workerd: the module is a file that the runtime or its bundler loads.
  wasm: `import module from "./airudder.wasm";
import native from "./runtime/native.js";
${exported}
native.provide(() => module);
`,
};
for (const [entry, text] of Object.entries(entries)) {
  writeFileSync(new URL(`${entry}.mjs`, dist), text);
}
for (const entry of ["node", "web", "journals", "opentelemetry", "testing"]) {
  copyFileSync(new URL(`${entry}.d.ts`, dist), new URL(`${entry}.d.mts`, dist));
}
copyFileSync(new URL("library.d.ts", dist), new URL("wasm.d.mts", dist));
copyFileSync(new URL("lib/runtime/glue.d.ts", import.meta.url), new URL("runtime/glue.d.ts", dist));
