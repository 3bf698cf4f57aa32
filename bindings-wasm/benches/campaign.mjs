// W5: a campaign against a fetch that answers at once, and the memory that it takes: `campaign.mjs CONTACTS`.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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

/** Runs a campaign; gives the seconds that it took. */
async function run(count) {
  let workflows = 0;
  const fetch = async (url) => {
    workflows += Number(url.endsWith("create_instance"));
    const data = url.endsWith("/auth") ? { token: "fake-token" } : { workflow_id: `fake-${workflows}` };
    return new Response(JSON.stringify({ code: 200, status: "OK", data }));
  };
  const client = new Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", fetch });
  const folder = mkdtempSync(join(tmpdir(), "airudder-"));
  const began = performance.now();
  const report = await client.campaigns.run({
    workflow_template_id: 7,
    name: "bench",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: contacts(count),
    journal: join(folder, "journal"),
    batchSize: 10_000,
  });
  const seconds = (performance.now() - began) / 1000;
  rmSync(folder, { recursive: true });
  if (report.accepted !== count) {
    throw new Error(JSON.stringify(report));
  }
  return seconds;
}

/** The most memory that this process has had, in bytes. `resourceUsage` would count its parent's, too. */
function peak() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}

await run(10_000);
const before = peak();
const count = Number(process.argv[2]);
const seconds = await run(count);
const grown = peak() - before;
emit({ work: "W5", about: "campaign", contacts: count, per_second: count / seconds, bytes_each: grown / count });
