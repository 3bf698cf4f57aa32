// W5: a campaign, and the memory that it takes: `campaign.mjs CONTACTS JOURNAL [BASE_URL]`. Without a URL a fetch answers
// at once. With a journal that is there already the campaign is resumed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emit } from "./measure.mjs";

const { Client } = createRequire(import.meta.url)("../dist/node.js");
const variables = { customer_name: "Ana Example", borrow_total_money: "1250", due_date: "2026-12-01" };

function* contacts(count) {
  for (let number = 0; number < count; number += 1) {
    const caseid = `case-${String(number).padStart(8, "0")}`;
    yield { callee: `+6200${String(number).padStart(9, "0")}`, platform: "TEMP1", caseid, variables };
  }
}

/** Runs a campaign to its end. */
async function run(count, journal, baseUrl) {
  let workflows = 0;
  const fetch = async (url) => {
    workflows += Number(url.endsWith("create_instance"));
    const data = url.endsWith("/auth") ? { token: "fake-token" } : { workflow_id: `fake-${workflows}` };
    return new Response(JSON.stringify({ code: 200, status: "OK", data }));
  };
  const transport = baseUrl === undefined ? { fetch } : { baseUrl };
  const client = new Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", ...transport });
  const report = await client.campaigns.run({
    workflow_template_id: 7,
    name: "bench",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: contacts(count),
    journal,
    batchSize: 10_000,
  });
  if (report.accepted !== count) {
    throw new Error(JSON.stringify(report));
  }
}

/** The most memory that this process has had, in bytes. `resourceUsage` would count its parent's, too. */
function peak() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}

const folder = mkdtempSync(join(tmpdir(), "airudder-"));
await run(10_000, join(folder, "journal"));
rmSync(folder, { recursive: true });
const [count, journal, url] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const about = existsSync(journal) ? "resumed" : "campaign";
const [before, began, idle] = [peak(), performance.now(), process.cpuUsage()];
await run(count, journal, url);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(idle);
emit({
  work: "W5",
  about,
  contacts: count,
  per_second: count / seconds,
  bytes_each: (peak() - before) / count,
  busy: (user + system) / 1e6 / seconds,
});
