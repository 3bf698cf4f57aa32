//! Campaigns that several workers send, each its own partition.

use airudder_core::{Campaign, CampaignConfig, CampaignStep, ErrorCode, Failure, Now, Partition, partition_of};
use serde_json::{Value, json};

use crate::support::{Api, config, contacts, play_on, run, session, usual};

const NOW_MS: u64 = 1_700_000_000_000;

fn of(index: u32, count: u32) -> CampaignConfig {
    CampaignConfig { partition: Some(Partition { index, count }), seed: 1, ..config(10) }
}

fn head(count: u32) -> String {
    Campaign::new(&session(), of(0, count)).unwrap().head(Now::from(NOW_MS)).unwrap()
}

fn refusal(config: CampaignConfig, head: &str) -> Option<(ErrorCode, Option<String>)> {
    let result = Campaign::new(&session(), config).unwrap().resume_head(head.as_bytes());
    result.err().map(|error| (error.code(), error.details().pointer.clone()))
}

fn refused(code: ErrorCode, pointer: Option<&str>) -> (ErrorCode, Option<String>) {
    (code, pointer.map(str::to_owned))
}

#[test]
fn partitions_send_each_contact_once_whoever_reads_it_and_whenever_they_die() {
    let mut all = contacts(90);
    // Some stand twice, one of them as a lookup would not tell it from the first; some are wrong, or nothing at all.
    all.push(all[3].clone());
    all.push(json!({"callee": "+6299999999", "caseid": "C-4 ", "platform": "P"}));
    all.push(json!({"callee": "0812", "platform": "P"}));
    all.extend([Value::Null, json!(7), json!({"callee": 7})]);
    let (mut api, mut reported, mut accepted) = (Api::new(7, 15), Vec::new(), 0);
    for index in 0..3 {
        let (mut journal, mut now_ms) = (String::new(), NOW_MS);
        let report = (0..200).find_map(|life| {
            let kill_after = (life < 8).then_some(6 + life * 3);
            let report = run(&mut api, of(index, 3), &all, &mut journal, &mut now_ms, kill_after).unwrap();
            now_ms += 60_000;
            report.filter(|report| report.error.is_none() && report.doubtful.is_empty())
        });
        let report = report.expect("an end");
        accepted += report.accepted;
        reported.extend(report.rejected.iter().map(|one| one.contact));
        let name = format!("july [{index}/3]");
        assert!(report.workflows.iter().all(|workflow| workflow.name.starts_with(&name)), "{:?}", report.workflows);
        assert!(journal.contains(&format!(r#""name":"{name}""#)));
    }
    reported.sort_unstable();
    assert_eq!((accepted, reported), (90, vec![90, 91, 92, 93, 94, 95]));
    assert!(api.uploads.values().all(|workflows| workflows.len() == 1) && api.uploads.len() == 90);
}

#[test]
fn other_workers_contacts_need_no_journal_of_ours() {
    let all = contacts(50);
    let own = all.iter().filter(|one| partition_of(&one.to_string(), 4).unwrap() == 2).cloned().collect::<Vec<_>>();
    assert!((5..25).contains(&own.len()));
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), NOW_MS);
    run(&mut api, of(2, 4), &own, &mut journal, &mut now_ms, None).unwrap();
    // Read from among all of them, they are the same.
    let report = run(&mut api, of(2, 4), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!((report.accepted, api.uploads.len()), (own.len() as u64, own.len()));
    // A changed one is named by its place among all.
    let mut changed = all.clone();
    let place = all.iter().position(|one| *one == own[1]).unwrap();
    changed[place]["variables"]["customer_name"] = "B".into();
    let error = run(&mut api, of(2, 4), &changed, &mut journal, &mut now_ms, None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::JournalMismatch);
    assert!(error.details().message.contains(&format!("contact {place} is")), "{error}");
}

#[test]
fn a_doubtful_contact_is_reported_by_its_place_among_all() {
    let all = contacts(40);
    let is_own = |contact: &Value| partition_of(&contact.to_string(), 4).unwrap() == 1;
    let own: Vec<u64> = (0..).zip(&all).filter(|(_, contact)| is_own(contact)).map(|(place, _)| place).collect();
    let mut campaign = Campaign::new(&session(), CampaignConfig { settle_ms: None, ..of(1, 4) }).unwrap();
    campaign.resume_head(head(4).as_bytes()).unwrap();
    let (mut journal, mut now_ms) = (String::new(), NOW_MS);
    let report = play_on(campaign, &all, &mut journal, &mut now_ms, &mut |operation, _| match operation {
        "uploaddetails" => Err(Failure::Reset),
        "detailinstances" => Ok(json!({"rows": null})),
        _ => Ok(usual(operation)),
    });
    let doubtful: Vec<u64> = report.doubtful.iter().map(|one| one.contact).collect();
    assert!(own.len() > 4 && own.last() >= Some(&20));
    assert_eq!(doubtful, own);
    // The journal has them by their place in the partition.
    assert!(journal.contains(r#""contacts":[[0,"#));
}

#[test]
fn the_number_of_partitions_stays() {
    assert_eq!(refusal(of(3, 4), &head(4)), None);
    for (count, begun_with) in [(4, 8), (8, 4), (1, 2)] {
        let expected = Some(refused(ErrorCode::JournalMismatch, Some("/partition")));
        assert_eq!(refusal(of(0, count), &head(begun_with)), expected, "{count} {begun_with}");
        // Recovery does not change it.
        let recovering = CampaignConfig { recover: Some("2023-11-01 00:00:00+08:00".into()), ..of(0, count) };
        assert_eq!(refusal(recovering, &head(begun_with)), expected);
    }
    let (mut journal, mut now_ms) = (String::new(), NOW_MS);
    run(&mut Api::new(1, 0), of(3, 4), &contacts(9), &mut journal, &mut now_ms, None).unwrap();
    // Not by a journal that was moved, either.
    for other in [of(3, 8), of(2, 4), config(10)] {
        let error = Campaign::new(&session(), other).unwrap().resume(journal.as_bytes()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::JournalMismatch);
    }
}

#[test]
fn a_campaign_with_partitions_is_not_one_without() {
    let with = Campaign::new(&session(), config(10)).unwrap().resume(head(4).as_bytes()).unwrap_err();
    assert_eq!((with.code(), with.details().pointer.as_deref()), (ErrorCode::JournalMismatch, Some("/partition")));
    let (mut journal, mut now_ms) = (String::new(), NOW_MS);
    run(&mut Api::new(1, 0), config(10), &contacts(9), &mut journal, &mut now_ms, None).unwrap();
    assert_eq!(refusal(of(0, 4), &journal), Some(refused(ErrorCode::JournalMismatch, Some("/partition"))));
}

#[test]
fn a_head_belongs_to_one_campaign_of_one_account() {
    let good = head(4);
    // What follows on the first line is nobody's.
    assert_eq!(refusal(of(0, 4), &format!("{good}{good}")), None);
    for wrong in ["", "\n", good.trim_end(), &good[..good.len() / 2], &good.replace("july", "june"), "{}\n"] {
        assert_eq!(refusal(of(0, 4), wrong), Some(refused(ErrorCode::JournalDamaged, None)), "{wrong}");
    }
    let named = CampaignConfig { name: "june".into(), ..of(0, 4) };
    assert_eq!(refusal(named, &good), Some(refused(ErrorCode::JournalMismatch, None)));
    let templated = CampaignConfig { workflow_template_id: 8, ..of(0, 4) };
    assert_eq!(refusal(templated, &good), Some(refused(ErrorCode::JournalMismatch, None)));
    let keyed = CampaignConfig { journal_key: Some("another-fake-secret".into()), ..of(0, 4) };
    assert_eq!(refusal(keyed, &good), Some(refused(ErrorCode::JournalMismatch, Some("/journal_key"))));
    // It says when the campaign began.
    for (recover, expected) in [
        ("2023-11-15 06:13:20+08:00", None),
        ("2023-11-15 06:13:21+08:00", Some(refused(ErrorCode::InvalidConfig, Some("/recover")))),
    ] {
        assert_eq!(refusal(CampaignConfig { recover: Some(recover.into()), ..of(0, 4) }, &good), expected);
    }
}

#[test]
fn nothing_is_sent_before_the_head_is_known() {
    let mut campaign = Campaign::new(&session(), of(0, 2)).unwrap();
    assert_eq!(campaign.poll(NOW_MS).unwrap_err().code(), ErrorCode::Misuse);
    campaign.resume_head(head(2).as_bytes()).unwrap();
    assert!(matches!(campaign.poll(NOW_MS).unwrap(), CampaignStep::Call { .. }));
    assert_eq!(campaign.head(NOW_MS).unwrap_err().code(), ErrorCode::Misuse);
    let mut alone = Campaign::new(&session(), config(10)).unwrap();
    assert_eq!(alone.head(NOW_MS).unwrap_err().code(), ErrorCode::Misuse);
    assert_eq!(alone.resume_head(head(2).as_bytes()).unwrap_err().code(), ErrorCode::Misuse);
    for (index, count) in [(0, 0), (2, 2), (3, 2)] {
        let error = Campaign::new(&session(), of(index, count)).unwrap_err();
        let pointer = error.details().pointer.as_deref();
        assert_eq!((error.code(), pointer), (ErrorCode::InvalidConfig, Some("/partition")));
    }
}
