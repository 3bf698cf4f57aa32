// A route handler of Next.js: put it into `app/events/route.ts`.
import { Webhooks } from "airudder";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET });

export const POST = hooks.fetchHandler((event) => store.add(event));
