/**
 * Send a file of contacts to an AI Rudder workflow, and receive every result.
 *
 *     node campaign.js contacts.csv
 *
 * needs these environment variables; those in brackets have a default:
 *
 *     AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET      from AI Rudder
 *     [AIRUDDER_ENCRYPTION_KEY]                  if requests are to be encrypted
 *     [AIRUDDER_BASE_URL]                        another host than https://api.airudder.com
 *     AIRUDDER_TEMPLATE_ID, AIRUDDER_PLATFORM    the workflow's template, and the platform of the contacts
 *     AIRUDDER_END_TIME                          when the workflow ends, as 2099-12-01 18:00:00+08:00
 *     [AIRUDDER_CAMPAIGN]                        the campaign's name, also of its files: campaign
 *     [AIRUDDER_LISTEN]                          where events are received: 127.0.0.1:8000
 *     [AIRUDDER_WEBHOOK_SECRET]                  the secret of their signatures; without it nothing is verified
 *     [AIRUDDER_WEBHOOK_SCHEME]                  how they are signed; without it, unverified ones are kept: see replay.js
 *
 * Configure by hand at AI Rudder where it sends events: the public URL that leads to AIRUDDER_LISTEN.
 * When the program is stopped, in whatever way, start it again: it goes on where it was, and phones nobody twice.
 */
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { AirudderError, Client, CryptoError, WebhookError, Webhooks } from "airudder";
import { parse } from "csv-parse";
import { untilSettled } from "./quarantine.js";
import { Store } from "./store.js";

const COLUMNS = ["callee", "caseid", "customer_name", "borrow_total_money", "due_date"];

/** The contacts of a CSV file in the API's form, one by one. The order must be the same in every run. */
export async function* contacts(path, platform) {
  // Malformed CSV, such as a quote in the middle of a cell, is an error of the parser, before it is sent to anybody.
  const rows = parse({ bom: true, columns, skip_empty_lines: true });
  createReadStream(path)
    .on("error", (error) => rows.destroy(error))
    .pipe(rows);
  for await (const { callee, caseid, customer_name, borrow_total_money, due_date } of rows) {
    yield { callee, platform, caseid, variables: { customer_name, borrow_total_money, due_date } };
  }
}

/** The names in the first line. A contact without its case id, for a blank behind the name, would be another contact. */
function columns(names) {
  const trimmed = names.map((name) => name.trim());
  const missing = COLUMNS.filter((name) => !trimmed.includes(name));
  if (missing.length > 0) {
    throw new Error(`the file of contacts lacks ${missing.join(", ")} in its first line`);
  }
  return trimmed;
}

/** Uploads the contacts; the journal records them. */
export function send(client, { path, platform, templateId, name, endTime, folder = ".", settleMs }) {
  return client.campaigns.run({
    workflow_template_id: templateId,
    name,
    end_time: endTime,
    contacts: contacts(path, platform),
    journal: `${folder}/${name}.jsonl`,
    settleMs,
    onProgress: ({ accepted }) => show("uploaded", accepted),
  });
}

/** Receives events into the store. Gives the server and its URL. */
export async function receive(hooks, store, { host = "127.0.0.1", port = 0, quarantine } = {}) {
  const onError = (error) => {
    if (!(error instanceof WebhookError || error instanceof CryptoError)) {
      console.error(error); // ours: the event comes again
      return;
    }
    store.refused += 1; // forged, damaged, or not AI Rudder's
  };
  const handler = hooks.nodeHandler((event) => store.add(event), { onError, quarantine });
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(port, host, resolve));
  return { server, url: `http://${host}:${server.address().port}/events` };
}

/** Waits until every contact has a result, or none has come for a while. */
export async function waitForResults(store, expected, patienceMs) {
  let [count, lastNews] = [-1, Date.now()];
  while (store.size < expected && Date.now() - lastNews < patienceMs) {
    if (store.size !== count) {
      [count, lastNews] = [store.size, Date.now()];
      show("results", count);
    }
    await setTimeout(100);
  }
}

/** A line that changes on a terminal; nothing elsewhere. */
function show(what, count) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${what} ${count}`.padEnd(40));
  }
}

/** The counts of sent contacts and received results. */
export function summary(report, store) {
  const outcomes = {};
  for (const [, ringType] of store.results) {
    outcomes[ringType] = (outcomes[ringType] ?? 0) + 1;
  }
  const commonFirst = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  return [
    ...commonFirst.map(([ringType, count]) => `${ringType.padEnd(20)} ${String(count).padStart(6)}`),
    "",
    `sent                 ${String(report.accepted).padStart(6)}   in ${report.workflows.length} workflow(s)`,
    `rejected             ${String(report.rejected.length).padStart(6)}`,
    `doubtful             ${String(report.doubtful.length).padStart(6)}`,
    `results received     ${String(store.size).padStart(6)}   in ${store.deliveries} accepted deliveries`,
    `duplicates seen      ${String(store.duplicates).padStart(6)}   answered, and stored once`,
    `signatures refused   ${String(store.refused).padStart(6)}`,
  ].join("\n");
}

async function main() {
  const { env } = process;
  const missing = ["AIRUDDER_TEMPLATE_ID", "AIRUDDER_PLATFORM", "AIRUDDER_END_TIME"].filter((name) => !env[name]);
  if (process.argv.length !== 3 || missing.length > 0) {
    console.error(
      `usage: node campaign.js contacts.csv; missing in the environment: ${missing.join(", ") || "nothing"}`,
    );
    return 2;
  }
  const name = env.AIRUDDER_CAMPAIGN || "campaign";
  const secret = env.AIRUDDER_WEBHOOK_SECRET || undefined;
  const { scheme, quarantine } = await untilSettled(`${name}.quarantine.jsonl`);
  const hooks = new Webhooks({
    secret,
    scheme,
    requireSignature: secret !== undefined,
    encryptionKey: env.AIRUDDER_ENCRYPTION_KEY || undefined,
  });
  const store = await Store.open(`${name}.events.jsonl`);
  const [, host, port] = /^(.*):(\d+)$/.exec(env.AIRUDDER_LISTEN || "127.0.0.1:8000");
  const { server } = await receive(hooks, store, { host, port: Number(port), quarantine });
  try {
    const report = await send(Client.fromEnv(), {
      path: process.argv[2],
      platform: env.AIRUDDER_PLATFORM,
      templateId: Number(env.AIRUDDER_TEMPLATE_ID),
      name,
      endTime: env.AIRUDDER_END_TIME,
    });
    await waitForResults(store, report.accepted, 600_000);
    console.log(summary(report, store));
    return store.size >= report.accepted && report.doubtful.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AirudderError)) {
      throw error;
    }
    console.error(`${error.message}\nWhat to do: ${error.remedy}`);
    return 1;
  } finally {
    server.close();
    server.closeAllConnections();
    await store.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main();
}
