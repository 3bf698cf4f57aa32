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
//! It rests on this: the API takes up no request later than the settle time; its lookups show by then every contact that it
//! has, by the exact case id or number; 429, and a 503 that names a time or carries the API's own code, had no effect; the
//! newest journal is used, by one program at a time; and contacts come in the same order when a campaign is resumed.

mod beginning;
mod clock;
mod config;
mod contact;
mod fingerprint;
mod identities;
mod identity;
mod intake;
mod jobs;
mod journal;
mod ledger;
mod lookups;
mod numbered;
mod outage;
mod partition;
mod recorded;
mod recovery;
mod report;
mod schedule;
mod settle;
mod state;
mod suppressed;
mod uploads;
mod workflows;

use serde_json::value::RawValue;

use self::{
    beginning::{Beginning, NORMAL},
    contact::Contact,
    jobs::Job,
    journal::{BatchState, Journal, Record, Writer},
    report::put_in_order,
    settle::{UNSURE_WINDOW_MARGIN_MS, zoned_time},
    state::TokenState,
};
pub use self::{
    config::{CampaignConfig, MaxRejected, Partition},
    partition::partition_of,
    recorded::{Recorded, recorded},
    report::{DoubtfulContact, Phase, Progress, Rejected, Report, Workflow},
    state::Campaign,
};
use crate::{
    call::{Call, CallOptions, Output},
    clock::Now,
    error::{Error, ErrorCode},
    session::Session,
};

