//! What a check of the model is about: the assumptions that hold, and its bounds.

use crate::assumptions::Assumption;

/// Steps of the clock since something happened.
pub(crate) type Age = u8;

/// How programs keep off one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file with a lock, which ends with its program.
    Lock,
    /// A database with a lease, which runs out.
    Lease,
}

/// A model to check.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) kind: Kind,
    /// The assumption that does not hold, if there is one.
    pub(crate) without: Option<Assumption>,
    /// The number of contacts, and how many go into one upload.
    pub(crate) contacts: usize,
    pub(crate) batch_size: usize,
    /// How often a program may start, and how many batches may be journaled, in all.
    pub(crate) starts: u8,
    pub(crate) sends: u8,
    /// In steps of the clock: the time limit of a request, `settle`, and a third of the lease.
    pub(crate) limit: Age,
    pub(crate) settle: Age,
    pub(crate) third: Age,
}

impl Settings {
    pub(crate) const fn new(kind: Kind, contacts: usize, batch_size: usize) -> Self {
        let (starts, sends, limit, settle, third) = (2, 3, 1, 2, 1);
        Self { kind, without: None, contacts, batch_size, starts, sends, limit, settle, third }
    }

    pub(crate) fn holds(&self, assumption: Assumption) -> bool {
        self.without != Some(assumption)
    }

    pub(crate) const fn lease(&self) -> Age {
        3 * self.third
    }

    /// One step later; what is older than anything asks for does not age any more.
    pub(crate) fn older(&self, age: Age) -> Age {
        (age + 1).min(self.settle.max(self.lease()))
    }

    /// How old an upload counts as once it has come further.
    pub(crate) fn age_after(&self, age: Age) -> Age {
        if self.holds(Assumption::InTimeTogether) { age } else { 0 }
    }
}
