//! Events that are due, and what became of their deliveries.

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

/// The end of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The receiver answered 200.
    Acknowledged,
    /// Send it again at this time.
    RetryAt(i64),
    /// It was tried often enough.
    GivenUp,
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
