/**
 * The main job against a local sandbox: `node demo.js <airudder-sandbox>`. Nobody is phoned.
 *
 * The sandbox encrypts, signs, and is unreliable on purpose: some requests get a 503, some lose their connection after
 * they were carried out, some events come twice, and some come with a forged signature. The campaign is killed on its way
 * and run again. Exits with 1 if any contact was sent twice or lost, if a result is missing, or if a forged event was
 * accepted.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client, Webhooks } from "airudder";
import { receive, send, summary, waitForResults } from "./campaign.js";
import { Store } from "./store.js";

const FOLDER = "demo-output";
const SECRET = "fake-demo-secret";
const KEY = "fake-demo-key-16";
const TOTAL = 10_000;
const FAULTS = [
  { operation: "*", fault: "status", status: 503, retry_after: "0", probability: 0.15 },
  { operation: "workflow.upload_details", fault: "reset_after", times: 1 },
  { operation: "workflow.call.finished", fault: "redeliver", probability: 0.002 },
  { operation: "workflow.call.finished", fault: "tamper_signature", probability: 0.001 },
];

/** Sends the campaign in this process; the parent hears of the progress, and may kill it. */
async function campaign(baseUrl) {
  const client = new Client({
    appKey: "fake-demo-app",
    appSecret: "fake-demo-app-secret",
    baseUrl,
    encryptionKey: KEY,
  });
  const report = await send(client, {
    path: fileURLToPath(new URL("../python/contacts.csv", import.meta.url)),
    platform: "TEMP1",
    templateId: 7,
    name: "demo",
    endTime: "2099-12-01 18:00:00+08:00",
    folder: FOLDER,
    settleMs: 500, // the sandbox takes nothing up late; the real service gets a minute
  });
  process.send?.(report);
  process.disconnect?.();
}

/** Runs the campaign in a process that is killed twice, and then let live. */
async function killAndResume(baseUrl) {
  for (const lifeMs of [600, 300, undefined]) {
    const child = fork(fileURLToPath(import.meta.url), ["campaign", baseUrl]);
    const report = once(child, "message").catch(() => {});
    const timer = lifeMs && setTimeout(() => child.kill("SIGKILL"), lifeMs);
    const [code, signal] = await once(child, "exit");
    clearTimeout(timer);
    if (code === 0) {
      return (await report)[0];
    }
    console.log(`the campaign was killed (${signal ?? code}); it is run again`);
  }
}

async function demo(binary) {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER);
  const store = await Store.open(`${FOLDER}/demo.events.jsonl`);
  const { server, url } = await receive(new Webhooks({ secret: SECRET, encryptionKey: KEY }), store);
  const options = ["--listen", "127.0.0.1:0", "--speed", "4000", "--webhook-url", url, "--sign-secret", SECRET];
  const encryption = ["--encryption-key", KEY, "--encrypt-events", "--require-encryption"];
  const sandbox = spawn(binary, [...options, ...encryption], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(createInterface(sandbox.stdout), "line");
    const baseUrl = line.replace("listening on ", "").trim();
    const control = async (name, body) => {
      const init = body && {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      };
      return (await fetch(`${baseUrl}/_sandbox/${name}`, init)).json();
    };
    console.log(`A local sandbox at ${baseUrl} stands in for AI Rudder. Nobody is phoned.`);
    await control("faults", FAULTS);
    const report = await killAndResume(baseUrl);
    await waitForResults(store, report.accepted, 10_000);
    console.log(`\n${summary(report, store)}\n`);
    return judge(await control("stats"), store);
  } finally {
    sandbox.kill();
    server.close();
    server.closeAllConnections();
    await store.close();
  }
}

/** Compares with the sandbox's own counts, and reports whether the promise was kept. */
function judge({ contacts, events, faults }, store) {
  const wentWrong = Object.entries(faults).filter(([, count]) => count > 0);
  console.log(`the sandbox made go wrong: ${wentWrong.map(([name, count]) => `${count} times ${name}`).join(", ")}`);
  const checks = {
    [`every contact arrived (${contacts.distinct} of ${TOTAL})`]: contacts.distinct === TOTAL,
    [`none arrived twice (${contacts.duplicates})`]: contacts.duplicates === 0,
    [`every result was received (${store.size} of ${TOTAL})`]: store.size === TOTAL,
    "no forged event was accepted": events.forged_accepted === 0,
    "something did go wrong on the way": wentWrong.length > 0,
  };
  for (const [check, good] of Object.entries(checks)) {
    console.log(`${good ? "✓" : "✗ NOT"} ${check}`);
  }
  return Object.values(checks).every(Boolean) ? 0 : 1;
}

const [what, argument] = process.argv.slice(2);
if (what === "campaign") {
  await campaign(argument);
} else {
  process.exitCode = await demo(what);
}
