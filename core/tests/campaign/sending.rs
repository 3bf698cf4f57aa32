//! Contacts as they are sent, and what a resumed campaign makes of them.

use airudder_core::{Campaign, CampaignConfig, CampaignStep, ErrorCode};
use serde_json::Value;

use crate::support::{Api, assert_each_once, config, contacts, lenient, play, run, run_to_the_end, session, usual};

#[test]
fn ten_thousand_contacts_fill_one_workflow_and_the_next_goes_into_another() {
    let mut api = Api::new(1, 0);
    let report = run_to_the_end(&mut api, 1000, &contacts(10_001), &[]);
    assert_each_once(&api, &report, 10_001);
    let names: Vec<_> = report.workflows.iter().map(|workflow| (workflow.name.as_str(), workflow.contacts)).collect();
    assert_eq!(names, [("july", 10_000), ("july (2)", 1)]);
}

#[test]
fn ten_thousand_contacts_with_faults_on_a_fifth_of_the_requests() {
    let mut api = Api::new(2, 20);
    let report = run_to_the_end(&mut api, 500, &contacts(10_000), &[40, 300, 9, 1000]);
    assert_each_once(&api, &report, 10_000);
    assert_eq!(report.workflows.iter().map(|workflow| workflow.contacts).sum::<usize>(), 10_000);
}

#[test]
fn a_finished_campaign_sends_nothing_again_and_takes_appended_contacts() {
    let (mut api, mut journal, mut now_ms) = (Api::new(3, 0), String::new(), 1);
    let all = contacts(25);
    run(&mut api, config(10), &all[..20], &mut journal, &mut now_ms, None).unwrap().unwrap();
    let requests = api.requests;
    let report = run(&mut api, config(10), &all[..20], &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!((report.accepted, api.requests), (20, requests));
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_each_once(&api, &report, 25);
}

#[test]
fn what_was_sent_stays_sent_when_a_setting_changes() {
    let (mut api, mut journal, mut now_ms) = (Api::new(3, 0), String::new(), 1);
    let mut all = contacts(5);
    all[3] = all[2].clone();
    let open = CampaignConfig { allow_duplicates: true, ..config(10) };
    let report = run(&mut api, open, &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!(report.accepted, 5);
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!((report.accepted, report.rejected.len()), (5, 0));
}

#[test]
fn a_contact_that_is_no_json_keeps_its_place_and_is_named() {
    let (mut api, mut journal, mut now_ms) = (Api::new(3, 0), String::new(), 1);
    let mut all = contacts(5);
    let sound = std::mem::take(&mut all[2]);
    for _ in 0..2 {
        let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
        assert_each_once(&api, &report, 4);
        let why = &report.rejected[0];
        assert_eq!((why.contact, why.code.as_str(), why.message.as_str()), (2, "E1007", "no JSON"));
        assert_eq!(why.pointer.as_deref(), Some("/variables/x"));
    }
    all[2] = sound;
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_each_once(&api, &report, 5);

    all[2] = Value::Null;
    let error = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::JournalMismatch);
    assert!(error.to_string().contains("contact 2 "), "{error}");
}

#[test]
fn bad_and_repeated_contacts_are_named_and_the_rest_is_sent() {
    let mut all = contacts(6);
    all[1]["callee"] = "081234".into();
    all[3] = all[2].clone();
    all[4]["calle"] = "x".into();
    let mut api = Api::new(4, 0);
    let report = run_to_the_end(&mut api, 10, &all, &[]);
    assert_each_once(&api, &report, 3);
    let rejected: Vec<_> = report.rejected.iter().map(|r| (r.contact, r.code.as_str(), r.pointer.as_deref())).collect();
    assert_eq!(rejected, [(1, "E1007", Some("/callee")), (3, "E1013", None), (4, "E1004", Some("/calle"))]);
}

#[test]
fn changed_missing_or_foreign_contacts_stop_a_resumed_campaign_before_anything_is_sent() {
    let (mut api, mut journal, mut now_ms) = (Api::new(5, 0), String::new(), 1);
    let all = contacts(20);
    run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    let requests = api.requests;
    let mut changed = all.clone();
    changed[7]["callee"] = "+6299".into();
    let other = CampaignConfig { name: "august".into(), ..config(10) };
    for (config, contacts) in [(config(10), &changed[..]), (config(10), &all[..15]), (other, &all[..])] {
        let error = run(&mut api, config, contacts, &mut journal.clone(), &mut now_ms, None).unwrap_err();
        assert_eq!(error.code(), ErrorCode::JournalMismatch);
    }
    assert_eq!(api.requests, requests);
}

#[test]
fn a_new_contact_before_one_of_the_same_identity_that_was_sent_is_a_duplicate() {
    let (mut api, mut journal, mut now_ms) = (Api::new(3, 0), String::new(), 1);
    let mut all = contacts(3);
    all[1] = all[2].clone();
    all[1]["new_field"] = 1.into();
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!((report.accepted, report.rejected[0].code.as_str()), (2, "E1004"));
    let mut answer = |operation: &str, _: &Value| {
        assert_ne!(operation, "uploaddetails");
        Ok(usual(operation))
    };
    let report = play(&lenient(), config(10), &all, &mut journal, &mut now_ms, &mut answer);
    assert_eq!((report.accepted, report.rejected[0].contact, report.rejected[0].code.as_str()), (2, 1, "E1013"));
}

#[test]
fn a_time_that_is_none_is_refused_before_anything_is_written() {
    let mut campaign = Campaign::new(&session(), config(10)).unwrap();
    assert_eq!(campaign.poll(u64::MAX).unwrap_err().code(), ErrorCode::Misuse);
    assert!(matches!(campaign.poll(1).unwrap(), CampaignStep::Call { .. }));
}

#[test]
fn debug_of_a_campaign_shows_nobody() {
    let mut campaign = Campaign::new(&session(), config(2)).unwrap();
    campaign.feed(&Value::from(contacts(4)).to_string()).unwrap();
    let mut shown = vec![format!("{campaign:?}")];
    loop {
        match campaign.poll(1).unwrap() {
            CampaignStep::Journal { .. } => campaign.journal_written().unwrap(),
            CampaignStep::Call { id, mut call } => {
                let result = Api::new(1, 0).run(&mut call, &mut 1);
                campaign.on_result(id, 1, result).unwrap();
            }
            CampaignStep::Contacts { .. } => break,
            step => panic!("{step:?}"),
        }
        shown.push(format!("{campaign:?}"));
    }
    for (shown, hidden) in
        shown.iter().flat_map(|shown| ["+6200000", "c-0", "c-2", "fake-"].map(|hidden| (shown, hidden)))
    {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
