// Writes the files that TypeScript does not: the WebAssembly modules as Base64 strings, and ES modules that re-export the one CommonJS
// implementation, so that `require` and `import` give the same classes.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const dist = new URL("dist/", import.meta.url);
for (const [name, folder] of Object.entries({
  airudder: "runtime",
  receive: "receive",
  catalog: "catalog",
  detect: "detect",
})) {
  const base64 = readFileSync(new URL(`${name}.wasm`, dist), "base64");
  writeFileSync(new URL(`${folder}/inlined.js`, dist), `exports.base64 = "${base64}";\n`);
}

const names = Object.keys(createRequire(import.meta.url)("./dist/library.js"));
const exported = `import library from "./library.js";\n\n${names.map((name) => `export const ${name} = library.${name};\n`).join("")}`;
const entries = {
  web: `import "./receive/inline.js";\nimport "./runtime/inline.js";\n${exported}`,
  node: `import "./receive/inline.js";\nimport "./runtime/inline.js";\nimport "./node/start.mjs";\n${exported}`,
  // An ES module imports what Node has: bundlers cannot make that of a `require`.
  "node/start": `import * as childProcess from "node:child_process";
import * as crypto from "node:crypto";
import * as diagnostics from "node:diagnostics_channel";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as timers from "node:timers";
import * as url from "node:url";
import * as util from "node:util";
import start from "./start.js";

start.runsOnNode({ childProcess, crypto, diagnostics, fs, net, os, path, timers, url, util });
`,
  catalog: `import library from "./catalog.js";\n\nexport const { Catalog } = library;\n`,
  detect: `import library from "./detect.js";\n\nexport const { detect } = library;\n`,
  journals: `import library from "./journals.js";\n\nexport const { PostgresJournal, RedisJournal } = library;\n`,
  opentelemetry: `import library from "./opentelemetry.js";\n\nexport const { instrument } = library;\n`,
  testing: `import library from "./testing.js";\n\nexport const { scripted } = library;\n`,
  // For runtimes that compile no bytes, such as workerd: the module is a file that the runtime or its bundler loads.
  wasm: `import client from "./airudder.wasm";
import receiving from "./receive.wasm";
import receive from "./receive/native.js";
import native from "./runtime/native.js";
${exported}
native.provide(() => client);
receive.provide(() => receiving);
`,
  "wasm-catalog": `import module from "./catalog.wasm";
import own from "./catalog/catalog.js";
import part from "./catalog/native.js";

part.provide(() => module);
export const { Catalog } = own;
`,
  "wasm-detect": `import module from "./detect.wasm";
import part from "./detect/detect.js";

part.provide(() => module);
export const { detect } = part;
`,
};
for (const [entry, text] of Object.entries(entries)) {
  writeFileSync(new URL(`${entry}.mjs`, dist), text);
}
for (const entry of ["node", "web", "catalog", "detect", "journals", "opentelemetry", "testing"]) {
  copyFileSync(new URL(`${entry}.d.ts`, dist), new URL(`${entry}.d.mts`, dist));
}
copyFileSync(new URL("library.d.ts", dist), new URL("wasm.d.mts", dist));
for (const part of ["catalog", "detect"]) {
  copyFileSync(new URL(`${part}.d.ts`, dist), new URL(`wasm-${part}.d.mts`, dist));
}
for (const folder of ["runtime", "receive"]) {
  copyFileSync(new URL(`lib/${folder}/glue.d.ts`, import.meta.url), new URL(`${folder}/glue.d.ts`, dist));
}
