//! Many contacts: split into batches and workflows, journaled, resumed, and reconciled after doubtful outcomes.
//!
//! The host drives it as it drives a call:
//!
//! ```text
//! campaign.resume(journal_text)              // where there is a journal already; cut the file to the length it returns
//! loop {
//!     match campaign.poll(now_ms)? {
//!         CampaignStep::Journal { lines, at } => append them durably, if the journal ends at `at`; then campaign.journal_written()
//!         CampaignStep::Contacts { want } => campaign.feed(json_array)? or campaign.end_of_contacts()?
//!         CampaignStep::Call { id, call } => run the call (beside others, if wished), then campaign.on_result(…)
//!         CampaignStep::Wait { until_ms } => wait until then, or until a running call is done
//!         CampaignStep::Done              => break
//!     }
//! }
//! campaign.report()
//! ```
//!
//! A host that has to stop in between calls [`Campaign::give_up`] and goes on until it is done.
//!
//! **The promise**: no contact is uploaded twice, and none is lost without being named in the report. A batch is
//! journaled before it is sent. Where its outcome is unknown, each of its contacts is looked up; a contact that is not
//! found is looked up again after [`CampaignConfig::settle_ms`], and only then sent. This rests on the API not taking
//! up a request later than that. Contacts must come in the same order when a campaign is resumed.

mod journal;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::journal::{BatchState, Journal, Ranges, Record, positions, ranges};
use crate::{
    Call, CallOptions, Error, ErrorCode, Now, Outcome, Output, Session, calendar,
    crypto::{BuiltIn, Provider},
    operations::workflow::{CreateInstance, DetailCheck, DetailInstances, MAX_DETAILS},
    params,
    retry::Jitter,
};

const JOURNAL_VERSION: u32 = 1;
/// The rules of today by which hosts turn files into contacts.
const NORMAL: u32 = 2;
/// A campaign outlives short failures: its calls are repeated more often than a single one, where that is harmless.
const MAX_RETRIES: u32 = 8;
/// How often a contact is sent at most, each time after look-ups showed that the API does not have it.
const MAX_ROUNDS: u32 = 5;
/// How many workflows in a row may be created with an unknown outcome.
const MAX_ORPHANS_IN_A_ROW: usize = 5;
/// How many settled contacts are journaled in one line: so many look-ups a crash may cost.
const SETTLED_PER_LINE: usize = 50;
/// Look-ups begin so long before the campaign and end so long after now, in case the clocks differ.
const WINDOW_MARGIN_MS: u64 = 24 * 60 * 60 * 1000;
/// What tells contacts apart that have no case id.
const NUMBER: &str = "phone number";

/// The settings of a campaign.
#[derive(Clone, Debug)]
pub struct CampaignConfig {
    /// The workflow's template.
    pub workflow_template_id: i64,
    /// The workflow's name; further workflows are called `name (2)`, `name (3)`, …
    pub name: String,
    /// When the workflows end, as `2026-12-01 18:00:00+08:00`.
    pub end_time: String,
    /// Contacts in one upload, 1 to 10 000.
    pub batch_size: usize,
    /// Uploads under way at once.
    pub in_flight: usize,
    /// Look-ups under way at once.
    pub lookups_in_flight: usize,
    /// How long after a doubtful upload a contact that is not found is looked up again before it is sent again, in
    /// milliseconds; `None`: it is never sent again and stays doubtful. That nobody is called twice rests on the API
    /// not taking up a request later than this.
    pub settle_ms: Option<u64>,
    /// Whether a contact may come again. Contacts are the same when their case ids are, or, without one, their numbers.
    /// A look-up does not tell such contacts apart, nor one without a case id from one with its number: a doubtful one
    /// stays doubtful where the API has another.
    pub allow_duplicates: bool,
    /// Whether contacts that the API refused in an earlier run are sent again.
    pub retry_rejected: bool,
    /// Where the jitter of the delays begins; a random number from the host.
    pub seed: u64,
}

impl CampaignConfig {
    /// A campaign with this template, name and end time, and the usual settings for the rest.
    pub fn new(workflow_template_id: i64, name: impl Into<String>, end_time: impl Into<String>) -> Self {
        Self {
            workflow_template_id,
            name: name.into(),
            end_time: end_time.into(),
            batch_size: 1000,
            in_flight: 1,
            lookups_in_flight: 8,
            settle_ms: Some(60_000),
            allow_duplicates: false,
            retry_rejected: false,
            seed: 0,
        }
    }

    fn validate(&self) -> Result<(), Error> {
        let bad = |field: &str, why: &str| Err(Error::new(ErrorCode::InvalidConfig, why).at(format!("/{field}")));
        if !(1..=MAX_DETAILS).contains(&self.batch_size) {
            return bad("batch_size", "batch_size must be from 1 to 10000");
        }
        if self.in_flight == 0 {
            return bad("in_flight", "in_flight must be at least 1");
        }
        if self.lookups_in_flight == 0 {
            return bad("lookups_in_flight", "lookups_in_flight must be at least 1");
        }
        if self.name.is_empty() {
            return bad("name", "a campaign needs a name");
        }
        Ok(())
    }
}

