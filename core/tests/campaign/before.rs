//! What is decided before anything is sent.

use airudder_core::{Campaign, CampaignConfig, CampaignStep, ErrorCode, Failure, MaxRejected, Phase, Step};
use serde_json::{Value, json};

use crate::support::{Api, assert_each_once, config, contacts, feed, lenient, play, play_on, run, session, usual};

/// Contacts of which every `nth` has a number without `+`.
fn some_bad(count: usize, nth: usize) -> Vec<Value> {
    let mut all = contacts(count);
    for contact in all.iter_mut().step_by(nth) {
        contact["callee"] = "0812".into();
    }
    all
}

#[test]
fn a_campaign_that_requires_its_journal_sends_nothing_without_it() {
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), 1);
    let all = contacts(25);
    let required = || CampaignConfig { require_journal: true, ..config(10) };
    let error = run(&mut api, required(), &all, &mut journal, &mut now_ms, None).unwrap_err();
    assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::JournalMissing, Some("/journal")));
    assert_eq!((api.requests, journal.as_str()), (0, ""));

    assert!(run(&mut api, config(10), &all, &mut journal, &mut now_ms, Some(9)).unwrap().is_none());
    now_ms += 60_000;
    let report = run(&mut api, required(), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_each_once(&api, &report, 25);
}

#[test]
fn a_check_sends_nothing_and_reports_as_the_campaign_would() {
    let mut all = some_bad(40, 10);
    all[7] = all[5].clone();
    all[8] = Value::Null;
    let check = CampaignConfig { check_only: true, ..config(10) };
    let mut campaign = Campaign::new(&session(), check).unwrap();
    let mut rest = &all[..];
    loop {
        match campaign.poll(1).unwrap() {
            CampaignStep::Contacts { want } if rest.is_empty() => {
                assert_eq!(want, 10);
                campaign.end_of_contacts().unwrap();
            }
            CampaignStep::Contacts { want } => {
                let (now, later) = rest.split_at(want.min(rest.len()));
                feed(&mut campaign, now).unwrap();
                rest = later;
            }
            CampaignStep::Done => break,
            step => panic!("{step:?}"),
        }
    }
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), 1);
    let sent = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    let checked = campaign.report();
    assert_eq!((checked.accepted, &checked.rejected), (sent.accepted, &sent.rejected));
    assert_eq!((checked.accepted, checked.rejected.len()), (34, 6));
    assert!(checked.workflows.is_empty() && checked.error.is_none());
}

#[test]
fn too_many_bad_contacts_stop_it_before_the_first_upload() {
    let all = some_bad(100, 4);
    for (most, is_too_many) in [
        (MaxRejected::Number(24), true),
        (MaxRejected::Number(25), false),
        (MaxRejected::Number(0), true),
        (MaxRejected::Share(0.2), true),
        (MaxRejected::Share(0.35), false),
    ] {
        let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), 1);
        let limited = CampaignConfig { max_rejected: Some(most), ..config(100) };
        let report = run(&mut api, limited, &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
        let code = report.error.as_ref().map(airudder_core::Error::code);
        assert_eq!(code, is_too_many.then_some(ErrorCode::TooManyRejected), "{most:?}");
        assert_eq!(api.uploads.len(), if is_too_many { 0 } else { 75 }, "{most:?}");
        assert_eq!(report.rejected.len(), 25);
    }
}

#[test]
fn a_share_is_judged_by_the_first_batch_and_by_all_that_follow() {
    // The first half is good, so it has been sent when the bad half comes.
    let all = [contacts(50), some_bad(100, 1).split_off(50)].concat();
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), 1);
    let limited = CampaignConfig { max_rejected: Some(MaxRejected::Share(0.3)), in_flight: 1, ..config(10) };
    let report = run(&mut api, limited, &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!(report.error.map(|error| error.code()), Some(ErrorCode::TooManyRejected));
    assert_eq!((report.accepted, api.uploads.len()), (50, 50));
    // All of them bad: there is nothing to upload, and it is an error all the same.
    let mut journal = String::new();
    let limited = CampaignConfig { max_rejected: Some(MaxRejected::Share(0.5)), ..config(10) };
    let report = run(&mut api, limited, &some_bad(5, 1), &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!(report.error.map(|error| error.code()), Some(ErrorCode::TooManyRejected));
}

#[test]
fn a_share_that_is_none_is_refused() {
    for share in [-0.1, 1.01, f64::NAN, f64::INFINITY] {
        let limited = CampaignConfig { max_rejected: Some(MaxRejected::Share(share)), ..config(10) };
        let error = Campaign::new(&session(), limited).unwrap_err();
        assert_eq!(
            (error.code(), error.details().pointer.as_deref()),
            (ErrorCode::InvalidConfig, Some("/max_rejected"))
        );
    }
}

#[test]
fn who_is_suppressed_is_not_sent() {
    let all = contacts(10);
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), 1);
    let campaign = suppressing(&["+6200000003", " +6200000004\n", ""]);
    let report = play_on(campaign, &all, &mut journal, &mut now_ms, &mut |name, body| Ok(api.data(name, body)));
    let rejected: Vec<_> = report.rejected.iter().map(|one| (one.contact, one.code.as_str())).collect();
    assert_eq!(rejected, [(2, "E1021"), (3, "E1021"), (4, "E1021")]);
    assert_eq!(
        report.rejected.iter().map(|one| one.case_id.as_deref()).collect::<Vec<_>>(),
        [Some("c-2"), None, Some("c-4")]
    );
    assert_eq!((report.accepted, api.uploads.len()), (7, 7));
    // They are taken off the list: the next run sends them.
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_each_once(&api, &report, 10);
}

