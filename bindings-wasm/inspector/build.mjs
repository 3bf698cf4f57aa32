// Writes dist/inspector.html: one file with everything in it, which can be opened from the disk, kept and audited. Its
// content security policy allows no connection, and no script but this one.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../package.json", import.meta.url));
const esbuild = require("esbuild");
const { Webhooks, crypto } = require("./dist/node.js");

const here = (name) => new URL(name, import.meta.url);
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Deliveries to try the page with, made by the library itself. */
function samples() {
  const secret = "fake-secret-of-a-sample";
  const key = "fake-key-16bytes";
  const details = [{ callee: "+6200012345678", ring_type: "normal", duration: 42, result_label: "A" }];
  const event = {
    task_id: "t-1024",
    workflow_id: "w-7",
    workflow_name: "july",
    case_id: "c-1",
    status: "finished",
    details,
  };
  const body = JSON.stringify(event, null, 2);
  const fields = (headers) =>
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n");
  const hooks = new Webhooks({ secret });
  const good = { headers: fields({ "Content-Type": "application/json", ...hooks.sign(body) }), body, secret };
  const time = "1795248000";
  const other = crypto.sign(body, secret, {
    scheme: "hmac-sha1:base64:header(X-Time)+'.'+body",
    headers: { "X-Time": time },
  });
  const weak = crypto.sign(body, secret, { scheme: "sha256:hex:secret+body;weak" });
  const sealed = new Webhooks({ secret, encryptionKey: key, cipher: "aes-cbc:pkcs7:base64:iv=prefix" }).seal(body);
  return {
    good,
    other: {
      ...good,
      headers: fields({ "Content-Type": "application/json", "X-Time": time, "X-AIRudder-Sign": other }),
    },
    weak: { ...good, headers: fields({ "X-Signature": weak }) },
    forged: { ...good, body: body.replace("normal", "busy") },
    encrypted: { headers: fields(sealed.headers), body: Buffer.from(sealed.body).toString(), secret, key },
  };
}

const { outputFiles } = await esbuild.build({
  entryPoints: [here("inspector.mjs").pathname],
  bundle: true,
  minify: true,
  format: "iife",
  write: false,
  alias: { airudder: here("../dist/web.mjs").pathname, "airudder/detect": here("../dist/detect.mjs").pathname },
  plugins: [
    {
      name: "samples",
      setup(build) {
        build.onResolve({ filter: /^\.\/samples\.js$/ }, () => ({ path: "samples", namespace: "samples" }));
        build.onLoad({ filter: /.*/, namespace: "samples" }, () => ({
          contents: `export const SAMPLES = ${JSON.stringify(samples())};`,
        }));
      },
    },
  ],
});
const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
const style = readFileSync(here("style.css"), "utf8");
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const page = readFileSync(here("index.html"), "utf8")
  .replace('Content-Security-Policy" content=""', () => `Content-Security-Policy" content="${policy}"`)
  .replace('<link rel="stylesheet" href="style.css" />', () => `<style>${style}</style>`)
  .replace('<script type="module" src="inspector.mjs"></script>', () => `<script>${script}</script>`);
mkdirSync(here("dist/"), { recursive: true });
writeFileSync(here("dist/inspector.html"), page);
