//! What tells contacts apart.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    api::params::fault_of_id,
    error::{Error, ErrorCode},
};

const CASE_ID: &str = "case id";
/// The identity of contacts that have no case id.
pub(super) const NUMBER: &str = "phone number";

/// The identity of a contact.
#[derive(Clone, Deserialize)]
pub(super) struct Identity {
    callee: Option<String>,
    pub(super) caseid: Option<String>,
}

impl Identity {
    pub(super) fn of(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|_| Error::new(ErrorCode::WrongType, "callee and caseid must be text"))
    }

    /// The case id alone, also of a contact that cannot be read otherwise.
    pub(super) fn case_id_of(text: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct CaseId<'a> {
            #[serde(borrow)]
            caseid: Option<&'a RawValue>,
        }
        serde_json::from_str(serde_json::from_str::<CaseId<'_>>(text).ok()?.caseid?.get()).ok()
    }

    pub(super) fn of_number(number: &str) -> Self {
        Self { callee: Some(number.to_owned()), caseid: None }
    }

    pub(super) fn of_case_id(case_id: &str) -> Self {
        Self { callee: None, caseid: Some(case_id.to_owned()) }
    }

    pub(super) fn case_id(&self) -> Option<&str> {
        self.caseid.as_deref().filter(|caseid| !caseid.is_empty())
    }

    pub(super) fn callee(&self) -> Option<&str> {
        self.callee.as_deref()
    }

    /// Refuses case ids that a service might store otherwise than they are sent: a lookup would not find them.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Some(caseid) = self.case_id() else { return Ok(()) };
        match fault_of_id(caseid) {
            Some(fault) => Err(Error::new(ErrorCode::InvalidValue, fault).at("/caseid")),
            None => Ok(()),
        }
    }

    /// The kind of identity, and its value.
    pub(super) fn key(&self) -> (&'static str, &str) {
        match self.case_id() {
            Some(caseid) => (CASE_ID, caseid),
            None => (NUMBER, self.callee().unwrap_or_default()),
        }
    }

    pub(super) fn repeated(&self) -> Error {
        let (kind, _) = self.key();
        let message = format!("a contact with the same {kind} is in this campaign already");
        Error::new(ErrorCode::DuplicateContact, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_stored_otherwise_than_sent_are_refused() {
        for (id, why) in
            [(" c", "spaces"), ("c\u{a0}", "U+00A0"), ("a\tb", "U+0009"), ("a\u{85}", "U+0085"), ("\n", "U+000A")]
        {
            let error = of(id).check().unwrap_err();
            assert_eq!(error.details().pointer.as_deref(), Some("/caseid"));
            assert!(error.details().message.contains(why), "{error}");
        }
        for id in ["", "c 1", "é-1"] {
            of(id).check().unwrap();
        }
    }

    fn of(caseid: &str) -> Identity {
        Identity { callee: Some("+6200012345".into()), caseid: Some(caseid.into()) }
    }
}
