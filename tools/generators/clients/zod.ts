// A client that openapi-zod-client made, in use: prints the codes of a refusal and of an upload, and the field that zod refuses.

import { createApiClient } from "./made.js";

const client = createApiClient(process.argv[2] ?? "");
const { data } = await client.post("/service/cloud/auth", { APPKey: "fake-app-key", APPSecret: "fake-app-secret" });
const workflow = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const path = "/service/cloud/workflow/createinstance";
const refused = await client.post(path, workflow).catch((error) => error.response.status);
const headers = { Authorization: `Token ${data?.token}` };
const created = await client.post(path, workflow, { headers });
const contact = { callee: "+6200012345678", platform: "fake", variables: { name: "Ana" } };
const upload = { workflow_id: created.data?.workflow_id ?? "", details: [contact] };
const sent = await client.post("/service/cloud/workflow/uploaddetails", upload, { headers });
const wrong = { ...upload, details: [{ ...contact, callee: "0812" }] };
const field = await client
  .post("/service/cloud/workflow/uploaddetails", wrong, { headers })
  .catch((error) => error.cause.issues[0].path.join("."));
console.log(refused, sent.code, field);
