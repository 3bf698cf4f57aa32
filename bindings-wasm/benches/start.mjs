// How long a program waits for the package: load it, and make the first call into the module. Each run is a fresh process.
import { execFileSync } from "node:child_process";

const program = (load) => `
  const began = performance.now();
  ${load}
  const loaded = performance.now();
  crypto.digest("");
  const started = performance.now();
  process.stdout.write(JSON.stringify([loaded - began, started - loaded]));`;
const entry = new URL("../dist/node", import.meta.url).pathname;
const kinds = {
  require: ["commonjs", program(`const { crypto } = require("${entry}.js");`)],
  import: ["module", program(`const { crypto } = await import("${entry}.mjs");`)],
};
const RUNS = 31;
for (const [kind, [type, text]] of Object.entries(kinds)) {
  const times = Array.from({ length: RUNS }, () =>
    JSON.parse(execFileSync(process.execPath, [`--input-type=${type}`, "-e", text])),
  );
  const median = (which) =>
    times
      .map((time) => time[which])
      .sort((a, b) => a - b)
      [(RUNS - 1) / 2].toFixed(1);
  console.log(
    `${kind}: loaded in ${median(0)} ms, first call after ${median(1)} ms more (median of ${RUNS} processes)`,
  );
}
