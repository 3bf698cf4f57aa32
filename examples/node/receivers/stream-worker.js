/**
 * Handles the events of inbox.js; a Redis Stream spreads them over any number of workers.
 *
 *     DATABASE_URL=... REDIS_URL=... node stream-worker.js      on each machine, as often as you like
 */
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";
import { handle, handOn, ping, tell } from "./inbox.js";

const [STREAM, GROUP, CONSUMER] = ["events", "workers", `${hostname()}-${process.pid}`];

const redis = new Redis(process.env.REDIS_URL ?? "", { maxRetriesPerRequest: 1 });
redis.on("error", (error) => console.error(`redis: ${error.message}`));

/** Adds entries; what is trimmed before it was read comes again. @param {string[]} keys */
async function add(keys) {
  const entries = redis.pipeline();
  for (const key of keys) {
    entries.xadd(STREAM, "MAXLEN", "~", 100_000, "*", "key", key);
  }
  for (const [error] of (await entries.exec()) ?? []) {
    if (error) {
      throw error;
    }
  }
}

/** Takes entries. NOACK, since the table knows better than Redis what is still to be done. */
async function taken() {
  const limits = /** @type {const} */ (["COUNT", 100, "BLOCK", 500, "NOACK"]);
  const found = await redis.xreadgroup("GROUP", GROUP, CONSUMER, ...limits, "STREAMS", STREAM, ">");
  /** @type {[stream: string, entries: [id: string, fields: string[]][]][]} */
  const streams = /** @type {any} */ (found ?? []);
  return streams.flatMap(([, entries]) => entries.map(([, [, key]]) => key));
}

/** Hands on and handles, until the database or Redis is away. */
async function serve() {
  await redis.xgroup("CREATE", STREAM, GROUP, "0", "MKSTREAM").catch(() => {}); // there is such a group
  for (;;) {
    await handOn(add);
    for (const key of await taken()) {
      try {
        await handle(key);
      } catch (error) {
        tell(error); // it comes again, and the others do not wait for it
        await ping();
      }
    }
  }
}

for (;;) {
  await serve().catch(tell);
  await setTimeout(1_000);
}
