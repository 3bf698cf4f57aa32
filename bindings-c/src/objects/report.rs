//! A campaign's report as JSON, whose form `airudder.h` shows.

use airudder_core::{self as core, Error};
use serde::Serialize;

use crate::ffi::memory::{self, Sink};

#[derive(Serialize)]
struct Report<'a> {
    accepted: u64,
    rejected: Vec<Rejected<'a>>,
    doubtful: Vec<Doubtful<'a>>,
    workflows: Vec<Instance<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_offset_ms: Option<i64>,
}

#[derive(Serialize)]
struct Rejected<'a> {
    contact: u64,
    case_id: Option<&'a str>,
    code: &'a str,
    pointer: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct Doubtful<'a> {
    contact: u64,
    case_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Instance<'a> {
    workflow_id: Option<&'a str>,
    name: &'a str,
    contacts: usize,
}

/// The report as text.
pub(crate) fn json(report: &core::Report) -> Result<String, Error> {
    let rejected = report.rejected.iter().map(|one| Rejected {
        contact: one.contact,
        case_id: one.case_id.as_deref(),
        code: &one.code,
        pointer: one.pointer.as_deref(),
        message: &one.message,
    });
    let doubtful = report.doubtful.iter().map(|one| Doubtful { contact: one.contact, case_id: one.case_id.as_deref() });
    let workflows = report.workflows.iter().map(|one| Instance {
        workflow_id: one.workflow_id.as_deref(),
        name: &one.name,
        contacts: one.contacts,
    });
    let all = Report {
        accepted: report.accepted,
        rejected: rejected.collect(),
        doubtful: doubtful.collect(),
        workflows: workflows.collect(),
        clock_offset_ms: report.clock_offset_ms,
    };
    let mut out = Sink::default();
    serde_json::to_writer(&mut out, &all).map_err(|_| memory::none())?;
    out.text()
}
