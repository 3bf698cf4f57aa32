// The inspector page in a real browser, clicked through as a person would. SCREENSHOTS=<folder> keeps pictures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { airudder, root } from "./support.mjs";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const url = new URL("bindings-wasm/inspector/dist/inspector.html", root).href;
// No tries of the browser's own to reach anybody.
const args = [
  ...["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
  // As it runs in containers, with little of /dev/shm.
  ...["--disable-sync", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
];
// Longer than the slowest machine takes.
const timeout = 180_000;

let browser;
let page;
const requests = [];
const errors = [];

before(async () => {
  execFileSync(process.execPath, [new URL("bindings-wasm/inspector/build.mjs", root).pathname]);
  assert.ok(executablePath, "install Chromium to run this test: apt-get install chromium");
  browser = await chromium.launch({ executablePath, args, timeout });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(timeout);
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
});
after(() => browser?.close());

const text = (selector) => page.locator(selector).textContent();

async function picture(name) {
  const folder = process.env.SCREENSHOTS;
  for (const colorScheme of folder ? ["light", "dark"] : []) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
}

test("it says what it will show", async () => {
  assert.match(await text("#empty"), /assumptions/);
  await picture("empty");
});

test("a good delivery verifies, and says what it says", async () => {
  await page.click("[data-sample=good]");
  assert.equal(await text("#verdict .badge"), "✓ Verified");
  assert.equal(await text("#type"), "workflow.call.finished");
  assert.match(await text("#data"), /"case_id": "c-1"/);
  assert.ok(await page.isHidden("#detected"));
  await picture("good");
});

test("where another scheme was used, the page finds it and takes it", async () => {
  await page.click("[data-sample=other]");
  assert.equal(await text("#verdict .badge"), "✗ Not verified");
  assert.match(await text("#verdict .why"), /E5002/);
  const scheme = `"hmac-sha1:base64:time(header(X-Time))+'.'+body"`;
  assert.match(await text("#notes"), /HMAC-SHA-1 with the secret over .*X-Time/);
  assert.match(await text("#tried"), /^[1-9][\d,]* signatures were tried\.$/);
  assert.ok(await page.isHidden("#weak"));
  for (const [language, line] of [
    ["python", `hooks = Webhooks(secret=secret, scheme=${scheme})`],
    ["javascript", `const hooks = new Webhooks({ secret, scheme: ${scheme} });`],
    ["c", `cfg.secret = secret;\ncfg.scheme = ${scheme};`],
  ]) {
    await page.click(`[data-language=${language}]`);
    assert.equal(await text("#code"), line);
    await page.click("#copy");
    await page.waitForFunction(() => document.querySelector("#copy").textContent === "Copied");
    await page.fill("#body", "");
    await page.focus("#body");
    await page.keyboard.press("Control+V");
    assert.equal(await page.inputValue("#body"), line);
    await page.click("[data-sample=other]");
  }
  await picture("other");
  await page.click("#use");
  assert.equal(await text("#verdict .badge"), "✓ Verified");
});

test("a weak scheme is named as what it is", async () => {
  await page.click("[data-sample=weak]");
  assert.equal(await text("#verdict .badge"), "? Not signed");
  assert.match(await text("#weak"), /^Weak: .*\.$/);
  assert.match(await text("#code"), /sha256:hex:secret\+body.*;weak/);
  await picture("weak");
  await page.click("#use");
  assert.equal(await text("#verdict .badge"), "✓ Verified");
});

test("what a scheme signs beside the body is taken into account", async () => {
  const scheme = "hmac-sha256:hex:method+url+body+key";
  const [body, url, secret, key] = ["{}", "https://example.com/events?id=1", "fake-secret-of-mine", "fake-sign-key"];
  const signature = airudder.crypto.sign(body, secret, { scheme, method: "PUT", url, key });
  await page.fill("#headers", `X-AIRudder-Sign: ${signature}`);
  for (const [id, value] of Object.entries({ body, url, secret, signKey: key, method: "PUT", scheme })) {
    await page.fill(`#${id}`, value);
  }
  await page.click("button.primary");
  assert.equal(await text("#verdict .badge"), "✓ Verified");
  await page.fill("#url", "https://example.com/events?id=2");
  await page.click("button.primary");
  assert.equal(await text("#verdict .badge"), "✗ Not verified");
});

test("64 KiB are searched, too", async () => {
  await page.click("[data-sample=good]");
  await page.fill("#body", JSON.stringify({ text: "x".repeat(64 * 1024 - 20) }));
  await page.click("button.primary");
  assert.match(await text("#tried"), /^[1-9]\d*,\d+ signatures/);
});

test("a forged delivery does not verify, and no scheme fits", async () => {
  await page.click("[data-sample=forged]");
  assert.equal(await text("#verdict .badge"), "✗ Not verified");
  assert.match(await text("#notes"), /None of \d+ signatures/);
  assert.ok(await page.isHidden("#code"));
  assert.ok(await page.isHidden("#event"));
  await picture("forged");
});

test("an encrypted delivery: the cipher is found", async () => {
  await page.click("[data-sample=encrypted]");
  await page.click("[data-language=javascript]");
  assert.match(await text("#code"), /cipher: "aes-cbc:pkcs7:base64:iv=prefix"/);
  await page.click("#use");
  assert.equal(await text("#verdict .badge"), "✓ Verified");
  assert.match(await text("#data"), /"case_id": "c-1"/);
});

test("what is pasted in other forms is read, too", async () => {
  const body = '{"event":"channel.message.sent"}\n';
  const headers = new airudder.Webhooks({ secret: "fake-secret-of-mine" }).sign(body);
  await page.fill("#headers", JSON.stringify(headers));
  await page.fill("#secret", "fake-secret-of-mine");
  await page.fill("#key", "");
  await page.fill("#scheme", "hmac-sha256:hex:body");
  await page.fill("#cipher", "aes-ecb:zero:base64");
  for (const [form, pasted] of [
    ["hex", Buffer.from(body).toString("hex")],
    ["base64", Buffer.from(body).toString("base64")],
    ["text", body],
  ]) {
    await page.selectOption("#form", form);
    await page.fill("#body", pasted);
    await page.click("button.primary");
    assert.equal(await text("#verdict .badge"), "✓ Verified", form);
  }
  await page.fill("#body", "");
  await page.setInputFiles("#file", { name: "body.json", mimeType: "application/json", buffer: Buffer.from(body) });
  await page.click("button.primary");
  assert.equal(await text("#verdict .badge"), "✓ Verified");
});

test("without a signature nothing is sure, and a wrong setting is named", async () => {
  await page.fill("#headers", "Content-Type: application/json");
  await page.click("button.primary");
  assert.equal(await text("#verdict .badge"), "? Not signed");
  await page.fill("#scheme", "rot13");
  await page.click("button.primary");
  assert.equal(await text("#verdict .badge"), "✗ A setting is wrong");
  assert.equal(await page.getAttribute("#secret", "type"), "password");
  await page.check("#show");
  assert.equal(await page.getAttribute("#secret", "type"), "text");
});

test("a narrow screen shows all of it", async () => {
  await page.setViewportSize({ width: 400, height: 800 });
  await page.click("[data-sample=encrypted]");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 400, `${width} pixels wide`);
  await picture("narrow");
});

test("nothing leaves the page: its policy forbids it", async () => {
  assert.deepEqual(requests, [url]);
  assert.deepEqual(errors, []);
  const fetched = await page.evaluate(() => fetch("http://127.0.0.1:9/").catch((error) => error.name));
  assert.equal(fetched, "TypeError");
  assert.match(errors.join(), /Content Security Policy|connect-src|default-src/);
});
