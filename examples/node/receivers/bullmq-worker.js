/**
 * Handles the events of inbox.js with BullMQ, on any number of machines.
 *
 *     DATABASE_URL=... REDIS_URL=... node bullmq-worker.js      on each machine, as often as you like
 */
import { setTimeout } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { handle, handOn, tell } from "./inbox.js";

const QUEUE = "airudder-events";

// BullMQ waits in Redis for new jobs, however long that takes.
const connection = new Redis(process.env.REDIS_URL ?? "", { maxRetriesPerRequest: null });
connection.on("error", (error) => console.error(`redis: ${error.message}`));

const queue = new Queue(QUEUE, { connection });
queue.on("error", (error) => console.error(`queue: ${error.message}`));

const worker = new Worker(QUEUE, async (job) => handle(job.id ?? ""), { connection, concurrency: 4 });
worker.on("error", (error) => console.error(`worker: ${error.message}`));
worker.on("failed", (_job, error) => tell(error)); // it comes again

/**
 * The dedupe key is the job's id: a job that waits already is not added again. It is removed when it is over, in whatever
 * way, since the table knows better than Redis what is still to be done.
 *
 * @param {string[]} keys
 */
async function add(keys) {
  const opts = { removeOnComplete: true, removeOnFail: true };
  await queue.addBulk(keys.map((jobId) => ({ name: "event", data: {}, opts: { ...opts, jobId } })));
}

for (;;) {
  await handOn(add).catch(tell);
  await setTimeout(500);
}
