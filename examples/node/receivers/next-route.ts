// A route handler of Next.js: put it into `app/events/route.ts`.
import { Webhooks } from "airudder";
import { untilSettled } from "../quarantine.js";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const { scheme, quarantine } = await untilSettled(process.env.QUARANTINE ?? "quarantine.jsonl");
const url = process.env.AIRUDDER_WEBHOOK_URL || undefined; // the address that AI Rudder was given, if it is behind a proxy
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET, scheme });

export const POST = hooks.fetchHandler((event) => store.add(event), { quarantine, url });
