//! The calls of a campaign: handed out to the host, or about to be.

use std::collections::VecDeque;

use serde::Serialize;

use super::{
    contact::Contact,
    lookups::{Doubt, Window},
    numbered::Numbered,
};
use crate::call::Call;

/// The purpose of a call.
#[derive(Debug)]
pub(super) enum Job {
    /// Fetches the token, and learns the API's time.
    Token,
    /// Creates a workflow.
    Create { workflow: usize },
    /// Uploads a batch.
    Upload { batch: u64, workflow: usize, contacts: Vec<Contact> },
    /// Looks up a contact in doubt.
    Lookup(Doubt),
    /// Looks up a contact of a refused batch.
    Sample { batch: u64, index: usize, window: Window },
    /// Asks whether the API is back, by looking up a contact that is not in doubt.
    Probe,
}

/// The calls that are not done, by their ids.
#[derive(Debug, Default)]
pub(super) struct Calls {
    ready: VecDeque<(u64, Box<Call>)>,
    running: Numbered<Job>,
    next_id: u64,
}

impl Calls {
    /// Has the host run a call.
    pub(super) fn hand_out(&mut self, call: Call, job: Job) {
        self.next_id += 1;
        self.ready.push_back((self.next_id, Box::new(call)));
        self.running.insert(self.next_id, job);
    }

    /// The next call for the host.
    pub(super) fn take_ready(&mut self) -> Option<(u64, Box<Call>)> {
        self.ready.pop_front()
    }

    /// Ends a call; gives its purpose, if there is a call of this id.
    pub(super) fn end(&mut self, id: u64) -> Option<Job> {
        self.running.remove(id)
    }

    /// Takes back the calls that the host does not have yet.
    pub(super) fn take_back(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.ready).into_iter().filter_map(|(id, _)| self.running.remove(id)).collect()
    }

    /// Returns whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    pub(super) fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.running.values()
    }

    pub(super) fn count(&self, is: impl Fn(&Job) -> bool) -> usize {
        self.jobs().filter(|job| is(job)).count()
    }

    pub(super) fn lookups(&self) -> usize {
        self.count(|job| matches!(job, Job::Lookup(_) | Job::Sample { .. } | Job::Probe))
    }
}

/// The JSON text of parameters. Nothing in them can fail; if it did, the call's check would refuse an empty text.
pub(super) fn json(params: &impl Serialize) -> String {
    serde_json::to_string(params).unwrap_or_default()
}