/// What to do next.
#[derive(Debug)]
pub enum CampaignStep {
    /// Append these lines to the journal, flush them to the disk, then call [`Campaign::journal_written`].
    Journal {
        /// Whole lines.
        lines: String,
        /// How many bytes the journal has before them. If it has another length, somebody else writes it: append nothing,
        /// and stop with [`ErrorCode::JournalConflict`].
        at: u64,
    },
    /// Feed contacts, about so many.
    Contacts {
        /// How many would be useful; more or fewer are fine.
        want: usize,
    },
    /// Run this call to its end, beside others if wished, and report it under its id.
    Call {
        /// For [`Campaign::on_result`].
        id: u64,
        /// The call.
        call: Box<Call>,
    },
    /// Nothing to do until this time, or, without one, until a running call is done.
    Wait {
        /// When to poll at the latest, in Unix milliseconds: so long after the time that was polled with, by a clock that
        /// does not jump.
        until_ms: Option<u64>,
    },
    /// The campaign is over, or has stopped with the report's error.
    Done,
}

/// How far a campaign is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Contacts fed.
    pub contacts: u64,
    /// Contacts that the API has.
    pub accepted: u64,
    /// Contacts that were refused, by the check or by the API.
    pub rejected: u64,
    /// Contacts of which nothing certain is known, for now or for good.
    pub doubtful: u64,
}

/// A contact that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its position among the contacts, from 0.
    pub contact: u64,
    /// The stable number as text, such as `E1007`.
    pub code: String,
    /// JSON pointer to the bad field of the contact, such as `/callee`.
    pub pointer: Option<String>,
    /// Why.
    pub message: String,
}

/// A contact of which it is not known whether the API has it. It is never sent again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtfulContact {
    /// Its position among the contacts, from 0.
    pub contact: u64,
    /// Its case id, if it has one.
    pub case_id: Option<String>,
}

/// A workflow of the campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its id; absent where the outcome of its creation is unknown: an empty workflow that may exist.
    pub workflow_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Contacts that it has, or may have.
    pub contacts: usize,
}

/// What became of a campaign.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many contacts the API has.
    pub accepted: u64,
    /// The contacts that were refused, in their order.
    pub rejected: Vec<Rejected>,
    /// The contacts that stay doubtful, or were not looked up before the campaign stopped, in their order.
    pub doubtful: Vec<DoubtfulContact>,
    /// The workflows, orphans included.
    pub workflows: Vec<Workflow>,
    /// Why the campaign stopped before its end; resume it with the same journal.
    pub error: Option<Error>,
}

#[derive(Clone, Deserialize)]
struct Identity {
    callee: Option<String>,
    caseid: Option<String>,
}

impl Identity {
    fn of(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|_| Error::new(ErrorCode::WrongType, "callee and caseid must be text"))
    }

    /// What tells contacts apart, and its value.
    fn key(&self) -> (&'static str, &str) {
        match (&self.caseid, &self.callee) {
            (Some(caseid), _) if !caseid.is_empty() => ("case id", caseid),
            (_, callee) => (NUMBER, callee.as_deref().unwrap_or_default()),
        }
    }

    fn repeated(&self) -> Error {
        let (kind, _) = self.key();
        let message = format!("a contact with the same {kind} is in this campaign already");
        Error::new(ErrorCode::DuplicateContact, message)
    }

    fn short(&self) -> [u8; 16] {
        short(self.key())
    }

    /// The identity of a contact with the same number and no case id, if this one has a case id: who looks that one up
    /// finds this one, too.
    fn short_of_number(&self) -> Option<[u8; 16]> {
        let number = self.callee.as_deref().map(|callee| short((NUMBER, callee)))?;
        (number != self.short()).then_some(number)
    }
}

/// 16 of the 32 bytes of its digest tell ten thousands of contacts apart, at half the memory.
fn short((kind, value): (&str, &str)) -> [u8; 16] {
    BuiltIn.sha256(format!("{kind}{value}").as_bytes()).first_chunk().copied().unwrap_or_default()
}

struct Contact {
    position: u64,
    text: String,
    identity: Identity,
    rounds: u32,
}

impl Contact {
    fn as_doubtful(&self) -> DoubtfulContact {
        DoubtfulContact { contact: self.position, case_id: self.identity.caseid.clone() }
    }
}

/// Shows its position alone: who it is is personal.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("position", &self.position).finish_non_exhaustive()
    }
}

/// A contact to look up, not before a time.
#[derive(Debug)]
struct Doubt {
    contact: Contact,
    workflow: usize,
    not_before_ms: u64,
    settle_at_ms: Option<u64>,
    settled: bool,
}

#[derive(Debug)]
enum Job {
    Create { workflow: usize },
    Upload { batch: u64, workflow: usize, contacts: Vec<Contact> },
    LookUp(Doubt),
}

/// What matters of the answer to a creation.
#[derive(Deserialize)]
struct Created {
    workflow_id: Option<String>,
}

