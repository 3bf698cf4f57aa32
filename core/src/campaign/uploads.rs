//! Workflows and uploads: what is started, and what its result means.

use serde::Deserialize;

use super::{
    clock::{DAY_MS, HOUR_MS},
    config::CampaignConfig,
    contact::{Contact, texts},
    jobs::{Job, json},
    journal::{BatchState, Record, ranges},
    lookups::{Cause, RefusedBatch},
    state::{Campaign, TokenState},
};
use crate::{
    api::operations::workflow::CreateInstance,
    calendar,
    call::{Call, CallOptions, Output},
    error::{Error, ErrorCode, Outcome},
    mask,
};

/// The number of workflows in a row that may be created with an unknown outcome.
const MAX_ORPHANS_IN_A_ROW: usize = 5;

/// The answer to a creation, as far as it matters.
#[derive(Deserialize)]
struct Created {
    workflow_id: Option<String>,
}

impl Campaign {
    /// Starts what can be started: lookups first, then a workflow or a batch.
    pub(super) fn plan(&mut self) -> Result<(), Error> {
        if self.ledger.is_replaying() {
            return Ok(());
        }
        if let Some(error) = self.too_many_rejected() {
            self.stop(error);
            return Ok(());
        }
        self.recover_contacts()?;
        self.choose_samples();
        while self.calls.lookups() < self.lookups_at_once() {
            let now = self.clock.waited.ms();
            if self.outage.asks_at() > now {
                break;
            }
            let doubt = self.lookups.doubts.iter().position(|doubt| doubt.not_before <= now);
            let refused = self.lookups.refused.iter().find(|(_, refused)| refused.is_due(now)).map(|(batch, _)| batch);
            if (doubt.is_none() && refused.is_none()) || !self.has_token()? {
                break;
            }
            if let Some(doubt) = doubt.and_then(|index| self.lookups.doubts.remove(index)) {
                self.start_lookup(doubt)?;
            } else if let Some(batch) = refused {
                self.start_sample(batch)?;
            }
        }
        self.probe()?;
        self.stop_if_closed_for_good();
        while self.may_upload() && self.has_token()? && !self.stopped() {
            // What is settled must stand before the line that sends it again, or a resumed campaign would send it once more.
            self.write_settled()?;
            match self.ledger.workflows.with_room(self.clock.now().best_ms()) {
                Some((workflow, room)) => {
                    let most = self.queue.pending.len().min(self.config.batch_size).min(room);
                    let steady_ms = self.clock.steady_ms();
                    // Another campaign of the session may have been faster.
                    if self.config.rate.is_some_and(|rate| !self.session.take_turn(steady_ms, most, rate)) {
                        break;
                    }
                    let contacts = (0..most).filter_map(|_| self.queue.pending.pop_front()).collect();
                    if self.config.screen {
                        self.queue.screening = contacts;
                    } else {
                        self.start_upload(workflow, contacts)?;
                    }
                }
                None => self.start_workflow()?,
            }
        }
        Ok(())
    }

    /// Batches that are refused, or were in an earlier run, are looked at when all contacts of theirs are here.
    fn choose_samples(&mut self) {
        let not_before = self.clock.waited.ms().saturating_add(self.config.settle_ms.unwrap_or(0));
        for refused in self.lookups.refused.values_mut().filter(|refused| refused.not_before.is_none()) {
            refused.choose(not_before, &mut self.jitter);
        }
    }

    fn may_upload(&self) -> bool {
        !self.outage.is_on() && self.has_upload() && self.uploads_at() <= self.clock.waited.ms()
    }

    /// Returns whether there are contacts for an upload, which may start if nothing else speaks against it at this time.
    pub(super) fn has_upload(&self) -> bool {
        let unsettled = self.lookups.batches.unsettled_or_lost() + self.lookups.refused.len();
        self.queue.screening.is_empty()
            && self.calls.count(|job| matches!(job, Job::Upload { .. })) < self.config.in_flight
            && (self.queue.pending.len() >= self.config.batch_size || self.rest_is_complete())
            && self.calls.count(|job| matches!(job, Job::Create { .. })) == 0
            // Where the API loses or refuses everything, only so many contacts get into doubt.
            && unsettled < self.config.in_flight.max(self.config.max_doubtful_batches as usize)
    }

