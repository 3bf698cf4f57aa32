// Hono, in TypeScript; the same handler runs on Bun, Deno and workers. Run it with AIRUDDER_WEBHOOK_SECRET.
import { serve } from "@hono/node-server";
import { Webhooks } from "airudder";
import { Hono } from "hono";
import { untilSettled } from "../quarantine.js";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const { scheme, quarantine } = await untilSettled(process.env.QUARANTINE ?? "quarantine.jsonl");
const url = process.env.AIRUDDER_WEBHOOK_URL || undefined; // the address that AI Rudder was given, if it is behind a proxy
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET, scheme });
const handle = hooks.fetchHandler((event) => store.add(event), { quarantine, url });

const app = new Hono();
app.post("/events", (context) => handle(context.req.raw));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}/events`);
});
