// A campaign with a file for its journal, where the runtime has files.
import { readFileSync } from "node:fs";
import { Client } from "airudder";

const [baseUrl, journal] = process.argv.slice(2);
const client = new Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", baseUrl });
const run = () =>
  client.campaigns.run({
    workflow_template_id: 7,
    name: "files",
    end_time: "2099-12-01 18:00:00+08:00",
    contacts: [{ callee: "+6200012345678", platform: "TEMP1", caseid: "c-1", variables: {} }],
    journal,
  });
const both = await Promise.allSettled([run(), run()]);
const [refused] = both.flatMap(({ reason }) => reason ?? []);
const [{ accepted }] = both.flatMap(({ value }) => value ?? []);
const again = await run();
const good = accepted === 1 && again.accepted === 1 && refused.code === "E1018" && readFileSync(journal).length > 0;
console.log(good ? "all good" : `failed: ${accepted}, ${again.accepted}, ${refused}`);
