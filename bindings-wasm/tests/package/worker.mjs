import * as airudder from "airudder";
import { made } from "./catalog-imported.mjs";
import { found } from "./detect-imported.mjs";
import { smoke } from "./smoke.mjs";

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    if (searchParams.has("sandbox")) {
      return new Response(await smoke(airudder, searchParams.get("sandbox")));
    }
    if (searchParams.has("parts")) {
      return new Response(`${made()}, ${found()}`);
    }
    // Whether the runtime's own `fetch` sends a request again when a connection breaks off.
    const baseUrl = searchParams.get("breaking");
    const client = new airudder.Client({ appKey: "fake-app-key", appSecret: "fake-app-secret", baseUrl });
    await client.robots.list();
    await new Promise((resolve) => setTimeout(resolve, 50)); // the connection goes back to the pool
    const end_time = "2099-12-01 18:00:00+08:00";
    const created = client.workflow.createInstance({ workflow_template_id: 7, name: "july", end_time });
    const doubtful = await created.catch((error) => error);
    return new Response(doubtful instanceof airudder.OutcomeUnknown ? "all good" : `failed: ${doubtful}`);
  },
};
