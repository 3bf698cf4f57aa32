//! The state of a campaign that its journal records: its workflows, batches and contacts.
//!
//! A record is applied by one function, whether this run has just written it or an earlier one did.

use super::{
    journal::{BatchState, Ranges, Record, positions},
    numbered::Numbered,
    workflows::Workflows,
};
use crate::error::{Error, ErrorCode};

/// The state by the records. A contact is forgotten once it was fed and no later record can be about it as it was sent.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) workflows: Workflows,
    contacts: Numbered<Past>,
    batches: Numbered<Batch>,
    next_batch: u64,
    /// The number of contacts that the journal of the earlier runs knows: the position of its last one, and one.
    known: u64,
    /// The number of contacts that were fed in this run.
    fed: u64,
}

/// A contact as it was last sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    pub(super) fingerprint: u32,
    pub(super) batch: u64,
    pub(super) workflow: usize,
    pub(super) state: BatchState,
}

#[derive(Debug, Default)]
struct Batch {
    contacts: Ranges,
    refusal: Refusal,
}

/// Why the API refused a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) contacts: u64,
    /// The number of contacts that were looked up and not found, if that was done.
    pub(super) looked_up: Option<u64>,
}

impl Ledger {
    /// Applies a record. Fails where it does not follow from those before it.
    pub(super) fn apply(&mut self, record: &Record) -> Result<(), Error> {
        self.workflows.apply(record).map_err(|()| mismatch("the journal names a workflow that it did not create"))?;
        match record {
            Record::Campaign { .. } | Record::Creating { .. } | Record::Created { .. } | Record::Closed { .. } => {}
            Record::Sent { batch, workflow, contacts, fingerprints } => {
                self.next_batch = self.next_batch.max(batch + 1);
                self.send(*batch, *workflow, contacts, fingerprints)?;
            }
            Record::Outcome { batch, state, code, message } => {
                let contacts = self.batches.get(*batch).map(|batch| batch.contacts.clone()).unwrap_or_default();
                for position in positions(&contacts) {
                    if self.contacts.get(position).is_some_and(|past| past.batch == *batch) {
                        self.settle(position, *state);
                    }
                }
                if matches!(state, BatchState::Accepted | BatchState::Unsent) {
                    self.batches.remove(*batch);
                } else if let Some(entry) = self.batches.get_mut(*batch) {
                    let (code, message) = (code.clone().unwrap_or_default(), message.clone().unwrap_or_default());
                    let contacts = contacts.iter().map(|(_, count)| count).sum();
                    entry.refusal = Refusal { code, message, contacts, looked_up: None };
                }
            }
            Record::Sampled { batch, looked_up } => {
                if let Some(batch) = self.batches.get_mut(*batch) {
                    batch.refusal.looked_up = Some(*looked_up);
                }
            }
            Record::Settled { accepted, unsent } => {
                for (ranges, state) in [(accepted, BatchState::Accepted), (unsent, BatchState::Unsent)] {
                    for (first, count) in ranges {
                        let range = *first..first.saturating_add(*count);
                        let known: Vec<u64> = self.contacts.numbers_in(range).collect();
                        for position in known {
                            self.settle(position, state);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, batch: u64, workflow: usize, contacts: &Ranges, fingerprints: &str) -> Result<(), Error> {
        for (index, position) in positions(contacts).enumerate() {
            let fingerprint = fingerprints.get(index * 8..index * 8 + 8);
            let fingerprint = fingerprint
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .ok_or_else(|| mismatch("a batch in the journal has too few fingerprints"))?;
            let past = Past { fingerprint, batch, workflow, state: BatchState::Doubtful };
            if let Some(before) = self.contacts.insert(position, past)
                && before.state.may_be_taken()
            {
                self.workflows.remove(before.workflow);
            }
            self.workflows.add(workflow);
            self.known = self.known.max(position + 1);
        }
        self.batches.insert(batch, Batch { contacts: contacts.clone(), refusal: Refusal::default() });
        Ok(())
    }

    /// Changes what is known of a contact, and the number of contacts of its workflow with it.
    fn settle(&mut self, position: u64, state: BatchState) {
        let Some(past) = self.contacts.get_mut(position) else { return };
        let before = std::mem::replace(&mut past.state, state);
        match (before.may_be_taken(), state.may_be_taken()) {
            (true, false) => self.workflows.remove(past.workflow),
            (false, true) => self.workflows.add(past.workflow),
            _ => {}
        }
        self.forget(position);
    }

    /// Drops a contact that was fed and is settled: it is over, or will be sent anew.
    fn forget(&mut self, position: u64) {
        let is_settled = |past: &Past| matches!(past.state, BatchState::Accepted | BatchState::Unsent);
        if position < self.fed && self.contacts.get(position).is_some_and(is_settled) {
            self.contacts.remove(position);
        }
    }

    /// Counts one more contact as fed: its position, and what the journal knows of it.
    pub(super) fn next_contact(&mut self) -> (u64, Option<Past>) {
        let position = self.fed;
        let past = self.contacts.get(position).copied();
        self.fed += 1;
        self.forget(position);
        (position, past)
    }

    /// A contact that the API refused in an earlier run is in doubt again, since it is to be sent again.
    pub(super) fn doubt_again(&mut self, position: u64) {
        self.settle(position, BatchState::Doubtful);
    }

    /// Why a batch was refused.
    pub(super) fn refusal(&self, batch: u64) -> Refusal {
        self.batches.get(batch).map(|batch| batch.refusal.clone()).unwrap_or_default()
    }

    /// The number of the next batch.
    pub(super) const fn next_batch(&self) -> u64 {
        self.next_batch
    }

    /// The number of contacts that were fed in this run.
    pub(super) const fn fed(&self) -> u64 {
        self.fed
    }

    /// The number of contacts that the journal knows: the position of its last one, and one.
    pub(super) const fn known(&self) -> u64 {
        self.known
    }

    /// Returns whether contacts that the journal knows are still to come. Nothing is sent before they were all compared.
    pub(super) const fn is_replaying(&self) -> bool {
        self.fed < self.known
    }
}

pub(super) fn mismatch(message: &str) -> Error {
    Error::new(ErrorCode::JournalMismatch, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(records: &[Record]) -> Ledger {
        let mut ledger = Ledger::default();
        let creating = Record::Creating { workflow: 0, name: "july".into(), end_time: None };
        for record in [&creating].into_iter().chain(records) {
            ledger.apply(record).unwrap();
        }
        ledger
    }

    fn sent(batch: u64, contacts: Ranges) -> Record {
        let fingerprints = "0000002a".repeat(positions(&contacts).count());
        Record::Sent { batch, workflow: 0, contacts, fingerprints }
    }

    fn outcome(batch: u64, state: BatchState) -> Record {
        Record::Outcome { batch, state, code: Some("E3001".into()), message: Some("no".into()) }
    }

    fn states(ledger: &mut Ledger, count: usize) -> Vec<Option<BatchState>> {
        (0..count).map(|_| ledger.next_contact().1.map(|past| past.state)).collect()
    }

    fn in_workflow(ledger: &Ledger) -> usize {
        ledger.workflows.shown().iter().map(|workflow| workflow.contacts).sum()
    }

    #[test]
    fn lookups_settle_contacts_one_by_one() {
        let settled = Record::Settled { accepted: vec![(0, 1)], unsent: vec![(1, 2)] };
        let mut ledger = ledger(&[sent(0, vec![(0, 4)]), outcome(0, BatchState::Doubtful), settled]);
        assert_eq!(in_workflow(&ledger), 2);
        let expected = [BatchState::Accepted, BatchState::Unsent, BatchState::Unsent, BatchState::Doubtful].map(Some);
        assert_eq!(states(&mut ledger, 4), expected);
        assert_eq!(states(&mut ledger, 1), [None]);
    }

    #[test]
    fn an_outcome_says_nothing_of_a_contact_that_was_sent_again_since() {
        let settled = Record::Settled { accepted: Vec::new(), unsent: vec![(0, 1)] };
        let records = [sent(0, vec![(0, 2)]), settled, sent(1, vec![(0, 1)]), outcome(0, BatchState::Rejected)];
        let mut ledger = ledger(&records);
        assert_eq!(in_workflow(&ledger), 1);
        assert_eq!(states(&mut ledger, 2), [Some(BatchState::Doubtful), Some(BatchState::Rejected)]);
    }

    #[test]
    fn a_refused_contact_that_is_tried_again_may_be_in_its_workflow() {
        let mut ledger = ledger(&[sent(0, vec![(0, 1)]), outcome(0, BatchState::Rejected)]);
        assert_eq!((in_workflow(&ledger), ledger.refusal(0).code.as_str()), (0, "E3001"));
        ledger.next_contact();
        ledger.doubt_again(0);
        assert_eq!(in_workflow(&ledger), 1);
        ledger.apply(&Record::Settled { accepted: Vec::new(), unsent: vec![(0, 1)] }).unwrap();
        assert_eq!(in_workflow(&ledger), 0);
    }

    #[test]
    fn what_was_fed_and_is_settled_is_forgotten_and_the_numbers_stay() {
        let records = [
            sent(0, vec![(0, 2)]),
            outcome(0, BatchState::Accepted),
            sent(1, vec![(2, 2)]),
            outcome(1, BatchState::Unsent),
            sent(2, vec![(3, 1)]),
        ];
        let resumed = ledger(&records);
        let mut live = ledger(&[]);
        states(&mut live, 4);
        for record in &records {
            live.apply(record).unwrap();
        }
        assert_eq!((resumed.contacts.len(), live.contacts.len()), (4, 1));
        assert_eq!((resumed.known(), live.known()), (4, 4));
        assert_eq!((in_workflow(&resumed), in_workflow(&live)), (3, 3));
        assert_eq!((resumed.next_batch(), live.next_batch()), (3, 3));
        assert!(resumed.is_replaying() && !live.is_replaying());
    }

    #[test]
    fn a_batch_with_too_few_fingerprints_is_an_error() {
        let record =
            Record::Sent { batch: 0, workflow: 0, contacts: vec![(0, 2)], fingerprints: "0000002a0000".into() };
        assert_eq!(ledger(&[]).apply(&record).unwrap_err().code(), ErrorCode::JournalMismatch);
    }
}
