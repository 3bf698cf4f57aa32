//! Contacts in doubt, and batches that the API refused: who is to be looked up, and when.

use std::collections::VecDeque;

use serde_json::value::RawValue;

use super::{
    contact::Contact,
    identities::Traces,
    numbered::Numbered,
    report::{DoubtfulContact, put_in_order},
    workflows::Workflows,
};
use crate::{calendar, error::Error, retry::Jitter};

/// The number of contacts of a refused batch that are looked up at random, beside its first, middle and last one.
const RANDOM_SAMPLES: u64 = 2;

/// The contacts in doubt, and the batches that the API refused.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    pub(super) doubts: VecDeque<Doubt>,
    pub(super) batches: DoubtfulBatches,
    pub(super) refused: Numbered<RefusedBatch>,
    /// Settled contacts that are still to be journaled: those that the API has, and those that are to be sent again.
    pub(super) accepted: Vec<u64>,
    pub(super) unsent: Vec<u64>,
    pub(super) recovery: Recovery,
}

impl Lookups {
    /// A contact was looked up, and has to be looked up once more. It comes before those who were not looked up yet: a campaign
    /// that is killed loses what it knows of contacts that are not settled.
    pub(super) fn go_on(&mut self, doubt: Doubt) {
        let others = self.doubts.iter().take_while(|other| other.settled).count();
        self.doubts.insert(others, doubt);
    }
}

/// The contacts of a recovery, which looks everybody up.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// The contacts that are not named in the journal yet.
    pub(super) contacts: VecDeque<Contact>,
    /// How much waiting has counted once lookups show whatever was sent before this run; unknown before its first batch.
    pub(super) settled_at: Option<u64>,
    /// The contacts that lookups found while others were still to come, for whom they may have been taken.
    pub(super) found: Vec<(DoubtfulContact, Traces)>,
}

/// A contact to look up.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) contact: Contact,
    pub(super) batch: u64,
    pub(super) workflow: usize,
    /// Not before so much waiting has counted.
    pub(super) not_before: u64,
    /// When it is looked up for the second time; known once the first one began.
    pub(super) settle_at: Option<u64>,
    pub(super) settled: bool,
    pub(super) window: Window,
}

impl Doubt {
    pub(super) fn new(contact: Contact, batch: u64, workflow: usize) -> Self {
        let window = Window::default();
        Self { contact, batch, workflow, not_before: 0, settle_at: None, settled: false, window }
    }
}

/// Which part of the time a lookup is at, and whether a part before showed what might be the contact.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) part: u64,
    pub(super) unclear: bool,
}

/// A batch that the API refused. Before its contacts count as rejected, some of them are looked up.
#[derive(Debug)]
pub(super) struct RefusedBatch {
    pub(super) workflow: usize,
    pub(super) contacts: Vec<Contact>,
    pub(super) code: String,
    pub(super) message: String,
    /// Not before so much waiting has counted; unknown while contacts from the journal are still to come.
    pub(super) not_before: Option<u64>,
    /// Which of the contacts are still to be looked up, from the last one to the next one.
    sample: Vec<(usize, Window)>,
    /// The number of lookups under way.
    pub(super) running: usize,
    pub(super) looked_up: u64,
}

impl RefusedBatch {
    pub(super) fn new(workflow: usize, contacts: Vec<Contact>, code: String, message: String) -> Self {
        let sample = Vec::new();
        Self { workflow, contacts, code, message, not_before: None, sample, running: 0, looked_up: 0 }
    }

    /// Chooses whom to look up, after so much waiting.
    pub(super) fn choose(&mut self, not_before: u64, jitter: &mut Jitter) {
        let count = self.contacts.len();
        let mut chosen = vec![0, count / 2, count.saturating_sub(1)];
        for _ in 0..RANDOM_SAMPLES {
            let random = usize::try_from(jitter.next() % count.max(1) as u64).unwrap_or(0);
            put_in_order(&mut chosen, random, |index| *index as u64);
        }
        chosen.dedup();
        self.sample = chosen.into_iter().rev().map(|index| (index, Window::default())).collect();
        self.not_before = Some(not_before);
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        !self.sample.is_empty() && self.not_before.is_some_and(|not_before| not_before <= now)
    }

