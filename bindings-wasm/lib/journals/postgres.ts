/** The journal in PostgreSQL, by the caller's own client. Its tables are those of the package for Python, too. */
import { fault } from "../runtime/native.js";
import { type Holder, type JournalOptions, LeasedJournal, type Store } from "./leased.js";

/** What a journal needs of a `Pool` or a `Client` of `pg`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * A journal in PostgreSQL, which may hold many, each under its name, for workers that share nothing else.
 *
 * The tables `airudder_leases` and `airudder_journal` are made if they are not there. Time is the database's. The client
 * stays yours.
 */
export class PostgresJournal extends LeasedJournal {
  constructor(client: PostgresClient, options: JournalOptions) {
    if (typeof Object(client).query !== "function") {
      throw fault(1001, "a PostgresJournal needs a Pool or a Client of pg", "/journal");
    }
    super((name) => new PostgresStore(client, name), "PostgreSQL", options);
  }
}

// Two workers that make the tables at once would meet in the catalog. Statements without values are one transaction.
const TABLES = `
SELECT pg_advisory_xact_lock(hashtext('airudder_journal'));
CREATE TABLE IF NOT EXISTS airudder_leases (
    name text PRIMARY KEY, epoch bigint NOT NULL, holder text NOT NULL, until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS airudder_journal (
    name text NOT NULL, at bigint NOT NULL, size bigint NOT NULL, lines text NOT NULL, PRIMARY KEY (name, at));
`;
const TAKE = `
UPDATE airudder_leases SET epoch = epoch + 1, holder = $2, until = clock_timestamp() + $3 * interval '1 ms'
WHERE name = $1 AND until < clock_timestamp() RETURNING epoch`;
const HOLDER = `
SELECT holder, extract(epoch FROM until) * 1000 AS until_ms, extract(epoch FROM until - clock_timestamp()) * 1000 AS left_ms
FROM airudder_leases WHERE name = $1`;
const RENEW = `
UPDATE airudder_leases SET until = clock_timestamp() + $3 * interval '1 ms' WHERE name = $1 AND epoch = $2 RETURNING 1`;
// One statement, so that a pool may give it any connection. Whatever the server's setting, what was committed must survive
// its crash.
const APPEND = `
WITH own AS (${RENEW}),
    ended AS (SELECT coalesce(max(at + size), 0) AS length FROM airudder_journal WHERE name = $1),
    durable AS (SELECT set_config('synchronous_commit', 'on', true))
INSERT INTO airudder_journal SELECT $1, $4, $5, $6 FROM own, ended, durable WHERE length = $4 RETURNING 1`;
const HEAD = `
WITH durable AS (SELECT set_config('synchronous_commit', 'on', true))
INSERT INTO airudder_journal SELECT $1, 0, $2, $3 FROM durable ON CONFLICT DO NOTHING`;

class PostgresStore implements Store {
  readonly #client: PostgresClient;
  readonly #name: string;

  constructor(client: PostgresClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async prepare(): Promise<void> {
    await this.#client.query(TABLES);
  }

  async take(holder: string, leaseMs: number): Promise<number | Holder> {
    await this.#rows("INSERT INTO airudder_leases VALUES ($1, 0, '', '-infinity') ON CONFLICT DO NOTHING");
    const [taken] = await this.#rows(TAKE, holder, leaseMs);
    if (taken !== undefined) {
      return Number(taken.epoch);
    }
    const [other] = await this.#rows(HOLDER);
    return { holder: String(other?.holder), untilMs: Number(other?.until_ms), leftMs: Number(other?.left_ms) };
  }

  async renew(epoch: number, leaseMs: number): Promise<boolean> {
    return (await this.#rows(RENEW, epoch, leaseMs)).length === 1;
  }

  async giveBack(epoch: number): Promise<void> {
    await this.#rows("UPDATE airudder_leases SET until = '-infinity' WHERE name = $1 AND epoch = $2", epoch);
  }

  async lines(): Promise<string[]> {
    const rows = await this.#rows("SELECT lines FROM airudder_journal WHERE name = $1 ORDER BY at");
    return rows.map(({ lines }) => String(lines));
  }

  async append(epoch: number, leaseMs: number, at: number, lines: string, size: number): Promise<boolean> {
    return (await this.#rows(APPEND, epoch, leaseMs, at, size, lines)).length === 1;
  }

  async head(line: string, size: number): Promise<string> {
    await this.#rows(HEAD, size, line);
    const [first] = await this.#rows("SELECT lines FROM airudder_journal WHERE name = $1 AND at = 0");
    return String(first?.lines);
  }

  async #rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    const { rows } = await this.#client.query(text, [this.#name, ...values]);
    return rows as Record<string, unknown>[];
  }
}
