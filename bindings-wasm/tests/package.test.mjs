// The packed package, installed into an empty project, in every module system, bundler and runtime.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import webpack from "webpack";
import { closedPort, http, root, Sandbox, serve } from "./support.mjs";

const exec = promisify(execFile);
const tools = new URL("../node_modules/.bin/", import.meta.url).pathname;
const packageFolder = new URL("../", import.meta.url).pathname;

let sandbox;
let project;
let tarball;
before(async () => {
  sandbox = await Sandbox.start("--encryption-key", "fake-key-of-16-b");
  project = mkdtempSync(join(tmpdir(), "airudder-"));
  const { stdout } = await exec("npm", ["pack", "--json", "--pack-destination", project], { cwd: packageFolder });
  tarball = join(project, Object.values(JSON.parse(stdout))[0].filename);
  writeFileSync(join(project, "package.json"), '{"name":"empty","private":true}');
  await exec("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: project });
  for (const file of readdirSync(new URL("package/", import.meta.url))) {
    copyFileSync(new URL(`package/${file}`, import.meta.url), join(project, file));
  }
});
after(async () => {
  await sandbox.stop();
  rmSync(project, { recursive: true });
});

/** The program says that all is good. */
async function good(command, ...options) {
  const { stdout } = await exec(command, options, { cwd: project, timeout: 180_000 });
  assert.equal(stdout.trim(), "all good");
}

const runtimes = {
  Node: [process.execPath],
  Bun: [join(tools, "bun")],
  Deno: [join(tools, "deno"), "run", "--allow-all", "--node-modules-dir=manual"],
};

for (const [runtime, [command, ...flags]] of Object.entries(runtimes)) {
  for (const program of ["commonjs.cjs", "module.mjs"]) {
    test(`${runtime}: ${program}`, () => good(command, ...flags, program, sandbox.url));
  }
  for (const part of ["catalog", "detect"]) {
    test(`${runtime}: ${part} is loaded when it is first used`, () => good(command, ...flags, `${part}.mjs`));
  }
  test(`${runtime}: one class for import and require`, () => good(command, ...flags, "identity.mjs"));
  test(`${runtime}: a journal on the disk, for one campaign at a time`, () =>
    good(command, ...flags, "file-journal.mjs", sandbox.url, join(project, `${runtime}.jsonl`)));
  test(`${runtime}: its fetch sends a request once`, async () => {
    const server = await breaking();
    try {
      await good(command, ...flags, "once.mjs", server.url, await closedPort());
      assert.equal(server.seen["/service/cloud/workflow/createinstance"], 1);
    } finally {
      server.close();
    }
  });
}

test("it names the authors of what is inside, and not who built it", () => {
  const folder = join(project, "node_modules/airudder");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.some((file) => file.name === "receive.wasm"));
  const notices = readFileSync(join(folder, "THIRD-PARTY.md"), "utf8");
  assert.match(notices, /^- wasm-bindgen /m);
  assert.match(notices, /^- jsonschema /m); // which is in catalog.wasm alone
  const builder = [
    homedir(),
    process.env.CARGO_HOME ?? join(homedir(), ".cargo"),
    new URL("../..", import.meta.url).pathname,
  ];
  for (const file of files) {
    const content = readFileSync(join(file.parentPath ?? file.path, file.name));
    for (const place of builder) {
      assert.ok(!content.includes(join(place, "/")), `${file.name} names ${place}`);
    }
  }
});

/** A server that answers GET, and breaks off all else. */
const breaking = () =>
  serve((socket, { head }) =>
    head.startsWith("GET") ? socket.write(http("200 OK", '{"code":200,"data":[]}')) : socket.end(),
  );

/** Bundles one of the programs, and gives the file. */
async function bundled(program, platform) {
  const outfile = join(project, `esbuild-${platform}-${program}`);
  const options = { platform, bundle: true, minify: true, format: "esm", logLevel: "error" };
  await esbuild.build({ entryPoints: [join(project, program)], outfile, ...options });
  return outfile;
}

