//! Workflows and their contacts.

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::{MAX_CONTACTS, Result, StoreError};
use crate::clock;

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

/// One row of `detailinstances`.
#[derive(Debug, Serialize)]
pub(crate) struct InstanceRow {
    workflow_id: String,
    workflow_name: String,
    create_time: String,
    status: String,
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

/// The status of a workflow: past its end, one that ran has finished. A task's time names no zone, and does not end it.
pub(super) fn status_at(status: String, end_time: &str, now_ms: i64) -> String {
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
