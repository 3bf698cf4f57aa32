//! What became of the deliveries of events.

use rusqlite::{Transaction, params};
use serde::Serialize;

use super::{Result, contacts::pattern};

/// So many of the newest events are kept after their end; of older ones, only the counts.
pub(crate) const KEPT: i64 = 10_000;
/// So many more may be there before they are forgotten together.
const SLACK: i64 = 1_000;

/// The answer to one attempt to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The receiver answered with this HTTP status.
    Status(u16),
    /// There was no whole answer, and why.
    Failure(&'static str),
}

/// What an attempt means for the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The receiver answered 200.
    Acknowledged,
    /// Send it again at this time.
    RetryAt(i64),
    /// It was tried often enough.
    GivenUp,
}

/// One attempt to deliver an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pub(crate) event: i64,
    pub(crate) at_ms: i64,
    pub(crate) answer: Answer,
    pub(crate) outcome: Outcome,
}

/// Notes attempts. The body of an event that is done with is dropped: a long run must not fill the memory.
pub(crate) fn settle(db: &Transaction<'_>, attempts: &[Attempt]) -> Result<()> {
    let mut note = db.prepare_cached(
        "UPDATE events SET attempts = attempts + 1, state = ?2, next_ms = coalesce(?3, next_ms),
                body = CASE ?2 WHEN 0 THEN body END, last_ms = ?4, last_status = ?5, last_failure = ?6 WHERE id = ?1",
    )?;
    for attempt in attempts {
        let (state, next_ms) = match attempt.outcome {
            Outcome::RetryAt(next_ms) => (0, Some(next_ms)),
            Outcome::Acknowledged => (1, None),
            Outcome::GivenUp => (2, None),
        };
        let (status, failure) = match attempt.answer {
            Answer::Status(status) => (Some(status), None),
            Answer::Failure(why) => (None, Some(why)),
        };
        note.execute(params![attempt.event, state, next_ms, attempt.at_ms, status, failure])?;
    }
    forget_old(db)
}

/// Forgets events that ended and are old, but for their numbers.
fn forget_old(db: &Transaction<'_>) -> Result<()> {
    let bounds = "SELECT (SELECT max(id) FROM events), (SELECT min(id) FROM events WHERE state IN (1, 2))";
    let (newest, oldest) = db
        .prepare_cached(bounds)?
        .query_row([], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    let (Some(newest), Some(oldest)) = (newest, oldest) else { return Ok(()) };
    if newest - oldest < KEPT + SLACK {
        return Ok(());
    }
    let last = newest - KEPT;
    db.execute(
        "UPDATE forgotten_events SET (delivered, given_up, retried) = (
             SELECT delivered + count(*) FILTER (WHERE state = 1), given_up + count(*) FILTER (WHERE state = 2),
                    retried + coalesce(sum(max(attempts - 1, 0)), 0)
             FROM events WHERE state IN (1, 2) AND id <= ?1)",
        [last],
    )?;
    db.execute("DELETE FROM events WHERE state IN (1, 2) AND id <= ?1", [last])?;
    Ok(())
}

/// The numbers of events by state, forgotten ones included.
#[derive(Debug, Serialize)]
pub(crate) struct EventCounts {
    created: i64,
    delivered: i64,
    pending: i64,
    given_up: i64,
    retried: i64,
}

/// Counts events by what became of them.
pub(crate) fn count_events(db: &Transaction<'_>) -> Result<EventCounts> {
    let mut query = db.prepare_cached(
        "SELECT f.delivered + count(*) FILTER (WHERE e.state = 1), count(*) FILTER (WHERE e.state IN (0, 3)),
                f.given_up + count(*) FILTER (WHERE e.state = 2), f.retried + coalesce(sum(max(e.attempts - 1, 0)), 0)
         FROM forgotten_events f LEFT JOIN events e",
    )?;
    Ok(query.query_row([], |row| {
        let (delivered, pending, given_up): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let created = delivered + pending + given_up;
        Ok(EventCounts { created, delivered, pending, given_up, retried: row.get(3)? })
    })?)
}

/// Which deliveries are listed.
#[derive(Debug, Default)]
pub(crate) struct DeliveryFilter {
    /// A part of the type or of whom the event is about.
    pub(crate) search: String,
    /// The state; `None` takes all.
    pub(crate) state: Option<String>,
    pub(crate) limit: u32,
    pub(crate) offset: u64,
}

/// One event and what became of it. Times are in milliseconds since 1970, by this machine's clock.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryRow {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
    subject: Option<String>,
    /// `waiting`, `sending`, `delivered` or `given_up`.
    state: String,
    attempts: u32,
    added_ms: i64,
    last_ms: Option<i64>,
    last_status: Option<u16>,
    last_failure: Option<String>,
    /// When it is sent next, while it waits.
    next_ms: Option<i64>,
}

const LISTED: &str = "FROM (
    SELECT *, CASE state WHEN 0 THEN 'waiting' WHEN 1 THEN 'delivered' WHEN 2 THEN 'given_up' ELSE 'sending' END AS word
    FROM events)
    WHERE (?1 = '%%' OR type LIKE ?1 ESCAPE '\\' OR subject LIKE ?1 ESCAPE '\\') AND (?2 IS NULL OR word = ?2)";

/// A page of deliveries, the newest event first, and the number of all that fit.
pub(crate) fn list_deliveries(db: &Transaction<'_>, filter: &DeliveryFilter) -> Result<(i64, Vec<DeliveryRow>)> {
    let search = pattern(&filter.search);
    let total = db
        .prepare_cached(&format!("SELECT count(*) {LISTED}"))?
        .query_row(params![search, filter.state], |row| row.get(0))?;
    let mut query = db.prepare_cached(&format!(
        "SELECT id, type, subject, word, attempts, added_ms, last_ms, last_status, last_failure, next_ms
         {LISTED} ORDER BY id DESC LIMIT ?3 OFFSET ?4"
    ))?;
    let offset = i64::try_from(filter.offset).unwrap_or(i64::MAX);
    let rows = query.query_map(params![search, filter.state, filter.limit, offset], |row| {
        let state: String = row.get(3)?;
        let next_ms = if state == "waiting" { row.get(9)? } else { None };
        Ok(DeliveryRow {
            id: row.get(0)?,
            kind: row.get(1)?,
            subject: row.get(2)?,
            state,
            attempts: row.get(4)?,
            added_ms: row.get(5)?,
            last_ms: row.get(6)?,
            last_status: row.get(7)?,
            last_failure: row.get(8)?,
            next_ms,
        })
    })?;
    Ok((total, rows.collect::<rusqlite::Result<_>>()?))
}
