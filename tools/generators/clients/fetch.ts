// A client that openapi-generator made with `typescript-fetch`, in use: prints the codes of a refusal and of an upload.

import { AuthApi, Configuration, WorkflowApi } from "./made/index";

async function main(basePath: string): Promise<void> {
  const auth = new AuthApi(new Configuration({ basePath }));
  const { data } = await auth.authToken({ fetchToken: { aPPKey: "fake-app-key", aPPSecret: "fake-app-secret" } });
  const createInstance = { workflowTemplateId: 7, name: "july", endTime: "2099-12-01 18:00:00+08:00" };
  const stranger = new WorkflowApi(new Configuration({ basePath, apiKey: "Token fake" }));
  const refused = await stranger.workflowCreateInstance({ createInstance }).catch((error) => error.response.status);
  const workflow = new WorkflowApi(new Configuration({ basePath, apiKey: `Token ${data?.token}` }));
  const created = await workflow.workflowCreateInstance({ createInstance });
  const contact = { callee: "+6200012345678", platform: "fake", variables: { name: "Ana" } };
  const uploadDetails = { workflowId: created.data?.workflowId ?? "", details: [contact] };
  const sent = await workflow.workflowUploadDetails({ uploadDetails });
  console.log(refused, sent.code);
}

void main(process.argv[2] ?? "");
