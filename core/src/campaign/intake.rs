//! Contacts as they come: compared with the journal, checked, and queued.

use super::{
    contact::Contact,
    identity::Identity,
    journal::BatchState,
    ledger::{Past, Refusal},
    lookups::{Cause, RefusedBatch, refusal},
    report::{Rejected, put_in_order},
    state::Campaign,
};
use crate::{
    api::{
        operations::workflow::Detail,
        params::{self, Checked, Rule},
    },
    error::{Details, Error, ErrorCode},
};

impl Campaign {
    fn fingerprint(&self, text: &str) -> u32 {
        self.beginning.as_ref().map_or(0, |beginning| beginning.fingerprints.of_contact(text))
    }

    /// The fingerprints of contacts, 8 hex digits each.
    pub(super) fn fingerprints(&self, contacts: &[Contact]) -> String {
        contacts.iter().map(|contact| format!("{:08x}", self.fingerprint(&contact.text))).collect::<Vec<_>>().concat()
    }

    pub(super) fn take_contact(&mut self, text: &str) -> Result<(), Error> {
        if self.skip(text)? {
            return Ok(());
        }
        let (position, past) = self.ledger.next_contact();
        if let Some(past) = past
            && past.fingerprint != self.fingerprint(text)
        {
            return Err(self.stop_at_other_contact(position));
        }
        // What the journal knows of a contact counts before any rule: settings and rules may have changed since it was sent.
        match past.map(|past| (past.state, past)) {
            Some((BatchState::Accepted, past)) => {
                let identity = self.remember(text)?;
                self.report.accepted += 1;
                if self.ledger.workflows.recovered() == Some(past.workflow) {
                    self.note_found(&self.contact(position, String::new(), identity));
                }
            }
            Some((BatchState::Rejected, past)) if !self.config.retry_rejected => {
                let contact = self.contact_of_journal(position, text)?;
                self.take_refused(contact, past);
            }
            // When the doubt arose is not known, so the settle time begins with the first lookup.
            Some((BatchState::Doubtful | BatchState::Rejected, past)) => {
                let contact = self.contact_of_journal(position, text)?;
                let mut cause = Cause::Unknown;
                if past.state == BatchState::Rejected {
                    self.ledger.doubt_again(position);
                    cause = Cause::Refused;
                }
                self.doubt(contact, past.batch, past.workflow, &cause);
            }
            _ => self.take_new(position, text),
        }
        if self.ledger.fed() == self.ledger.known() {
            self.reject_repeated();
        }
        Ok(())
    }

    fn contact_of_journal(&mut self, position: u64, text: &str) -> Result<Contact, Error> {
        let identity = self.remember(text)?;
        Ok(self.contact(position, text.to_owned(), identity))
    }

    /// The place among all contacts that were fed, of the one that came last.
    pub(super) const fn place(&self, position: u64) -> u64 {
        position + self.queue.skipped
    }

    const fn contact(&self, position: u64, text: String, identity: Identity) -> Contact {
        Contact { position, place: self.place(position), text, identity, rounds: 0 }
    }

    /// A contact whose batch the API refused in an earlier run: rejected, or still to be looked up as a sample.
    fn take_refused(&mut self, contact: Contact, past: Past) {
        let Refusal { code, message, contacts, looked_up } = self.ledger.refusal(past.batch);
        if let Some(looked_up) = looked_up {
            self.reject(&contact, code, refusal(&message, looked_up, contacts));
        } else {
            let new = || RefusedBatch::new(past.workflow, Vec::new(), code, message);
            if let Some(refused) = self.lookups.refused.get_or_insert_with(past.batch, new) {
                refused.contacts.push(contact);
            }
        }
    }

    pub(super) fn stop_at_other_contact(&mut self, position: u64) -> Error {
        let place = self.place(position);
        let message = format!(
            "contact {place} is not the one that was sent, or one of its fields differs; give the same contacts, with the same values, in the same order"
        );
        self.stop(Error::new(ErrorCode::JournalMismatch, message))
    }

    /// The identity of a contact that was sent in an earlier run; none of the others may be the same.
    fn remember(&mut self, text: &str) -> Result<Identity, Error> {
        let identity = Identity::of(text).map_err(|error| self.stop(error))?;
        self.queue.identities.note_journaled(&identity);
        Ok(identity)
    }

    fn take_new(&mut self, position: u64, text: &str) {
        match self.check_contact(text) {
            Ok(_) if self.config.check_only => self.report.accepted += 1,
            Ok(identity) => self.enqueue(self.contact(position, text.to_owned(), identity)),
            Err(error) => {
                self.reject_for(self.place(position), Identity::case_id_of(text), &error);
            }
        }
    }

    fn enqueue(&mut self, contact: Contact) {
        if self.is_recovering() {
            self.lookups.recovery.contacts.push_back(contact);
        } else {
            self.queue.pending.push_back(contact);
        }
    }

    fn check_contact(&mut self, text: &str) -> Result<Identity, Error> {
        let is_strict = self.session.config().settings.strict;
        params::check(text, if is_strict { &Detail::RULE } else { &Rule::AnyObject })?;
        let identity = Identity::of(text)?;
        identity.check()?;
        if let Some(error) = self.suppression_of(&identity) {
            return Err(error);
        }
        if self.queue.identities.times(&identity) > 0 && !self.config.allow_duplicates {
            return Err(identity.repeated());
        }
        self.queue.identities.note(&identity);
        Ok(identity)
    }

    /// All that the journal knows have come: of the new ones, those go that stand before one of the same identity. Other
    /// settings may have kept them out before.
    fn reject_repeated(&mut self) {
        if self.config.allow_duplicates {
            return;
        }
        let contacts = if self.is_recovering() { &mut self.lookups.recovery.contacts } else { &mut self.queue.pending };
        for contact in std::mem::take(contacts) {
            if self.queue.identities.is_journaled(&contact.identity) {
                self.reject_for(contact.place, contact.identity.caseid.clone(), &contact.identity.repeated());
            } else {
                self.enqueue(contact);
            }
        }
    }

    pub(super) fn reject_for(&mut self, contact: u64, case_id: Option<String>, error: &Error) {
        let Details { code, pointer, message, .. } = error.details();
        let (code, pointer, message) = (code.to_string(), pointer.clone(), message.clone());
        self.report_rejected(Rejected { contact, case_id, code, pointer, message });
    }

    /// The API refused the batch of a contact.
    pub(super) fn reject(&mut self, contact: &Contact, code: String, message: String) {
        let (contact, case_id) = (contact.place, contact.identity.caseid.clone());
        self.report_rejected(Rejected { contact, case_id, code, pointer: None, message });
    }

    fn report_rejected(&mut self, rejected: Rejected) {
        put_in_order(&mut self.report.rejected, rejected, |one| one.contact);
    }
}