    pub(super) fn next(&mut self) -> Option<(usize, Window)> {
        let next = self.sample.pop()?;
        self.running += 1;
        Some(next)
    }

    /// The lookup goes on in another part of the time, or was not handed out after all.
    pub(super) fn look_again(&mut self, index: usize, window: Window) {
        self.running = self.running.saturating_sub(1);
        self.sample.push((index, window));
    }

    pub(super) fn not_found(&mut self) {
        self.running = self.running.saturating_sub(1);
        self.looked_up += 1;
    }

    pub(super) fn is_over(&self) -> bool {
        self.not_before.is_some() && self.sample.is_empty() && self.running == 0
    }
}

/// Why a batch counts as refused: a refusal alone does not prove that nobody of it is called.
pub(super) fn refusal(message: &str, looked_up: u64, contacts: u64) -> String {
    format!("{message} (refused; {looked_up} of the {contacts} contacts of its upload were looked up and not found)")
}

/// Why a batch is in doubt.
#[derive(Debug)]
pub(super) enum Cause {
    /// An earlier run did not journal its outcome, or not why.
    Unknown,
    /// The upload failed.
    Failed(Error),
    /// The API refused it, which may not be true of all its contacts.
    Refused,
}

/// The ends of the doubtful batches, one after the other.
#[derive(Debug, Default)]
pub(super) struct DoubtfulBatches {
    open: Numbered<OpenBatch>,
    /// The number of uploads that were accepted so far.
    accepted: u64,
    lost: Lost,
    /// The first batch that was sent once the last failure was known to this campaign.
    sent_since: u64,
    last_error: Option<Error>,
}

/// How often uploads were lost in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Lost {
    /// The number of uploads that had been accepted before.
    accepted: u64,
    /// The first batch that was sent once the last of these failures was known.
    sent_since: u64,
    times: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct OpenBatch {
    contacts: usize,
    /// The number of uploads that had been accepted before.
    accepted: u64,
    /// The first batch that was sent once it was known to fail, or one that was under way together with it.
    sent_since: u64,
    /// This run sent it, and the API did not refuse it.
    is_ours: bool,
    is_lost: bool,
    /// When its contacts are looked up for the second time.
    settles_at: Option<u64>,
}

impl DoubtfulBatches {
    /// When the contacts of this batch are looked up for the second time, if one of them is looked up now, after its upload
    /// has ended: so long after the first one of them was, so that they go out together again.
    pub(super) fn settles_at(&mut self, batch: u64, from_now: Option<u64>) -> Option<u64> {
        let Some(open) = self.open.get_mut(batch) else { return from_now };
        open.settles_at = open.settles_at.or(from_now);
        open.settles_at
    }

    /// The number of batches that may turn out to be lost, and how often in a row some were.
    pub(super) fn unsettled_or_lost(&self) -> usize {
        let lost = if self.lost.accepted == self.accepted { self.lost.times } else { 0 };
        self.open.values().filter(|batch| batch.is_ours).count() + lost as usize
    }

    /// A contact of this batch is in doubt; `next` is the batch that is sent next.
    pub(super) fn add(&mut self, batch: u64, next: u64, cause: &Cause) {
        if matches!(cause, Cause::Failed(_)) && batch >= self.sent_since {
            self.sent_since = next;
        }
        let new = || OpenBatch { accepted: self.accepted, sent_since: self.sent_since, ..OpenBatch::default() };
        let Some(open) = self.open.get_or_insert_with(batch, new) else { return };
        open.contacts += 1;
        open.is_ours = matches!(cause, Cause::Failed(_));
        if let (1, Cause::Failed(error)) = (open.contacts, cause) {
            self.last_error = Some(error.clone());
        }
    }

