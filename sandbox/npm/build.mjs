#!/usr/bin/env node
// Packs the package, and the one that holds the program for the platform at hand, into target/npm. The program is built
// before: `make sandbox`. A package for another platform is made of a program that was built for it:
// `build.mjs linux-x64 path/to/airudder-sandbox`.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = new URL("./", import.meta.url);
const root = new URL("../../", here);
const target = new URL("target/npm/", root);
const path = (url) => fileURLToPath(url);
const PLATFORMS = { "linux-x64": { os: ["linux"], cpu: ["x64"], libc: ["glibc"] } };

const [
  platform = `${process.platform}-${process.arch}`,
  program = path(new URL("target/release/airudder-sandbox", root)),
] = process.argv.slice(2);
if (!PLATFORMS[platform]) {
  throw new Error(`there is no package for ${platform} yet, but for ${Object.keys(PLATFORMS).join(", ")}`);
}

/** Makes an empty folder with the licenses. */
function folder(name) {
  const made = new URL(`${name}/`, target);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(new URL(license, root), new URL(license, made));
  }
  return made;
}

/** Packs a folder; the same bytes whatever the umask of whoever does is, which npm would put into the package. */
function pack(from) {
  execFileSync("chmod", ["-R", "u=rwX,go=rX", path(from)]);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", path(target)], { cwd: path(from), stdio: "inherit" });
}

const main = folder("airudder-sandbox");
const manifest = JSON.parse(readFileSync(new URL("package.json", here), "utf8"));
copyFileSync(new URL("package.json", here), new URL("package.json", main));
copyFileSync(new URL("README.md", here), new URL("README.md", main));
execFileSync(
  process.execPath,
  [path(new URL("bindings-wasm/node_modules/typescript/bin/tsc", root)), "-p", path(here)],
  {
    stdio: "inherit",
  },
);
chmodSync(new URL("dist/cli.js", main), 0o755);
pack(main);

const own = folder(`sandbox-${platform}`);
mkdirSync(new URL("bin/", own));
copyFileSync(program, new URL("bin/airudder-sandbox", own));
chmodSync(new URL("bin/airudder-sandbox", own), 0o755);
const { version, license, repository, publishConfig } = manifest;
const name = `@airudder/sandbox-${platform}`;
if (manifest.optionalDependencies[name] !== version) {
  throw new Error(`package.json: optionalDependencies must have ${name} in version ${version}`);
}
const description = `The program of airudder-sandbox for ${platform}.`;
copyFileSync(new URL("sandbox/THIRD-PARTY.md", root), new URL("THIRD-PARTY.md", own));
const files = ["bin", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"];
const about = { name, version, description, license, repository, publishConfig };
const fields = { ...about, ...PLATFORMS[platform], preferUnplugged: true, files };
writeFileSync(new URL("package.json", own), `${JSON.stringify(fields, null, 2)}\n`);
writeFileSync(new URL("README.md", own), `# ${name}\n\n${description} Install \`airudder-sandbox\`.\n`);
pack(own);
