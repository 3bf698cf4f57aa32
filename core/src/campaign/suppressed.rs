//! Who must not be called, whatever the contacts say.

use std::borrow::Cow;

use super::{
    contact::{Suppressed, texts},
    identity::Identity,
    state::{Campaign, TokenState},
};
use crate::{
    api::params::{fault_of_callee, fault_of_id},
    error::{Error, ErrorCode},
};

impl Campaign {
    /// These numbers must not be called: a contact with one of them is rejected with [`ErrorCode::Suppressed`]. Numbers are
    /// compared as they are written, as `+6281200000000`; white space around one is ignored, as is an empty one. To be called
    /// before the first poll, as often as needed, or to answer [`CampaignStep::Screen`](super::CampaignStep::Screen). Each
    /// takes about 13 bytes of memory.
    pub fn suppress(&mut self, numbers: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Error> {
        self.suppress_each("suppress", numbers, fault_of_callee, Identity::of_number, |suppressed| {
            &mut suppressed.numbers
        })
    }

    /// The same for case ids.
    pub fn suppress_case_ids(&mut self, case_ids: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Error> {
        self.suppress_each("suppress_case_ids", case_ids, fault_of_id, Identity::of_case_id, |suppressed| {
            &mut suppressed.case_ids
        })
    }

    fn suppress_each(
        &mut self,
        setting: &str,
        entries: impl IntoIterator<Item = impl AsRef<str>>,
        fault_of: fn(&str) -> Option<Cow<'static, str>>,
        identity_of: fn(&str) -> Identity,
        count: fn(&mut Suppressed) -> &mut u64,
    ) -> Result<(), Error> {
        if self.queue.screening.is_empty() && (self.token != TokenState::Unasked || self.ledger.fed() > 0) {
            return Err(Error::new(ErrorCode::Misuse, "suppress whom a campaign must not call before its first poll"));
        }
        for entry in entries {
            let entry = entry.as_ref().trim();
            if entry.is_empty() {
                continue;
            }
            let suppressed = &mut self.queue.suppressed;
            if let Some(fault) = fault_of(entry) {
                return Err(wrong(setting, *count(suppressed), &fault));
            }
            suppressed.who.note(&identity_of(entry));
            *count(suppressed) += 1;
        }
        Ok(())
    }

    /// All who must not be called of the last [`CampaignStep::Screen`](super::CampaignStep::Screen) were named.
    pub fn screened(&mut self) -> Result<(), Error> {
        if self.queue.screening.is_empty() {
            return Err(Error::new(ErrorCode::Misuse, "there were no contacts to screen"));
        }
        for contact in std::mem::take(&mut self.queue.screening) {
            match self.suppression_of(&contact.identity) {
                Some(error) => self.reject_for(contact.place, contact.identity.caseid, &error),
                None => self.queue.screening.push(contact),
            }
        }
        if let Some(error) = self.too_many_rejected() {
            self.stop(error);
        }
        let room = self.ledger.workflows.with_room(self.clock.now().best_ms());
        match room.filter(|(_, room)| self.queue.screening.len() <= *room) {
            _ if self.queue.screening.is_empty() => Ok(()),
            Some((workflow, _)) if !self.stopped() && !self.outage.is_on() => {
                let contacts = std::mem::take(&mut self.queue.screening);
                self.start_upload(workflow, contacts)
            }
            // Something has happened since that puts the upload off: then they are screened again.
            _ => {
                self.screen_later();
                Ok(())
            }
        }
    }

    /// The contacts that the host is to screen, as a JSON array.
    pub(super) fn to_screen(&self) -> Option<String> {
        let contacts = &self.queue.screening;
        (!contacts.is_empty() && !self.stopped()).then(|| format!("[{}]", texts(contacts)))
    }

    /// Takes back what was to be screened.
    pub(super) fn screen_later(&mut self) {
        let contacts = std::mem::take(&mut self.queue.screening);
        contacts.into_iter().rev().for_each(|contact| self.queue.pending.push_front(contact));
    }

    /// The error of a contact that must not be called.
    pub(super) fn suppression_of(&self, identity: &Identity) -> Option<Error> {
        let message = "the contact's number or case id is among those that must not be called";
        self.queue.suppressed.has(identity).then(|| Error::new(ErrorCode::Suppressed, message))
    }
}

/// The error of an entry, which is not quoted.
fn wrong(setting: &str, index: u64, fault: &str) -> Error {
    let message = format!("entry {index} of {setting}, counted from 0 without empty ones: {fault}");
    Error::new(ErrorCode::InvalidConfig, message).at(format!("/{setting}"))
}
