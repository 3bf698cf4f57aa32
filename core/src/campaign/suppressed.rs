//! Who must not be called, whatever the contacts say.

use super::{
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
    /// before the first poll, as often as needed. Each takes about 13 bytes of memory.
    pub fn suppress(&mut self, numbers: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Error> {
        self.check_not_begun()?;
        for number in numbers {
            let number = number.as_ref().trim();
            if number.is_empty() {
                continue;
            }
            if let Some(fault) = fault_of_callee(number) {
                return Err(wrong("suppress", self.queue.suppressed.numbers, &fault));
            }
            self.queue.suppressed.add_number(number);
        }
        Ok(())
    }

    /// The same for case ids.
    pub fn suppress_case_ids(&mut self, case_ids: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Error> {
        self.check_not_begun()?;
        for case_id in case_ids {
            let case_id = case_id.as_ref().trim();
            if case_id.is_empty() {
                continue;
            }
            if let Some(fault) = fault_of_id(case_id) {
                return Err(wrong("suppress_case_ids", self.queue.suppressed.case_ids, &fault));
            }
            self.queue.suppressed.add_case_id(case_id);
        }
        Ok(())
    }

    fn check_not_begun(&self) -> Result<(), Error> {
        if self.token != TokenState::Unasked || self.ledger.fed() > 0 {
            return Err(Error::new(ErrorCode::Misuse, "suppress whom a campaign must not call before its first poll"));
        }
        Ok(())
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