/// The next step.
#[derive(Debug)]
pub enum CampaignStep {
    /// Append these lines to the journal, flush them to the disk, then call [`Campaign::journal_written`].
    Journal {
        /// Whole lines.
        lines: String,
        /// The number of bytes that the journal has before them. If it has another length, somebody else writes it:
        /// append nothing,
        /// and stop with [`ErrorCode::JournalConflict`].
        at: u64,
    },
    /// Feed contacts, about so many.
    Contacts {
        /// The useful number; more or fewer are fine.
        want: usize,
    },
    /// Run this call to its end, beside others if wished, and report it under its id.
    Call {
        /// For [`Campaign::on_result`].
        id: u64,
        /// The call.
        call: Box<Call>,
    },
    /// Find out who of these contacts must not be called, say so with [`Campaign::suppress`] and
    /// [`Campaign::suppress_case_ids`], then call [`Campaign::screened`]: the others are uploaded next. Only with
    /// [`CampaignConfig::screen`].
    Screen {
        /// A JSON array of contacts, as they were fed.
        contacts: String,
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

impl Campaign {
    /// A campaign that has not begun.
    pub fn new(session: &Session, config: CampaignConfig) -> Result<Self, Error> {
        config.validate()?;
        let campaign = Self::with(session, config);
        // A malformed name or end time is better found now than after the contacts were read.
        Call::new(
            session,
            "workflow.create_instance",
            campaign.create_params(&campaign.config.workflow_name()),
            &CallOptions::default(),
        )?;
        Ok(campaign)
    }

    /// Takes up an earlier run from its journal, before the first poll. Returns how many bytes of the journal are good:
    /// the host cuts the rest off, which is a line that a crash tore. After an error it cuts nothing off.
    pub fn resume(&mut self, journal: &[u8]) -> Result<usize, Error> {
        if self.beginning.is_some() || self.token != TokenState::Unasked {
            return Err(misuse("resume a campaign before its first poll"));
        }
        let (read, good) = Journal::read(journal)?;
        self.journal = Writer::after(read, good as u64);
        for record in Journal::records(journal.get(..good).unwrap_or_default()) {
            if let Some(beginning) = Beginning::of_record(&self.session, &self.config, &record)? {
                self.beginning = Some(beginning);
            }
            self.ledger.apply(&record)?;
        }
        self.ledger.workflows.end_of_replay();
        Ok(good)
    }

    /// The next step.
    pub fn poll(&mut self, now: impl Into<Now>) -> Result<CampaignStep, Error> {
        self.poll_at(now.into())
    }

    fn poll_at(&mut self, now: Now) -> Result<CampaignStep, Error> {
        if self.journal.is_outstanding() {
            return Err(misuse("append the journal lines and say so with journal_written before polling again"));
        }
        if self.config.check_only {
            let is_over = self.queue.ended || self.stopped();
            return Ok(if is_over {
                CampaignStep::Done
            } else {
                CampaignStep::Contacts { want: self.config.batch_size }
            });
        }
        if self.config.partition.is_some() && !self.has_head {
            return Err(misuse("a campaign with a partition needs its head first: see head and resume_head"));
        }
        zoned_time(now.unix_ms.saturating_add(UNSURE_WINDOW_MARGIN_MS))?;
        self.clock.tick(now, self.session.service_offset_ms());
        if self.config.require_journal && self.beginning.is_none() && self.token == TokenState::Unasked {
            let why = "there is no journal of an earlier run here, and require_journal is set";
            return Err(self.stop(Error::new(ErrorCode::JournalMissing, why).at("/journal")));
        }
        if !self.stopped() {
            if self.beginning.is_none() && self.has_token()? {
                self.begin()?;
            }
            if self.beginning.is_some() {
                self.plan()?;
            }
        }
        if self.calls.is_empty() || self.given_up {
            self.write_settled()?;
        }
        if let Some((lines, at)) = self.journal.take_lines() {
            return Ok(CampaignStep::Journal { lines, at });
        }
        if let Some((id, call)) = self.calls.take_ready() {
            return Ok(CampaignStep::Call { id, call });
        }
        if let Some(contacts) = self.to_screen() {
            return Ok(CampaignStep::Screen { contacts });
        }
        if self.stopped() {
            return Ok(if self.calls.is_empty() { CampaignStep::Done } else { CampaignStep::Wait { until_ms: None } });
        }
        if self.wants_contacts() {
            return Ok(CampaignStep::Contacts { want: self.config.batch_size });
        }
        if self.is_over() {
            return Ok(CampaignStep::Done);
        }
        let next = self.next_start();
        Ok(CampaignStep::Wait { until_ms: next.map(|next| self.clock.waited.ask(next)) })
    }

    fn wants_contacts(&self) -> bool {
        self.beginning.is_some()
            && !self.queue.ended
            && (self.ledger.is_replaying()
                || self.queue.pending.len() + self.being_recovered() < self.config.batch_size)
    }

    fn is_over(&self) -> bool {
        let is_sent = self.queue.pending.is_empty() && self.queue.screening.is_empty();
        let is_done = self.queue.ended && is_sent && self.next_lookup().is_none();
        self.calls.is_empty() && (self.stopped() || is_done)
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.check_recovery();
        if !self.stopped() {
            let (beginning, record) = Beginning::new(&self.session, &self.config, self.clock.now())?;
            self.beginning = Some(beginning);
            self.record(&record)?;
        }
        Ok(())
    }

    /// The lines of the last [`CampaignStep::Journal`] are on the disk.
    pub fn journal_written(&mut self) -> Result<(), Error> {
        if !self.journal.written() {
            return Err(misuse("there were no journal lines to write"));
        }
        Ok(())
    }

    /// The next contacts, as a JSON array of objects with `callee`, `platform`, `caseid`, `variables`, …
    pub fn feed(&mut self, contacts: &str) -> Result<(), Error> {
        if self.queue.ended {
            return Err(misuse("the contacts have ended already"));
        }
        let contacts: Vec<&RawValue> = serde_json::from_str(contacts).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(ErrorCode::InvalidJson, format!("the contacts are not a JSON array ({place})"))
        })?;
        contacts.into_iter().try_for_each(|contact| self.take_contact(contact.get()))
    }

    /// The next contact is one that the host cannot write as JSON, or refuses itself. It keeps its place among the contacts,
    /// and is reported as rejected, with this case id.
    pub fn refuse_contact(&mut self, case_id: Option<&str>, why: &Error) -> Result<(), Error> {
        if self.queue.ended {
            return Err(misuse("the contacts have ended already"));
        }
        // Nobody can tell whose it is, as of all contacts that cannot be read.
        if self.skip("")? {
            return Ok(());
        }
        let (position, past) = self.ledger.next_contact();
        if past.is_some() {
            return Err(self.stop_at_other_contact(position));
        }
        self.reject_for(self.place(position), case_id.map(str::to_owned), why);
        Ok(())
    }

    /// There are no more contacts.
    pub fn end_of_contacts(&mut self) -> Result<(), Error> {
        if self.ledger.is_replaying() {
            return Err(self.stop(Error::new(
                ErrorCode::JournalMismatch,
                format!(
                    "the journal knows {} contacts, and only {} were given",
                    self.ledger.known(),
                    self.ledger.fed()
                ),
            )));
        }
        self.queue.ended = true;
        Ok(())
    }

