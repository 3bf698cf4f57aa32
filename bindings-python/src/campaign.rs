//! A campaign as Python drives it; `airudder._campaign` holds the loop.

use std::sync::Mutex;

use airudder_core::{
    CampaignConfig, CampaignStep, Error, ErrorCode, MaxRejected, Now, Partition, Secret, json::rules::Rule,
};
use pyo3::{
    prelude::*,
    types::{PyFloat, PyList},
};

use crate::{
    call::Call,
    errors::{Failed, Fallible, poisoned, to_exception},
    fork::detach,
    options::{COUNT, SWITCH, TEXT, millis, millis_or_none, typed},
    session::Session,
    writer,
};

const TEXTS: &str = "an iterable of str, without lone surrogates";

/// The machine of one campaign, for one thread.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Campaign(Mutex<airudder_core::Campaign>);

/// `(accepted, rejected, doubtful, workflows, clock_offset_ms, error)`; `airudder._campaign` makes classes of them.
type Report = (
    u64,
    Vec<(u64, String, Option<String>, String, Option<String>)>,
    Vec<(u64, Option<String>)>,
    Vec<(Option<String>, String, usize)>,
    Option<i64>,
    Option<Py<PyAny>>,
);

/// `(contacts, accepted, rejected, doubtful, phase, until_ms)`
type Progress = (u64, u64, u64, u64, &'static str, Option<u64>);

impl Campaign {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        run: impl FnOnce(&mut airudder_core::Campaign) -> Result<T, Error> + Send,
    ) -> Fallible<T> {
        detach(py, || Ok(run(&mut *self.0.lock().map_err(poisoned)?)?))
    }

    fn feed_written(&self, py: Python<'_>, contacts: &mut Vec<String>) -> Fallible<()> {
        let text = format!("[{}]", std::mem::take(contacts).join(","));
        self.with(py, |campaign| campaign.feed(&text))
    }
}

/// A number of contacts, or a share of them.
fn most(given: &Bound<'_, PyAny>) -> Result<MaxRejected, Error> {
    let what = "a whole number of contacts, or a share of them from 0.0 to 1.0";
    if given.is_instance_of::<PyFloat>() {
        return Ok(MaxRejected::Share(typed(given, "max_rejected", what)?));
    }
    Ok(MaxRejected::Number(typed(given, "max_rejected", what)?))
}

fn part(given: &Bound<'_, PyAny>) -> Result<Partition, Error> {
    let (index, count) = typed(given, "partition", "a pair: which partition, from 0, and how many there are")?;
    Ok(Partition { index, count })
}

/// Tell which partition a contact is in, from 0, of `count` (1 to 2^32 - 1): the same in every language.
///
/// Contacts that are the same to a campaign are in the same one, and so are those whose case ids differ in case or spaces
/// alone. A contact whose `caseid` and `callee` cannot be read is in partition 0. A campaign that has a `partition` skips
/// the contacts of others itself: this is for programs that deal contacts out beforehand.
///
/// Raises `AirudderError` with E1001 where `count` is no such number.
///
/// >>> partition_of({"callee": "+6212345678", "platform": "TEMP1", "caseid": "c-1"}, 8)
/// 2
#[pyfunction]
#[pyo3(signature = (contact, count, /))]
pub(crate) fn partition_of(contact: &Bound<'_, PyAny>, count: &Bound<'_, PyAny>) -> Fallible<u32> {
    let count = typed(count, "partition", COUNT)?;
    let contact = match writer::write(contact, &Rule::Any, "") {
        Ok(contact) => contact,
        Err(Failed::Core(_)) => String::new(),
        Err(failed) => return Err(failed),
    };
    Ok(airudder_core::partition_of(&contact, count)?)
}

/// `(name, started_ms, normal, report, accepted, unsent)`; the command `report` makes a class of it.
type Recorded = (String, u64, u32, Report, Vec<(u64, u64)>, u64);

/// What a journal alone tells of its campaign: see `airudder_core::recorded`.
#[pyfunction]
#[pyo3(signature = (journal, /))]
pub(crate) fn recorded(py: Python<'_>, journal: &[u8]) -> Fallible<Recorded> {
    let found = detach(py, || airudder_core::recorded(journal).map_err(Failed::from))?;
    Ok((found.name, found.started_ms, found.normal, as_tuples(py, found.report)?, found.accepted, found.unsent))
}

fn as_tuples(py: Python<'_>, report: airudder_core::Report) -> Fallible<Report> {
    let error = report.error.map(|error| to_exception(py, &error).map(|error| error.into_value(py).into_any()));
    Ok((
        report.accepted,
        report.rejected.into_iter().map(|one| (one.contact, one.code, one.pointer, one.message, one.case_id)).collect(),
        report.doubtful.into_iter().map(|one| (one.contact, one.case_id)).collect(),
        report.workflows.into_iter().map(|one| (one.workflow_id, one.name, one.contacts)).collect(),
        report.clock_offset_ms,
        error.transpose()?,
    ))
}

