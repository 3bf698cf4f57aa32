-- What the receivers in python/receivers and node/receivers keep, but for Django's, which has a migration:
--
--     psql "$DATABASE_URL" -f receivers.sql
CREATE TABLE IF NOT EXISTS events (
    dedupe_key text PRIMARY KEY,
    type text NOT NULL,
    body text NOT NULL, -- text, since jsonb refuses some JSON, such as "\u0000"
    received_at timestamptz NOT NULL DEFAULT now(),
    handed_on_at timestamptz, -- when it went to the queue, the last time
    handled_at timestamptz -- set in the transaction that does the work
);
CREATE INDEX IF NOT EXISTS events_to_handle ON events (received_at) WHERE handled_at IS NULL;

-- What the examples make of an event: put your own work in its place.
CREATE TABLE IF NOT EXISTS results (case_id text, callee text, ring_type text);
