//! The state, in a database: tokens, workflows, contacts, events. One transaction per piece of work.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;

use crate::clock;

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
CREATE INDEX IF NOT EXISTS contacts_by_identity ON contacts (identity);
CREATE INDEX IF NOT EXISTS contacts_waiting ON contacts (id) WHERE state = 0;
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, body TEXT, attempts INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, call_id TEXT NOT NULL, msg_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_call ON messages (call_id, id);
CREATE INDEX IF NOT EXISTS events_due ON events (next_ms, id) WHERE state = 0;
";

/// At most so many contacts in one workflow, as the reference has it.
pub(crate) const MAX_CONTACTS: i64 = 10_000;

/// What can go wrong: the request asked for something that cannot be, or the database failed.
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
pub(crate) struct Store(Arc<Mutex<Connection>>);

/// A contact to be stored.
#[derive(Debug)]
pub(crate) struct NewContact {
    pub(crate) callee: String,
    pub(crate) caseid: Option<String>,
    pub(crate) platform: String,
    pub(crate) variables: String,
    pub(crate) pds_variables: Option<String>,
}

/// A workflow, or a task, to be stored.
#[derive(Debug)]
pub(crate) struct NewWorkflow {
    pub(crate) workflow_id: String,
    pub(crate) is_task: bool,
    pub(crate) name: String,
    pub(crate) template_id: i64,
    pub(crate) end_time: String,
}

/// A contact that is to be called now.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) callee: String,
    pub(crate) caseid: Option<String>,
    pub(crate) variables: String,
    pub(crate) workflow_id: String,
    pub(crate) is_task: bool,
    pub(crate) workflow_name: String,
    pub(crate) workflow_created_ms: i64,
    pub(crate) end_time: String,
}

/// An event that is to be sent now.
#[derive(Debug)]
pub(crate) struct DueEvent {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) attempts: u32,
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The receiver answered 200.
    Acknowledged,
    /// Send it again at this time.
    RetryAt(i64),
    /// It was tried often enough.
    GivenUp,
}

/// One row of `detailinstances`.
#[derive(Debug, Serialize)]
pub(crate) struct InstanceRow {
    workflow_id: String,
    workflow_name: String,
    create_time: String,
    status: String,
}

/// One row of the contact report.
#[derive(Debug, Serialize)]
pub(crate) struct ContactRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    callee: String,
    caseid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
}

/// How many contacts there are.
#[derive(Debug, Serialize)]
pub(crate) struct ContactCounts {
    accepted: i64,
    distinct: i64,
    duplicates: i64,
    waiting: i64,
}

/// How the events fare.
#[derive(Debug, Serialize)]
pub(crate) struct EventCounts {
    created: i64,
    delivered: i64,
    pending: i64,
    given_up: i64,
    retried: i64,
}

impl Store {
    /// Opens the file, or a database in memory.
    pub(crate) fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(SCHEMA)?;
        // A file of an earlier version lacks what came later.
        if !connection.column_exists(None, "contacts", "added_ms")? {
            connection.execute_batch("ALTER TABLE contacts ADD COLUMN added_ms INTEGER NOT NULL DEFAULT 0")?;
        }
        // What was under way when the last run stopped is due again: at least once, like the real service.
        connection.execute("UPDATE events SET state = 0 WHERE state = 3", [])?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does a piece of work entirely or not at all, off the async threads.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            // A transaction rolls back when it is dropped, so a panic while the lock was held left no half-done work.
            let mut connection = store.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
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

/// Whether the token works.
pub(crate) fn token_works(db: &Transaction<'_>, token: &str, now_ms: i64) -> Result<bool> {
    let mut query = db.prepare_cached("SELECT 1 FROM tokens WHERE token = ?1 AND expires_ms > ?2")?;
    Ok(query.exists(params![token, now_ms])?)
}

/// Makes all tokens invalid and says how many there were.
pub(crate) fn expire_tokens(db: &Transaction<'_>) -> Result<usize> {
    Ok(db.execute("DELETE FROM tokens", [])?)
}

/// Stores a workflow together with its first contacts.
pub(crate) fn add_workflow(
    db: &Transaction<'_>,
    workflow: &NewWorkflow,
    contacts: &[NewContact],
    now_ms: i64,
) -> Result<()> {
    db.execute(
        "INSERT INTO workflows (workflow_id, is_task, name, template_id, end_time, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![workflow.workflow_id, workflow.is_task, workflow.name, workflow.template_id, workflow.end_time, now_ms],
    )?;
    if contacts.is_empty() { Ok(()) } else { add_contacts(db, &workflow.workflow_id, contacts, now_ms) }
}

/// What became of a workflow: past its end, one that ran has finished. A task's time names no zone, and does not end it.
fn status_at(status: String, end_time: &str, now_ms: i64) -> String {
    let over = clock::parse_zoned(end_time).is_some_and(|end_ms| end_ms <= now_ms);
    if status == "running" && over { "finished".into() } else { status }
}

/// Adds contacts to a workflow that runs and has room for all of them.
pub(crate) fn add_contacts(
    db: &Transaction<'_>,
    workflow_id: &str,
    contacts: &[NewContact],
    now_ms: i64,
) -> Result<()> {
    let text = "SELECT id, contacts, is_task, status, end_time FROM workflows WHERE workflow_id = ?1";
    let found = db.query_row(text, [workflow_id], |row| {
        let status = status_at(row.get(3)?, &row.get::<_, String>(4)?, now_ms);
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?, status))
    });
    let Some((workflow, present, is_task, status)) = found.optional()? else {
        return Err(StoreError::Refused(format!("there is no workflow {workflow_id:?}")));
    };
    if status != "running" {
        return Err(StoreError::Refused(format!("the workflow {workflow_id} is {status}")));
    }
    let total = present.saturating_add(i64::try_from(contacts.len()).unwrap_or(i64::MAX));
    if total > MAX_CONTACTS && !is_task {
        return Err(StoreError::Refused(format!(
            "a workflow holds at most {MAX_CONTACTS} contacts: {present} are in it, and {} came with this request",
            contacts.len()
        )));
    }
    let mut insert = db.prepare_cached(
        "INSERT INTO contacts (workflow, callee, caseid, platform, variables, pds_variables, added_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let added_ms = clock::host_ms();
    for contact in contacts {
        let caseid = contact.caseid.as_deref().filter(|caseid| !caseid.is_empty());
        insert.execute(params![
            workflow,
            contact.callee,
            caseid,
            contact.platform,
            contact.variables,
            contact.pds_variables,
            added_ms
        ])?;
    }
    db.execute("UPDATE workflows SET contacts = ?1 WHERE id = ?2", [total, workflow])?;
    Ok(())
}