/// What matters of the answer to a look-up.
#[derive(Deserialize)]
struct Found {
    /// `null` says that there are none; where they are missing, nothing tells where the contact is.
    #[serde(deserialize_with = "Option::deserialize")]
    rows: Option<Vec<FoundRow>>,
}

#[derive(Deserialize)]
struct FoundRow {
    workflow_id: Option<String>,
    workflow_name: Option<String>,
}

/// How many contacts with one identity may be with the API. Counting ends at 255: that there are others is what matters.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    times: u8,
    /// Others that a look-up takes for them.
    alike: u8,
    /// The journal knows one of them.
    journaled: bool,
}

/// What the journal knows of a contact.
#[derive(Clone, Copy, Debug)]
struct Past {
    mark: u32,
    batch: u64,
    workflow: usize,
    state: BatchState,
}

/// A campaign; see the module's text for how to drive it.
#[derive(Debug)]
pub struct Campaign {
    session: Session,
    config: CampaignConfig,
    journal: Journal,
    journal_len: u64,
    lines: String,
    journal_outstanding: bool,
    started_ms: Option<u64>,
    latest_ms: u64,
    past: BTreeMap<u64, Past>,
    refusals: BTreeMap<u64, (Option<String>, Option<String>)>,
    seen: BTreeMap<[u8; 16], Seen>,
    fed: u64,
    ended: bool,
    pending: VecDeque<Contact>,
    doubts: VecDeque<Doubt>,
    ready: VecDeque<(u64, Box<Call>)>,
    running: BTreeMap<u64, Job>,
    next_id: u64,
    next_batch: u64,
    workflows: Vec<Workflow>,
    settled_accepted: Vec<u64>,
    settled_unsent: Vec<u64>,
    report: Report,
    jitter: Jitter,
    given_up: bool,
}

impl Campaign {
    /// A campaign that has not begun.
    pub fn new(session: &Session, config: CampaignConfig) -> Result<Self, Error> {
        config.validate()?;
        let campaign = Self {
            session: session.clone(),
            journal: Journal::default(),
            journal_len: 0,
            lines: String::new(),
            journal_outstanding: false,
            started_ms: None,
            latest_ms: 0,
            past: BTreeMap::new(),
            refusals: BTreeMap::new(),
            seen: BTreeMap::new(),
            fed: 0,
            ended: false,
            pending: VecDeque::new(),
            doubts: VecDeque::new(),
            ready: VecDeque::new(),
            running: BTreeMap::new(),
            next_id: 0,
            next_batch: 0,
            workflows: Vec::new(),
            settled_accepted: Vec::new(),
            settled_unsent: Vec::new(),
            report: Report::default(),
            jitter: Jitter::new(config.seed),
            given_up: false,
            config,
        };
        // A malformed name or end time is better found now than after the contacts were read.
        Call::new(session, "workflow.create_instance", &campaign.create_params(""), &CallOptions::default())?;
        Ok(campaign)
    }

    /// Takes up an earlier run from its journal, before the first poll. Returns how many bytes of the journal are good:
    /// the host cuts the rest off, which is a line that a crash tore.
    pub fn resume(&mut self, journal: &[u8]) -> Result<usize, Error> {
        if self.started_ms.is_some() {
            return Err(misuse("resume a campaign before its first poll"));
        }
        let (journal, records, good) = Journal::read(&String::from_utf8_lossy(journal))?;
        self.journal = journal;
        self.journal_len = good as u64;
        let mut batches = BTreeMap::new();
        for record in records {
            self.replay(&mut batches, record)?;
        }
        for past in self.past.values() {
            if matches!(past.state, BatchState::Accepted | BatchState::Doubtful)
                && let Some(workflow) = self.workflows.get_mut(past.workflow)
            {
                workflow.contacts += 1;
            }
        }
        Ok(good)
    }

