// A campaign in JavaScript: `campaign.mjs CONTACTS JOURNAL`.
import { readFileSync } from "node:fs";
import { Client } from "airudder";

const [contacts, journal] = process.argv.slice(2);
const { AIRUDDER_TEMPLATE_ID, AIRUDDER_END_TIME, AIRUDDER_BATCH_SIZE, AIRUDDER_SETTLE_SECONDS } = process.env;
try {
  const { accepted, rejected, doubtful } = await Client.fromEnv().campaigns.run({
    workflow_template_id: Number(AIRUDDER_TEMPLATE_ID),
    name: "campaign",
    end_time: AIRUDDER_END_TIME,
    contacts: readFileSync(contacts, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    journal,
    batchSize: Number(AIRUDDER_BATCH_SIZE),
    settleMs: Number(AIRUDDER_SETTLE_SECONDS) * 1000,
  });
  console.log(`accepted ${accepted}, rejected ${rejected.length}, doubtful ${doubtful.length}`);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
