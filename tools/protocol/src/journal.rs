//! The journal: what stands in it, and whose turn it is.

use crate::{
    contacts::Contact,
    settings::{Age, Kind, Settings},
};

/// One of the two programs that may run the campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Worker {
    A,
    B,
}

impl Worker {
    pub(crate) const BOTH: [Self; 2] = [Self::A, Self::B];
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BatchState {
    Accepted,
    Rejected,
    Unsent,
    Doubtful,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Line {
    /// A workflow is about to be created.
    Creating,
    /// It was created. Without this line it is forgotten: an empty workflow phones nobody.
    Created,
    /// These are about to be sent.
    Sent { batch: u8, contacts: Vec<Contact> },
    /// What came of it; `closes`: the workflow takes no more contacts, which has a line of its own in the real journal.
    Outcome { batch: u8, state: BatchState, closes: bool },
    /// Contacts of a refused batch were looked up, and none of them was found.
    Sampled { batch: u8 },
    /// What lookups showed.
    Settled { accepted: Vec<Contact>, unsent: Vec<Contact> },
}

/// The journal, and who has it: by a lock that ends with its program, or by a lease that runs out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Journal {
    pub(crate) lines: Vec<Line>,
    pub(crate) holder: Option<Worker>,
    /// How long ago the lease was renewed.
    pub(crate) renewed: Age,
}

impl Journal {
    /// Returns whether nobody has it, or nobody any more.
    pub(crate) fn is_free(&self, settings: &Settings) -> bool {
        self.holder.is_none() || (settings.kind == Kind::Lease && self.renewed >= settings.lease())
    }

    pub(crate) fn take(&mut self, worker: Worker) {
        self.holder = Some(worker);
        self.renewed = 0;
    }

    pub(crate) fn give_back(&mut self, worker: Worker) {
        if self.holder == Some(worker) {
            self.holder = None;
            self.renewed = 0;
        }
    }
}
