//! The state, in a database: tokens, workflows, contacts, events. One transaction per piece of work.

mod calls;
mod contacts;
mod deliveries;
mod events;
mod listing;
mod workflows;

pub(crate) use calls::{Waiting, add_message, call_contacts, called, cancel_call, messages, tasks};
pub(crate) use contacts::{ContactFilter, count_duplicates, list_contacts, list_duplicates};
pub(crate) use deliveries::{Answer, Attempt, DeliveryFilter, KEPT, Outcome, count_events, list_deliveries, settle};
pub(crate) use events::{DueEvent, NewEvent, add_event, take_due};
pub(crate) use listing::{count_contacts, count_workflows, list_workflows};
pub(crate) use workflows::{NewContact, NewWorkflow, add_contacts, add_workflow, instances_of, set_workflow_status};

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::changes::Changes;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workflows (
    id INTEGER PRIMARY KEY, workflow_id TEXT NOT NULL UNIQUE, is_task INTEGER NOT NULL, name TEXT NOT NULL,
    template_id INTEGER NOT NULL, end_time TEXT NOT NULL, created_ms INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'running',
    contacts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY, workflow INTEGER NOT NULL REFERENCES workflows(id), callee TEXT NOT NULL, caseid TEXT,
    platform TEXT NOT NULL, variables TEXT NOT NULL, pds_variables TEXT,
    state INTEGER NOT NULL DEFAULT 0, added_ms INTEGER NOT NULL DEFAULT 0,
    identity TEXT GENERATED ALWAYS AS (CASE WHEN caseid IS NULL THEN 'callee ' || callee ELSE 'caseid ' || caseid END)
        VIRTUAL);
CREATE INDEX IF NOT EXISTS contacts_by_callee ON contacts (callee);
CREATE INDEX IF NOT EXISTS contacts_by_caseid ON contacts (caseid) WHERE caseid IS NOT NULL;
CREATE INDEX IF NOT EXISTS contacts_by_workflow ON contacts (workflow);
CREATE INDEX IF NOT EXISTS contacts_by_identity ON contacts (identity);
CREATE INDEX IF NOT EXISTS contacts_waiting ON contacts (id) WHERE state = 0;
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, body TEXT, attempts INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    subject TEXT, added_ms INTEGER NOT NULL DEFAULT 0, last_ms INTEGER, last_status INTEGER, last_failure TEXT);
CREATE TABLE IF NOT EXISTS forgotten_events (
    id INTEGER PRIMARY KEY CHECK (id = 1), delivered INTEGER NOT NULL DEFAULT 0, given_up INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0);
INSERT OR IGNORE INTO forgotten_events (id) VALUES (1);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, call_id TEXT NOT NULL, msg_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_call ON messages (call_id, id);
CREATE INDEX IF NOT EXISTS events_due ON events (next_ms, id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS events_done ON events (id) WHERE state IN (1, 2);
";

/// The columns that a file of an earlier version lacks.
const LATER_COLUMNS: &[(&str, &str, &str)] = &[
    ("contacts", "added_ms", "INTEGER NOT NULL DEFAULT 0"),
    ("events", "subject", "TEXT"),
    ("events", "added_ms", "INTEGER NOT NULL DEFAULT 0"),
    ("events", "last_ms", "INTEGER"),
    ("events", "last_status", "INTEGER"),
    ("events", "last_failure", "TEXT"),
];

/// At most so many contacts in one workflow, as the reference has it.
pub(crate) const MAX_CONTACTS: i64 = 10_000;

/// The errors: the request asked for something that cannot be, or the database failed.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// The caller's mistake, in words for the caller.
    Refused(String),
    /// The database failed.
    Sqlite(rusqlite::Error),
    /// The work ended in a panic; nothing of it was kept.
    Aborted,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(message) => f.write_str(message),
            Self::Sqlite(error) => write!(f, "database: {error}"),
            Self::Aborted => f.write_str("the work was aborted by a bug"),
        }
    }
}

type Result<T> = std::result::Result<T, StoreError>;

/// A shared handle to the one connection.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
    changes: Changes,
}

impl Store {
    /// Opens the file, or a database in memory. Its changes are noted in `changes`.
    pub(crate) fn open(file: Option<&Path>, changes: Changes) -> rusqlite::Result<Self> {
        let connection = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(SCHEMA)?;
        for &(table, column, declaration) in LATER_COLUMNS {
            if !connection.column_exists(None, table, column)? {
                connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column} {declaration}"))?;
            }
        }
        // What was under way when the last run stopped is due again: at least once, like the real service.
        connection.execute("UPDATE events SET state = 0 WHERE state = 3", [])?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), changes })
    }

    /// Does a piece of work entirely or not at all, off the async threads.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Self { connection, changes } = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A transaction rolls back when it is dropped, so a panic while the lock was held left no half-done work.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let changed_before = connection.total_changes();
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            if connection.total_changes() != changed_before {
                changes.note();
            }
            Ok(value)
        });
        done.await.unwrap_or(Err(StoreError::Aborted))
    }
}

/// Gives out a token and restarts the life of those that still work.
pub(crate) fn add_token(db: &Transaction<'_>, token: &str, now_ms: i64, ttl_ms: i64) -> Result<()> {
    let expires_ms = now_ms.saturating_add(ttl_ms);
    db.execute("DELETE FROM tokens WHERE expires_ms <= ?1", [now_ms])?;
    db.execute("UPDATE tokens SET expires_ms = ?1", [expires_ms])?;
    db.execute("INSERT INTO tokens (token, expires_ms) VALUES (?1, ?2)", params![token, expires_ms])?;
    Ok(())
}

/// Returns whether the token works.
pub(crate) fn token_works(db: &Transaction<'_>, token: &str, now_ms: i64) -> Result<bool> {
    let mut query = db.prepare_cached("SELECT 1 FROM tokens WHERE token = ?1 AND expires_ms > ?2")?;
    Ok(query.exists(params![token, now_ms])?)
}

/// Makes all tokens invalid and says how many there were.
pub(crate) fn expire_tokens(db: &Transaction<'_>) -> Result<usize> {
    Ok(db.execute("DELETE FROM tokens", [])?)
}

/// Forgets everything.
pub(crate) fn reset(db: &Transaction<'_>) -> Result<()> {
    db.execute_batch(
        "DELETE FROM contacts; DELETE FROM workflows; DELETE FROM messages; DELETE FROM events; DELETE FROM tokens;
         UPDATE forgotten_events SET delivered = 0, given_up = 0, retried = 0;",
    )?;
    Ok(())
}
