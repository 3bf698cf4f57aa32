//! Contacts in doubt: looked up, and settled one way or the other.

use serde::Deserialize;

use super::{
    clock::DAY_MS,
    contact::Contact,
    identity::Identity,
    jobs::{Job, json},
    journal::{BatchState, Record, ranges},
    lookups::{Cause, Doubt, Found, FoundRow, RefusedBatch, Window, refusal},
    report::put_in_order,
    state::Campaign,
};
use crate::{
    api::operations::workflow::DetailInstances,
    calendar,
    call::Output,
    error::{Error, ErrorCode},
    mask,
};

/// The largest number of times that a contact is sent, each time after lookups showed that the API does not have it.
const MAX_ROUNDS: u32 = 5;
/// The number of settled contacts that are journaled in one line: so many settled ones a crash may cost.
const SETTLED_PER_LINE: usize = 50;
/// Lookups begin so long before a workflow was created and end so long after now.
const WINDOW_MARGIN_MS: u64 = DAY_MS;
/// The same, where the API did not tell its time: the host's clock may be wrong.
pub(super) const UNSURE_WINDOW_MARGIN_MS: u64 = 7 * DAY_MS;
/// A longer time is looked up in parts.
const LONGEST_WINDOW_MS: u64 = 30 * DAY_MS;

/// The answer to a lookup, as far as it matters.
#[derive(Deserialize)]
struct LookedUp {
    /// `null` says that there are none; where they are missing, nothing tells where the contact is.
    #[serde(deserialize_with = "Option::deserialize")]
    rows: Option<Vec<FoundRow>>,
}

impl Campaign {
    pub(super) fn start_lookup(&mut self, mut doubt: Doubt) -> Result<(), Error> {
        if doubt.settle_at.is_none() {
            let from_now = self.config.settle_ms.map(|settle_ms| self.clock.waited.ms().saturating_add(settle_ms));
            doubt.settle_at = self.lookups.batches.settles_at(doubt.batch, from_now);
        }
        let params = self.lookup_params(&doubt.contact.identity, doubt.workflow, doubt.window)?;
        let call = self.start("workflow.detail_instances", &params)?;
        self.calls.hand_out(call, Job::Lookup(doubt));
        Ok(())
    }

    pub(super) fn start_sample(&mut self, batch: u64) -> Result<(), Error> {
        let Some(refused) = self.lookups.refused.get_mut(batch) else { return Ok(()) };
        let Some((index, window)) = refused.next() else { return Ok(()) };
        let workflow = refused.workflow;
        let Some(identity) = refused.contacts.get(index).map(|contact| contact.identity.clone()) else { return Ok(()) };
        let params = self.lookup_params(&identity, workflow, window)?;
        let call = self.start("workflow.detail_instances", &params)?;
        self.calls.hand_out(call, Job::Sample { batch, index, window });
        Ok(())
    }

    pub(super) fn lookup_params(&self, identity: &Identity, workflow: usize, window: Window) -> Result<String, Error> {
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
        let created = self.ledger.workflows.created(workflow).unwrap_or(started);
        let now = self.clock.now();
        let margin_ms = match (created.service_ms, now.service_ms) {
            (Some(_), Some(_)) => WINDOW_MARGIN_MS,
            _ => UNSURE_WINDOW_MARGIN_MS,
        };
        // The host's clock may have been set back since: the window has room for both times.
        let created_ms = created.service_ms.unwrap_or(created.host_ms);
        let from_ms = created_ms.min(self.clock.now().best_ms()).saturating_sub(margin_ms);
        (from_ms, created_ms.max(self.clock.latest_ms()).saturating_add(margin_ms))
    }

    /// The window of a lookup's next part, if it is not over.
    fn next_part(&self, workflow: usize, window: Window, unclear: bool) -> Option<Window> {
        let (from_ms, to_ms) = self.window(workflow);
        let part = window.part + 1;
        (from_ms.saturating_add(part.saturating_mul(LONGEST_WINDOW_MS)) < to_ms).then_some(Window { part, unclear })
    }

    pub(super) fn doubt(&mut self, contact: Contact, batch: u64, workflow: usize, cause: &Cause) {
        self.lookups.batches.add(batch, self.ledger.next_batch(), cause);
        self.lookups.doubts.push_back(Doubt::new(contact, batch, workflow));
    }

