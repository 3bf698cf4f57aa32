//! The workflows of a campaign: which of them take contacts, and since when each can have taken any.

use super::{clock::Moment, journal::Record, report::Workflow};
use crate::{api::operations::workflow::MAX_DETAILS, calendar};

/// One workflow.
#[derive(Debug)]
struct Target {
    shown: Workflow,
    /// When it ends, by the API's clock; unknown in journals of version 0.1.0.
    end_ms: Option<u64>,
    created: Option<Moment>,
    /// An earlier run created it: it may have ended since, whatever its end time says.
    earlier: bool,
    /// It refused contacts, as a workflow does that has ended.
    closed: bool,
    /// It stands for all workflows of this campaign that runs without a journal created since this time of the API's.
    recovered_since_ms: Option<u64>,
}

impl Target {
    fn new(name: &str) -> Self {
        let shown = Workflow { workflow_id: None, name: name.to_owned(), contacts: 0 };
        Self { shown, end_ms: None, created: None, earlier: false, closed: false, recovered_since_ms: None }
    }
}

/// All workflows, in the order of their creation.
#[derive(Debug, Default)]
pub(super) struct Workflows(Vec<Target>);

impl Workflows {
    /// Applies a record to the workflow that it is about. Fails where that was never created.
    pub(super) fn apply(&mut self, record: &Record) -> Result<(), ()> {
        match record {
            Record::Creating { workflow, name, end_time } => {
                // A refused creation leaves its place to the next one.
                self.0.truncate(*workflow);
                let end_ms = end_time.as_deref().and_then(calendar::zoned_ms);
                self.0.push(Target { end_ms, ..Target::new(name) });
            }
            Record::Campaign { name, recovered_since_ms: Some(since_ms), .. } => {
                let created = Some(Moment { host_ms: *since_ms, service_ms: Some(*since_ms) });
                self.0.push(Target { created, recovered_since_ms: Some(*since_ms), ..Target::new(name) });
            }
            Record::Created { workflow, workflow_id, created_ms, service_ms } => {
                let target = self.0.get_mut(*workflow).ok_or(())?;
                target.shown.workflow_id = Some(workflow_id.clone());
                target.created = created_ms.map(|host_ms| Moment { host_ms, service_ms: *service_ms });
            }
            Record::Closed { workflow } => self.0.get_mut(*workflow).ok_or(())?.closed = true,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn shown(&self) -> Vec<Workflow> {
        self.0.iter().map(|target| target.shown.clone()).collect()
    }

    /// The creation of the last one was refused.
    pub(super) fn forget_last(&mut self) {
        self.0.pop();
    }

    /// The number of the last ones that have no id.
    pub(super) fn orphans_in_a_row(&self) -> usize {
        let is_orphan = |target: &&Target| target.shown.workflow_id.is_none() && target.recovered_since_ms.is_none();
        self.0.iter().rev().take_while(is_orphan).count()
    }

    /// One that takes contacts at this time of the API's, and for how many it has room.
    pub(super) fn with_room(&self, service_ms: u64) -> Option<(usize, usize)> {
        let is_open = |target: &Target| {
            target.shown.workflow_id.is_some()
                && !target.closed
                && target.end_ms.is_none_or(|end_ms| service_ms < end_ms)
        };
        let room = |target: &Target| MAX_DETAILS.saturating_sub(target.shown.contacts);
        self.0
            .iter()
            .enumerate()
            .map(|(index, target)| (index, target, room(target)))
            .find_map(|(index, target, room)| (room > 0 && is_open(target)).then_some((index, room)))
    }

    pub(super) fn id(&self, workflow: usize) -> Option<&str> {
        self.0.get(workflow)?.shown.workflow_id.as_deref()
    }

    pub(super) fn created(&self, workflow: usize) -> Option<Moment> {
        self.0.get(workflow)?.created
    }

    /// Returns whether a refusal may mean that the workflow has ended, and not that its contacts are wrong.
    pub(super) fn may_have_ended(&self, workflow: usize, service_ms: u64) -> bool {
        self.0.get(workflow).is_some_and(|target| {
            !target.closed && (target.earlier || target.end_ms.is_some_and(|end_ms| service_ms >= end_ms))
        })
    }

    /// All of them were created by earlier runs.
    pub(super) fn end_of_replay(&mut self) {
        self.0.iter_mut().for_each(|target| target.earlier = true);
    }

    /// One more contact is in it, or may be.
    pub(super) fn add(&mut self, workflow: usize) {
        if let Some(target) = self.0.get_mut(workflow) {
            target.shown.contacts += 1;
        }
    }

    pub(super) fn remove(&mut self, workflow: usize) {
        if let Some(target) = self.0.get_mut(workflow) {
            target.shown.contacts = target.shown.contacts.saturating_sub(1);
        }
    }

    /// The one that stands for the workflows of runs whose journal was lost: the first one, as its record is the first.
    pub(super) fn recovered(&self) -> Option<usize> {
        self.recovered_since().map(|_| 0)
    }

    /// Since when workflows of a campaign's name count as its own, and that name.
    pub(super) fn recovered_since(&self) -> Option<(u64, &str)> {
        let first = self.0.first()?;
        Some((first.recovered_since_ms?, &first.shown.name))
    }

    /// Returns whether a workflow of this id is one of these.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.0.iter().any(|target| target.shown.workflow_id.as_deref() == Some(id))
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.0.iter().any(|target| target.shown.name == name)
    }
}