/// The workflows, created within the window, in which the contact is, of those that came until `seen_until_ms`.
pub(crate) fn instances_of(
    db: &Transaction<'_>,
    caseid: Option<&str>,
    callee: Option<&str>,
    window: (i64, i64),
    seen_until_ms: i64,
    now_ms: i64,
) -> Result<Vec<InstanceRow>> {
    // One text per combination, so that SQLite uses the index of the key that was given.
    let matching = match (caseid, callee) {
        (Some(_), Some(_)) => "caseid = ?1 AND callee = ?2",
        (Some(_), None) => "caseid = ?1 AND ?2 IS NULL",
        _ => "callee = ?2 AND ?1 IS NULL",
    };
    let mut query = db.prepare_cached(&format!(
        "SELECT workflow_id, name, created_ms, status, end_time FROM workflows
         WHERE id IN (SELECT workflow FROM contacts WHERE {matching} AND added_ms <= ?5)
         AND NOT is_task AND created_ms BETWEEN ?3 AND ?4
         ORDER BY id"
    ))?;
    let rows = query.query_map(params![caseid, callee, window.0, window.1, seen_until_ms], |row| {
        Ok(InstanceRow {
            workflow_id: row.get(0)?,
            workflow_name: row.get(1)?,
            create_time: clock::utc(row.get(2)?),
            status: status_at(row.get(3)?, &row.get::<_, String>(4)?, now_ms),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Ends or revives a workflow; contacts of an ended one are no longer called. False when there is none of this id.
pub(crate) fn set_workflow_status(db: &Transaction<'_>, workflow_id: &str, status: &str) -> Result<bool> {
    let changed = db.execute("UPDATE workflows SET status = ?1 WHERE workflow_id = ?2", [status, workflow_id])?;
    if status != "running" {
        db.execute(
            "UPDATE contacts SET state = 2
             WHERE state = 0 AND workflow = (SELECT id FROM workflows WHERE workflow_id = ?1)",
            [workflow_id],
        )?;
    }
    Ok(changed > 0)
}

/// What makes the name and the body of a contact's event.
pub(crate) type EventOf<'a> = &'a dyn Fn(&Waiting) -> (&'static str, String);

const WAITING: &str =
    "SELECT c.id, c.callee, c.caseid, c.variables, w.workflow_id, w.is_task, w.name, w.created_ms, w.end_time
     FROM contacts c JOIN workflows w ON w.id = c.workflow";

fn read_waiting(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        id: row.get(0)?,
        callee: row.get(1)?,
        caseid: row.get(2)?,
        variables: row.get(3)?,
        workflow_id: row.get(4)?,
        is_task: row.get(5)?,
        workflow_name: row.get(6)?,
        workflow_created_ms: row.get(7)?,
        end_time: row.get(8)?,
    })
}

/// The contacts of a workflow or task that were called, the first thousand of them.
pub(crate) fn called(db: &Transaction<'_>, workflow_id: &str) -> Result<Vec<Waiting>> {
    let mut query =
        db.prepare_cached(&format!("{WAITING} WHERE c.state = 1 AND w.workflow_id = ?1 ORDER BY c.id LIMIT 1000"))?;
    let rows = query.query_map([workflow_id], read_waiting)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A page of the tasks: id, name and state.
pub(crate) fn tasks(db: &Transaction<'_>, limit: i64, offset: i64) -> Result<Vec<(String, String, String)>> {
    let mut query = db.prepare_cached(
        "SELECT workflow_id, name, status FROM workflows WHERE is_task ORDER BY id LIMIT ?1 OFFSET ?2",
    )?;
    let rows = query.query_map([limit, offset], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Takes a number of a task out of the queue. False where it does not wait in it.
pub(crate) fn cancel_call(db: &Transaction<'_>, task_id: &str, callee: &str) -> Result<bool> {
    let changed = db.execute(
        "UPDATE contacts SET state = 2 WHERE state = 0 AND callee = ?2
         AND workflow = (SELECT id FROM workflows WHERE workflow_id = ?1 AND is_task)",
        [task_id, callee],
    )?;
    Ok(changed > 0)
}

/// Stores a chat message: its id, and its JSON text.
pub(crate) fn add_message(db: &Transaction<'_>, call_id: &str, msg_id: &str, body: &str) -> Result<()> {
    db.prepare_cached("INSERT INTO messages (call_id, msg_id, body) VALUES (?1, ?2, ?3)")?
        .execute([call_id, msg_id, body])?;
    Ok(())
}

/// The messages of a conversation before the one of this id (empty: all), newest first.
pub(crate) fn messages(db: &Transaction<'_>, call_id: &str, before: &str, limit: i64) -> Result<Vec<String>> {
    let mut query = db.prepare_cached(
        "SELECT body FROM messages WHERE call_id = ?1
         AND (?2 = '' OR id < (SELECT id FROM messages WHERE msg_id = ?2)) ORDER BY id DESC LIMIT ?3",
    )?;
    let rows = query.query_map(params![call_id, before, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Takes the next contacts from the queue, marks them as called, and stores the event that `event` makes of each. Those
/// of a workflow that is past its end are called no more.
pub(crate) fn call_contacts(
    db: &Transaction<'_>,
    limit: u32,
    now_ms: i64,
    event: Option<EventOf<'_>>,
) -> Result<usize> {
    let mut query = db.prepare_cached(&format!("{WAITING} WHERE c.state = 0 ORDER BY c.id LIMIT ?1"))?;
    let waiting = query.query_map([limit], read_waiting)?;
    let waiting = waiting.collect::<rusqlite::Result<Vec<_>>>()?;
    let Some(last) = waiting.last() else { return Ok(0) };
    db.prepare_cached("UPDATE contacts SET state = 1 WHERE state = 0 AND id <= ?1")?.execute([last.id])?;
    let due_ms = clock::host_ms();
    for contact in &waiting {
        if clock::parse_zoned(&contact.end_time).is_some_and(|end_ms| end_ms <= now_ms) {
            db.prepare_cached("UPDATE contacts SET state = 2 WHERE id = ?1")?.execute([contact.id])?;
        } else if let Some(event) = event {
            let (kind, body) = event(contact);
            add_event(db, kind, &body, due_ms)?;
        }
    }
    Ok(waiting.len())
}

/// Stores an event that is due at once.
pub(crate) fn add_event(db: &Transaction<'_>, kind: &str, body: &str, now_ms: i64) -> Result<i64> {
    db.prepare_cached("INSERT INTO events (type, body, next_ms) VALUES (?1, ?2, ?3)")?
        .execute(params![kind, body, now_ms])?;
    Ok(db.last_insert_rowid())
}

/// Takes events that are due, and says when the next one will be.
pub(crate) fn take_due(db: &Transaction<'_>, now_ms: i64, limit: usize) -> Result<(Vec<DueEvent>, Option<i64>)> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut take = db.prepare_cached(
        "UPDATE events SET state = 3
         WHERE id IN (SELECT id FROM events WHERE state = 0 AND next_ms <= ?1 ORDER BY next_ms, id LIMIT ?2)
         RETURNING id, type, body, attempts",
    )?;
    let due = take.query_map([now_ms, limit], |row| {
        Ok(DueEvent {
            id: row.get(0)?,
            kind: row.get(1)?,
            body: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            attempts: row.get(3)?,
        })
    })?;
    let due = due.collect::<rusqlite::Result<Vec<_>>>()?;
    let next = db
        .prepare_cached("SELECT next_ms FROM events WHERE state = 0 ORDER BY next_ms LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok((due, next))
}

/// Notes how deliveries ended. The body of an event that is done with is dropped: a long run must not fill the memory.
pub(crate) fn settle(db: &Transaction<'_>, deliveries: &[(i64, Delivery)]) -> Result<()> {
    for (id, delivery) in deliveries {
        match delivery {
            Delivery::Acknowledged => db
                .prepare_cached("UPDATE events SET state = 1, body = NULL, attempts = attempts + 1 WHERE id = ?1")?
                .execute([id])?,
            Delivery::RetryAt(next_ms) => db
                .prepare_cached("UPDATE events SET state = 0, next_ms = ?2, attempts = attempts + 1 WHERE id = ?1")?
                .execute([id, next_ms])?,
            Delivery::GivenUp => db
                .prepare_cached("UPDATE events SET state = 2, body = NULL, attempts = attempts + 1 WHERE id = ?1")?
                .execute([id])?,
        };
    }
    Ok(())
}

/// Counts contacts; two are the same when they have the same case id, or, without one, the same number.
pub(crate) fn count_contacts(db: &Transaction<'_>) -> Result<ContactCounts> {
    let (accepted, distinct) = db.query_row("SELECT count(*), count(DISTINCT identity) FROM contacts", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let waiting = db.query_row("SELECT count(*) FROM contacts WHERE state = 0", [], |row| row.get(0))?;
    Ok(ContactCounts { accepted, distinct, duplicates: accepted - distinct, waiting })
}

/// Counts workflows.
pub(crate) fn count_workflows(db: &Transaction<'_>) -> Result<i64> {
    Ok(db.query_row("SELECT count(*) FROM workflows", [], |row| row.get(0))?)
}

/// Counts events by what became of them.
pub(crate) fn count_events(db: &Transaction<'_>) -> Result<EventCounts> {
    Ok(db.query_row(
        "SELECT count(*), coalesce(sum(state = 1), 0), coalesce(sum(state IN (0, 3)), 0), coalesce(sum(state = 2), 0),
                coalesce(sum(max(attempts - 1, 0)), 0) FROM events",
        [],
        |row| {
            Ok(EventCounts {
                created: row.get(0)?,
                delivered: row.get(1)?,
                pending: row.get(2)?,
                given_up: row.get(3)?,
                retried: row.get(4)?,
            })
        },
    )?)
}

/// A page of contacts, in the order in which they came.
pub(crate) fn list_contacts(db: &Transaction<'_>, limit: u32, offset: u64) -> Result<Vec<ContactRow>> {
    let mut query = db.prepare_cached(
        "SELECT c.id, c.callee, c.caseid, w.workflow_id, c.state
         FROM contacts c JOIN workflows w ON w.id = c.workflow ORDER BY c.id LIMIT ?1 OFFSET ?2",
    )?;
    let rows = query.query_map(params![limit, i64::try_from(offset).unwrap_or(i64::MAX)], |row| {
        Ok(ContactRow {
            id: Some(row.get(0)?),
            callee: row.get(1)?,
            caseid: row.get(2)?,
            workflow_id: Some(row.get(3)?),
            state: Some(match row.get::<_, i64>(4)? {
                0 => "waiting",
                1 => "called",
                _ => "cancelled",
            }),
            count: None,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A page of the contacts that were uploaded more than once, over all workflows.
pub(crate) fn list_duplicates(db: &Transaction<'_>, limit: u32, offset: u64) -> Result<Vec<ContactRow>> {
    let mut query = db.prepare_cached(
        "SELECT min(callee), min(caseid), count(*) FROM contacts
         GROUP BY identity HAVING count(*) > 1 ORDER BY identity LIMIT ?1 OFFSET ?2",
    )?;
    let rows = query.query_map(params![limit, i64::try_from(offset).unwrap_or(i64::MAX)], |row| {
        Ok(ContactRow {
            id: None,
            callee: row.get(0)?,
            caseid: row.get(1)?,
            workflow_id: None,
            state: None,
            count: Some(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many contacts were uploaded more than once.
pub(crate) fn count_duplicates(db: &Transaction<'_>) -> Result<i64> {
    Ok(db.query_row(
        "SELECT count(*) FROM (SELECT 1 FROM contacts GROUP BY identity HAVING count(*) > 1)",
        [],
        |row| row.get(0),
    )?)
}

/// Forgets everything.
pub(crate) fn reset(db: &Transaction<'_>) -> Result<()> {
    db.execute_batch(
        "DELETE FROM contacts; DELETE FROM workflows; DELETE FROM messages; DELETE FROM events; DELETE FROM tokens;",
    )?;
    Ok(())
}

/// How many contacts were accepted.
pub(crate) fn count_all_contacts(db: &Transaction<'_>) -> Result<i64> {
    Ok(db.query_row("SELECT count(*) FROM contacts", [], |row| row.get(0))?)
}
