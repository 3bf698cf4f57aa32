// Fastify, which parses JSON by itself unless it is told to leave the bytes alone. Run it with AIRUDDER_WEBHOOK_SECRET.
import Fastify from "fastify";
import { Inbox } from "../store.js";

const inbox = await Inbox.fromEnv();

// Fastify's own limit, 1 MiB, is smaller than events may be.
const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
app.register(async (events) => {
  events.removeAllContentTypeParsers();
  events.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  events.post("/events", async (request, reply) => {
    reply.code(await inbox.receive(request.body ?? Buffer.alloc(0), request.headers));
    return {};
  });
});

console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1" })}/events`);
