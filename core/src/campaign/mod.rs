//! Many contacts: split into batches and workflows, journaled, resumed, and reconciled after doubtful outcomes.
//!
//! The host drives it as it drives a call:
//!
//! ```text
//! campaign.resume(journal_text)              // where there is a journal already; cut the file to the length it returns
//! loop {
//!     match campaign.poll(now)? {
//!         CampaignStep::Journal { lines, at } => append them durably, if it has `at` bytes; campaign.journal_written()
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
//! found is looked up again after [`CampaignConfig::settle_ms`], and only then sent. Where the API refused a batch, some of
//! its contacts are looked up after that time; if one of them is found, all of the batch are in doubt.
//!
//! It rests on this: the API takes up no request later than the settle time; its look-ups show by then every contact that it
//! has, by the exact case id or number; 429, and a 503 that names a time or carries the API's own code, had no effect; the
//! newest journal is used, by one program at a time; and contacts come in the same order when a campaign is resumed.

mod clock;
mod config;
mod contact;
mod doubts;
mod fingerprint;
mod journal;
mod report;
mod workflows;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::{
    clock::Waited,
    contact::{Contact, Identities, Identity},
    doubts::{Cause, Doubt, DoubtfulBatches, Found, FoundRow, RefusedBatch, Window, refusal},
    fingerprint::Fingerprints,
    journal::{BatchState, Binding, Journal, Ranges, Record, positions, ranges},
    report::put_in_order,
    workflows::{Moment, Workflows},
};
pub use self::{
    config::CampaignConfig,
    report::{DoubtfulContact, Progress, Rejected, Report, Workflow},
};
use crate::{
    api::{
        operation::DEFAULT_BASE_URL,
        operations::workflow::{CreateInstance, DetailCheck, DetailInstances},
        params,
    },
    calendar,
    call::{Call, CallOptions, Output},
    clock::Now,
    crypto,
    error::{Error, ErrorCode, Outcome},
    mask,
    retry::Jitter,
    secret::Secret,
    session::Session,
};

/// The version of new journals. Those of version 1, which 0.1.0 wrote, are resumed as they are.
const JOURNAL_VERSION: u32 = 2;
/// The rules by which hosts turn files into contacts: those of today, and those of version 0.1.0.
const NORMAL: u32 = 2;
const NORMAL_0_1_0: u32 = 1;
/// A campaign outlives short failures: its calls are repeated more often than a single one, where that is harmless.
const MAX_RETRIES: u32 = 8;
/// How often a contact is sent at most, each time after look-ups showed that the API does not have it.
const MAX_ROUNDS: u32 = 5;
/// How many workflows in a row may be created with an unknown outcome.
const MAX_ORPHANS_IN_A_ROW: usize = 5;
/// How many batches in a row may be lost, though the API did not refuse them. So many may be unsettled at once, too.
const MAX_LOST_BATCHES: u32 = 3;
/// How many settled contacts are journaled in one line: so many look-ups a crash may cost.
const SETTLED_PER_LINE: usize = 50;
const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Look-ups begin so long before a workflow was created and end so long after now.
const WINDOW_MARGIN_MS: u64 = DAY_MS;
/// The same, where the API did not tell its time: the host's clock may be wrong.
const UNSURE_WINDOW_MARGIN_MS: u64 = 7 * DAY_MS;
/// A longer time is looked up in parts.
const LONGEST_WINDOW_MS: u64 = 30 * DAY_MS;

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

#[derive(Debug)]
enum Job {
    /// Fetches the token, and learns the API's time.
    Token,
    Create {
        workflow: usize,
    },
    Upload {
        batch: u64,
        workflow: usize,
        contacts: Vec<Contact>,
    },
    LookUp(Doubt),
    Sample {
        batch: u64,
        index: usize,
        window: Window,
    },
}

/// What matters of the answer to a creation.
#[derive(Deserialize)]
struct Created {
    workflow_id: Option<String>,
}

/// What matters of the answer to a look-up.
#[derive(Deserialize)]
struct LookedUp {
    /// `null` says that there are none; where they are missing, nothing tells where the contact is.
    #[serde(deserialize_with = "Option::deserialize")]
    rows: Option<Vec<FoundRow>>,
}

/// What the journal knows of a contact.
#[derive(Clone, Copy, Debug)]
struct Past {
    fingerprint: u32,
    batch: u64,
    workflow: usize,
    state: BatchState,
}

/// What the journal knows of a refused batch.
#[derive(Clone, Debug, Default)]
struct Refusal {
    code: String,
    message: String,
    contacts: u64,
    /// How many were looked up and not found, if that was done.
    looked_up: Option<u64>,
}

