// Express, in TypeScript. Run it with AIRUDDER_WEBHOOK_SECRET; PORT is where it listens.
import type { AddressInfo } from "node:net";
import { Webhooks } from "airudder";
import express from "express";
import { untilSettled } from "../quarantine.js";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const { scheme, quarantine } = await untilSettled(process.env.QUARANTINE ?? "quarantine.jsonl");
const url = process.env.AIRUDDER_WEBHOOK_URL || undefined; // the address that AI Rudder was given, if it is behind a proxy
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET, scheme })
  .on("workflow.call.finished", async (event) => {
    console.log(`contact ${event.data.case_id}: ${event.data.details?.[0]?.ring_type}`);
    await store.add(event);
  })
  .onUnknown((event) => store.add(event));

const app = express();
// Ahead of `express.json()`, which would parse the bytes away that the signature is about.
app.post("/events", hooks.nodeHandler(undefined, { quarantine, url }));
app.use(express.json());

const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/events`);
});
