// Fastify, which parses JSON by itself unless it is told to leave the bytes alone. Run it with AIRUDDER_WEBHOOK_SECRET.
import { WebhookError, Webhooks } from "airudder";
import Fastify from "fastify";
import { Store } from "../store.js";

const store = await Store.open(process.env.EVENTS ?? "events.jsonl");
const hooks = new Webhooks({ secret: process.env.AIRUDDER_WEBHOOK_SECRET });

const app = Fastify();
app.register(async (events) => {
  events.removeAllContentTypeParsers();
  events.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  events.post("/events", async (request, reply) => {
    try {
      await store.add(hooks.unwrap(request.body, request.headers));
    } catch (error) {
      if (!(error instanceof WebhookError)) {
        throw error; // 500: AI Rudder sends the event again
      }
      reply.code(400);
    }
    return {};
  });
});

console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1" })}/events`);
