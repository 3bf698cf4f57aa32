//! The outcome of a campaign as far as its journal alone tells it.

use super::{
    beginning::NORMAL_0_1_0,
    journal::{BatchState, Journal, Record},
    ledger::{Ledger, Past, mismatch},
    lookups::refusal,
    report::{DoubtfulContact, Rejected, Report},
};
use crate::error::{Error, ErrorCode};

/// What the journal of a campaign says, read without its contacts, its settings or its account.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The name of the workflows.
    pub name: String,
    /// When the first run began, by the clock of its machine, in Unix milliseconds.
    pub started_ms: u64,
    /// The rules by which a host turned files into contacts: see [`Campaign::normal`](super::Campaign::normal).
    pub normal: u32,
    /// The report, without any case id: the journal has none. Nor does it know contacts that a check refused before they
    /// were sent. A contact that the API refused is rejected once its batch was looked up, and doubtful until then.
    pub report: Report,
    /// The positions of the contacts that the API has: pairs of the first one and how many follow on it.
    pub accepted: Vec<(u64, u64)>,
    /// The number of contacts that were to be sent and surely were not: the next run sends them.
    pub unsent: u64,
}

/// Reads a journal. Nothing is sent, and the journal is left as it is; another program may be writing to it. A last line
/// that is torn is left out.
///
/// Fails where it is damaged, has no record, or is the head of a campaign in partitions, whose contacts are in the journals
/// of the partitions.
pub fn recorded(journal: &[u8]) -> Result<Recorded, Error> {
    let (_, good) = Journal::read(journal)?;
    let mut found = Recorded::default();
    let mut ledger = Ledger::default();
    for record in Journal::records(journal.get(..good).unwrap_or_default()) {
        if let Record::Campaign { name, started_ms, binding, partitions, .. } = &record {
            if partitions.is_some() {
                return Err(mismatch(
                    "the journal is the head of a campaign in partitions: read those of the partitions",
                ));
            }
            found.name.clone_from(name);
            found.started_ms = *started_ms;
            found.normal = binding.as_ref().map_or(NORMAL_0_1_0, |binding| binding.normal);
        }
        ledger.apply(&record)?;
    }
    if good == 0 {
        return Err(Error::new(ErrorCode::JournalMissing, "the journal is empty: no campaign has begun with it"));
    }
    found.report.workflows = ledger.workflows.shown();
    while ledger.is_replaying() {
        let (position, past) = ledger.next_contact();
        if let Some(past) = past {
            found.count(&ledger, position, past);
        }
    }
    Ok(found)
}

impl Recorded {
    /// Counts one contact, by the last that the journal says of it.
    fn count(&mut self, ledger: &Ledger, contact: u64, past: Past) {
        match past.state {
            BatchState::Accepted => {
                self.report.accepted += 1;
                match self.accepted.last_mut() {
                    Some((first, count)) if *first + *count == contact => *count += 1,
                    _ => self.accepted.push((contact, 1)),
                }
            }
            BatchState::Unsent => self.unsent += 1,
            BatchState::Doubtful => self.report.doubtful.push(DoubtfulContact { contact, case_id: None }),
            BatchState::Rejected => {
                let batch = ledger.refusal(past.batch);
                match batch.looked_up {
                    None => self.report.doubtful.push(DoubtfulContact { contact, case_id: None }),
                    Some(looked_up) => self.report.rejected.push(Rejected {
                        contact,
                        case_id: None,
                        code: batch.code,
                        pointer: None,
                        message: refusal(&batch.message, looked_up, batch.contacts),
                    }),
                }
            }
        }
    }
}
