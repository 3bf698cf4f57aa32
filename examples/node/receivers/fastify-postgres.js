/**
 * Fastify, which stores each event once in PostgreSQL; stream-worker.js or bullmq-worker.js handles it.
 *
 *     psql "$DATABASE_URL" -f examples/receivers.sql
 *     AIRUDDER_WEBHOOK_SECRET=... AIRUDDER_WEBHOOK_SCHEME=... DATABASE_URL=... PORT=8000 node fastify-postgres.js
 */
import { requestedUrl, Webhooks } from "airudder";
import Fastify from "fastify";
import { store, tell } from "./inbox.js";

const hooks = Webhooks.fromEnv();

// More than this gets a 413.
const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
app.register(async (events) => {
  // The bytes, since the signature is about them; in this scope alone, so that other routes have their JSON.
  events.removeAllContentTypeParsers();
  events.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  events.post("/events", async (request, reply) => {
    reply.type("application/json").code(await take(request));
    return "{}";
  });
});

/** Takes one delivery, and gives the status. @param {import("fastify").FastifyRequest} request */
async function take({ body, headers, raw }) {
  const url = requestedUrl(raw, process.env.AIRUDDER_WEBHOOK_URL || undefined);
  let event;
  try {
    event = hooks.unwrap(/** @type {Buffer} */ (body ?? Buffer.alloc(0)), headers, { url });
  } catch (error) {
    console.warn(`refused: ${error}`);
    return 400;
  }
  try {
    await store(event); // it is committed
    return 200;
  } catch (error) {
    tell(error);
    return 503; // AI Rudder sends it again in a minute
  }
}

console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1" })}/events`);
