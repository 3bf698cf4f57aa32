// Node's own server. Run it with AIRUDDER_WEBHOOK_SECRET; PORT is where it listens.
import { createServer } from "node:http";
import { nodeReceiver } from "../serve.js";
import { Inbox } from "../store.js";

const server = createServer(nodeReceiver(await Inbox.fromEnv()));
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/events`);
});
