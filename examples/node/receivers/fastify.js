// Fastify, which parses JSON by itself unless a content type parser keeps the bytes. Run it with AIRUDDER_WEBHOOK_SECRET.
import { Webhooks } from "airudder";
import Fastify from "fastify";
import { untilSettled } from "../quarantine.js";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const { scheme, quarantine } = await untilSettled(process.env.QUARANTINE ?? "quarantine.jsonl");
const url = process.env.AIRUDDER_WEBHOOK_URL || undefined; // the address that AI Rudder was given, if it is behind a proxy
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET, scheme });

const handle = hooks.nodeHandler((event) => store.add(event), { quarantine, url });

const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
app.register(async (events) => {
  events.removeAllContentTypeParsers();
  events.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  events.post("/events", (request, reply) => {
    reply.hijack(); // the handler answers
    handle(Object.assign(request.raw, { body: request.body }), reply.raw);
  });
});

console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1" })}/events`);
