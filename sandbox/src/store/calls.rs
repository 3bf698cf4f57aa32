//! Calls that wait, are made or are cancelled, and chats.

use rusqlite::{Row, Transaction, params};

use super::{
    Result,
    events::{NewEvent, add_event},
};
use crate::clock;

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
            let subject = Some(contact.caseid.as_deref().unwrap_or(&contact.callee));
            add_event(db, &NewEvent { kind, body: &body, subject }, due_ms)?;
        }
    }
    Ok(waiting.len())
}
