//! A journal that was damaged: what its checksums do not prove is not kept, nobody whom it has accepted is sent again, and a
//! journal whose checksums are right but that says anything does no harm.

use std::{collections::BTreeSet, sync::LazyLock};

use airudder_core::{Call, Campaign, CampaignConfig, CampaignStep, Session, crypto, recorded};
use serde_json::{Value, json};

use super::{
    BEGIN_MS, host,
    input::{self, Input},
    session,
};

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(good_journal);

const CONTACTS: usize = 6;

fn july(session: &Session) -> Campaign {
    let end_time = "2026-12-01 18:00:00+08:00";
    let settings = CampaignConfig { batch_size: 2, in_flight: 2, ..CampaignConfig::new(7, "july", end_time) };
    Campaign::new(session, settings).expect("the settings are good")
}

/// One of the contacts, of whom one cannot be called.
fn contact(number: usize) -> Value {
    let plus = if number == 3 { "" } else { "+" };
    json!({"callee": format!("{plus}62{number:08}"), "platform": "P", "caseid": format!("c-{number}"), "variables": {}})
}

/// Does what a campaign asks for; every call goes well. What it adds to its journal, and the contacts that it sends.
fn finish(campaign: &mut Campaign) -> (Vec<u8>, Vec<usize>) {
    let (mut added, mut sent, mut contacts) = (Vec::new(), Vec::new(), (0..CONTACTS).map(contact));
    let mut now_ms = BEGIN_MS;
    for _ in 0..1000 {
        match campaign.poll(now_ms) {
            Ok(CampaignStep::Journal { lines, .. }) => {
                added.extend_from_slice(lines.as_bytes());
                campaign.journal_written().expect("lines were given");
            }
            Ok(CampaignStep::Contacts { .. }) => {
                let fed = match contacts.next() {
                    Some(contact) => campaign.feed(&Value::from(vec![contact]).to_string()),
                    None => campaign.end_of_contacts(),
                };
                if fed.is_err() {
                    break;
                }
            }
            Ok(CampaignStep::Call { id, mut call }) => {
                sent.extend(callees(&call));
                let output = host::run(&mut call).expect("all goes well");
                campaign.on_result(id, now_ms, Ok(output)).expect("it was given this call");
            }
            Ok(CampaignStep::Wait { until_ms }) => now_ms = now_ms.max(until_ms.expect("no call is running")),
            Ok(CampaignStep::Done) => return (added, sent),
            Ok(CampaignStep::Screen { .. }) => unreachable!("it was not asked for"),
            Err(_) => break,
        }
    }
    assert!(campaign.report().error.is_some(), "it neither ends nor stops");
    (added, sent)
}

/// The numbers of the contacts that a call uploads.
fn callees(call: &Call) -> Vec<usize> {
    let body = call.prepare().expect("a campaign's call is good").body;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let details = body["details"].as_array().into_iter().flatten();
    details.filter_map(|detail| detail["callee"].as_str()?.get(3..)?.parse().ok()).collect()
}

fn good_journal() -> Vec<u8> {
    finish(&mut july(&session(None))).0
}

/// Writes the checksum of each line again.
fn with_sums(journal: &[u8]) -> Vec<u8> {
    let (mut written, mut sum) = (String::new(), String::new());
    for line in input::text(journal).lines() {
        let record = line.rsplit_once(",\"sum\"").map_or(line, |(record, _)| record);
        sum = crypto::digest(format!("{sum}{record}").as_bytes());
        sum.truncate(16);
        written.extend([record, ",\"sum\":\"", &sum, "\"}\n"]);
    }
    written.into_bytes()
}

/// Lines: the length of the journal, 0 for all of it; 1 where the checksums are written again; then each a place in the journal,
/// a blank, and the text that is written there.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (length, is_resealed) = (input.choice(usize::from(u16::MAX)), input.number() == 1);
    let mut journal = GOOD.clone();
    while !input.is_over() {
        let line = input.line();
        let text = line.iter().position(|byte| *byte == b' ').map_or(&[][..], |blank| &line[blank + 1..]);
        let at = usize::try_from(input::number(line)).unwrap_or_default() % (journal.len() + 1);
        let end = journal.len().min(at + text.len());
        journal.splice(at..end, text.iter().copied());
    }
    if length > 0 {
        journal.truncate(length);
    }
    if is_resealed {
        journal = with_sums(&journal);
    }
    let told = recorded(&journal);
    let mut campaign = july(&session(None));
    let kept = match campaign.resume(&journal) {
        Ok(kept) => kept,
        Err(error) => {
            assert!(!error.details().message.is_empty());
            return;
        }
    };
    assert!(kept <= journal.len());
    if !is_resealed {
        assert_eq!(journal[..kept], GOOD[..kept], "a damaged line was kept");
    }
    let (_, sent) = finish(&mut campaign);
    let accepted = told.map(|told| told.accepted).unwrap_or_default();
    let accepted: BTreeSet<usize> = accepted
        .into_iter()
        .flat_map(|(first, count)| first..first.saturating_add(count.min(CONTACTS as u64)))
        .filter_map(|position| usize::try_from(position).ok())
        .collect();
    // What a forged journal says of somebody is as good as the forger's word.
    assert!(is_resealed || sent.iter().all(|number| !accepted.contains(number)), "{sent:?} of {accepted:?}");
}
