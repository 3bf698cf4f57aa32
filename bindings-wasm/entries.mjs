// Writes what TypeScript does not: the module as text, and ES modules that re-export the one CommonJS implementation, so
// that `require` and `import` give the same classes.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const dist = new URL("dist/", import.meta.url);
const wasm = readFileSync(new URL("airudder.wasm", dist));
writeFileSync(new URL("inlined.js", dist), `exports.base64 = "${wasm.toString("base64")}";\n`);

const names = Object.keys(createRequire(import.meta.url)("./dist/library.js"));
const exported = names.map((name) => `export const ${name} = library.${name};\n`).join("");
for (const entry of ["node", "web"]) {
  writeFileSync(new URL(`${entry}.mjs`, dist), `import library from "./${entry}.js";\n\n${exported}`);
}
// For runtimes that compile no bytes, such as workerd: the module is a file that the runtime or its bundler loads.
writeFileSync(
  new URL("wasm.mjs", dist),
  `import module from "./airudder.wasm";
import library from "./library.js";
import { provide } from "./native.js";

provide(() => module);

${exported}`,
);
for (const entry of ["node", "web"]) {
  copyFileSync(new URL(`${entry}.d.ts`, dist), new URL(`${entry}.d.mts`, dist));
}
copyFileSync(new URL("library.d.ts", dist), new URL("wasm.d.mts", dist));
copyFileSync(new URL("lib/glue.d.ts", import.meta.url), new URL("glue.d.ts", dist));
