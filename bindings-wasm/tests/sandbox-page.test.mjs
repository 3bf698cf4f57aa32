// The sandbox's page in a real browser, clicked through as a person would: against the real sandbox, with a campaign and a
// receiver of events. SCREENSHOTS=<folder> keeps pictures.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { APP, airudder, contacts, root, Sandbox } from "./support.mjs";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
// No tries of the browser's own to reach anybody.
const args = [
  ...["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
  // As it runs in containers, with little of /dev/shm.
  ...["--disable-sync", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
];
// Longer than the slowest machine takes.
const timeout = 120_000;
const INJECTED = "<img src=x onerror=\"document.title='injected'\">";

let browser;
let page;
let sandbox;
let receiver;
let client;
let folder;
/** What the receiver answers; events that it got, and all that pages asked for and complained of. */
let status = 200;
const received = [];
const requests = [];
const errors = [];
const servers = [];

/** A server on a port of its own, which ends with the tests. */
async function serve(answer) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return `http://127.0.0.1:${server.address().port}`;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "airudder-"));
  assert.ok(executablePath, "install Chromium to run this test: apt-get install chromium");
  receiver = await serve(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    received.push(JSON.parse(body));
    response.writeHead(status).end("{}");
  });
  sandbox = await Sandbox.start("--webhook-url", `${receiver}/events`, "--speed", "200", "--retry-delay", "1000");
  client = new airudder.Client({ ...APP, baseUrl: sandbox.url });
  browser = await chromium.launch({ executablePath, args, timeout });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(timeout);
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(sandbox.url);
});
after(async () => {
  await browser?.close();
  await sandbox?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

const text = (selector) => page.locator(selector).first().textContent();

/** Waits until an element says something. */
async function says(selector, pattern) {
  await page.locator(selector).filter({ hasText: pattern }).first().waitFor();
}

/** Waits for what the sandbox itself says. */
async function until(path, wished) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await sandbox.control(path);
    if (wished(answer)) return answer;
    assert.ok(Date.now() < deadline, `in vain: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function picture(name, options = { fullPage: true }) {
  const pictures = process.env.SCREENSHOTS;
  for (const colorScheme of pictures ? ["light", "dark"] : []) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(pictures, `sandbox-${name}-${colorScheme}.png`), ...options });
  }
}

let journals = 0;

const campaign = (name, people) =>
  client.campaigns.run({
    workflow_template_id: 7,
    name,
    end_time: "2099-07-31 18:00:00+08:00",
    contacts: people,
    journal: join(folder, `${++journals}.jsonl`),
    settleMs: 100,
  });

test("it says what to do first", async () => {
  await says("#connection", "live");
  assert.match(await text("#workflows .empty"), new RegExp(`Point a client at ${sandbox.url}`));
  assert.equal(await text("[data-count='contacts.accepted']"), "0");
  assert.ok(await page.isHidden("#active"));
  await picture("empty");
});

test("contacts appear while a campaign runs, with what became of them", async () => {
  await page.click("#pause");
  await says("#pause", "Resume calling");
  const report = await campaign("july", contacts(300));
  assert.equal(report.accepted, 300);
  await says("[data-count='contacts.waiting']", "300");
  await says("#contacts tbody tr .badge", "waiting");
  // The row stays the same element, so that what somebody has selected in it stays, too.
  await page.evaluate(() => {
    const row = document.querySelector("#contacts tbody tr");
    row.id = "the-first";
    getSelection().selectAllChildren(row.querySelector(".main"));
  });
  await page.evaluate(() => scrollTo(0, 150));
  await page.click("#pause");
  await says("#the-first .badge", /called · [A-F]/);
  await says("[data-count='contacts.waiting']", /^0$/);
  await says("[data-count='events.delivered']", "300");
  assert.equal(await page.evaluate(() => getSelection().toString()), "case-0");
  assert.equal(await text("#contacts [data-range]"), "1–12 of 300");
  await says("#workflows .numbers", "300 contacts · 300 called");
  assert.equal(received.length, 300);
  await picture("campaign");
});

test("contacts are leafed through, searched and filtered", async () => {
  await page.click("#contacts [data-next]");
  await says("#contacts [data-range]", "13–24 of 300");
  await page.fill("#contacts [data-search]", "case-29");
  await says("#contacts [data-range]", "1–11 of 11");
  await page.fill("#contacts [data-search]", "nobody");
  await says("#contacts .empty", "No contacts here");
  await page.fill("#contacts [data-search]", "");
  await says("#contacts [data-range]", "1–12 of 300");
});

test("who was uploaded twice is marked", async () => {
  await campaign("august", contacts(2));
  await says("#counts .bad", "Duplicates2");
  await page.selectOption("#contacts [data-state]", "duplicate");
  await says("#contacts [data-range]", "1–4 of 4");
  assert.equal(await page.locator("#contacts tr.duplicate").count(), 4);
  await page.click("#workflows .name >> text=august");
  await says("#contacts [data-range]", "1–2 of 2");
  await says("#all-workflows", "of august");
  await picture("duplicates");
  await page.click("#all-workflows");
  await says("#contacts [data-range]", "1–4 of 4");
  await page.selectOption("#contacts [data-state]", "");
});

test("what users send is text, never HTML", async () => {
  const variables = { customer_name: INJECTED };
  await campaign(INJECTED, [{ callee: "+6200099999999", platform: "TEMP1", caseid: INJECTED, variables }]);
  await says("#workflows .name", INJECTED);
  await page.fill("#contacts [data-search]", "onerror");
  await says("#contacts [data-range]", "1–1 of 1");
  assert.equal(await text("#contacts tbody .main"), INJECTED);
  assert.equal(await text("#contacts tbody td.extra"), `customer_name: ${INJECTED}`);
  await page.click("#workflows .name >> nth=0");
  await says("#all-workflows", "<img");
  await says("#deliveries tbody .soft", INJECTED);
  assert.equal(await page.locator("main img").count(), 0);
  assert.match(await page.title(), /^AI Rudder sandbox/);
  await page.click("#all-workflows");
  await page.fill("#contacts [data-search]", "");
});

test("a fault is switched on, strikes, and is switched off", async () => {
  const kind = page.locator("#fault-kinds li", { has: page.locator("code", { hasText: /^reset_after$/ }) });
  await kind.locator("summary").click();
  await kind.locator("select").selectOption("workflow.upload_details");
  await kind.locator("input[name=times]").fill("1");
  await kind.getByRole("switch").click();
  await says("#active", /1 fault is on.*reset_after · workflow\.upload_details · 1 left/s);
  assert.deepEqual(
    (await sandbox.control("faults")).map(({ fault, times }) => [fault, times]),
    [["reset_after", 1]],
  );
  await campaign("september", [...contacts(310)].slice(300));
  await says("#active .spent", "used up");
  await kind.getByText("struck 1×").waitFor();
  await says("#request-rows tr", /workflow\.upload_details.*reset.*reset_after/);
  await picture("faults");
  // A setting of a fault that is on changes it.
  await kind.locator("input[name=times]").fill("7");
  await kind.locator("input[name=times]").blur();
  await says("#active", "7 left");
  await page.locator("#fault-kinds").getByRole("switch", { name: "Late answer" }).click();
  await says("#active", "2 faults are on");
  await page.click("#all-off");
  await page.waitForSelector("#active", { state: "hidden" });
  assert.deepEqual(await sandbox.control("faults"), []);
});

test("each fault of the documentation has a switch that the sandbox takes", async () => {
  const readme = readFileSync(new URL("sandbox/README.md", root), "utf8");
  const table = readme.slice(readme.indexOf("| fault |"), readme.indexOf("## Map"));
  const documented = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) => names.match(/[a-z_\d]+/g));
  assert.deepEqual((await page.locator("#fault-kinds .switch code").allTextContents()).sort(), documented.sort());
  for (const [index, fault] of (await page.locator("#fault-kinds .switch code").allTextContents()).entries()) {
    await page.locator("#fault-kinds").getByRole("switch").nth(index).click();
    await until("faults", (rules) => rules.length === 1 && rules[0].fault === fault);
    await page.click("#all-off");
    await page.waitForSelector("#active", { state: "hidden" });
  }
});

test("a setting that cannot be is refused in words", async () => {
  const kind = page.locator("#fault-kinds li", { has: page.locator("code", { hasText: /^interim$/ }) });
  await kind.locator("summary").click();
  await kind.locator("input[name=status]").fill("500");
  await kind.getByRole("switch").click();
  await says("#notice", "`status` must be from 102 to 103, and is 500");
  assert.equal(await kind.getByRole("switch").isChecked(), false);
  await kind.locator("input[name=status]").fill("103");
  await kind.locator("summary").click();
});

test("an event is sent at a click; a delivery shows attempts and what the receiver answers", async () => {
  received.length = 0;
  await page.click("#event-kinds .send >> text=workflow.api_node.push");
  await says("#notice", "workflow.api_node.push is on its way");
  await says("#deliveries tbody tr:first-child", /workflow\.api_node\.push.*example-1.*delivered.*200.*1 attempt/);
  assert.equal(received[0].callee.case_id, "example-1");
  status = 500;
  await page.getByRole("button", { name: "Edit message.send before it is sent" }).click();
  await page.waitForSelector("#event-body", { state: "visible" });
  const body = JSON.parse(await page.inputValue("#event-body"));
  await picture("event", {});
  await page.fill("#event-body", "{");
  await page.click("#event-send");
  await says("#event-problem", /JSON/);
  await page.fill("#event-body", JSON.stringify({ ...body, user: { id: "mine" } }));
  await page.click("#event-send");
  await says("#deliveries tbody tr:first-child", /message\.send.*mine.*500.*[2-5] attempts/);
  await picture("deliveries");
  await says("#deliveries tbody tr:first-child", /given up.*500.*6 attempts/);
  assert.equal(received.at(-1).user.id, "mine");
  await says("#counts .bad", "Events given up1");
  await page.selectOption("#deliveries [data-state]", "given_up");
  await says("#deliveries [data-range]", "1–1 of 1");
  await page.selectOption("#deliveries [data-state]", "");
  status = 200;
});

test("tokens expire, and the clock is set, at a click", async () => {
  await page.click("#expire");
  await says("#notice", /tokens? (is|are) invalid now/);
  await page.click("#clock");
  await page.click("[data-offset='-86400']");
  await page.click("#clock-set");
  await says("#clock", "Clock: 24 h behind");
  assert.equal((await sandbox.control("stats")).clock_offset_seconds, -86_400);
});

test("everything is reached by keyboard, and has a name", async () => {
  await page.locator("#pause").focus();
  await page.keyboard.press("Space");
  await says("#pause", "Resume calling");
  assert.equal(await page.evaluate(() => document.activeElement.id), "pause");
  await page.keyboard.press("Enter");
  await says("#pause", "Pause calling");
  const nameless = await page.evaluate(() => {
    const named = (control) => control.labels?.length || control.ariaLabel || control.textContent.trim();
    return [...document.querySelectorAll("button, input, select, textarea")].filter((one) => !one.hidden && !named(one))
      .length;
  });
  assert.equal(nameless, 0);
});

test("text has enough contrast, in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const ratios = await page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const light = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => {
          const share = part / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
      };
      const ground = (element) => {
        const own = getComputedStyle(element).backgroundColor;
        const seen = own !== "rgba(0, 0, 0, 0)" || !element.parentElement;
        return seen ? own : ground(element.parentElement);
      };
      const ratio = (element) => {
        const [one, other] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
        return (one + 0.05) / (other + 0.05);
      };
      const shown = [...document.querySelectorAll("main *, #counts *")].filter((element) => {
        const texts = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        return texts && element.checkVisibility() && !element.disabled;
      });
      return shown.map((element) => [Math.round(ratio(element) * 100) / 100, element.outerHTML.slice(0, 120)]);
    });
    assert.ok(ratios.length > 100);
    assert.deepEqual(
      ratios.filter(([ratio]) => ratio < 4.5),
      [],
      colorScheme,
    );
  }
});

test("a narrow screen shows all of it", async () => {
  await page.setViewportSize({ width: 360, height: 800 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `${width} pixels wide`);
  await picture("narrow");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("a page of another origin can change and see nothing", async () => {
  const stranger = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<iframe src="${sandbox.url}"></iframe><form method="post" action="${sandbox.url}/_sandbox/reset"></form>`,
    );
  });
  const before = await sandbox.control("stats");
  const other = await browser.newPage();
  const refused = [];
  other.on("response", (response) => response.url().startsWith(sandbox.url) && refused.push(response.status()));
  await other.goto(stranger);
  const answers = await other.evaluate(async (url) => {
    const ask = (path, init) =>
      fetch(url + path, init).then(
        (response) => response.type,
        (error) => error.name,
      );
    return [
      await ask("/_sandbox/reset", { method: "POST", body: "{}" }),
      await ask("/_sandbox/reset", { method: "POST", body: "{}", mode: "no-cors" }),
      await ask("/_sandbox/contacts"),
      await ask("/_sandbox/contacts", { mode: "no-cors" }),
    ];
  }, sandbox.url);
  assert.deepEqual([answers[0], answers[2]], ["TypeError", "TypeError"]);
  await Promise.all([other.waitForNavigation(), other.evaluate(() => document.forms[0].submit())]);
  assert.match(await other.textContent("body"), /a web page asks/);
  assert.ok(refused.length >= 4 && refused.every((code) => code === 403), `${refused}`);
  // A link leads to the page, and leaves who set it no hold of the window.
  await other.goto(stranger);
  const opened = other.context().waitForEvent("page");
  await other.evaluate((url) => {
    globalThis.opened = open(url);
  }, sandbox.url);
  const linked = await opened;
  await linked.locator("#connection", { hasText: "live" }).waitFor();
  assert.equal(await linked.evaluate(() => globalThis.opener), null);
  assert.equal(await other.evaluate(() => globalThis.opened.closed), true);
  await linked.close();
  await other.close();
  assert.deepEqual((await sandbox.control("stats")).contacts, before.contacts);
});