test("esbuild, for Node and for browsers", async () => {
  for (const platform of ["node", "browser"]) {
    await good(process.execPath, await bundled("module.mjs", platform), sandbox.url);
  }
});

for (const part of ["catalog", "detect"]) {
  test(`esbuild: ${part} is in a browser's bundle where it is imported`, async () => {
    await good(process.execPath, await bundled(`${part}.mjs`, "node"));
    await good(process.execPath, await bundled(`${part}-imported.mjs`, "browser"));
    const without = await bundled(`${part}.mjs`, "browser");
    const { stdout } = await exec(process.execPath, [without]);
    assert.match(stdout, new RegExp(`^E1001 .*airudder/${part}`));
    const base64 = readFileSync(join(project, `node_modules/airudder/dist/${part}.wasm`), "base64");
    assert.ok(!readFileSync(without, "utf8").includes(base64.slice(1000, 2000)));
  });
}

test("webpack, for Node and for the web", async () => {
  for (const target of ["node20", ["web", "es2022"]]) {
    const name = `webpack-${Array.isArray(target) ? "web" : "node"}.cjs`;
    const stats = await promisify(webpack)({
      mode: "production",
      target,
      context: project,
      entry: "./module.mjs",
      output: { path: project, filename: name, chunkFormat: false },
      performance: false,
    });
    assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString());
    const bundle = readFileSync(join(project, name), "utf8");
    writeFileSync(join(project, name), `globalThis.process ??= {};${bundle}`);
    await good(process.execPath, join(project, name), sandbox.url);
  }
});

