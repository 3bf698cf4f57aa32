//! Lists and counts for the control pages and programs.

use rusqlite::{Transaction, params};
use serde::Serialize;

use super::Result;

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

/// The number of contacts.
#[derive(Debug, Serialize)]
pub(crate) struct ContactCounts {
    accepted: i64,
    distinct: i64,
    duplicates: i64,
    waiting: i64,
}

/// The numbers of events by state.
#[derive(Debug, Serialize)]
pub(crate) struct EventCounts {
    created: i64,
    delivered: i64,
    pending: i64,
    given_up: i64,
    retried: i64,
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

/// The number of contacts that were uploaded more than once.
pub(crate) fn count_duplicates(db: &Transaction<'_>) -> Result<i64> {
    Ok(db.query_row(
        "SELECT count(*) FROM (SELECT 1 FROM contacts GROUP BY identity HAVING count(*) > 1)",
        [],
        |row| row.get(0),
    )?)
}

/// The number of contacts that were accepted.
pub(crate) fn count_all_contacts(db: &Transaction<'_>) -> Result<i64> {
    Ok(db.query_row("SELECT count(*) FROM contacts", [], |row| row.get(0))?)
}
