// Where the tests of `make mutation-js` are, which have to notice; javascript.py says what is changed.
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The quickest first: one that fails ends the trial. A file counts as one test.
const TESTS = ["journal", "leased", "client", "campaign", "replay", "campaign-before", "partitions"];
// What these tests notice others do, and it takes them long or a machine that is not busy.
const SLOW = [
  "killed at any moment",
  "an unreliable network",
  "many calls at once",
  "ioredis",
  "node-redis",
  "results that never came",
];

export default {
  mutate: Object.keys(JSON.parse(process.env.MUTATED)),
  // The tests read core/vectors and others that are beside the package.
  tempDirName: "../target/mutation/javascript",
  symlinkNodeModules: false,
  ignorePatterns: ["benches", "bindgen", "inspector", "src", "tests/eslint"],
  tsconfigFile: "none", // it stays as it is
  buildCommand: "node ../node_modules/typescript/bin/tsc",
  plugins: ["@stryker-mutator/tap-runner", here("stryker-parts.mjs")],
  ignorers: ["messages"],
  checkers: ["lines"],
  testRunner: "tap",
  tap: {
    testFiles: TESTS.map((name) => `tests/${name}.test.mjs`),
    // The root has a name, too, and where it fits, all run.
    nodeArgs: ["--test-reporter=tap", `--test-name-pattern=^(?!<root>|${SLOW.join("|")})`],
  },
  coverageAnalysis: "perTest",
  timeoutMS: 30_000,
  timeoutFactor: 1.5,
  concurrency: Number(process.env.JOBS),
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: here("../../target/mutation/javascript/report.json") },
  allowEmpty: true,
};
