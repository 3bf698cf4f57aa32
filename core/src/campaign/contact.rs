//! Contacts, and what tells them apart.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
};

use serde::Deserialize;

use super::report::DoubtfulContact;
use crate::{
    api::params::fault_of_id,
    crypto::{BuiltIn, Provider},
    error::{Error, ErrorCode},
};

const CASE_ID: &str = "case id";
/// The identity of contacts that have no case id.
const NUMBER: &str = "phone number";

/// A contact on its way.
pub(super) struct Contact {
    pub(super) position: u64,
    pub(super) text: String,
    pub(super) identity: Identity,
    pub(super) rounds: u32,
}

impl Contact {
    pub(super) fn as_doubtful(&self) -> DoubtfulContact {
        DoubtfulContact { contact: self.position, case_id: self.identity.caseid.clone() }
    }
}

/// Shows its position alone: who it is is personal.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("position", &self.position).finish_non_exhaustive()
    }
}

/// The contacts that are to be sent, and who all of them are.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) identities: Identities,
    pub(super) pending: VecDeque<Contact>,
    /// There are no more contacts to come.
    pub(super) ended: bool,
}

/// The identity of a contact.
#[derive(Clone, Deserialize)]
pub(super) struct Identity {
    callee: Option<String>,
    caseid: Option<String>,
}

impl Identity {
    pub(super) fn of(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|_| Error::new(ErrorCode::WrongType, "callee and caseid must be text"))
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
    fn key(&self) -> (&'static str, &str) {
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

/// The contacts of a campaign by who they are.
#[derive(Debug, Default)]
pub(super) struct Identities(BTreeMap<[u8; 16], Seen>);

/// The number of contacts of one identity. Counting ends at 255: that there are others is what
/// matters.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    times: u8,
    /// Others that a lookup may take for them.
    alike: u8,
    /// The journal knows one of them.
    journaled: bool,
}

impl Identities {
    pub(super) fn note(&mut self, identity: &Identity) {
        for other in [digest_of_number(identity), digest_of_folded(identity)].into_iter().flatten() {
            let others = self.0.entry(other).or_default();
            others.alike = others.alike.saturating_add(1);
        }
        let seen = self.0.entry(digest(identity.key())).or_default();
        seen.times = seen.times.saturating_add(1);
    }

    /// Notes a contact that was sent in an earlier run.
    pub(super) fn note_journaled(&mut self, identity: &Identity) {
        self.note(identity);
        self.0.entry(digest(identity.key())).or_default().journaled = true;
    }

    fn seen(&self, digest: [u8; 16]) -> Seen {
        self.0.get(&digest).copied().unwrap_or_default()
    }

    /// The number of contacts of this identity, itself included.
    pub(super) fn times(&self, identity: &Identity) -> u8 {
        self.seen(digest(identity.key())).times
    }

    pub(super) fn is_journaled(&self, identity: &Identity) -> bool {
        self.seen(digest(identity.key())).journaled
    }

    /// Returns whether a lookup of this contact, which is noted, can find no other contact of this campaign.
    pub(super) fn is_alone(&self, identity: &Identity) -> bool {
        let seen = self.seen(digest(identity.key()));
        // A folded identity counts all that fold to it, this one among them.
        let folded = digest_of_folded(identity).is_none_or(|folded| {
            let all = self.seen(folded);
            all.times.saturating_add(all.alike) <= seen.times
        });
        seen.times <= 1 && seen.alike == 0 && folded
    }
}

/// 16 of the 32 bytes of its digest tell ten thousands of contacts apart, at half the memory.
fn digest((kind, value): (&str, &str)) -> [u8; 16] {
    BuiltIn.sha256(format!("{kind}{value}").as_bytes()).first_chunk().copied().unwrap_or_default()
}

/// The identity of a contact with the same number and no case id, if this one has a case id: who looks that one up finds this
/// one, too.
fn digest_of_number(identity: &Identity) -> Option<[u8; 16]> {
    identity.case_id().and(identity.callee()).map(|callee| digest((NUMBER, callee)))
}

/// The identity of the contact that this one may be taken for by a service that folds ids, if it is another.
fn digest_of_folded(identity: &Identity) -> Option<[u8; 16]> {
    let (kind, value) = identity.key();
    let folded = folded(value);
    (folded != value).then(|| digest((kind, &folded)))
}

/// The part of an id that is left where case, white space and everything beyond ASCII make no difference.
///
/// Some services compare ids in this or a narrower way. Characters beyond ASCII are left out, with the letter that a
/// combining mark belongs to, so that composed and decomposed forms are alike; a table of all their forms would make the npm
/// package larger by more than it is worth.
fn folded(value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            '\u{300}'..='\u{36f}' if folded.ends_with(|last: char| last.is_ascii_alphabetic()) => {
                folded.pop();
            }
            // Full-width forms of ASCII.
            '\u{ff01}'..='\u{ff5e}' => folded.extend(char::from_u32(u32::from(char) - 0xfee0)),
            _ if char.is_ascii_graphic() => folded.push(char),
            _ => {}
        }
    }
    folded.make_ascii_lowercase();
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(caseid: &str) -> Identity {
        Identity { callee: Some("+6200012345".into()), caseid: Some(caseid.into()) }
    }

    #[test]
    fn ids_that_a_service_may_take_for_one_another_are_alike() {
        for (one, other) in [
            ("c-1", "C-1"),
            ("C-1", "c -1"),
            ("A b", "a\u{a0}B"),
            ("é1", "e\u{301}1"),
            ("Ａ１", "a1"),
            ("张-7", "李-7"),
            ("É", "è"),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                let mut identities = Identities::default();
                identities.note(&identity(first));
                assert!(identities.is_alone(&identity(first)), "{first}");
                identities.note(&identity(second));
                assert!(
                    !identities.is_alone(&identity(first)) && !identities.is_alone(&identity(second)),
                    "{first} {second}"
                );
                assert_eq!((identities.times(&identity(first)), identities.times(&identity(second))), (1, 1));
            }
        }
    }

    #[test]
    fn other_ids_are_not_alike() {
        let all = ["c-1", "c-2", "C1", "E", "e-1", "张-8", ""].map(identity);
        let mut identities = Identities::default();
        for one in &all {
            identities.note(one);
        }
        // The one without a case id is recognized by its number, which the others have, too.
        assert!(all[..6].iter().all(|one| identities.is_alone(one)));
        assert!(!identities.is_alone(&all[6]));
    }

    #[test]
    fn a_repeated_id_is_not_alone_however_it_is_written() {
        for id in ["c-1", "C-1", "É"] {
            let mut identities = Identities::default();
            identities.note(&identity(id));
            identities.note(&identity(id));
            assert!(!identities.is_alone(&identity(id)), "{id}");
            assert_eq!(identities.times(&identity(id)), 2);
        }
    }

    #[test]
    fn ids_that_are_stored_otherwise_than_sent_are_refused() {
        for (id, why) in
            [(" c", "spaces"), ("c\u{a0}", "U+00A0"), ("a\tb", "U+0009"), ("a\u{85}", "U+0085"), ("\n", "U+000A")]
        {
            let error = identity(id).check().unwrap_err();
            assert_eq!(error.details().pointer.as_deref(), Some("/caseid"));
            assert!(error.details().message.contains(why), "{error}");
        }
        for id in ["", "c 1", "é-1"] {
            identity(id).check().unwrap();
        }
    }
}