#[pymethods]
impl Campaign {
    #[new]
    #[pyo3(signature = (session, *, workflow_template_id, name, end_time, batch_size, in_flight, lookups_in_flight,
        settle, allow_duplicates, retry_rejected, journal_key, same_account, require_journal, recover, partition, max_rejected, max_outage,
        max_doubtful_batches, rate, closed, screen, check_only, seed))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments, from one place")]
    fn new(
        session: &Session,
        workflow_template_id: &Bound<'_, PyAny>,
        name: &Bound<'_, PyAny>,
        end_time: &Bound<'_, PyAny>,
        batch_size: &Bound<'_, PyAny>,
        in_flight: &Bound<'_, PyAny>,
        lookups_in_flight: &Bound<'_, PyAny>,
        settle: Option<&Bound<'_, PyAny>>,
        allow_duplicates: &Bound<'_, PyAny>,
        retry_rejected: &Bound<'_, PyAny>,
        journal_key: Option<&Bound<'_, PyAny>>,
        same_account: &Bound<'_, PyAny>,
        require_journal: &Bound<'_, PyAny>,
        recover: Option<&Bound<'_, PyAny>>,
        partition: Option<&Bound<'_, PyAny>>,
        max_rejected: Option<&Bound<'_, PyAny>>,
        max_outage: &Bound<'_, PyAny>,
        max_doubtful_batches: &Bound<'_, PyAny>,
        rate: Option<&Bound<'_, PyAny>>,
        closed: Vec<(u64, u64)>,
        screen: bool,
        check_only: bool,
        seed: u64,
    ) -> Fallible<Self> {
        let config = CampaignConfig {
            batch_size: typed(batch_size, "batch_size", COUNT)?,
            in_flight: typed(in_flight, "in_flight", COUNT)?,
            lookups_in_flight: typed(lookups_in_flight, "lookups_in_flight", COUNT)?,
            settle_ms: settle.map(|settle| millis(settle, "settle")).transpose()?,
            allow_duplicates: typed(allow_duplicates, "allow_duplicates", SWITCH)?,
            retry_rejected: typed(retry_rejected, "retry_rejected", SWITCH)?,
            journal_key: journal_key.map(|key| typed::<String>(key, "journal_key", TEXT)).transpose()?.map(Secret::new),
            same_account: typed(same_account, "same_account", SWITCH)?,
            require_journal: typed(require_journal, "require_journal", SWITCH)?,
            recover: recover.map(|since| typed(since, "recover", TEXT)).transpose()?,
            partition: partition.map(part).transpose()?,
            max_rejected: max_rejected.map(most).transpose()?,
            max_outage_ms: millis_or_none(max_outage, "max_outage")?,
            max_doubtful_batches: typed(max_doubtful_batches, "max_doubtful_batches", COUNT)?,
            rate: rate.map(|rate| typed(rate, "rate", "a number of contacts a second, greater than 0")).transpose()?,
            closed,
            screen,
            check_only,
            seed,
            ..CampaignConfig::new(
                typed(workflow_template_id, "workflow_template_id", "a whole number of 64 bits")?,
                typed::<String>(name, "name", TEXT)?,
                typed::<String>(end_time, "end_time", TEXT)?,
            )
        };
        Ok(Self(Mutex::new(airudder_core::Campaign::new(session.core(), config)?)))
    }

    /// The head of a campaign in partitions, as it would begin now.
    #[pyo3(signature = (unix_ms, /))]
    fn head(&self, py: Python<'_>, unix_ms: u64) -> Fallible<String> {
        self.with(py, |campaign| campaign.head(unix_ms))
    }

    /// Takes the head that its workers share.
    #[pyo3(signature = (head, /))]
    fn resume_head(&self, py: Python<'_>, head: &[u8]) -> Fallible<()> {
        self.with(py, |campaign| campaign.resume_head(head))
    }

    /// Takes up the journal of an earlier run; returns how many of its bytes are good.
    #[pyo3(signature = (journal, /))]
    fn resume(&self, py: Python<'_>, journal: &[u8]) -> Fallible<usize> {
        self.with(py, |campaign| campaign.resume(journal))
    }

    /// By which rules files become contacts: see `airudder_core::Campaign::normal`.
    #[getter]
    fn normal(&self, py: Python<'_>) -> Fallible<u32> {
        self.with(py, |campaign| Ok(campaign.normal()))
    }

    /// `("journal", lines, at)`, `("contacts", want)`, `("screen", contacts)`, `("call", id, call)`, `("wait", until_ms)`, or
    /// `None` at the end.
    #[pyo3(signature = (unix_ms, monotonic_ms, /))]
    fn poll<'py>(&self, py: Python<'py>, unix_ms: u64, monotonic_ms: u64) -> Fallible<Option<Bound<'py, PyAny>>> {
        let step = match self.with(py, |campaign| campaign.poll(Now::new(unix_ms, monotonic_ms)))? {
            CampaignStep::Journal { lines, at } => ("journal", lines, at).into_pyobject(py)?,
            CampaignStep::Contacts { want } => ("contacts", want).into_pyobject(py)?,
            CampaignStep::Screen { contacts } => ("screen", contacts).into_pyobject(py)?,
            CampaignStep::Call { id, call } => ("call", id, Call::new(*call)).into_pyobject(py)?,
            CampaignStep::Wait { until_ms } => ("wait", until_ms).into_pyobject(py)?,
            CampaignStep::Done => return Ok(None),
        };
        Ok(Some(step.into_any()))
    }

    /// These numbers must not be called.
    #[pyo3(signature = (numbers, /))]
    fn suppress(&self, py: Python<'_>, numbers: &Bound<'_, PyAny>) -> Fallible<()> {
        let numbers: Vec<String> = typed(numbers, "suppress", TEXTS)?;
        self.with(py, |campaign| campaign.suppress(numbers))
    }

    /// These case ids must not be called.
    #[pyo3(signature = (case_ids, /))]
    fn suppress_case_ids(&self, py: Python<'_>, case_ids: &Bound<'_, PyAny>) -> Fallible<()> {
        let case_ids: Vec<String> = typed(case_ids, "suppress_case_ids", TEXTS)?;
        self.with(py, |campaign| campaign.suppress_case_ids(case_ids))
    }

    /// All who must not be called of the last `screen` step were named.
    fn screened(&self, py: Python<'_>) -> Fallible<()> {
        self.with(py, airudder_core::Campaign::screened)
    }

    /// The lines of the last `journal` step are on the disk.
    fn journal_written(&self, py: Python<'_>) -> Fallible<()> {
        self.with(py, airudder_core::Campaign::journal_written)
    }

    /// The next contacts. One that cannot be written as JSON is reported as rejected.
    #[pyo3(signature = (contacts, /))]
    fn feed(&self, py: Python<'_>, contacts: &Bound<'_, PyList>) -> Fallible<()> {
        let mut written = Vec::with_capacity(contacts.len());
        for contact in contacts {
            match writer::write(&contact, &Rule::Any, "") {
                Ok(json) => written.push(json),
                Err(Failed::Core(error)) => {
                    self.feed_written(py, &mut written)?;
                    self.with(py, |campaign| campaign.refuse_contact(None, &error))?;
                }
                Err(Failed::Python(error)) => return Err(Failed::Python(error)),
            }
        }
        self.feed_written(py, &mut written)
    }

    /// The next contact has a field that breaks a rule, and is reported as rejected. A case id that is no text is left out.
    #[pyo3(signature = (case_id, pointer, message, /))]
    fn refuse(&self, py: Python<'_>, case_id: &Bound<'_, PyAny>, pointer: &str, message: &str) -> Fallible<()> {
        let case_id: Option<String> = case_id.extract().ok();
        let case_id = case_id.as_deref();
        let why = Error::new(ErrorCode::InvalidValue, message).at(pointer);
        self.with(py, |campaign| campaign.refuse_contact(case_id, &why))
    }

    /// There are no more contacts.
    fn end_of_contacts(&self, py: Python<'_>) -> Fallible<()> {
        self.with(py, airudder_core::Campaign::end_of_contacts)
    }

    /// The call of a `call` step has run to its end.
    #[pyo3(signature = (id, unix_ms, monotonic_ms, call, /))]
    fn on_result(&self, py: Python<'_>, id: u64, unix_ms: u64, monotonic_ms: u64, call: &Call) -> Fallible<()> {
        let result = call.output(py)?;
        self.with(py, |campaign| campaign.on_result(id, Now::new(unix_ms, monotonic_ms), result))
    }

    /// Starts nothing more; results of running calls are still journaled.
    fn give_up(&self, py: Python<'_>) -> Fallible<()> {
        self.with(py, airudder_core::Campaign::give_up)
    }

    /// Contacts read, accepted, rejected and doubtful so far, what it does, and until when it waits.
    fn progress(&self, py: Python<'_>) -> Fallible<Progress> {
        let now = self.with(py, |campaign| Ok(campaign.progress()))?;
        Ok((now.contacts, now.accepted, now.rejected, now.doubtful, now.phase.as_str(), now.until_ms))
    }

    /// The outcome of the campaign so far.
    fn report(&self, py: Python<'_>) -> Fallible<Report> {
        as_tuples(py, self.with(py, |campaign| Ok(campaign.report()))?)
    }
}
