/**
 * A route handler of Next.js, which stores each event once in PostgreSQL; ../node/receivers/bullmq-worker.js or
 * stream-worker.js handles it.
 *
 *     psql "$DATABASE_URL" -f examples/receivers.sql
 *     AIRUDDER_WEBHOOK_SECRET=... AIRUDDER_WEBHOOK_SCHEME=... DATABASE_URL=... npx next start
 */
import { type Event, type FetchHandler, Webhooks } from "airudder";
import pg from "pg";

const receive = once(() => {
  // AI Rudder waits for the answer: it gets a 503 rather than none.
  const waits = { connectionTimeoutMillis: 3_000, query_timeout: 5_000 };
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, ...waits });
  pool.on("error", tell); // a connection that breaks must not end the process: the next query makes a new one

  /** Stores an event; one that was stored before changes nothing. It is committed when the promise is kept. */
  async function store({ dedupeKey, type, raw }: Event): Promise<void> {
    const insert = "INSERT INTO events (dedupe_key, type, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    await pool.query(insert, [dedupeKey, type, raw]);
  }

  // The address that AI Rudder was given: behind a proxy, the request has another one, and a scheme may sign it.
  const url = process.env.AIRUDDER_WEBHOOK_URL || undefined;
  return Webhooks.fromEnv().fetchHandler(store, { onError: tell, url });
});

/** Takes one delivery: verifies the bytes, stores the event, and only then answers 200. */
export async function POST(request: Request): Promise<Response> {
  const answer = await receive()(request);
  // It is 500 where the event could not be stored: AI Rudder sends it again in a minute.
  return new Response("{}", { status: answer.status === 500 ? 503 : answer.status, headers: answer.headers });
}

/** Says what failed; the text of the database may show the row, which is personal. */
function tell(error: unknown): void {
  const { name, code } = error as { name?: string; code?: string };
  console.error(`event refused or not stored: ${code ?? name}`);
}

/** Makes the handler with the first event: `next build` loads this file, too, and has neither secret nor database. */
function once(make: () => FetchHandler): () => FetchHandler {
  let made: FetchHandler | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
