//! Contacts on their way.

use std::{collections::VecDeque, fmt};

use super::{identities::Identities, identity::Identity, report::DoubtfulContact};

/// A contact on its way.
pub(super) struct Contact {
    /// Its position among the contacts of its campaign, or of its partition: the journal's.
    pub(super) position: u64,
    /// Its position among all contacts that were fed: the report's.
    pub(super) place: u64,
    pub(super) text: String,
    pub(super) identity: Identity,
    pub(super) rounds: u32,
}

impl Contact {
    pub(super) fn as_doubtful(&self) -> DoubtfulContact {
        DoubtfulContact { contact: self.place, case_id: self.identity.caseid.clone() }
    }
}

/// Contacts as JSON, with commas between them.
pub(super) fn texts(contacts: &[Contact]) -> String {
    contacts.iter().map(|contact| contact.text.as_str()).collect::<Vec<_>>().join(",")
}

/// Shows its position alone: who it is is personal.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("position", &self.position).finish_non_exhaustive()
    }
}

/// The contacts that are to be sent, and who all of them are.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) identities: Identities,
    pub(super) pending: VecDeque<Contact>,
    /// There are no more contacts to come.
    pub(super) ended: bool,
    pub(super) suppressed: Suppressed,
    /// The contacts of the next upload, while the host finds out who of them must not be called.
    pub(super) screening: Vec<Contact>,
    /// The number of contacts so far that are other partitions'.
    pub(super) skipped: u64,
}

impl Queue {
    /// An empty one, with a random number for the digests.
    pub(super) fn new(seed: u64) -> Self {
        let (identities, suppressed) = (Identities::new(seed), Suppressed::new(seed));
        Self { identities, pending: VecDeque::new(), ended: false, suppressed, screening: Vec::new(), skipped: 0 }
    }
}

/// The numbers and case ids that must not be called.
#[derive(Debug)]
pub(super) struct Suppressed {
    pub(super) who: Identities,
    pub(super) numbers: u64,
    pub(super) case_ids: u64,
}

impl Suppressed {
    pub(super) fn new(seed: u64) -> Self {
        Self { who: Identities::new(seed), numbers: 0, case_ids: 0 }
    }

    pub(super) fn has(&self, identity: &Identity) -> bool {
        let has = |identity: &Identity| self.who.times(identity) > 0;
        let any = self.numbers + self.case_ids > 0;
        any && (identity.callee().is_some_and(|callee| has(&Identity::of_number(callee.trim())))
            || identity.case_id().is_some_and(|case_id| has(&Identity::of_case_id(case_id))))
    }
}