    /// The error where more contacts were rejected than may be. The first ones alone say nothing of a share.
    pub(super) fn too_many_rejected(&self) -> Option<Error> {
        let (rejected, contacts) = (self.report.rejected.len() as u64, self.ledger.fed());
        let are_enough = self.queue.ended || contacts >= self.config.batch_size as u64;
        self.config.max_rejected.filter(|most| are_enough && most.is_passed_by(rejected, contacts))?;
        let message =
            format!("{rejected} of {contacts} contacts were rejected, which is more than max_rejected allows");
        Some(Error::new(ErrorCode::TooManyRejected, message).at("/max_rejected"))
    }

    /// Returns whether the last, smaller batch may go: running lookups might still find contacts for it.
    fn rest_is_complete(&self) -> bool {
        self.queue.ended && !self.queue.pending.is_empty() && self.calls.lookups() == 0
    }

    pub(super) fn create_params(&self, name: &str) -> String {
        let CampaignConfig { workflow_template_id, end_time, .. } = &self.config;
        json(&CreateInstance {
            workflow_template_id: *workflow_template_id,
            name: name.into(),
            end_time: end_time.as_str().into(),
            ..Default::default()
        })
    }

    /// Returns whether the token is there; asks for it. With it comes the API's time, before anything depends on that.
    pub(super) fn has_token(&mut self) -> Result<bool, Error> {
        if self.token == TokenState::Unasked {
            self.token = TokenState::Asked;
            let call = Call::token(&self.session, self.jitter.next())?;
            self.calls.hand_out(call, Job::Token);
        }
        Ok(self.token == TokenState::There)
    }