/// Without the check, a number is sent as it is written, and may have white space around it.
#[test]
fn white_space_around_a_number_does_not_let_it_through() {
    let mut campaign = Campaign::new(&lenient(), config(10)).unwrap();
    campaign.suppress(["+6200000001"]).unwrap();
    let mut all = contacts(3);
    all[1]["callee"] = " +6200000001".into();
    let (mut journal, mut now_ms) = (String::new(), 1);
    let report = play_on(campaign, &all, &mut journal, &mut now_ms, &mut |name, _| Ok(usual(name)));
    let rejected: Vec<_> = report.rejected.iter().map(|one| (one.contact, one.code.as_str())).collect();
    assert_eq!((report.accepted, rejected), (2, vec![(1, "E1021")]));
}

#[test]
fn who_is_suppressed_by_now_is_not_sent_again_after_a_doubt() {
    let all = contacts(10);
    let (mut journal, mut now_ms, mut uploads) = (String::new(), 1, 0);
    let report = play(&session(), config(10), &all, &mut journal, &mut now_ms, &mut |operation, _| match operation {
        "uploaddetails" => Err(Failure::Timeout),
        "detailinstances" => Err(Failure::ConnectFailed),
        _ => Ok(usual(operation)),
    });
    assert_eq!(report.doubtful.len(), 10);
    let (mut campaign, mut sent) = (suppressing(&["+6200000003"]), Vec::new());
    campaign.resume(journal.as_bytes()).unwrap();
    let report = play_on(campaign, &all, &mut journal, &mut now_ms, &mut |operation, body| {
        if operation == "uploaddetails" {
            uploads += 1;
            sent = body["details"].as_array().unwrap().clone();
        }
        Ok(if operation == "detailinstances" { json!({"rows": []}) } else { usual(operation) })
    });
    assert_eq!((report.accepted, uploads, sent.len()), (8, 1, 8));
    let rejected: Vec<_> = report.rejected.iter().map(|one| (one.contact, one.code.as_str())).collect();
    assert_eq!(rejected, [(2, "E1021"), (3, "E1021")]);
}

#[test]
fn an_entry_that_is_no_number_and_one_that_comes_too_late_are_refused() {
    let mut campaign = Campaign::new(&session(), config(10)).unwrap();
    for (numbers, says) in [(vec!["+62812", "0812-3333"], "entry 1 of suppress"), (vec!["c-1"], "entry 1 of suppress")]
    {
        let error = campaign.suppress(numbers).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some("/suppress")));
        assert!(error.to_string().contains(says) && !error.to_string().contains("3333"), "{error}");
    }
    let error = campaign.suppress_case_ids(["a\0"]).unwrap_err();
    assert_eq!(error.details().pointer.as_deref(), Some("/suppress_case_ids"));
    campaign.poll(1).unwrap();
    assert_eq!(campaign.suppress([""]).unwrap_err().code(), ErrorCode::Misuse);
}

/// A campaign that must not call these numbers, nor the case id `c-2`.
fn suppressing(numbers: &[&str]) -> Campaign {
    let mut campaign = Campaign::new(&session(), config(10)).unwrap();
    campaign.suppress(numbers).unwrap();
    campaign.suppress_case_ids(["c-2"]).unwrap();
    campaign
}

#[test]
fn the_phase_says_what_a_campaign_does_and_until_when_it_waits() {
    let (session, mut now_ms, mut phases) = (session(), 1_700_000_000_000, Vec::new());
    let mut campaign = Campaign::new(&session, config(10)).unwrap();
    let mut all = contacts(20).chunks(10).map(<[Value]>::to_vec).collect::<Vec<_>>().into_iter();
    let mut uploads = 0;
    loop {
        let progress = campaign.progress();
        if phases.last() != Some(&progress.phase) {
            phases.push(progress.phase);
        }
        let waits = matches!(progress.phase, Phase::Settling | Phase::WaitingForApi);
        assert_eq!(progress.until_ms.is_some(), waits);
        match campaign.poll(now_ms).unwrap() {
            CampaignStep::Journal { .. } => campaign.journal_written().unwrap(),
            CampaignStep::Contacts { .. } => match all.next() {
                Some(chunk) => feed(&mut campaign, &chunk).unwrap(),
                None => campaign.end_of_contacts().unwrap(),
            },
            CampaignStep::Call { id, mut call } => {
                let mut api = Api::new(1, 0);
                let is_lost = campaign.progress().phase == Phase::Uploading && {
                    uploads += 1;
                    uploads == 2 // the first one creates the workflow
                };
                // The first batch is lost on its way to the API.
                let result = if is_lost {
                    assert!(matches!(call.poll(now_ms).unwrap(), Step::Send(_)));
                    call.on_failure(now_ms, Failure::Reset, "").unwrap();
                    while let Step::Wait { until_ms, .. } = call.poll(now_ms).unwrap() {
                        now_ms = until_ms;
                    }
                    call.take_result()
                } else {
                    api.run(&mut call, &mut now_ms)
                };
                campaign.on_result(id, now_ms, result).unwrap();
            }
            CampaignStep::Screen { .. } => unreachable!("nobody asked for it"),
            CampaignStep::Wait { until_ms } => {
                assert_eq!(campaign.progress().phase, Phase::Settling);
                assert_eq!(campaign.progress().until_ms, until_ms);
                now_ms = until_ms.unwrap();
            }
            CampaignStep::Done => break,
        }
    }
    assert_eq!(phases.first(), Some(&Phase::Reading));
    assert_eq!(phases.last(), Some(&Phase::Ended));
    for phase in [Phase::Uploading, Phase::WaitingForApi, Phase::LookingUp, Phase::Settling] {
        assert!(phases.contains(&phase), "{phases:?}");
    }
    assert_eq!(campaign.report().accepted, 20);
}