    pub(super) fn on_looked_up(&mut self, mut doubt: Doubt, result: Result<Output, Error>) -> Result<(), Error> {
        let found = match self.found(result) {
            Ok(found) => found,
            Err(error) => {
                self.lookups.doubts.push_back(doubt);
                self.lookup_failed(error);
                return Ok(());
            }
        };
        let unclear = doubt.window.unclear || found == Found::Perhaps;
        if found != Found::Ours
            && let Some(next) = self.next_part(doubt.workflow, doubt.window, unclear)
        {
            doubt.window = next;
            doubt.not_before = 0;
            self.lookups.go_on(doubt);
            return Ok(());
        }
        // What might be this contact and might be another is neither taken for accepted nor sent again.
        let identity = &doubt.contact.identity;
        let is_unclear = match found {
            Found::Ours => !self.queue.identities.is_alone(identity),
            // Sent together in an earlier run, and not to be sent together now.
            _ => unclear || (self.queue.identities.times(identity) > 1 && !self.config.allow_duplicates),
        };
        if is_unclear {
            self.leave_doubtful(&doubt, false);
            return Ok(());
        }
        let Doubt { batch, settle_at, settled, .. } = doubt;
        if found == Found::Ours {
            self.report.accepted += 1;
            self.outage.upload_succeeded();
            self.note_found(&doubt.contact);
            put_in_order(&mut self.lookups.accepted, doubt.contact.position, |position| *position);
            self.resolve(batch, false);
        } else if settled && let Some(error) = self.suppression_of(&doubt.contact.identity) {
            put_in_order(&mut self.lookups.unsent, doubt.contact.position, |position| *position);
            self.reject_for(doubt.contact.place, doubt.contact.identity.caseid.clone(), &error);
            self.resolve(batch, true);
        } else if settled && doubt.contact.rounds + 1 < MAX_ROUNDS {
            doubt.contact.rounds += 1;
            put_in_order(&mut self.lookups.unsent, doubt.contact.position, |position| *position);
            self.queue.pending.push_back(doubt.contact);
            self.resolve(batch, true);
        } else if let (false, Some(not_before)) = (settled, settle_at) {
            self.lookups.go_on(Doubt { not_before, settled: true, window: Window::default(), ..doubt });
        } else {
            self.leave_doubtful(&doubt, true);
        }
        if self.lookups.accepted.len() + self.lookups.unsent.len() >= SETTLED_PER_LINE {
            self.write_settled()?;
        }
        Ok(())
    }

    pub(super) fn on_sampled(
        &mut self,
        batch: u64,
        index: usize,
        window: Window,
        result: Result<Output, Error>,
    ) -> Result<(), Error> {
        let found = self.found(result);
        // Another lookup of the batch may have settled it.
        let Some(workflow) = self.lookups.refused.get(batch).map(|refused| refused.workflow) else { return Ok(()) };
        let next = self.next_part(workflow, window, false);
        let Some(refused) = self.lookups.refused.get_mut(batch) else { return Ok(()) };
        match (found, next) {
            (Err(error), _) => {
                refused.look_again(index, window);
                self.lookup_failed(error);
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

    pub(super) fn on_probed(&mut self, result: Result<Output, Error>) {
        if let Err(error) = self.found(result) {
            self.lookup_failed(error);
        }
    }

    fn found(&mut self, result: Result<Output, Error>) -> Result<Found, Error> {
        let rows = result.and_then(|output| output.parse::<LookedUp>())?.rows.unwrap_or_default();
        self.outage.lookup_succeeded();
        Ok(Found::of(&rows, &self.ledger.workflows))
    }

    fn reject_batch(&mut self, batch: u64) -> Result<(), Error> {
        let Some(refused) = self.lookups.refused.remove(batch) else { return Ok(()) };
        self.record(&Record::Sampled { batch, looked_up: refused.looked_up })?;
        let message = refusal(&refused.message, refused.looked_up, refused.contacts.len() as u64);
        for contact in refused.contacts {
            self.reject(&contact, refused.code.clone(), message.clone());
        }
        Ok(())
    }

    fn doubt_refused(&mut self, batch: u64) -> Result<(), Error> {
        let Some(refused) = self.lookups.refused.remove(batch) else { return Ok(()) };
        let RefusedBatch { workflow, contacts, code, message, .. } = refused;
        let (code, message) = (Some(code), Some(mask::message(&message)));
        self.record(&Record::Outcome { batch, state: BatchState::Doubtful, code, message })?;
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
    pub(super) fn resolve(&mut self, batch: u64, is_lost: bool) {
        let lost = self.lookups.batches.resolve(batch, is_lost);
        if lost < self.config.max_doubtful_batches {
            return;
        }
        let message = format!(
            "uploads were lost {lost} times in a row: the API did not refuse them, and does not have their contacts"
        );
        let mut error = Error::new(ErrorCode::ServerError, message).in_operation("workflow.upload_details");
        if let Some(cause) = self.lookups.batches.last_error() {
            let (details, cause) = (error.details_mut(), cause.details());
            details.message = format!("{}; the last one: {}", details.message, cause.message);
            details.http_status = cause.http_status;
            details.api_code = cause.api_code;
            details.api_message.clone_from(&cause.api_message);
            details.request_id.clone_from(&cause.request_id);
        }
        self.stop(error);
    }

    pub(super) fn write_settled(&mut self) -> Result<(), Error> {
        if self.lookups.accepted.is_empty() && self.lookups.unsent.is_empty() {
            return Ok(());
        }
        let (accepted, unsent) = (ranges(self.lookups.accepted.drain(..)), ranges(self.lookups.unsent.drain(..)));
        self.record(&Record::Settled { accepted, unsent })
    }
}

/// Unix milliseconds in the form of the documented examples, whose zone is +08:00.
pub(super) fn zoned_time(ms: u64) -> Result<String, Error> {
    calendar::zoned(ms).ok_or_else(|| Error::new(ErrorCode::Misuse, "now_ms is no Unix time in milliseconds"))
}
