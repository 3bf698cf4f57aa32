// Node's own server. Run it with AIRUDDER_WEBHOOK_SECRET; PORT is where it listens.
import { createServer } from "node:http";
import { Webhooks } from "airudder";
import { untilSettled } from "../quarantine.js";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const { scheme, quarantine } = await untilSettled(process.env.QUARANTINE ?? "quarantine.jsonl");
const url = process.env.AIRUDDER_WEBHOOK_URL || undefined; // the address that AI Rudder was given, if it is behind a proxy
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET, scheme });

const server = createServer(hooks.nodeHandler((event) => store.add(event), { quarantine, url }));
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/events`);
});
