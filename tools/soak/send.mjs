// A sender in JavaScript: `node send.mjs contacts.csv journal.jsonl`, with the settings of examples/c/job.h.
import { Client } from "../../bindings-wasm/dist/node.mjs";
import { contacts } from "../../examples/node/campaign.js";

const { env } = process;
const [path, journal] = process.argv.slice(2);
const { accepted, rejected, doubtful } = await Client.fromEnv().campaigns.run({
  workflow_template_id: Number(env.AIRUDDER_TEMPLATE_ID),
  name: env.AIRUDDER_CAMPAIGN,
  end_time: env.AIRUDDER_END_TIME,
  contacts: contacts(path, env.AIRUDDER_PLATFORM),
  journal,
  batchSize: Number(env.AIRUDDER_BATCH_SIZE),
  settleMs: Number(env.AIRUDDER_SETTLE_MS),
});
const all = accepted + rejected.length + doubtful.length;
console.log(`accepted ${accepted}, rejected ${rejected.length}, doubtful ${doubtful.length} of ${all} contacts`);