/// What the first line of the journal says.
#[derive(Debug)]
struct Beginning {
    at: Moment,
    fingerprints: Fingerprints,
    normal: u32,
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
    beginning: Option<Beginning>,
    /// Whether the token was asked for, and is there.
    token: TokenState,
    waited: Waited,
    host_ms: u64,
    /// The latest time by the API's clock, as far as it is known.
    latest_ms: u64,
    past: BTreeMap<u64, Past>,
    refusals: BTreeMap<u64, Refusal>,
    identities: Identities,
    fed: u64,
    ended: bool,
    pending: VecDeque<Contact>,
    doubts: VecDeque<Doubt>,
    doubtful_batches: DoubtfulBatches,
    refused: BTreeMap<u64, RefusedBatch>,
    ready: VecDeque<(u64, Box<Call>)>,
    running: BTreeMap<u64, Job>,
    next_id: u64,
    next_batch: u64,
    workflows: Workflows,
    settled_accepted: Vec<u64>,
    settled_unsent: Vec<u64>,
    report: Report,
    jitter: Jitter,
    given_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenState {
    Unasked,
    Asked,
    There,
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
            beginning: None,
            token: TokenState::Unasked,
            waited: Waited::default(),
            host_ms: 0,
            latest_ms: 0,
            past: BTreeMap::new(),
            refusals: BTreeMap::new(),
            identities: Identities::default(),
            fed: 0,
            ended: false,
            pending: VecDeque::new(),
            doubts: VecDeque::new(),
            doubtful_batches: DoubtfulBatches::default(),
            refused: BTreeMap::new(),
            ready: VecDeque::new(),
            running: BTreeMap::new(),
            next_id: 0,
            next_batch: 0,
            workflows: Workflows::default(),
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
    /// the host cuts the rest off, which is a line that a crash tore. After an error it cuts nothing off.
    pub fn resume(&mut self, journal: &[u8]) -> Result<usize, Error> {
        if self.beginning.is_some() || self.token != TokenState::Unasked {
            return Err(misuse("resume a campaign before its first poll"));
        }
        let (journal, records, good) = Journal::read(journal)?;
        self.journal = journal;
        self.journal_len = good as u64;
        let mut batches = BTreeMap::new();
        for record in records {
            self.replay(&mut batches, record)?;
        }
        for past in self.past.values() {
            if matches!(past.state, BatchState::Accepted | BatchState::Doubtful) {
                self.workflows.add(past.workflow, 1);
            }
        }
        Ok(good)
    }

    fn replay(&mut self, batches: &mut BTreeMap<u64, Ranges>, record: Record) -> Result<(), Error> {
        let mismatch = |why: &str| Err(Error::new(ErrorCode::JournalMismatch, why));
        if self.workflows.apply(&record, true).is_err() {
            return mismatch("the journal names a workflow that it did not create");
        }
        match record {
            Record::Campaign { version, workflow_template_id, name, started_ms, binding } => {
                if workflow_template_id != self.config.workflow_template_id || name != self.config.name {
                    return mismatch("the journal belongs to a campaign with another template or name");
                }
                self.beginning = Some(match (version, binding) {
                    (1, None) => Beginning {
                        at: Moment { host_ms: started_ms, service_ms: None },
                        fingerprints: Fingerprints::Plain,
                        normal: NORMAL_0_1_0,
                    },
                    (JOURNAL_VERSION, Some(binding)) => self.begin_bound(started_ms, &binding)?,
                    _ => return mismatch("the journal was written by another version of this library"),
                });
            }
            Record::Creating { .. } | Record::Created { .. } | Record::Closed { .. } => {}
            Record::Sent { batch, workflow, contacts, marks } => {
                self.next_batch = self.next_batch.max(batch + 1);
                for (index, position) in positions(&contacts).enumerate() {
                    let mark = marks.get(index * 8..index * 8 + 8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    let Some(fingerprint) = mark else { return mismatch("a batch in the journal has too few marks") };
                    self.past.insert(position, Past { fingerprint, batch, workflow, state: BatchState::Doubtful });
                }
                batches.insert(batch, contacts);
            }
            Record::Outcome { batch, state, code, message } => {
                let mut contacts = 0;
                for position in batches.get(&batch).into_iter().flat_map(positions) {
                    if let Some(past) = self.past.get_mut(&position).filter(|past| past.batch == batch) {
                        past.state = state;
                    }
                    contacts += 1;
                }
                let (code, message) = (code.unwrap_or_default(), message.unwrap_or_default());
                self.refusals.insert(batch, Refusal { code, message, contacts, looked_up: None });
            }
            Record::Sampled { batch, looked_up } => {
                if let Some(refusal) = self.refusals.get_mut(&batch) {
                    refusal.looked_up = Some(looked_up);
                }
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

    /// Compares what the journal is bound to with this campaign.
    fn begin_bound(&self, started_ms: u64, binding: &Binding) -> Result<Beginning, Error> {
        let mismatch = |why: &str, field: &str| Err(Error::new(ErrorCode::JournalMismatch, why).at(field));
        let own = self.bind(binding.service_ms, binding.salt.clone())?;
        if own.1.key != binding.key {
            return mismatch(
                "the journal was written with another app secret; if the secret was changed, give the earlier one as journal_key",
                "/journal_key",
            );
        }
        if !self.config.same_account && own.1.host != binding.host {
            return mismatch(
                "the journal was written for another host: whom that one has, this one does not; if it is the same account under a new address, set same_account",
                "/base_url",
            );
        }
        if !self.config.same_account && own.1.account != binding.account {
            return mismatch(
                "the journal was written for another app key: if that one belongs to the same account, set same_account",
                "/app_key",
            );
        }
        let at = Moment { host_ms: started_ms, service_ms: binding.service_ms };
        Ok(Beginning { at, fingerprints: own.0, normal: binding.normal })
    }

    fn bind(&self, service_ms: Option<u64>, salt: String) -> Result<(Fingerprints, Binding), Error> {
        let settings = &self.session.config().settings;
        let text =
            |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default();
        let secret = self.config.journal_key.clone().unwrap_or_else(|| Secret::new(text(&settings.app_secret)));
        let fingerprints = Fingerprints::keyed(&secret, &salt)?;
        let binding = Binding {
            service_ms,
            key: fingerprints.of_setting("key", ""),
            host: fingerprints.of_setting("host", settings.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL)),
            account: fingerprints.of_setting("account", &text(&settings.app_key)),
            normal: NORMAL,
            salt,
        };
        Ok((fingerprints, binding))
    }

    /// Writes the first line.
    fn begin(&mut self) -> Result<(), Error> {
        let at = self.moment();
        let mut salt = crypto::digest(format!("{} {} {}", self.config.seed, at.host_ms, self.config.name).as_bytes());
        salt.truncate(32);
        let (fingerprints, binding) = self.bind(at.service_ms, salt)?;
        self.beginning = Some(Beginning { at, fingerprints, normal: NORMAL });
        self.write(&Record::Campaign {
            version: JOURNAL_VERSION,
            workflow_template_id: self.config.workflow_template_id,
            name: self.config.name.clone(),
            started_ms: at.host_ms,
            binding: Some(binding),
        })
    }

    /// Now, by both clocks.
    fn moment(&self) -> Moment {
        let service_ms =
            self.session.service_offset_ms().and_then(|offset_ms| self.host_ms.checked_add_signed(offset_ms));
        Moment { host_ms: self.host_ms, service_ms }
    }

    /// Now by the API's clock, or, where that is not known, by the host's.
    fn service_ms(&self) -> u64 {
        self.moment().service_ms.unwrap_or(self.host_ms)
    }

    fn tick(&mut self, now: Now) {
        self.waited.tick(now);
        self.host_ms = now.unix_ms;
        self.latest_ms = self.latest_ms.max(self.service_ms());
    }

    /// What to do next.
    pub fn poll(&mut self, now: impl Into<Now>) -> Result<CampaignStep, Error> {
        self.poll_at(now.into())
    }

    fn poll_at(&mut self, now: Now) -> Result<CampaignStep, Error> {
        if self.journal_outstanding {
            return Err(misuse("append the journal lines and say so with journal_written before polling again"));
        }
        zoned_time(now.unix_ms.saturating_add(UNSURE_WINDOW_MARGIN_MS))?;
        self.tick(now);
        if !self.stopped() {
            if self.beginning.is_none() && self.has_token()? {
                self.begin()?;
            }
            if self.beginning.is_some() {
                self.plan()?;
            }
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
        if self.beginning.is_some() && !self.ended && (self.replaying() || self.pending.len() < self.config.batch_size)
        {
            return Ok(CampaignStep::Contacts { want: self.config.batch_size });
        }
        let next = self.next_look_up();
        if self.running.is_empty() && next.is_none() && self.pending.is_empty() && self.ended {
            return Ok(CampaignStep::Done);
        }
        Ok(CampaignStep::Wait { until_ms: next.map(|next| self.waited.ask(next)) })
    }

    /// When the next look-up is due. Where no further one may start, only a running call's end changes anything.
    fn next_look_up(&self) -> Option<u64> {
        if self.look_ups() >= self.config.lookups_in_flight || self.token == TokenState::Asked {
            return None;
        }
        let doubts = self.doubts.iter().map(|doubt| doubt.not_before);
        let samples =
            self.refused.values().filter(|refused| refused.running == 0).filter_map(|refused| refused.not_before);
        doubts.chain(samples).min()
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
        let Some(job) = self.running.remove(&id) else { return Err(misuse("no call of this id is running")) };
        self.tick(now);
        match job {
            Job::Token => {
                self.on_token(result);
                Ok(())
            }
            Job::Create { workflow } => self.on_created(workflow, result),
            Job::Upload { batch, workflow, contacts } => self.on_uploaded(batch, workflow, contacts, result),
            Job::LookUp(doubt) => self.on_looked_up(doubt, result),
            Job::Sample { batch, index, window } => self.on_sampled(batch, index, window, result),
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
                    self.workflows.remove(workflow, contacts.len());
                }
                Some(Job::LookUp(doubt)) => self.doubts.push_back(doubt),
                Some(Job::Sample { batch, index, window }) => {
                    if let Some(refused) = self.refused.get_mut(&batch) {
                        refused.look_again(index, window);
                    }
                }
                Some(Job::Token | Job::Create { .. }) | None => {}
            }
        }
        Ok(())
    }

    /// The rules by which hosts turn files into contacts, which must stay those of the run that began the campaign: 1 for a
    /// journal of version 0.1.0, otherwise 2. Known after [`resume`](Self::resume).
    #[must_use]
    pub fn normal(&self) -> u32 {
        self.beginning.as_ref().map_or(NORMAL, |beginning| beginning.normal)
    }

    /// How far the campaign is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            contacts: self.fed,
            accepted: self.report.accepted,
            rejected: self.report.rejected.len() as u64,
            doubtful: (self.report.doubtful.len() + self.unsettled().count()) as u64,
        }
    }

    /// What became of the campaign so far; final once [`CampaignStep::Done`] was polled.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = Report { workflows: self.workflows.shown(), ..self.report.clone() };
        // A campaign that stops leaves look-ups undone.
        for contact in self.unsettled() {
            put_in_order(&mut report.doubtful, contact.as_doubtful(), |one| one.contact);
        }
        report
    }