    /// A call of this campaign is done.
    pub fn on_result(&mut self, id: u64, now: impl Into<Now>, result: Result<Output, Error>) -> Result<(), Error> {
        self.on_result_at(id, now.into(), result)
    }

    fn on_result_at(&mut self, id: u64, now: Now, result: Result<Output, Error>) -> Result<(), Error> {
        let Some(job) = self.calls.end(id) else { return Err(misuse("no call of this id is running")) };
        self.clock.tick(now, self.session.service_offset_ms());
        match job {
            Job::Token => {
                self.on_token(result);
                Ok(())
            }
            Job::Create { workflow } => self.on_created(workflow, result),
            Job::Upload { batch, workflow, contacts } => self.on_uploaded(batch, workflow, contacts, result),
            Job::Lookup(doubt) => self.on_looked_up(doubt, result),
            Job::Sample { batch, index, window } => self.on_sampled(batch, index, window, result),
            Job::Probe => {
                self.on_probed(result);
                Ok(())
            }
        }
    }

    /// Starts nothing more, and takes back the calls that were not handed out, so that resuming need not look their
    /// contacts up. Go on as before until it is done: running calls are waited for, and what they bring is journaled. Or
    /// poll once more for the last lines: calls that are not [in doubt](Call::is_in_doubt) may be dropped.
    pub fn give_up(&mut self) -> Result<(), Error> {
        self.given_up = true;
        self.screen_later();
        for job in self.calls.take_back() {
            match job {
                Job::Upload { batch, .. } => {
                    self.record(&Record::Outcome { batch, state: BatchState::Unsent, code: None, message: None })?;
                }
                Job::Lookup(doubt) => self.lookups.doubts.push_back(doubt),
                Job::Sample { batch, index, window } => {
                    if let Some(refused) = self.lookups.refused.get_mut(batch) {
                        refused.look_again(index, window);
                    }
                }
                Job::Token | Job::Create { .. } | Job::Probe => {}
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

    /// The progress of the campaign.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let phase = self.phase();
        Progress {
            contacts: self.ledger.fed(),
            accepted: self.report.accepted,
            rejected: self.report.rejected.len() as u64,
            doubtful: (self.report.doubtful.len() + self.unsettled().count()) as u64,
            phase,
            until_ms: match phase {
                Phase::WaitingForApi => Some(self.outage.asks_at()),
                Phase::Paused => Some(self.uploads_at()),
                Phase::Settling => self.next_lookup(),
                _ => None,
            }
            .map(|until| self.clock.waited.when(until)),
        }
    }

    fn phase(&self) -> Phase {
        if self.calls.count(|job| matches!(job, Job::Upload { .. } | Job::Create { .. })) > 0 {
            Phase::Uploading
        } else if self.outage.is_on() && !self.stopped() {
            Phase::WaitingForApi
        } else if self.calls.lookups() > 0 {
            Phase::LookingUp
        } else if self.is_over() {
            Phase::Ended
        } else if self.has_upload() && self.uploads_at() > self.clock.waited.ms() {
            Phase::Paused
        } else if self.next_lookup().is_some() && !self.wants_contacts() {
            Phase::Settling
        } else {
            Phase::Reading
        }
    }

    /// The outcome of the campaign so far; final once [`CampaignStep::Done`] was polled.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = Report { workflows: self.ledger.workflows.shown(), ..self.report.clone() };
        // A campaign that stops leaves lookups undone.
        for contact in self.unsettled() {
            put_in_order(&mut report.doubtful, contact.as_doubtful(), |one| one.contact);
        }
        self.doubt_those_alike(&mut report);
        report
    }

    /// The contacts that are still to be looked up, or are being looked up.
    fn unsettled(&self) -> impl Iterator<Item = &Contact> {
        let under_way = self.calls.jobs().filter_map(|job| match job {
            Job::Lookup(doubt) => Some(doubt),
            _ => None,
        });
        let doubts = self.lookups.doubts.iter().chain(under_way).map(|doubt| &doubt.contact);
        doubts.chain(self.lookups.refused.values().flat_map(|refused| &refused.contacts))
    }
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorCode::Misuse, message)
}
