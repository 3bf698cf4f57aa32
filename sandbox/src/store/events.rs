//! Events that wait to be sent.

use rusqlite::{OptionalExtension, Transaction, params};

use super::Result;

/// An event that is to be sent now.
#[derive(Debug)]
pub(crate) struct DueEvent {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) attempts: u32,
}

/// An event to be stored.
#[derive(Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) kind: &'a str,
    pub(crate) body: &'a str,
    /// Whom it is about.
    pub(crate) subject: Option<&'a str>,
}

/// Stores an event that is due at once.
pub(crate) fn add_event(db: &Transaction<'_>, event: &NewEvent<'_>, now_ms: i64) -> Result<i64> {
    db.prepare_cached("INSERT INTO events (type, body, subject, added_ms, next_ms) VALUES (?1, ?2, ?3, ?4, ?4)")?
        .execute(params![event.kind, event.body, event.subject, now_ms])?;
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
