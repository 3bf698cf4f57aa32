/**
 * The table of events in PostgreSQL (../../receivers.sql), for the receivers and workers beside this file.
 *
 * The table tells what is to be done, and a queue only whose turn it is. So nothing is lost, and nothing is handled twice:
 *
 * - An event is committed before it goes into the queue. Who dies between the two, or before it is noted that it is in the
 *   queue, leaves an event that the next worker hands on, perhaps once more.
 * - `handled_at` is set in the transaction that does the work: an event that comes twice finds it set, and does nothing.
 * - What a worker had taken that died, what failed, and what Redis lost, is handed on again after AGAIN_AFTER seconds (60).
 *   At most 500 events are in the queue, all others wait in the table: let AGAIN_AFTER be longer than the work on 500.
 *
 * That holds for work inside this database. What your work does elsewhere, do so that twice is harmless: give that other
 * service the dedupe key, too.
 */
import pg from "pg";

const AGAIN_AFTER = Number(process.env.AGAIN_AFTER ?? 60);

const DUE = `
  UPDATE events SET handed_on_at = now() WHERE dedupe_key = ANY (ARRAY (
    SELECT dedupe_key FROM events
    WHERE handled_at IS NULL AND (handed_on_at IS NULL OR handed_on_at < now() - $1 * interval '1 second')
    ORDER BY handed_on_at NULLS FIRST, received_at -- so that what fails again and again stands behind
    LIMIT greatest(0, 500 - (
      SELECT count(*) FROM events WHERE handled_at IS NULL AND handed_on_at >= now() - $1 * interval '1 second'
    ))
    FOR UPDATE SKIP LOCKED
  )) RETURNING dedupe_key`;
const TAKE = "UPDATE events SET handled_at = now() WHERE dedupe_key = $1 AND handled_at IS NULL RETURNING type, body";

// AI Rudder waits for the answer: it gets a 503 rather than none.
const waits = { connectionTimeoutMillis: 3_000, query_timeout: 5_000 };
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, ...waits });
// A connection that breaks, whether it is used or not, must not end the process: the next query makes a new one.
pool.on("error", tell);
pool.on("connect", (client) => client.on("error", tell));

/** Says what failed; the text of the database may show the row, which is personal. @param {any} error */
export function tell(error) {
  console.error(`database: ${error.code ?? error.name}`);
}

/** Stores an event; one that was stored before changes nothing. @param {import("airudder").Event} event */
export async function store({ dedupeKey, type, raw }) {
  const insert = "INSERT INTO events (dedupe_key, type, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
  await pool.query(insert, [dedupeKey, type, raw]);
}

/** Fails where the database is away. */
export async function ping() {
  await pool.query("SELECT 1");
}

/** Hands on what is due, by its keys: nothing personal is in Redis. @param {(keys: string[]) => Promise<unknown>} enqueue */
export async function handOn(enqueue) {
  await transaction(async (db) => {
    const { rows } = await db.query(DUE, [AGAIN_AFTER]);
    if (rows.length > 0) {
      await enqueue(rows.map((row) => row.dedupe_key));
    }
  });
}

/** Handles an event, unless that was done. @param {string} key */
export async function handle(key) {
  await transaction(async (db) => {
    const { rows } = await db.query(TAKE, [key]);
    if (rows.length > 0) {
      await work(db, rows[0].type, JSON.parse(rows[0].body));
    }
  });
}

/**
 * Put your own work here; what it does in this database happens once.
 *
 * @param {pg.PoolClient} db
 * @param {string} type
 * @param {any} data
 */
async function work(db, type, data) {
  if (type === "workflow.call.finished") {
    const { callee, ring_type } = data.details?.[0] ?? {};
    const insert = "INSERT INTO results (case_id, callee, ring_type) VALUES ($1, $2, $3)";
    await db.query(insert, [data.case_id, callee, ring_type]);
  }
}

/** @param {(db: pg.PoolClient) => Promise<void>} run */
async function transaction(run) {
  const db = await pool.connect();
  try {
    await db.query("BEGIN");
    await run(db);
    await db.query("COMMIT");
    db.release();
  } catch (error) {
    db.release(true); // closing it rolls back, also where the database does not answer any more
    throw error;
  }
}