    fn replay(&mut self, batches: &mut BTreeMap<u64, Ranges>, record: Record) -> Result<(), Error> {
        let mismatch = |why: &str| Err(Error::new(ErrorCode::JournalMismatch, why));
        match record {
            Record::Campaign { version, workflow_template_id, name, started_ms } => {
                if version != JOURNAL_VERSION {
                    return mismatch("the journal was written by another version of this library");
                }
                if workflow_template_id != self.config.workflow_template_id || name != self.config.name {
                    return mismatch("the journal belongs to a campaign with another template or name");
                }
                self.started_ms = Some(started_ms);
            }
            Record::Creating { workflow, name } => {
                // A refused creation leaves its place to the next one.
                self.workflows.truncate(workflow);
                self.workflows.push(Workflow { workflow_id: None, name, contacts: 0 });
            }
            Record::Created { workflow, workflow_id } => match self.workflows.get_mut(workflow) {
                Some(workflow) => workflow.workflow_id = Some(workflow_id),
                None => return mismatch("the journal names a workflow that it did not create"),
            },
            Record::Sent { batch, workflow, contacts, marks } => {
                self.next_batch = self.next_batch.max(batch + 1);
                for (index, position) in positions(&contacts).enumerate() {
                    let mark = marks.get(index * 8..index * 8 + 8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    let Some(mark) = mark else { return mismatch("a batch in the journal has too few marks") };
                    self.past.insert(position, Past { mark, batch, workflow, state: BatchState::Doubtful });
                }
                batches.insert(batch, contacts);
            }
            Record::Outcome { batch, state, code, message } => {
                for position in batches.get(&batch).into_iter().flat_map(positions) {
                    if let Some(past) = self.past.get_mut(&position).filter(|past| past.batch == batch) {
                        past.state = state;
                    }
                }
                self.refusals.insert(batch, (code, message));
            }
            Record::Settled { accepted, unsent } => {
                for (list, state) in [(&accepted, BatchState::Accepted), (&unsent, BatchState::Unsent)] {
                    for (first, count) in list {
                        let range = *first..first.saturating_add(*count);
                        self.past.range_mut(range).for_each(|(_, past)| past.state = state);
                    }
                }
            }
        }
        Ok(())
    }

    /// What to do next.
    pub fn poll(&mut self, now: impl Into<Now>) -> Result<CampaignStep, Error> {
        self.poll_at(now.into())
    }

    fn poll_at(&mut self, now: Now) -> Result<CampaignStep, Error> {
        let now_ms = now.unix_ms;
        if self.journal_outstanding {
            return Err(misuse("append the journal lines and say so with journal_written before polling again"));
        }
        zoned_time(now_ms.saturating_add(WINDOW_MARGIN_MS))?;
        self.latest_ms = self.latest_ms.max(now_ms);
        if self.started_ms.is_none() {
            self.started_ms = Some(now_ms);
            self.write(&Record::Campaign {
                version: JOURNAL_VERSION,
                workflow_template_id: self.config.workflow_template_id,
                name: self.config.name.clone(),
                started_ms: now_ms,
            })?;
        }
        if !self.stopped() {
            self.plan(now_ms)?;
        }
        if self.ready.is_empty() && self.running.is_empty() {
            self.write_settled()?;
        }
        if !self.lines.is_empty() {
            self.journal_outstanding = true;
            let (lines, at) = (std::mem::take(&mut self.lines), self.journal_len);
            self.journal_len += lines.len() as u64;
            return Ok(CampaignStep::Journal { lines, at });
        }
        if let Some((id, call)) = self.ready.pop_front() {
            return Ok(CampaignStep::Call { id, call });
        }
        if self.stopped() {
            return Ok(if self.running.is_empty() {
                CampaignStep::Done
            } else {
                CampaignStep::Wait { until_ms: None }
            });
        }
        if !self.ended && (self.replaying() || self.pending.len() < self.config.batch_size) {
            return Ok(CampaignStep::Contacts { want: self.config.batch_size });
        }
        // Where no further look-up may start, only a running call's end changes anything.
        let until_ms = if self.look_ups() < self.config.lookups_in_flight {
            self.doubts.iter().map(|doubt| doubt.not_before_ms).min()
        } else {
            None
        };
        if self.running.is_empty() && until_ms.is_none() && self.pending.is_empty() && self.ended {
            return Ok(CampaignStep::Done);
        }
        Ok(CampaignStep::Wait { until_ms })
    }

    /// The lines of the last [`CampaignStep::Journal`] are on the disk.
    pub fn journal_written(&mut self) -> Result<(), Error> {
        if !std::mem::take(&mut self.journal_outstanding) {
            return Err(misuse("there were no journal lines to write"));
        }
        Ok(())
    }

    /// The next contacts, as a JSON array of objects with `callee`, `platform`, `caseid`, `variables`, …
    pub fn feed(&mut self, contacts: &str) -> Result<(), Error> {
        if self.ended {
            return Err(misuse("the contacts have ended already"));
        }
        let contacts: Vec<&RawValue> = serde_json::from_str(contacts).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(ErrorCode::InvalidJson, format!("the contacts are not a JSON array ({place})"))
        })?;
        contacts.into_iter().try_for_each(|contact| self.take_contact(contact.get()))
    }

    /// The next contact is one that the host cannot write as JSON. It keeps its place among the contacts, and is
    /// reported as rejected.
    pub fn refuse_contact(&mut self, why: &Error) -> Result<(), Error> {
        if self.ended {
            return Err(misuse("the contacts have ended already"));
        }
        let position = self.fed;
        self.fed += 1;
        if self.past.contains_key(&position) {
            return Err(self.stop_at_other_contact(position));
        }
        self.reject_for(position, why);
        Ok(())
    }

    /// There are no more contacts.
    pub fn end_of_contacts(&mut self) -> Result<(), Error> {
        if self.replaying() {
            return Err(self.stop(Error::new(
                ErrorCode::JournalMismatch,
                format!("the journal knows {} contacts, and only {} were given", self.known(), self.fed),
            )));
        }
        self.ended = true;
        Ok(())
    }

    /// A call of this campaign is done.
    pub fn on_result(&mut self, id: u64, now: impl Into<Now>, result: Result<Output, Error>) -> Result<(), Error> {
        self.on_result_at(id, now.into(), result)
    }

    fn on_result_at(&mut self, id: u64, now: Now, result: Result<Output, Error>) -> Result<(), Error> {
        let now_ms = now.unix_ms;
        match self.running.remove(&id) {
            None => Err(misuse("no call of this id is running")),
            Some(Job::Create { workflow }) => self.on_created(workflow, result),
            Some(Job::Upload { batch, workflow, contacts }) => {
                self.on_uploaded(now_ms, batch, workflow, contacts, result)
            }
            Some(Job::LookUp(doubt)) => self.on_looked_up(doubt, result),
        }
    }

    /// Starts nothing more, and takes back the calls that were not handed out, so that resuming need not look their
    /// contacts up. Go on as before until it is done: running calls are waited for, and what they bring is journaled.
    pub fn give_up(&mut self) -> Result<(), Error> {
        self.given_up = true;
        for (id, _) in std::mem::take(&mut self.ready) {
            match self.running.remove(&id) {
                Some(Job::Upload { batch, workflow, contacts }) => {
                    self.write(&Record::Outcome { batch, state: BatchState::Unsent, code: None, message: None })?;
                    if let Some(workflow) = self.workflows.get_mut(workflow) {
                        workflow.contacts = workflow.contacts.saturating_sub(contacts.len());
                    }
                }
                Some(Job::LookUp(doubt)) => self.doubts.push_back(doubt),
                Some(Job::Create { .. }) | None => {}
            }
        }
        Ok(())
    }

    /// The rules by which hosts turn files into contacts, which must stay those of the run that began the campaign: 1 for a
    /// journal of version 0.1.0, otherwise 2. Known after [`resume`](Self::resume).
    #[must_use]
    pub const fn normal(&self) -> u32 {
        NORMAL
    }

    /// How far the campaign is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            contacts: self.fed,
            accepted: self.report.accepted,
            rejected: self.report.rejected.len() as u64,
            doubtful: (self.report.doubtful.len() + self.doubts.len() + self.look_ups()) as u64,
        }
    }

    /// What became of the campaign so far; final once [`CampaignStep::Done`] was polled.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = Report { workflows: self.workflows.clone(), ..self.report.clone() };
        // A campaign that stops leaves look-ups undone.
        let under_way =
            self.running.values().filter_map(|job| if let Job::LookUp(doubt) = job { Some(doubt) } else { None });
        for doubt in self.doubts.iter().chain(under_way) {
            put_in_order(&mut report.doubtful, doubt.contact.as_doubtful(), |one| one.contact);
        }
        report
    }

    /// How many contacts the journal knows: the position of its last one, and one.
    fn known(&self) -> u64 {
        self.past.last_key_value().map_or(0, |(position, _)| position + 1)
    }

    /// Whether contacts that the journal knows are still to come. Nothing is sent before they were all compared.
    fn replaying(&self) -> bool {
        self.fed < self.known()
    }

    fn write(&mut self, record: &Record) -> Result<(), Error> {
        let line = self.journal.line(record)?;
        self.lines.push_str(&line);
        Ok(())
    }

    fn stopped(&self) -> bool {
        self.given_up || self.report.error.is_some()
    }

    /// Remembers why the campaign stops: no new call is started, and running ones are waited for.
    fn stop(&mut self, error: Error) -> Error {
        self.report.error.get_or_insert(error).clone()
    }

    fn take_contact(&mut self, text: &str) -> Result<(), Error> {
        let position = self.fed;
        self.fed += 1;
        let past = self.past.get(&position).copied();
        if let Some(past) = past
            && past.mark != mark(text)
        {
            return Err(self.stop_at_other_contact(position));
        }
        // What the journal knows of a contact counts before any rule: settings and rules may have changed since it was sent.
        match past.map(|past| (past.state, past)) {
            Some((BatchState::Accepted, _)) => {
                self.remember(text)?;
                self.report.accepted += 1;
            }
            Some((BatchState::Rejected, past)) if !self.config.retry_rejected => {
                self.remember(text)?;
                let (code, message) = self.refusals.get(&past.batch).cloned().unwrap_or_default();
                self.reject(position, code.unwrap_or_default(), None, message.unwrap_or_default());
            }
            // When the doubt arose is not known, so the settle time begins now, with the first look-up.
            Some((BatchState::Doubtful, past)) => {
                let contact = Contact { position, text: text.to_owned(), identity: self.remember(text)?, rounds: 0 };
                self.doubt(contact, past.workflow, 0);
            }
            _ => self.take_new(position, text),
        }
        if self.fed == self.known() {
            self.reject_repeated();
        }
        Ok(())
    }

    fn stop_at_other_contact(&mut self, position: u64) -> Error {
        let message =
            format!("contact {position} is not the one that was sent; give the same contacts in the same order");
        self.stop(Error::new(ErrorCode::JournalMismatch, message))
    }

    /// Who a contact is that was sent in an earlier run; none of the others may be the same.
    fn remember(&mut self, text: &str) -> Result<Identity, Error> {
        let identity = Identity::of(text).map_err(|error| self.stop(error))?;
        self.note(&identity).journaled = true;
        Ok(identity)
    }

    fn note(&mut self, identity: &Identity) -> &mut Seen {
        if let Some(number) = identity.short_of_number() {
            let others = self.seen.entry(number).or_default();
            others.alike = others.alike.saturating_add(1);
        }
        let seen = self.seen.entry(identity.short()).or_default();
        seen.times = seen.times.saturating_add(1);
        seen
    }

    fn seen(&self, identity: &Identity) -> Seen {
        self.seen.get(&identity.short()).copied().unwrap_or_default()
    }

    fn take_new(&mut self, position: u64, text: &str) {
        match self.check_contact(text) {
            Ok(identity) => self.pending.push_back(Contact { position, text: text.to_owned(), identity, rounds: 0 }),
            Err(error) => self.reject_for(position, &error),
        }
    }

    fn check_contact(&mut self, text: &str) -> Result<Identity, Error> {
        if self.session.config().settings.strict {
            params::check::<DetailCheck<'_>>(text)?;
        } else {
            params::check_object(text)?;
        }
        let identity = Identity::of(text)?;
        if self.seen(&identity).times > 0 && !self.config.allow_duplicates {
            return Err(identity.repeated());
        }
        self.note(&identity);
        Ok(identity)
    }

    /// All that the journal knows have come: of the new ones, those go that stand before one of the same identity. Other
    /// settings may have kept them out before.
    fn reject_repeated(&mut self) {
        if self.config.allow_duplicates {
            return;
        }
        for contact in std::mem::take(&mut self.pending) {
            if self.seen(&contact.identity).journaled {
                self.reject_for(contact.position, &contact.identity.repeated());
            } else {
                self.pending.push_back(contact);
            }
        }
    }

    fn reject_for(&mut self, contact: u64, error: &Error) {
        let details = error.details();
        self.reject(contact, details.code.to_string(), details.pointer.clone(), details.message.clone());
    }

    fn reject(&mut self, contact: u64, code: String, pointer: Option<String>, message: String) {
        put_in_order(&mut self.report.rejected, Rejected { contact, code, pointer, message }, |one| one.contact);
    }

    fn doubt(&mut self, contact: Contact, workflow: usize, now_ms: u64) {
        let settle_at_ms = self.config.settle_ms.map(|settle_ms| now_ms.saturating_add(settle_ms));
        self.doubts.push_back(Doubt { contact, workflow, not_before_ms: now_ms, settle_at_ms, settled: false });
    }

    /// Starts what can be started: look-ups first, then a workflow or a batch.
    fn plan(&mut self, now_ms: u64) -> Result<(), Error> {
        if self.replaying() {
            return Ok(());
        }
        while self.look_ups() < self.config.lookups_in_flight
            && let Some(index) = self.doubts.iter().position(|doubt| doubt.not_before_ms <= now_ms)
            && let Some(doubt) = self.doubts.remove(index)
        {
            self.start_look_up(now_ms, doubt)?;
        }
        while self.count(|job| matches!(job, Job::Upload { .. })) < self.config.in_flight
            && (self.pending.len() >= self.config.batch_size || self.rest_is_complete())
            && self.count(|job| matches!(job, Job::Create { .. })) == 0
        {
            match self.workflow_with_room() {
                Some(workflow) => self.start_upload(workflow)?,
                None => self.start_workflow()?,
            }
        }
        Ok(())
    }

    /// Whether the last, smaller batch may go: running look-ups might still find contacts for it.
    fn rest_is_complete(&self) -> bool {
        self.ended && !self.pending.is_empty() && self.look_ups() == 0
    }

    fn look_ups(&self) -> usize {
        self.count(|job| matches!(job, Job::LookUp(_)))
    }

    fn count(&self, is: impl Fn(&Job) -> bool) -> usize {
        self.running.values().filter(|job| is(job)).count()
    }

    fn workflow_with_room(&self) -> Option<usize> {
        self.workflows.iter().position(|workflow| workflow.workflow_id.is_some() && workflow.contacts < MAX_DETAILS)
    }

    fn create_params(&self, suffix: &str) -> String {
        let CampaignConfig { workflow_template_id, name, end_time, .. } = &self.config;
        let name = format!("{name}{suffix}");
        json(&CreateInstance::<()> {
            workflow_template_id: *workflow_template_id,
            name: name.into(),
            end_time: end_time.as_str().into(),
            ..Default::default()
        })
    }

    fn start(&mut self, operation: &str, params: &str, job: Job) -> Result<(), Error> {
        let seed = self.jitter.next();
        // Each contact was checked, or was sent in an earlier run with other settings, where a refusal now would strand it.
        let strict = Some(false);
        let options = CallOptions { max_retries: Some(MAX_RETRIES), strict, seed, ..CallOptions::default() };
        let call = Call::new(&self.session, operation, params, &options)?;
        self.next_id += 1;
        self.ready.push_back((self.next_id, Box::new(call)));
        self.running.insert(self.next_id, job);
        Ok(())
    }

    fn start_workflow(&mut self) -> Result<(), Error> {
        let workflow = self.workflows.len();
        let suffix = if workflow == 0 { String::new() } else { format!(" ({})", workflow + 1) };
        let name = format!("{}{suffix}", self.config.name);
        self.workflows.push(Workflow { workflow_id: None, name: name.clone(), contacts: 0 });
        self.write(&Record::Creating { workflow, name })?;
        self.start("workflow.create_instance", &self.create_params(&suffix), Job::Create { workflow })
    }

    fn start_upload(&mut self, workflow: usize) -> Result<(), Error> {
        let Some(target) = self.workflows.get_mut(workflow) else { return Ok(()) };
        let room = MAX_DETAILS.saturating_sub(target.contacts);
        let contacts: Vec<Contact> =
            self.pending.drain(..self.pending.len().min(self.config.batch_size).min(room)).collect();
        target.contacts += contacts.len();
        let details = contacts.iter().map(|contact| contact.text.as_str()).collect::<Vec<_>>().join(",");
        let workflow_id = json(&target.workflow_id);
        let params = format!(r#"{{"workflow_id":{workflow_id},"details":[{details}]}}"#);
        let batch = self.next_batch;
        self.next_batch += 1;
        // What is settled must stand before the line that sends it again, or a resumed campaign would send it once more.
        self.write_settled()?;
        self.write(&Record::Sent {
            batch,
            workflow,
            contacts: ranges(contacts.iter().map(|contact| contact.position)),
            marks: contacts.iter().map(|contact| format!("{:08x}", mark(&contact.text))).collect::<Vec<_>>().concat(),
        })?;
        self.start("workflow.upload_details", &params, Job::Upload { batch, workflow, contacts })
    }

    fn start_look_up(&mut self, now_ms: u64, mut doubt: Doubt) -> Result<(), Error> {
        // The settle time of a contact from a journal begins with its first look-up.
        if doubt.not_before_ms == 0 {
            doubt.settle_at_ms = self.config.settle_ms.map(|settle_ms| now_ms.saturating_add(settle_ms));
        }
        // The host's clock may have been set back since: the window has room for both times.
        let started_ms = self.started_ms.unwrap_or(now_ms);
        let from_ms = started_ms.min(now_ms).saturating_sub(WINDOW_MARGIN_MS);
        let to_ms = started_ms.max(self.latest_ms).saturating_add(WINDOW_MARGIN_MS);
        let Identity { callee, caseid } = &doubt.contact.identity;
        let case_id = caseid.as_deref().filter(|caseid| !caseid.is_empty());
        let params = json(&DetailInstances {
            case_id: case_id.map(Into::into),
            callee: callee.as_deref().filter(|_| case_id.is_none()).map(Into::into),
            start_time: zoned_time(from_ms)?.into(),
            end_time: zoned_time(to_ms)?.into(),
        });
        self.start("workflow.detail_instances", &params, Job::LookUp(doubt))
    }

    fn on_created(&mut self, workflow: usize, result: Result<Output, Error>) -> Result<(), Error> {
        let created =
            result.and_then(|output| output.parse::<Created>().map_err(|error| error.with_outcome(Outcome::Unknown)));
        match created {
            Ok(Created { workflow_id: Some(workflow_id) }) if !workflow_id.is_empty() => {
                self.write(&Record::Created { workflow, workflow_id: workflow_id.clone() })?;
                if let Some(workflow) = self.workflows.get_mut(workflow) {
                    workflow.workflow_id = Some(workflow_id);
                }
            }
            Ok(_) => {
                let error =
                    Error::new(ErrorCode::UnreadableResponse, "the API created a workflow and did not give its id");
                self.stop(error.in_operation("workflow.create_instance"));
            }
            // An empty workflow phones nobody, so another one may be created; the report names this one.
            Err(error) if error.details().outcome == Some(Outcome::Unknown) => {
                let orphans = self.workflows.iter().rev().take_while(|workflow| workflow.workflow_id.is_none()).count();
                if orphans >= MAX_ORPHANS_IN_A_ROW {
                    self.stop(error);
                }
            }
            Err(error) => {
                self.workflows.pop();
                self.stop(error);
            }
        }
        Ok(())
    }

    fn on_uploaded(
        &mut self,
        now_ms: u64,
        batch: u64,
        workflow: usize,
        contacts: Vec<Contact>,
        result: Result<Output, Error>,
    ) -> Result<(), Error> {
        let (state, error) = match result {
            Ok(_) => (BatchState::Accepted, None),
            Err(error) => (batch_state(&error), Some(error)),
        };
        let message = error.as_ref().map(|error| error.details().message.clone());
        self.write(&Record::Outcome {
            batch,
            state,
            code: error.as_ref().map(|error| error.code().to_string()),
            message,
        })?;
        if matches!(state, BatchState::Rejected | BatchState::Unsent)
            && let Some(workflow) = self.workflows.get_mut(workflow)
        {
            workflow.contacts = workflow.contacts.saturating_sub(contacts.len());
        }
        match (state, error) {
            (BatchState::Doubtful, _) => contacts.into_iter().for_each(|contact| self.doubt(contact, workflow, now_ms)),
            (BatchState::Rejected, Some(error)) => {
                for contact in contacts {
                    self.reject(contact.position, error.code().to_string(), None, error.details().message.clone());
                }
            }
            (BatchState::Unsent, Some(error)) => {
                contacts.into_iter().rev().for_each(|contact| self.pending.push_front(contact));
                self.stop(error);
            }
            _ => self.report.accepted += contacts.len() as u64,
        }
        Ok(())
    }

    fn on_looked_up(&mut self, mut doubt: Doubt, result: Result<Output, Error>) -> Result<(), Error> {
        let rows = match result.and_then(|output| output.parse::<Found>()) {
            Ok(rows) => rows.rows.unwrap_or_default(),
            Err(error) => {
                self.leave_doubtful(&doubt.contact);
                self.stop(error);
                return Ok(());
            }
        };
        let found = rows.iter().any(|row| self.is_ours(row));
        // What might be this contact and might be another is neither taken for accepted nor sent again.
        let seen = self.seen(&doubt.contact.identity);
        let unclear = if found {
            seen.times > 1 || seen.alike > 0
        } else {
            // Sent together in an earlier run, and not to be sent together now.
            (seen.times > 1 && !self.config.allow_duplicates) || rows.iter().any(|row| self.might_be_ours(row))
        };
        if unclear {
            self.leave_doubtful(&doubt.contact);
            return Ok(());
        }
        let Doubt { ref mut contact, workflow, settle_at_ms, settled, .. } = doubt;
        if found {
            self.report.accepted += 1;
            put_in_order(&mut self.settled_accepted, contact.position, |position| *position);
        } else if settled && contact.rounds + 1 < MAX_ROUNDS {
            contact.rounds += 1;
            put_in_order(&mut self.settled_unsent, contact.position, |position| *position);
            if let Some(workflow) = self.workflows.get_mut(workflow) {
                workflow.contacts = workflow.contacts.saturating_sub(1);
            }
            self.pending.push_back(doubt.contact);
        } else if let (false, Some(not_before_ms)) = (settled, settle_at_ms) {
            self.doubts.push_back(Doubt { not_before_ms, settled: true, ..doubt });
        } else {
            self.leave_doubtful(&doubt.contact);
        }
        if self.settled_accepted.len() + self.settled_unsent.len() >= SETTLED_PER_LINE {
            self.write_settled()?;
        }
        Ok(())
    }

    fn is_ours(&self, row: &FoundRow) -> bool {
        row.workflow_id.is_some() && self.workflows.iter().any(|workflow| row.workflow_id == workflow.workflow_id)
    }

    /// Whether a row with another id, or without one, might be a workflow of this campaign: another campaign may have used
    /// its name.
    fn might_be_ours(&self, row: &FoundRow) -> bool {
        match (&row.workflow_id, &row.workflow_name) {
            (_, Some(name)) => self.workflows.iter().any(|workflow| workflow.name == *name),
            (id, None) => id.is_none(),
        }
    }

    fn leave_doubtful(&mut self, contact: &Contact) {
        put_in_order(&mut self.report.doubtful, contact.as_doubtful(), |one| one.contact);
    }

    fn write_settled(&mut self) -> Result<(), Error> {
        if self.settled_accepted.is_empty() && self.settled_unsent.is_empty() {
            return Ok(());
        }
        let (accepted, unsent) = (ranges(self.settled_accepted.drain(..)), ranges(self.settled_unsent.drain(..)));
        self.write(&Record::Settled { accepted, unsent })
    }
}

