//! A counter of changes, so that who looks asks for everything only when something is new.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock;

/// Counts changes of what the sandbox shows. Clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    since_ms: i64,
    count: Arc<AtomicU64>,
}

impl Changes {
    /// A counter whose versions are not those of an earlier run.
    pub(crate) fn new() -> Self {
        Self { since_ms: clock::host_ms(), count: Arc::default() }
    }

    /// Something changed.
    pub(crate) fn note(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// A text that is another one after each change.
    pub(crate) fn version(&self) -> String {
        format!("{}-{}", self.since_ms, self.count.load(Ordering::Relaxed))
    }
}
