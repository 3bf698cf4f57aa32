/**
 * Send one campaign with BullMQ: a job for each partition, on as many machines as you like.
 *
 *     node bullmq_campaign.js work                               on each machine
 *     node bullmq_campaign.js send 8 contacts.csv more.csv       once: the number of partitions, and all files
 *
 * Every job reads all files and sends the contacts of its own partition, so somebody who stands in two files is called
 * once. Each partition has its journal in PostgreSQL: when a worker dies, BullMQ gives its job to another one, which
 * goes on where the first was. The same command again goes on with the campaign, with as many partitions as before.
 *
 * needs these environment variables; those in brackets have a default:
 *
 *     AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET     from AI Rudder
 *     AIRUDDER_TEMPLATE_ID, AIRUDDER_PLATFORM   the workflow's template, and the platform of the contacts
 *     AIRUDDER_END_TIME                         when the workflows end, as 2099-12-01 18:00:00+08:00
 *     [AIRUDDER_CAMPAIGN]                       the campaign's name: campaign
 *     DATABASE_URL, REDIS_URL                   where the journals are, and the jobs
 *     [LEASE, SETTLE, LOCK]                     in milliseconds: 60000, 60000 and 30000
 */
import { createReadStream } from "node:fs";
import { Client, JournalConflict, Report } from "airudder";
import { PostgresJournal } from "airudder/journals";
import { DelayedError, Queue, QueueEvents, Worker } from "bullmq";
import { parse } from "csv-parse";
import { Redis } from "ioredis";
import pg from "pg";

const { DATABASE_URL, REDIS_URL, AIRUDDER_PLATFORM, AIRUDDER_CAMPAIGN: name = "campaign" } = process.env;
const [leaseMs, settleMs, lockDuration] = ["LEASE", "SETTLE", "LOCK"].map((setting, index) =>
  Number(process.env[setting] ?? [60_000, 60_000, 30_000][index]),
);

/** Reads all files, in the same order each time. */
async function* contacts(files) {
  for (const file of files) {
    const rows = parse({ bom: true, columns: true });
    createReadStream(file)
      .on("error", (error) => rows.destroy(error))
      .pipe(rows);
    for await (const { callee, caseid, customer_name } of rows) {
      yield { callee, platform: AIRUDDER_PLATFORM, caseid, variables: { customer_name } };
    }
  }
}

/** Sends one partition; gives its report. */
async function send(job, token) {
  const { partition, files } = job.data;
  try {
    return await Client.fromEnv({ timeoutMs: Math.min(10_000, leaseMs / 3) }).campaigns.run({
      workflow_template_id: Number(process.env.AIRUDDER_TEMPLATE_ID),
      name,
      end_time: process.env.AIRUDDER_END_TIME,
      contacts: contacts(files),
      journal: new PostgresJournal(database, { name, leaseMs }),
      partition,
      settleMs,
    });
  } catch (error) {
    if (!(error instanceof JournalConflict)) {
      throw error;
    }
    // The worker that had the job first is alive. Come back when it is over, or dead: where it has finished, this sends
    // nothing, and gives the same report.
    await job.moveToDelayed(Date.now() + leaseMs, token);
    throw new DelayedError();
  }
}

/** Hands out the partitions, waits for all, and shows what became of the contacts. */
async function handOut(count, files) {
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  try {
    await events.waitUntilReady();
    const jobs = await queue.addBulk(
      Array.from({ length: count }, (_, index) => ({ name: "send", data: { partition: [index, count], files } })),
    );
    const report = Report.merge(await Promise.all(jobs.map((job) => job.waitUntilFinished(events))));
    const { accepted, rejected, doubtful } = report;
    console.log(`accepted ${accepted}, rejected ${rejected.length}, doubtful ${doubtful.length}`);
    for (const { code, caseId } of rejected) {
      console.error(`${code} ${caseId}`);
    }
  } finally {
    await Promise.all([queue.close(), events.close()]);
    connection.disconnect();
  }
}

const [what, count, ...files] = process.argv.slice(2);
// BullMQ waits in Redis for new jobs, however long that takes.
const connection = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
const database = new pg.Pool({ connectionString: DATABASE_URL });
if (what === "work") {
  // A job whose worker gave no sign for so long goes to another one, as often as that happens.
  const stalled = { lockDuration, stalledInterval: lockDuration, maxStalledCount: 100 };
  const worker = new Worker(name, send, { connection, concurrency: 2, ...stalled });
  worker.on("error", (error) => console.error(`worker: ${error.message}`));
  worker.on("active", (job) => console.log(`active ${job.id}`));
  worker.on("completed", (job) => console.log(`completed ${job.id}`));
} else {
  await handOut(Number(count), files);
}
