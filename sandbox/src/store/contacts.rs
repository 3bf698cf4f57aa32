//! Lists of contacts.

use rusqlite::types::Value as Sql;
use rusqlite::{Transaction, params, params_from_iter};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::Result;

/// Which contacts are listed.
#[derive(Debug, Default)]
pub(crate) struct ContactFilter {
    /// The id of their workflow or task; `None` takes all.
    pub(crate) workflow: Option<String>,
    /// A part of the number, of the case id or of the variables.
    pub(crate) search: String,
    /// What became of them, or `duplicate`; `None` takes all.
    pub(crate) state: Option<String>,
    pub(crate) limit: u32,
    pub(crate) offset: u64,
}

/// One contact.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub(crate) id: i64,
    callee: String,
    caseid: Option<String>,
    workflow_id: String,
    /// `waiting`, `called` or `cancelled`.
    pub(crate) state: String,
    /// Whether it was uploaded more than once, over all workflows.
    duplicate: bool,
    variables: Box<RawValue>,
    /// How the call went, once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Value>,
}

/// A contact that was uploaded more than once.
#[derive(Debug, Serialize)]
pub(crate) struct Duplicate {
    callee: String,
    caseid: Option<String>,
    count: i64,
}

/// The pattern of LIKE that finds a text anywhere.
pub(super) fn pattern(search: &str) -> String {
    let literal = search.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{literal}%")
}

const STATE: &str = "CASE c.state WHEN 0 THEN 'waiting' WHEN 1 THEN 'called' ELSE 'cancelled' END";
const IS_DUPLICATE: &str = "EXISTS (SELECT 1 FROM contacts d WHERE d.identity = c.identity AND d.id <> c.id)";

/// The condition of a filter, and its parameters. Only what is asked for is in it, so that its index
/// is used.
fn condition(filter: &ContactFilter) -> (String, Vec<Sql>) {
    let mut parts = vec!["TRUE".to_owned()];
    let mut given = Vec::new();
    if let Some(workflow) = &filter.workflow {
        parts.push("c.workflow = (SELECT id FROM workflows WHERE workflow_id = ?)".into());
        given.push(workflow.clone().into());
    }
    if !filter.search.is_empty() {
        parts.push(
            r"(c.callee LIKE ? ESCAPE '\' OR c.caseid LIKE ? ESCAPE '\' OR c.variables LIKE ? ESCAPE '\')".into(),
        );
        given.extend(std::iter::repeat_n(pattern(&filter.search).into(), 3));
    }
    match filter.state.as_deref() {
        None => {}
        Some("duplicate") => parts.push(IS_DUPLICATE.into()),
        Some(state) => {
            parts.push(format!("{STATE} = ?"));
            given.push(state.to_owned().into());
        }
    }
    (parts.join(" AND "), given)
}

/// A page of contacts, in the order in which they came, and the number of all that fit.
pub(crate) fn list_contacts(db: &Transaction<'_>, filter: &ContactFilter) -> Result<(i64, Vec<Listed>)> {
    let (condition, mut given) = condition(filter);
    let total = db
        .prepare_cached(&format!("SELECT count(*) FROM contacts c WHERE {condition}"))?
        .query_row(params_from_iter(&given), |row| row.get(0))?;
    let mut query = db.prepare_cached(&format!(
        "SELECT c.id, c.callee, c.caseid, w.workflow_id, {STATE}, {IS_DUPLICATE}, c.variables
         FROM contacts c JOIN workflows w ON w.id = c.workflow WHERE {condition} ORDER BY c.id LIMIT ? OFFSET ?"
    ))?;
    given.push(filter.limit.into());
    given.push(i64::try_from(filter.offset).unwrap_or(i64::MAX).into());
    let rows = query.query_map(params_from_iter(&given), |row| {
        Ok(Listed {
            id: row.get(0)?,
            callee: row.get(1)?,
            caseid: row.get(2)?,
            workflow_id: row.get(3)?,
            state: row.get(4)?,
            duplicate: row.get(5)?,
            variables: RawValue::from_string(row.get(6)?).unwrap_or_else(|_| RawValue::NULL.to_owned()),
            outcome: None,
        })
    })?;
    Ok((total, rows.collect::<rusqlite::Result<_>>()?))
}

/// A page of the contacts that were uploaded more than once, over all workflows.
pub(crate) fn list_duplicates(db: &Transaction<'_>, limit: u32, offset: u64) -> Result<Vec<Duplicate>> {
    let mut query = db.prepare_cached(
        "SELECT min(callee), min(caseid), count(*) FROM contacts
         GROUP BY identity HAVING count(*) > 1 ORDER BY identity LIMIT ?1 OFFSET ?2",
    )?;
    let rows = query.query_map(params![limit, i64::try_from(offset).unwrap_or(i64::MAX)], |row| {
        Ok(Duplicate { callee: row.get(0)?, caseid: row.get(1)?, count: row.get(2)? })
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
