/** Journals in databases, by the caller's own clients: `airudder/journals`. */

export type { JournalOptions } from "./journals/leased.js";
export { type PostgresClient, PostgresJournal } from "./journals/postgres.js";
export { type RedisClient, RedisJournal, type RedisJournalOptions } from "./journals/redis.js";
export type { Journal, PartitionedJournal } from "./runtime/journal.js";
