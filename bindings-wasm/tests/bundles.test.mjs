// What a bundler takes of the packed package: nothing of an entry that is not used, and of each entry as much as the README says.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import webpack from "webpack";

const exec = promisify(execFile);
const packageFolder = new URL("../", import.meta.url).pathname;
const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

let project;
before(async () => {
  project = mkdtempSync(join(tmpdir(), "airudder-"));
  const { stdout } = await exec("npm", ["pack", "--json", "--pack-destination", project], { cwd: packageFolder });
  const tarball = join(project, Object.values(JSON.parse(stdout))[0].filename);
  writeFileSync(join(project, "package.json"), '{"name":"empty","private":true}');
  await exec("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: project });
});
after(() => rmSync(project, { recursive: true }));

/** Bundles a program, and gives the text of the bundle. */
async function bundle(program, platform = "node", conditions = []) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: program, resolveDir: project },
    platform,
    conditions,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    external: ["*.wasm", "@opentelemetry/api"],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/** The entries that nothing but a use of their exports makes a difference of. */
const PURE = {
  airudder: "Client",
  "airudder/wasm": "Client",
  "airudder/journals": "PostgresJournal",
  "airudder/opentelemetry": "instrument",
  "airudder/testing": "scripted",
};

for (const [entry, name] of Object.entries(PURE)) {
  for (const platform of ["node", "browser"]) {
    test(`esbuild for ${platform}: nothing is left of an unused import of ${entry}`, async () => {
      assert.equal(await bundle(`import { ${name} } from "${entry}";\nconsole.log(1);`, platform), "console.log(1);\n");
      const used = await bundle(`import { ${name} } from "${entry}";\nconsole.log(${name});`, platform);
      assert.ok(used.length > 1000);
    });
  }
}

test("webpack: nothing is left of unused imports", async () => {
  const imports = Object.entries(PURE).filter(
    ([entry]) => entry !== "airudder/wasm" && entry !== "airudder/opentelemetry",
  );
  const lines = imports.map(([entry, name], index) => `import { ${name} as unused${index} } from "${entry}";`);
  writeFileSync(join(project, "unused.mjs"), `${lines.join("\n")}\nconsole.log(1);\n`);
  const stats = await promisify(webpack)({
    mode: "production",
    target: "node20",
    context: project,
    entry: "./unused.mjs",
    output: { path: project, filename: "unused.cjs" },
  });
  assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString());
  assert.equal(readFileSync(join(project, "unused.cjs"), "utf8"), '(()=>{"use strict";console.log(1)})();');
});

// Whoever imports these has `crypto.detect` and `Catalog.extend` in a page or a worker, without a name of theirs.
for (const entry of ["airudder/catalog", "airudder/detect"]) {
  test(`an import of ${entry} for its effect stays`, async () => {
    const text = await bundle(`import "${entry}";`, "browser");
    const base64 = readFileSync(join(packageFolder, `dist/${entry.split("/")[1]}.wasm`), "base64");
    assert.ok(text.includes(base64.slice(1000, 2000)));
  });
}

/** What each row of the table is a bundle of. */
const ROWS = {
  "airudder, Node": ["airudder"],
  "airudder, web": ["airudder", "browser"],
  "airudder/wasm": ["airudder/wasm", "browser", ["workerd"]],
  "airudder/catalog": ["airudder/catalog", "browser"],
  "airudder/detect": ["airudder/detect", "browser"],
  "airudder/journals": ["airudder/journals"],
  "airudder/opentelemetry": ["airudder/opentelemetry"],
  "airudder/testing": ["airudder/testing"],
};

for (const [row, [entry, ...how]] of Object.entries(ROWS)) {
  test(`${row} is as large as the README says`, async () => {
    const text = await bundle(`export * from "${entry}";`, ...how);
    const sizes = [Buffer.byteLength(text), gzipSync(text, { level: 9 }).length];
    const figures = new RegExp(`<!-- bundle ${row} -->([\\d ]+)\\|([\\d ]+)<!--`).exec(README) ?? [];
    const said = figures.slice(1).map((figure) => Number(figure.replaceAll(" ", "")));
    // Another compiler makes it a little smaller or larger.
    const near = said.map((figure, index) => Math.abs(sizes[index] - figure) < figure * 0.03);
    assert.deepEqual(near, [true, true], `${sizes}, not ${said}`);
  });
}