/// Inserts where the position belongs, which is nearly always the end: contacts come in order.
fn put_in_order<T>(list: &mut Vec<T>, item: T, position: impl Fn(&T) -> u64) {
    let at = list.partition_point(|other| position(other) <= position(&item));
    list.insert(at, item);
}

/// What a failed upload means for its contacts. What is refused for now, or for its credentials, is still to be sent.
fn batch_state(error: &Error) -> BatchState {
    match (error.details().outcome, error.code()) {
        (Some(Outcome::NotSent), _)
        | (
            Some(Outcome::Rejected),
            ErrorCode::RateLimited | ErrorCode::ServerError | ErrorCode::TokenRefused | ErrorCode::CredentialsRefused,
        ) => BatchState::Unsent,
        (Some(Outcome::Rejected), _) => BatchState::Rejected,
        _ => BatchState::Doubtful,
    }
}

/// Shows whether a contact changed between two runs: the first 32 bits of its digest.
fn mark(text: &str) -> u32 {
    BuiltIn.sha256(text.as_bytes()).first_chunk().copied().map_or(0, u32::from_be_bytes)
}

/// The JSON text of parameters. Nothing in them can fail; if it did, the call's check would refuse an empty text.
fn json(params: &impl Serialize) -> String {
    serde_json::to_string(params).unwrap_or_default()
}

/// Unix milliseconds in the form of the documented examples, whose zone is +08:00.
fn zoned_time(ms: u64) -> Result<String, Error> {
    calendar::zoned(ms).ok_or_else(|| Error::new(ErrorCode::Misuse, "now_ms is no Unix time in milliseconds"))
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorCode::Misuse, message)
}