test("a reset asks first", async () => {
  await page.click("#reset");
  await picture("reset", {});
  await page.click("#reset-dialog [data-close]");
  assert.equal((await sandbox.control("stats")).workflows, 4);
  await page.click("#reset");
  await page.keyboard.press("Escape");
  assert.equal((await sandbox.control("stats")).workflows, 4);
  await page.click("#reset");
  await page.click("#reset-sure");
  await says("#notice", "Everything is forgotten");
  await says("[data-count='contacts.accepted']", /^0$/);
  await says("#clock", "Clock: exact");
  assert.equal((await sandbox.control("stats")).workflows, 0);
});

test("the page asked this sandbox alone, and complained of nothing but a refusal", async () => {
  assert.deepEqual(
    requests.filter((url) => !url.startsWith(`${sandbox.url}/`)),
    [],
  );
  // The browser itself says of the setting that was refused that it got HTTP 400.
  assert.deepEqual(
    errors.filter((error) => !/status of 400/.test(error)),
    [],
  );
  const elsewhere = await page.evaluate((url) => fetch(url).catch((error) => error.name), receiver);
  assert.equal(elsewhere, "TypeError");
  assert.match(errors.join(), /Content Security Policy|connect-src/);
  assert.equal(
    await page
      .evaluate(() => document.querySelector("main").insertAdjacentHTML("beforeend", "<b>"))
      .catch((error) => /TrustedHTML/.test(error.message)),
    true,
  );
});

test("when the sandbox stops, the page says so, and goes on when it is back", async () => {
  await page.route("**/_sandbox/**", (route) => route.abort());
  await says("#connection", "does not answer");
  await page.unroute("**/_sandbox/**");
  await says("#connection", "live");
});
