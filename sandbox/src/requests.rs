//! What was asked of the API: how often each operation, and the last requests one by one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::faults::Fault;

/// So many of the last requests are kept.
const KEPT: usize = 100;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Handled {
    /// Its number among all that were answered.
    pub(crate) number: u64,
    /// The time of its end, by this machine's clock.
    pub(crate) at_ms: i64,
    pub(crate) took_ms: u64,
    pub(crate) operation: String,
    /// The HTTP status; none where the connection was reset.
    pub(crate) status: Option<u16>,
    /// Why it was refused, if it was.
    pub(crate) refusal: Option<String>,
    /// The faults that struck.
    pub(crate) faults: Vec<Fault>,
}

/// The requests since the start or the last reset.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    counts: BTreeMap<String, u64>,
    answered: u64,
    last: VecDeque<Handled>,
}

impl Requests {
    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a request that came in.
    pub(crate) fn count(&self, operation: &str) {
        self.with(|inner| match inner.counts.get_mut(operation) {
            Some(count) => *count += 1,
            None => drop(inner.counts.insert(operation.to_owned(), 1)),
        });
    }

    /// Keeps a request that was answered, and forgets the oldest one. Gives it its number.
    pub(crate) fn keep(&self, handled: Handled) {
        self.with(|inner| {
            inner.answered += 1;
            inner.last.truncate(KEPT - 1);
            inner.last.push_front(Handled { number: inner.answered, ..handled });
        });
    }

    /// The number of requests of each operation.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.with(|inner| inner.counts.clone())
    }

    /// The last requests, the newest first.
    pub(crate) fn last(&self) -> Vec<Handled> {
        self.with(|inner| inner.last.iter().cloned().collect())
    }

    /// Forgets all.
    pub(crate) fn reset(&self) {
        self.with(|inner| *inner = Inner::default());
    }
}
