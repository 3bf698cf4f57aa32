// Hono, in TypeScript; the same handler runs on Bun, Deno and workers. Run it with AIRUDDER_WEBHOOK_SECRET.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { fetchReceiver } from "../serve.js";
import { Inbox } from "../store.js";

const receive = fetchReceiver(await Inbox.fromEnv());

const app = new Hono();
app.post("/events", (context) => receive(context.req.raw));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}/events`);
});
