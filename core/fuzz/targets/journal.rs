//! A journal that was damaged, in pieces: it is refused or taken, nothing panics, and no more is kept than there was.
#![no_main]

use std::sync::LazyLock;

use airudder_core::{CampaignStep, recorded};
use airudder_fuzz::{BEGIN_MS, contact, good_journal, july, session};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static JOURNAL: LazyLock<Vec<u8>> = LazyLock::new(good_journal);

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Bytes of a good journal that are replaced, at these places.
    changes: Vec<(u16, &'a [u8])>,
    end: Option<u16>,
    pieces: Vec<u16>,
}

fuzz_target!(|input: Input<'_>| {
    let mut journal = JOURNAL.clone();
    for (at, bytes) in &input.changes {
        let at = usize::from(*at) % (journal.len() + 1);
        let end = journal.len().min(at + bytes.len());
        journal.splice(at..end, bytes.iter().copied());
    }
    if let Some(end) = input.end {
        journal.truncate(usize::from(end));
    }
    let _ = recorded(&journal);
    let mut campaign = july(&session(None));
    let mut rest = journal.as_slice();
    for size in input.pieces.into_iter().map(usize::from).chain([journal.len()]) {
        let (piece, more) = rest.split_at(size.min(rest.len()));
        match campaign.resume(piece) {
            Ok(kept) => assert!(kept <= piece.len()),
            Err(error) => {
                assert!(!error.details().message.is_empty());
                return;
            }
        }
        rest = more;
    }
    let mut contacts = (0..6).map(|number| contact(number, number != 3));
    while let Ok(step) = campaign.poll(BEGIN_MS) {
        let fed = match step {
            CampaignStep::Journal { .. } => campaign.journal_written(),
            CampaignStep::Contacts { .. } => match contacts.next() {
                Some(contact) => campaign.feed(&Value::from(vec![contact]).to_string()),
                None => campaign.end_of_contacts(),
            },
            _ => break,
        };
        if fed.is_err() {
            break;
        }
    }
    let _ = campaign.report();
});