    /// An upload was accepted.
    pub(super) fn accepted(&mut self) {
        self.accepted += 1;
    }

    /// A contact of this batch is in doubt no longer; `lost`: the API does not have it. Tells how often batches were lost with
    /// none accepted between them. Those that were under way together count once: one token that expired, or one connection
    /// that broke, loses them all.
    pub(super) fn resolve(&mut self, batch: u64, lost: bool) -> u32 {
        let Some(open) = self.open.get_mut(batch) else { return 0 };
        open.contacts = open.contacts.saturating_sub(1);
        open.is_lost |= lost;
        if open.contacts > 0 {
            return 0;
        }
        let OpenBatch { accepted, sent_since, is_ours, is_lost, .. } = *open;
        self.open.remove(batch);
        if !is_lost {
            self.accepted += 1; // the API had it all the time
        }
        // What an earlier run left, or the API refused, says nothing of an outage now.
        if !is_lost || !is_ours {
            return 0;
        }
        if self.lost.accepted != accepted {
            self.lost = Lost { accepted, ..Lost::default() };
        }
        if self.lost.sent_since < sent_since {
            self.lost.sent_since = sent_since;
            self.lost.times += 1;
        }
        self.lost.times
    }

    /// Why the last upload failed that was in doubt.
    pub(super) fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
    }
}

/// The result of a lookup of a contact; of several rows, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    Nowhere,
    /// It is in what might be a workflow of this campaign.
    Perhaps,
    /// A workflow of this campaign has it.
    Ours,
}

/// A workflow in which a lookup found a contact.
#[derive(serde::Deserialize)]
pub(super) struct FoundRow {
    workflow_id: Option<String>,
    workflow_name: Option<String>,
    /// Text, if it can be read; what else it may be matters to no lookup but those of a recovery.
    create_time: Option<Box<RawValue>>,
}

impl Found {
    pub(super) fn of(rows: &[FoundRow], workflows: &Workflows) -> Self {
        rows.iter().map(|row| row.found(workflows)).max().unwrap_or(Self::Nowhere)
    }
}

impl FoundRow {
    fn found(&self, workflows: &Workflows) -> Found {
        if self.workflow_id.as_deref().is_some_and(|id| workflows.has_id(id)) {
            return Found::Ours;
        }
        if let Some((since_ms, name)) = workflows.recovered_since() {
            return self.found_in_recovery(since_ms, name);
        }
        // A row with another id, or without one, might be a workflow of this campaign: another campaign may have used its name.
        let might_be_ours = match (&self.workflow_id, &self.workflow_name) {
            (_, Some(name)) => workflows.has_name(name),
            (id, None) => id.is_none(),
        };
        if might_be_ours { Found::Perhaps } else { Found::Nowhere }
    }

    /// Where the ids of the campaign's workflows were lost, their names and their time tell.
    fn found_in_recovery(&self, since_ms: u64, campaign: &str) -> Found {
        if self.workflow_name.as_deref().is_some_and(|name| !is_name_of(name, campaign)) {
            return Found::Nowhere;
        }
        let created_ms = self
            .create_time
            .as_ref()
            .and_then(|time| calendar::utc_ms(&serde_json::from_str::<String>(time.get()).ok()?));
        match (&self.workflow_name, created_ms) {
            (_, Some(created_ms)) if created_ms < since_ms => Found::Nowhere,
            (Some(_), Some(_)) => Found::Ours,
            _ => Found::Perhaps,
        }
    }
}

/// Returns whether a campaign of this name calls its workflows so: `july`, `july (2)`, …
fn is_name_of(workflow: &str, campaign: &str) -> bool {
    let Some(suffix) = workflow.strip_prefix(campaign) else { return false };
    let number = suffix.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
    suffix.is_empty() || number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
