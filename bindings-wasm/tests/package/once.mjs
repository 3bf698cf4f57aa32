// Whether the runtime's own `fetch` sends a request again when a connection that was used before breaks off; and whether
// it is told apart from a connection that was never made. The server is another process.
import { Client, OutcomeUnknown } from "airudder";

const [breaking, closed] = process.argv.slice(2);
const APP = { appKey: "fake-app-key", appSecret: "fake-app-secret", maxRetries: 0 };
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };

const client = new Client({ ...APP, baseUrl: breaking });
await client.robots.list();
await new Promise((resolve) => setTimeout(resolve, 50)); // the connection goes back to the pool
const doubtful = await client.workflow.createInstance(WORKFLOW).catch((error) => error);
const refused = await new Client({ ...APP, baseUrl: closed }).workflow.createInstance(WORKFLOW).catch((error) => error);
const good =
  doubtful instanceof OutcomeUnknown &&
  !doubtful.message.includes(breaking) &&
  refused.code === "E7001" &&
  refused.outcome === "not_sent";
console.log(good ? "all good" : `failed: ${doubtful} / ${refused}`);