    pub(super) fn on_token(&mut self, result: Result<Output, Error>) {
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

    pub(super) fn start(&mut self, operation: &str, params: impl Into<String>) -> Result<Call, Error> {
        let seed = self.jitter.next();
        // Each contact was checked, or was sent in an earlier run with other settings, where a refusal now would strand it.
        let strict = Some(false);
        // What follows a failure is the campaign's to decide.
        let options = CallOptions { max_retries: Some(0), strict, seed, ..CallOptions::default() };
        Call::new(&self.session, operation, params, &options)
    }

    fn start_workflow(&mut self) -> Result<(), Error> {
        if calendar::zoned_ms(&self.config.end_time).is_none_or(|end_ms| end_ms <= self.clock.now().best_ms()) {
            let message = "end_time has passed: give a time in the future for the workflow that is to be created";
            self.stop(Error::new(ErrorCode::InvalidConfig, message).at("/end_time"));
            return Ok(());
        }
        let workflow = self.ledger.workflows.len();
        let mut name = self.config.workflow_name();
        if workflow > 0 {
            name = format!("{name} ({})", workflow + 1);
        }
        let params = self.create_params(&name);
        self.record(&Record::Creating { workflow, name, end_time: Some(self.config.end_time.clone()) })?;
        let call = self.start("workflow.create_instance", params)?;
        self.calls.hand_out(call, Job::Create { workflow });
        Ok(())
    }

    pub(super) fn start_upload(&mut self, workflow: usize, contacts: Vec<Contact>) -> Result<(), Error> {
        let details = texts(&contacts);
        let workflow_id = json(&self.ledger.workflows.id(workflow));
        let params = format!(r#"{{"workflow_id":{workflow_id},"details":[{details}]}}"#);
        let batch = self.record_sent(workflow, &contacts)?;
        // A token that is refused proves nothing: the contacts are looked up, and not sent again inside this call.
        let call = self.start("workflow.upload_details", &params)?.once_per_token();
        self.calls.hand_out(call, Job::Upload { batch, workflow, contacts });
        Ok(())
    }

    /// Journals that these contacts are sent, or may have been; gives the number of their batch.
    pub(super) fn record_sent(&mut self, workflow: usize, contacts: &[Contact]) -> Result<u64, Error> {
        let batch = self.ledger.next_batch();
        self.record(&Record::Sent {
            batch,
            workflow,
            contacts: ranges(contacts.iter().map(|contact| contact.position)),
            fingerprints: self.fingerprints(contacts),
        })?;
        Ok(batch)
    }

    pub(super) fn on_created(&mut self, workflow: usize, result: Result<Output, Error>) -> Result<(), Error> {
        let created = result.and_then(|output| {
            let created = output.parse::<Created>().map_err(|error| error.with_outcome(Outcome::Unknown))?;
            Ok((created, output.service_ms))
        });
        match created {
            // The time is the answer's own: the host's clock may have been set since the API last told the time.
            Ok((Created { workflow_id: Some(workflow_id) }, service_ms)) if !workflow_id.is_empty() => {
                let created_ms = Some(self.clock.now().host_ms);
                self.record(&Record::Created { workflow, workflow_id, created_ms, service_ms })?;
                self.outage.upload_succeeded();
            }
            Ok(_) => {
                let error =
                    Error::new(ErrorCode::UnreadableResponse, "the API created a workflow and did not give its id");
                self.stop(error.in_operation("workflow.create_instance"));
            }
            // An empty workflow phones nobody, so another one may be created; the report names this one.
            Err(error) if error.details().outcome == Some(Outcome::Unknown) => {
                self.upload_failed(&error);
                if is_foreign(&error) || self.ledger.workflows.orphans_in_a_row() >= MAX_ORPHANS_IN_A_ROW {
                    self.stop(error);
                }
            }
            Err(error) => {
                self.ledger.workflows.forget_last();
                self.upload_was_not_sent(error);
            }
        }
        Ok(())
    }

    pub(super) fn on_uploaded(
        &mut self,
        batch: u64,
        workflow: usize,
        contacts: Vec<Contact>,
        result: Result<Output, Error>,
    ) -> Result<(), Error> {
        let Err(error) = result else {
            self.record(&Record::Outcome { batch, state: BatchState::Accepted, code: None, message: None })?;
            self.report.accepted += contacts.len() as u64;
            self.lookups.batches.accepted();
            self.outage.upload_succeeded();
            return Ok(());
        };
        let mut state = batch_state(&error);
        let may_have_ended = self.ledger.workflows.may_have_ended(workflow, self.clock.now().best_ms());
        if state == BatchState::Rejected && may_have_ended {
            // Its contacts go to a new workflow, once it is certain that this one does not have them.
            state = BatchState::Doubtful;
            self.record(&Record::Closed { workflow })?;
        }
        self.write_outcome(batch, state, &error)?;
        match state {
            BatchState::Rejected => {
                let (code, message) = (error.code().to_string(), error.details().message.clone());
                self.lookups.refused.insert(batch, RefusedBatch::new(workflow, contacts, code, message));
            }
            BatchState::Unsent => {
                contacts.into_iter().rev().for_each(|contact| self.queue.pending.push_front(contact));
                self.upload_was_not_sent(error);
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
                } else if !refused {
                    self.upload_failed(&error);
                }
            }
        }
        Ok(())
    }

    fn write_outcome(&mut self, batch: u64, state: BatchState, error: &Error) -> Result<(), Error> {
        let (code, message) = (Some(error.code().to_string()), Some(mask::message(&error.details().message)));
        self.record(&Record::Outcome { batch, state, code, message })
    }
}

/// The state of the contacts of a failed upload. What is refused for now is still to be sent.
fn batch_state(error: &Error) -> BatchState {
    match (error.details().outcome, error.code()) {
        (Some(Outcome::NotSent), _) | (Some(Outcome::Rejected), ErrorCode::RateLimited | ErrorCode::ServerError) => {
            BatchState::Unsent
        }
        (Some(Outcome::Rejected), _) => BatchState::Rejected,
        _ => BatchState::Doubtful,
    }
}

/// Returns whether something between this machine and the API refused a request: it would refuse the next one, too. Of a
/// time-out
/// and of a token that one more try may mend, that is not certain.
fn is_foreign(error: &Error) -> bool {
    let details = error.details();
    details.outcome == Some(Outcome::Unknown)
        && details.api_code.is_none()
        && details.http_status.is_some_and(|status| matches!(status, 400..=499) && !matches!(status, 401 | 408 | 429))
}