    /// The contacts that are still to be looked up, or are being looked up.
    fn unsettled(&self) -> impl Iterator<Item = &Contact> {
        let under_way = self.running.values().filter_map(|job| match job {
            Job::LookUp(doubt) => Some(doubt),
            _ => None,
        });
        let doubts = self.doubts.iter().chain(under_way).map(|doubt| &doubt.contact);
        doubts.chain(self.refused.values().flat_map(|refused| &refused.contacts))
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

    fn fingerprint(&self, text: &str) -> u32 {
        self.beginning.as_ref().map_or(0, |beginning| beginning.fingerprints.of_contact(text))
    }

    fn take_contact(&mut self, text: &str) -> Result<(), Error> {
        let position = self.fed;
        self.fed += 1;
        let past = self.past.get(&position).copied();
        if let Some(past) = past
            && past.fingerprint != self.fingerprint(text)
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
                let contact = self.contact_of_journal(position, text)?;
                self.take_refused(contact, past);
            }
            // When the doubt arose is not known, so the settle time begins with the first look-up.
            Some((BatchState::Doubtful | BatchState::Rejected, past)) => {
                let contact = self.contact_of_journal(position, text)?;
                let mut cause = Cause::Unknown;
                if past.state == BatchState::Rejected {
                    self.workflows.add(past.workflow, 1);
                    cause = Cause::Refused;
                }
                self.doubt(contact, past.batch, past.workflow, &cause);
            }
            _ => self.take_new(position, text),
        }
        if self.fed == self.known() {
            self.reject_repeated();
        }
        Ok(())
    }

    fn contact_of_journal(&mut self, position: u64, text: &str) -> Result<Contact, Error> {
        Ok(Contact { position, text: text.to_owned(), identity: self.remember(text)?, rounds: 0 })
    }

    /// A contact whose batch the API refused in an earlier run: rejected, or still to be looked up as a sample.
    fn take_refused(&mut self, contact: Contact, past: Past) {
        let Refusal { code, message, contacts, looked_up } =
            self.refusals.get(&past.batch).cloned().unwrap_or_default();
        if let Some(looked_up) = looked_up {
            self.reject(contact.position, code, None, refusal(&message, looked_up, contacts));
        } else {
            let new = || RefusedBatch::new(past.workflow, Vec::new(), code, message);
            self.refused.entry(past.batch).or_insert_with(new).contacts.push(contact);
        }
    }

    fn stop_at_other_contact(&mut self, position: u64) -> Error {
        let message =
            format!("contact {position} is not the one that was sent; give the same contacts in the same order");
        self.stop(Error::new(ErrorCode::JournalMismatch, message))
    }

    /// Who a contact is that was sent in an earlier run; none of the others may be the same.
    fn remember(&mut self, text: &str) -> Result<Identity, Error> {
        let identity = Identity::of(text).map_err(|error| self.stop(error))?;
        self.identities.note_journaled(&identity);
        Ok(identity)
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
        identity.check()?;
        if self.identities.times(&identity) > 0 && !self.config.allow_duplicates {
            return Err(identity.repeated());
        }
        self.identities.note(&identity);
        Ok(identity)
    }

    /// All that the journal knows have come: of the new ones, those go that stand before one of the same identity. Other
    /// settings may have kept them out before.
    fn reject_repeated(&mut self) {
        if self.config.allow_duplicates {
            return;
        }
        for contact in std::mem::take(&mut self.pending) {
            if self.identities.is_journaled(&contact.identity) {
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

    fn doubt(&mut self, contact: Contact, batch: u64, workflow: usize, cause: &Cause) {
        self.doubtful_batches.add(batch, cause);
        self.doubts.push_back(Doubt::new(contact, batch, workflow));
    }

    /// Starts what can be started: look-ups first, then a workflow or a batch.
    fn plan(&mut self) -> Result<(), Error> {
        if self.replaying() {
            return Ok(());
        }
        self.choose_samples();
        while self.look_ups() < self.config.lookups_in_flight {
            let now = self.waited.ms();
            let doubt = self.doubts.iter().position(|doubt| doubt.not_before <= now);
            let refused = self.refused.iter().find(|(_, refused)| refused.is_due(now)).map(|(batch, _)| *batch);
            if (doubt.is_none() && refused.is_none()) || !self.has_token()? {
                break;
            }
            if let Some(doubt) = doubt.and_then(|index| self.doubts.remove(index)) {
                self.start_look_up(doubt)?;
            } else if let Some(batch) = refused {
                self.start_sample(batch)?;
            }
        }
        while self.may_upload() && self.has_token()? && !self.stopped() {
            match self.workflows.with_room(self.service_ms()) {
                Some((workflow, room)) => self.start_upload(workflow, room)?,
                None => self.start_workflow()?,
            }
        }
        Ok(())
    }

    /// Batches that are refused, or were in an earlier run, are looked at when all contacts of theirs are here.
    fn choose_samples(&mut self) {
        let not_before = self.waited.ms().saturating_add(self.config.settle_ms.unwrap_or(0));
        for refused in self.refused.values_mut().filter(|refused| refused.not_before.is_none()) {
            refused.choose(not_before, &mut self.jitter);
        }
    }

    fn may_upload(&self) -> bool {
        let unsettled = self.doubtful_batches.unsettled_or_lost() + self.refused.len();
        self.count(|job| matches!(job, Job::Upload { .. })) < self.config.in_flight
            && (self.pending.len() >= self.config.batch_size || self.rest_is_complete())
            && self.count(|job| matches!(job, Job::Create { .. })) == 0
            // Where the API loses or refuses everything, only so many contacts get into doubt.
            && unsettled < self.config.in_flight.max(MAX_LOST_BATCHES as usize)
    }

    /// Whether the last, smaller batch may go: running look-ups might still find contacts for it.
    fn rest_is_complete(&self) -> bool {
        self.ended && !self.pending.is_empty() && self.look_ups() == 0
    }

    fn look_ups(&self) -> usize {
        self.count(|job| matches!(job, Job::LookUp(_) | Job::Sample { .. }))
    }

    fn count(&self, is: impl Fn(&Job) -> bool) -> usize {
        self.running.values().filter(|job| is(job)).count()
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

    /// Whether the token is there; asks for it. With it comes the API's time, before anything depends on that.
    fn has_token(&mut self) -> Result<bool, Error> {
        if self.token == TokenState::Unasked {
            self.token = TokenState::Asked;
            let call = Call::token(&self.session, self.jitter.next())?;
            self.hand_out(call, Job::Token);
        }
        Ok(self.token == TokenState::There)
    }

    fn on_token(&mut self, result: Result<Output, Error>) {
        if let Err(error) = result {
            self.stop(error);
            return;
        }
        self.token = TokenState::There;
        let offset_ms = self.session.service_offset_ms().filter(|offset_ms| offset_ms.unsigned_abs() > HOUR_MS);
        self.report.clock_offset_ms = offset_ms;
        if let Some(offset_ms) = offset_ms.filter(|offset_ms| offset_ms.unsigned_abs() > DAY_MS) {
            let hours = offset_ms.unsigned_abs() / HOUR_MS;
            let relation = if offset_ms > 0 { "behind" } else { "ahead of" };
            let message = format!(
                "the clock of this machine is {hours} hours {relation} the API's: set it, then run the campaign again"
            );
            self.stop(Error::new(ErrorCode::ClockOff, message));
        }
    }

    fn start(&mut self, operation: &str, params: &str) -> Result<Call, Error> {
        let seed = self.jitter.next();
        // Each contact was checked, or was sent in an earlier run with other settings, where a refusal now would strand it.
        let strict = Some(false);
        let options = CallOptions { max_retries: Some(MAX_RETRIES), strict, seed, ..CallOptions::default() };
        Call::new(&self.session, operation, params, &options)
    }

    fn hand_out(&mut self, call: Call, job: Job) {
        self.next_id += 1;
        self.ready.push_back((self.next_id, Box::new(call)));
        self.running.insert(self.next_id, job);
    }

    fn start_workflow(&mut self) -> Result<(), Error> {
        if calendar::zoned_ms(&self.config.end_time).is_none_or(|end_ms| end_ms <= self.service_ms()) {
            let message = "end_time has passed: give a time in the future for the workflow that is to be created";
            self.stop(Error::new(ErrorCode::InvalidConfig, message).at("/end_time"));
            return Ok(());
        }
        let workflow = self.workflows.len();
        let suffix = if workflow == 0 { String::new() } else { format!(" ({})", workflow + 1) };
        let (name, end_time) = (format!("{}{suffix}", self.config.name), Some(self.config.end_time.clone()));
        self.change_workflows(&Record::Creating { workflow, name, end_time })?;
        let call = self.start("workflow.create_instance", &self.create_params(&suffix))?;
        self.hand_out(call, Job::Create { workflow });
        Ok(())
    }

    fn change_workflows(&mut self, record: &Record) -> Result<(), Error> {
        self.workflows.apply(record, false).map_err(|()| misuse("there is no such workflow"))?;
        self.write(record)
    }

    fn start_upload(&mut self, workflow: usize, room: usize) -> Result<(), Error> {
        let contacts: Vec<Contact> =
            self.pending.drain(..self.pending.len().min(self.config.batch_size).min(room)).collect();
        self.workflows.add(workflow, contacts.len());
        let details = contacts.iter().map(|contact| contact.text.as_str()).collect::<Vec<_>>().join(",");
        let workflow_id = json(&self.workflows.id(workflow));
        let params = format!(r#"{{"workflow_id":{workflow_id},"details":[{details}]}}"#);
        let batch = self.next_batch;
        self.next_batch += 1;
        // What is settled must stand before the line that sends it again, or a resumed campaign would send it once more.
        self.write_settled()?;
        self.write(&Record::Sent {
            batch,
            workflow,
            contacts: ranges(contacts.iter().map(|contact| contact.position)),
            marks: contacts
                .iter()
                .map(|contact| format!("{:08x}", self.fingerprint(&contact.text)))
                .collect::<Vec<_>>()
                .concat(),
        })?;
        // A token that is refused proves nothing: the contacts are looked up, and not sent again inside this call.
        let call = self.start("workflow.upload_details", &params)?.once_per_token();
        self.hand_out(call, Job::Upload { batch, workflow, contacts });
        Ok(())
    }

    fn start_look_up(&mut self, mut doubt: Doubt) -> Result<(), Error> {
        if doubt.settle_at.is_none() {
            doubt.settle_at = self.config.settle_ms.map(|settle_ms| self.waited.ms().saturating_add(settle_ms));
        }
        let params = self.look_up_params(&doubt.contact.identity, doubt.workflow, doubt.window)?;
        let call = self.start("workflow.detail_instances", &params)?;
        self.hand_out(call, Job::LookUp(doubt));
        Ok(())
    }

    fn start_sample(&mut self, batch: u64) -> Result<(), Error> {
        let Some(refused) = self.refused.get_mut(&batch) else { return Ok(()) };
        let Some((index, window)) = refused.next() else { return Ok(()) };
        let workflow = refused.workflow;
        let Some(identity) = refused.contacts.get(index).map(|contact| contact.identity.clone()) else { return Ok(()) };
        let params = self.look_up_params(&identity, workflow, window)?;
        let call = self.start("workflow.detail_instances", &params)?;
        self.hand_out(call, Job::Sample { batch, index, window });
        Ok(())
    }

    fn look_up_params(&self, identity: &Identity, workflow: usize, window: Window) -> Result<String, Error> {
        let (from_ms, to_ms) = self.window(workflow);
        let from_ms = from_ms.saturating_add(window.part.saturating_mul(LONGEST_WINDOW_MS));
        let to_ms = to_ms.min(from_ms.saturating_add(LONGEST_WINDOW_MS));
        let case_id = identity.case_id();
        Ok(json(&DetailInstances {
            case_id: case_id.map(Into::into),
            callee: identity.callee().filter(|_| case_id.is_none()).map(Into::into),
            start_time: zoned_time(from_ms)?.into(),
            end_time: zoned_time(to_ms)?.into(),
        }))
    }

    /// The time in which a workflow can have been created and have taken contacts.
    fn window(&self, workflow: usize) -> (u64, u64) {
        let started = self.beginning.as_ref().map(|beginning| beginning.at).unwrap_or_default();
        let created = self.workflows.created(workflow).unwrap_or(started);
        let now = self.moment();
        let margin_ms = match (created.service_ms, now.service_ms) {
            (Some(_), Some(_)) => WINDOW_MARGIN_MS,
            _ => UNSURE_WINDOW_MARGIN_MS,
        };
        // The host's clock may have been set back since: the window has room for both times.
        let created_ms = created.service_ms.unwrap_or(created.host_ms);
        let from_ms = created_ms.min(self.service_ms()).saturating_sub(margin_ms);
        (from_ms, created_ms.max(self.latest_ms).saturating_add(margin_ms))
    }

    /// The window of a look-up's next part, if it is not over.
    fn next_part(&self, workflow: usize, window: Window, unclear: bool) -> Option<Window> {
        let (from_ms, to_ms) = self.window(workflow);
        let part = window.part + 1;
        (from_ms.saturating_add(part.saturating_mul(LONGEST_WINDOW_MS)) < to_ms).then_some(Window { part, unclear })
    }

    fn on_created(&mut self, workflow: usize, result: Result<Output, Error>) -> Result<(), Error> {
        let created =
            result.and_then(|output| output.parse::<Created>().map_err(|error| error.with_outcome(Outcome::Unknown)));
        match created {
            Ok(Created { workflow_id: Some(workflow_id) }) if !workflow_id.is_empty() => {
                let Moment { host_ms, service_ms } = self.moment();
                self.change_workflows(&Record::Created {
                    workflow,
                    workflow_id,
                    created_ms: Some(host_ms),
                    service_ms,
                })?;
            }
            Ok(_) => {
                let error =
                    Error::new(ErrorCode::UnreadableResponse, "the API created a workflow and did not give its id");
                self.stop(error.in_operation("workflow.create_instance"));
            }
            // An empty workflow phones nobody, so another one may be created; the report names this one.
            Err(error) if error.details().outcome == Some(Outcome::Unknown) => {
                if is_foreign(&error) || self.workflows.orphans_in_a_row() >= MAX_ORPHANS_IN_A_ROW {
                    self.stop(error);
                }
            }
            Err(error) => {
                self.workflows.forget_last();
                self.stop(error);
            }
        }
        Ok(())
    }

    fn on_uploaded(
        &mut self,
        batch: u64,
        workflow: usize,
        contacts: Vec<Contact>,
        result: Result<Output, Error>,
    ) -> Result<(), Error> {
        let Err(error) = result else {
            self.write(&Record::Outcome { batch, state: BatchState::Accepted, code: None, message: None })?;
            self.report.accepted += contacts.len() as u64;
            self.doubtful_batches.accepted();
            return Ok(());
        };
        let mut state = batch_state(&error);
        let may_have_ended = self.workflows.may_have_ended(workflow, self.service_ms());
        if state == BatchState::Rejected && may_have_ended {
            // Its contacts go to a new workflow, once it is certain that this one does not have them.
            state = BatchState::Doubtful;
            self.change_workflows(&Record::Closed { workflow })?;
        }
        self.write_outcome(batch, state, &error)?;
        match state {
            BatchState::Rejected => {
                self.workflows.remove(workflow, contacts.len());
                let (code, message) = (error.code().to_string(), error.details().message.clone());
                self.refused.insert(batch, RefusedBatch::new(workflow, contacts, code, message));
            }
            BatchState::Unsent => {
                self.workflows.remove(workflow, contacts.len());
                contacts.into_iter().rev().for_each(|contact| self.pending.push_front(contact));
                self.stop(error);
            }
            BatchState::Doubtful | BatchState::Accepted => {
                let is_foreign = is_foreign(&error);
                let refused = error.details().outcome == Some(Outcome::Rejected);
                let cause = if refused { Cause::Refused } else { Cause::Failed(error.clone()) };
                for contact in contacts {
                    self.doubt(contact, batch, workflow, &cause);
                }
                if is_foreign {
                    self.stop(error);
                }
            }
        }
        Ok(())
    }

    fn write_outcome(&mut self, batch: u64, state: BatchState, error: &Error) -> Result<(), Error> {
        let (code, message) = (Some(error.code().to_string()), Some(mask::message(&error.details().message)));
        self.write(&Record::Outcome { batch, state, code, message })
    }

    fn on_looked_up(&mut self, mut doubt: Doubt, result: Result<Output, Error>) -> Result<(), Error> {
        let found = match self.found(result) {
            Ok(found) => found,
            Err(error) => {
                self.doubts.push_back(doubt);
                self.stop(error);
                return Ok(());
            }
        };
        let unclear = doubt.window.unclear || found == Found::Perhaps;
        if found != Found::Ours
            && let Some(next) = self.next_part(doubt.workflow, doubt.window, unclear)
        {
            doubt.window = next;
            doubt.not_before = 0;
            self.doubts.push_back(doubt);
            return Ok(());
        }
        // What might be this contact and might be another is neither taken for accepted nor sent again.
        let identity = &doubt.contact.identity;
        let is_unclear = match found {
            Found::Ours => !self.identities.is_alone(identity),
            // Sent together in an earlier run, and not to be sent together now.
            _ => unclear || (self.identities.times(identity) > 1 && !self.config.allow_duplicates),
        };
        if is_unclear {
            self.leave_doubtful(&doubt, false);
            return Ok(());
        }
        let Doubt { ref mut contact, batch, workflow, settle_at, settled, .. } = doubt;
        if found == Found::Ours {
            self.report.accepted += 1;
            put_in_order(&mut self.settled_accepted, contact.position, |position| *position);
            self.resolve(batch, false);
        } else if settled && contact.rounds + 1 < MAX_ROUNDS {
            contact.rounds += 1;
            put_in_order(&mut self.settled_unsent, contact.position, |position| *position);
            self.workflows.remove(workflow, 1);
            self.pending.push_back(doubt.contact);
            self.resolve(batch, true);
        } else if let (false, Some(not_before)) = (settled, settle_at) {
            self.doubts.push_back(Doubt { not_before, settled: true, window: Window::default(), ..doubt });
        } else {
            self.leave_doubtful(&doubt, true);
        }
        if self.settled_accepted.len() + self.settled_unsent.len() >= SETTLED_PER_LINE {
            self.write_settled()?;
        }
        Ok(())
    }

    fn on_sampled(
        &mut self,
        batch: u64,
        index: usize,
        window: Window,
        result: Result<Output, Error>,
    ) -> Result<(), Error> {
        let found = self.found(result);
        // Another look-up of the batch may have settled it.
        let Some(workflow) = self.refused.get(&batch).map(|refused| refused.workflow) else { return Ok(()) };
        let next = self.next_part(workflow, window, false);
        let Some(refused) = self.refused.get_mut(&batch) else { return Ok(()) };
        match (found, next) {
            (Err(error), _) => {
                refused.look_again(index, window);
                self.stop(error);
            }
            (Ok(Found::Nowhere), Some(next)) => refused.look_again(index, next),
            (Ok(Found::Nowhere), None) => {
                refused.not_found();
                if refused.is_over() {
                    self.reject_batch(batch)?;
                }
            }
            // The refusal is not true of all of them.
            (Ok(Found::Ours | Found::Perhaps), _) => self.doubt_refused(batch)?,
        }
        Ok(())
    }

    fn found(&self, result: Result<Output, Error>) -> Result<Found, Error> {
        let rows = result.and_then(|output| output.parse::<LookedUp>())?.rows.unwrap_or_default();
        Ok(Found::of(&rows, &self.workflows))
    }

    fn reject_batch(&mut self, batch: u64) -> Result<(), Error> {
        let Some(refused) = self.refused.remove(&batch) else { return Ok(()) };
        self.write(&Record::Sampled { batch, looked_up: refused.looked_up })?;
        let message = refusal(&refused.message, refused.looked_up, refused.contacts.len() as u64);
        for contact in refused.contacts {
            self.reject(contact.position, refused.code.clone(), None, message.clone());
        }
        Ok(())
    }

    fn doubt_refused(&mut self, batch: u64) -> Result<(), Error> {
        let Some(refused) = self.refused.remove(&batch) else { return Ok(()) };
        let RefusedBatch { workflow, contacts, code, message, .. } = refused;
        let (code, message) = (Some(code), Some(mask::message(&message)));
        self.write(&Record::Outcome { batch, state: BatchState::Doubtful, code, message })?;
        self.workflows.add(workflow, contacts.len());
        for contact in contacts {
            self.doubt(contact, batch, workflow, &Cause::Refused);
        }
        Ok(())
    }

    fn leave_doubtful(&mut self, doubt: &Doubt, is_lost: bool) {
        put_in_order(&mut self.report.doubtful, doubt.contact.as_doubtful(), |one| one.contact);
        self.resolve(doubt.batch, is_lost);
    }

    /// A contact is in doubt no longer. Where the API loses one batch after the other, going on would only put more of them
    /// in doubt.
    fn resolve(&mut self, batch: u64, is_lost: bool) {
        if self.doubtful_batches.resolve(batch, is_lost) < MAX_LOST_BATCHES {
            return;
        }
        let message = format!(
            "{MAX_LOST_BATCHES} batches in a row were lost: the API did not refuse them, and does not have them"
        );
        let mut error = Error::new(ErrorCode::ServerError, message).in_operation("workflow.upload_details");
        if let Some(cause) = self.doubtful_batches.last_error() {
            let (details, cause) = (error.details_mut(), cause.details());
            details.message = format!("{}; the last one: {}", details.message, cause.message);
            details.http_status = cause.http_status;
            details.api_code = cause.api_code;
            details.api_message.clone_from(&cause.api_message);
            details.request_id.clone_from(&cause.request_id);
        }
        self.stop(error);
    }

    fn write_settled(&mut self) -> Result<(), Error> {
        if self.settled_accepted.is_empty() && self.settled_unsent.is_empty() {
            return Ok(());
        }
        let (accepted, unsent) = (ranges(self.settled_accepted.drain(..)), ranges(self.settled_unsent.drain(..)));
        self.write(&Record::Settled { accepted, unsent })
    }
}

/// What a failed upload means for its contacts. What is refused for now is still to be sent.
fn batch_state(error: &Error) -> BatchState {
    match (error.details().outcome, error.code()) {
        (Some(Outcome::NotSent), _) | (Some(Outcome::Rejected), ErrorCode::RateLimited | ErrorCode::ServerError) => {
            BatchState::Unsent
        }
        (Some(Outcome::Rejected), _) => BatchState::Rejected,
        _ => BatchState::Doubtful,
    }
}

/// Whether something between this machine and the API refused a request: it would refuse the next one, too. Of a time-out
/// and of a token that one more try may mend, that is not certain.
fn is_foreign(error: &Error) -> bool {
    let details = error.details();
    details.outcome == Some(Outcome::Unknown)
        && details.api_code.is_none()
        && details.http_status.is_some_and(|status| matches!(status, 400..=499) && !matches!(status, 401 | 408 | 429))
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
