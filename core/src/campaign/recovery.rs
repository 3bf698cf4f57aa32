//! A campaign whose journal was lost: everybody is looked up before anybody is sent.

use super::{
    contact::Contact,
    lookups::{Cause, Doubt},
    report::{Report, put_in_order},
    state::Campaign,
};
use crate::error::{Error, ErrorCode};

impl Campaign {
    /// Stops where the campaign cannot have begun as late as that.
    pub(super) fn check_recovery(&mut self) {
        if self.config.recovered_since_ms().is_some_and(|since_ms| since_ms > self.clock.now().best_ms()) {
            let why = "recover is the earliest time at which the campaign can have begun, and that is in the future";
            self.stop(Error::new(ErrorCode::InvalidConfig, why).at("/recover"));
        }
    }

    /// Returns whether each contact is looked up before it is sent.
    pub(super) fn is_recovering(&self) -> bool {
        self.ledger.workflows.recovered().is_some()
    }

    /// The number of contacts that a recovery holds in memory, beside those that are to be sent.
    pub(super) fn being_recovered(&self) -> usize {
        if self.is_recovering() { self.lookups.recovery.contacts.len() + self.lookups.doubts.len() } else { 0 }
    }

    /// Names the new contacts in the journal, as if the lost runs had sent them, and has them looked up. The API takes up
    /// nothing later than the settle time, so one lookup after it is enough.
    pub(super) fn recover_contacts(&mut self) -> Result<(), Error> {
        let Some(workflow) = self.ledger.workflows.recovered() else { return Ok(()) };
        let recovery = &mut self.lookups.recovery;
        if recovery.contacts.is_empty() {
            return Ok(());
        }
        let settle_ms = self.config.settle_ms;
        let settles_at = || settle_ms.map(|settle_ms| self.clock.waited.ms().saturating_add(settle_ms));
        recovery.settled_at = recovery.settled_at.or_else(settles_at);
        let (settled, not_before) = (recovery.settled_at.is_some(), recovery.settled_at.unwrap_or(0));
        let contacts = Vec::from(std::mem::take(&mut recovery.contacts));
        let batch = self.record_sent(workflow, &contacts)?;
        for contact in contacts {
            self.lookups.batches.add(batch, self.ledger.next_batch(), &Cause::Unknown);
            self.lookups.doubts.push_back(Doubt { not_before, settled, ..Doubt::new(contact, batch, workflow) });
        }
        Ok(())
    }

    /// A lookup of this run or of an earlier one found this contact, or one that is still to come.
    pub(super) fn note_found(&mut self, contact: &Contact) {
        if self.is_recovering() && !self.queue.ended {
            let traces = self.queue.identities.traces(&contact.identity);
            self.lookups.recovery.found.push((contact.as_doubtful(), traces));
        }
    }

    /// Moves those to the doubtful ones whom a lookup may have taken for somebody else.
    pub(super) fn doubt_those_alike(&self, report: &mut Report) {
        for (contact, traces) in &self.lookups.recovery.found {
            if !self.queue.identities.is_alone_by(*traces) {
                report.accepted = report.accepted.saturating_sub(1);
                put_in_order(&mut report.doubtful, contact.clone(), |one| one.contact);
            }
        }
    }
}