// Workers of the second date do not know that a request may say how it is cached, and throw at it.
for (const date of ["2025-01-01", "2024-09-01"]) {
  test(`workerd as of ${date}, with the module as a file`, async () => {
    const folder = join(project, `workerd-${date}`);
    mkdirSync(folder);
    for (const module of ["airudder.wasm", "receive.wasm", "catalog.wasm", "detect.wasm"]) {
      copyFileSync(join(project, "node_modules/airudder/dist", module), join(folder, module));
    }
    const settings = readFileSync(join(project, "worker.capnp"), "utf8");
    writeFileSync(join(folder, "worker.capnp"), settings.replace("2025-01-01", date));
    await esbuild.build({
      entryPoints: [join(project, "worker.mjs")],
      outfile: join(folder, "worker.mjs"),
      bundle: true,
      format: "esm",
      conditions: ["workerd", "worker", "browser"],
      external: ["*.wasm"],
      logLevel: "error",
    });
    const bundle = readFileSync(join(folder, "worker.mjs"), "utf8");
    assert.ok(bundle.length < 350_000, "a module is in the bundle, too");
    const worker = spawn(join(tools, "workerd"), ["serve", "worker.capnp", "--control-fd=3"], {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    try {
      const ended = once(worker, "exit").then(([status]) => assert.fail(`workerd ended with ${status}`));
      const [line] = await Promise.race([once(createInterface(worker.stdio[3]), "line"), ended]);
      const { port } = JSON.parse(line);
      const ask = async (question) =>
        (await fetch(`http://127.0.0.1:${port}/?${new URLSearchParams(question)}`)).text();
      assert.equal(await ask({ sandbox: sandbox.url }), "all good");
      assert.equal(await ask({ parts: "" }), "all good, all good");
      const server = await breaking();
      try {
        assert.equal(await ask({ breaking: server.url }), "all good");
        assert.equal(server.seen["/service/cloud/workflow/createinstance"], 1);
      } finally {
        server.close();
      }
    } finally {
      if (worker.exitCode === null && worker.kill()) {
        await once(worker, "exit");
      }
    }
  });
}

test("Node without WebAssembly: the error says what to do", async () => {
  const { stdout } = await exec(process.execPath, ["--jitless", "no-wasm.mjs"], { cwd: project });
  assert.equal(stdout.trim(), "all good");
});

test("a context of its own, as tests under Jest or Vitest run in", () =>
  good(process.execPath, "realm.cjs", sandbox.url));

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2022",
};
const compilers = {
  node16: { module: "node16", moduleResolution: "node16", types: ["node"], lib: ["es2022"] },
  bundler: { module: "esnext", moduleResolution: "bundler", types: [], lib: ["es2022", "dom", "dom.iterable"] },
  "nothing but the language": { module: "esnext", moduleResolution: "bundler", types: [], lib: ["es2022"] },
};

/** The oldest version that is promised, and the one that this package is built with. */
for (const version of ["typescript-5.0", "typescript"]) {
  for (const [what, options] of Object.entries(compilers)) {
    test(`${version}: tsc --strict, ${what}`, async () => {
      // Express's types and their like ask for a newer version themselves.
      const frameworks = version === "typescript" ? ["frameworks.ts"] : [];
      const files =
        what === "node16" ? ["types.ts", "types.mts", "telemetry.ts", "vendor-types.ts", ...frameworks] : ["types.ts"];
      copyFileSync(join(project, "types.ts"), join(project, "types.mts"));
      copyFileSync(new URL("core/vectors/examples/vendor.d.ts", root), join(project, "vendor.d.ts"));
      const config = join(project, `tsconfig.${version}.${what.replaceAll(" ", "-")}.json`);
      // The types of Node and of the frameworks are this package's own tools.
      const types = join(packageFolder, "node_modules");
      const paths = Object.fromEntries(
        ["express", "fastify", "hono", "@opentelemetry/api"].map((name) => [name, [join(types, typesOf(name))]]),
      );
      const compilerOptions = { ...STRICT, ...options, typeRoots: [join(types, "@types")], paths };
      writeFileSync(config, JSON.stringify({ compilerOptions, files }));
      const compiler = join(types, version, "bin/tsc");
      const { stdout } = await exec(process.execPath, [compiler, "-p", config]).catch((error) => error);
      assert.equal(stdout, "");
    });
  }
}

const typesOf = (name) => ({ express: "@types/express", hono: "hono/dist/types/index.d.ts" })[name] ?? name;

test("publint", async () => {
  const { stdout } = await exec(join(tools, "publint"), ["--strict", tarball], { cwd: project });
  assert.match(stdout, /All good!/);
});

test("attw", async () => {
  // workerd's entry is an ES module, which is all that workerd has.
  const files = ["airudder", "receive", "catalog", "detect"].map((name) => `./${name}.wasm`);
  const options = ["--exclude-entrypoints", ...files, "wasm", "wasm/catalog", "wasm/detect", "--format", "ascii"];
  await exec(join(tools, "attw"), [tarball, ...options]).catch((error) => assert.fail(error.stdout));
});

test("what the page of the package links to is there", () => {
  const installed = new URL("node_modules/airudder/", pathToFileURL(`${project}/`));
  const page = readFileSync(new URL("README.md", installed), "utf8");
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => new URL(link, installed));
  const files = links.filter(({ protocol }) => protocol === "file:");
  assert.ok(files.length > 0 && files.length < links.length);
  for (const { href, pathname } of files) {
    assert.ok(href.startsWith(installed.href) && existsSync(pathname), href);
  }
});

test("the package holds what it needs and no more", async () => {
  const { stdout } = await exec("tar", ["-tzf", tarball]);
  const files = stdout.trim().split("\n");
  assert.ok(
    files.every((file) =>
      /^package\/(dist\/|package\.json|README\.md|errors\.md|LICENSE-|THIRD-PARTY\.md$)/.test(file),
    ),
    stdout,
  );
  for (const file of files.filter((file) => file.endsWith(".js.map"))) {
    const { sources, sourcesContent } = JSON.parse(
      readFileSync(join(project, "node_modules/airudder", file.slice(8)), "utf8"),
    );
    assert.equal(sources.length, sourcesContent.length);
  }
  const { dependencies = {} } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  assert.deepEqual(dependencies, {});
});
