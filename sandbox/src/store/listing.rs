//! Counts, and the list of workflows.

use rusqlite::{Transaction, params};
use serde::Serialize;

use super::{Result, contacts::pattern, workflows::status_at};

/// The number of contacts.
#[derive(Debug, Serialize)]
pub(crate) struct ContactCounts {
    accepted: i64,
    distinct: i64,
    duplicates: i64,
    waiting: i64,
}

/// A workflow or a task, and the numbers of its contacts.
#[derive(Debug, Serialize)]
pub(crate) struct WorkflowRow {
    workflow_id: String,
    name: String,
    /// `workflow` or `task`.
    kind: &'static str,
    status: String,
    created_ms: i64,
    end_time: String,
    contacts: WorkflowContacts,
}

/// The contacts of a workflow by what became of them.
#[derive(Debug, Serialize)]
pub(crate) struct WorkflowContacts {
    accepted: i64,
    waiting: i64,
    called: i64,
    cancelled: i64,
    /// Those that were uploaded more than once, here or to another workflow.
    duplicates: i64,
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

/// A page of the workflows and tasks, the newest first, and the number of all whose name or id has the text in it.
pub(crate) fn list_workflows(
    db: &Transaction<'_>,
    search: &str,
    page: (u32, u64),
    now_ms: i64,
) -> Result<(i64, Vec<WorkflowRow>)> {
    let search = pattern(search);
    let found = r"FROM workflows WHERE name LIKE ?1 ESCAPE '\' OR workflow_id LIKE ?1 ESCAPE '\'";
    let total = db.prepare_cached(&format!("SELECT count(*) {found}"))?.query_row([&search], |row| row.get(0))?;
    let mut query = db.prepare_cached(&format!(
        "WITH page AS (SELECT * {found} ORDER BY id DESC LIMIT ?2 OFFSET ?3),
         more AS (SELECT identity FROM contacts GROUP BY identity HAVING count(*) > 1)
         SELECT p.workflow_id, p.name, p.is_task, p.status, p.created_ms, p.end_time, count(c.id),
                count(*) FILTER (WHERE c.state = 0), count(*) FILTER (WHERE c.state = 1),
                count(*) FILTER (WHERE c.state = 2), count(*) FILTER (WHERE c.identity IN more)
         FROM page p LEFT JOIN contacts c ON c.workflow = p.id GROUP BY p.id ORDER BY p.id DESC"
    ))?;
    let (limit, offset) = (page.0, i64::try_from(page.1).unwrap_or(i64::MAX));
    let rows = query.query_map(params![search, limit, offset], |row| {
        let end_time: String = row.get(5)?;
        Ok(WorkflowRow {
            workflow_id: row.get(0)?,
            name: row.get(1)?,
            kind: if row.get(2)? { "task" } else { "workflow" },
            status: status_at(row.get(3)?, &end_time, now_ms),
            created_ms: row.get(4)?,
            end_time,
            contacts: WorkflowContacts {
                accepted: row.get(6)?,
                waiting: row.get(7)?,
                called: row.get(8)?,
                cancelled: row.get(9)?,
                duplicates: row.get(10)?,
            },
        })
    })?;
    Ok((total, rows.collect::<rusqlite::Result<_>>()?))
}
