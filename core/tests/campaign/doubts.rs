//! Contacts in doubt.

use airudder_core::{Campaign, CampaignConfig, CampaignStep, Failure, Step};
use serde_json::{Value, json};

use crate::support::{Api, assert_each_once, config, contacts, lenient, play, run, session, usual};

fn other_than_found(all: &[Value], allow_duplicates: bool) {
    let open = CampaignConfig { allow_duplicates, ..config(1) };
    let mut uploads = 0;
    let mut answer = |operation: &str, _: &Value| match operation {
        "uploaddetails" => {
            uploads += 1;
            if uploads == 2 { Err(Failure::Timeout) } else { Ok(usual(operation)) }
        }
        "detailinstances" => Ok(json!({"rows": [{"workflow_id": "w0"}]})),
        _ => Ok(usual(operation)),
    };
    let report = play(&session(), open, all, &mut String::new(), &mut 1, &mut answer);
    assert_eq!((report.accepted, report.doubtful[0].contact, uploads), (1, 1, 2));
}

#[test]
fn without_a_settle_time_what_is_not_found_stays_doubtful() {
    let mut api = Api::new(6, 0);
    let (mut journal, mut now_ms) = (String::new(), 1);
    run(&mut api, config(10), &contacts(10), &mut journal, &mut now_ms, None).unwrap();
    // As if it had been killed before the outcome was journaled, and the upload had never arrived.
    journal.truncate(journal.find("{\"record\":\"outcome\"").expect("there is an outcome"));
    api.uploads.clear();
    let never = CampaignConfig { settle_ms: None, ..config(10) };
    let report = run(&mut api, never, &contacts(10), &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!((report.accepted, report.doubtful.len(), api.uploads.len()), (0, 10, 0));
}

#[test]
fn a_campaign_that_gives_up_leaves_nothing_doubtful_but_what_was_handed_out() {
    let (mut api, mut journal, mut now_ms) = (Api::new(7, 0), String::new(), 1_700_000_000_000);
    let all = contacts(40);
    let session = session();
    let mut campaign = Campaign::new(&session, CampaignConfig { in_flight: 3, ..config(10) }).unwrap();
    let mut running = Vec::new();
    // One upload has been answered, one is under way, and a third is ready when the host gives up.
    loop {
        match campaign.poll(now_ms).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                journal.push_str(&lines);
                campaign.journal_written().unwrap();
            }
            CampaignStep::Contacts { .. } => campaign.feed(&Value::from(&all[..]).to_string()).unwrap(),
            CampaignStep::Call { id, mut call } => {
                let result = api.run(&mut call, &mut now_ms);
                if api.uploads.len() == 20 {
                    running.push((id, result));
                    break;
                }
                campaign.on_result(id, now_ms, result).unwrap();
            }
            step => panic!("{step:?}"),
        }
    }
    campaign.give_up().unwrap();
    loop {
        match campaign.poll(now_ms).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                journal.push_str(&lines);
                campaign.journal_written().unwrap();
            }
            CampaignStep::Wait { until_ms: None } => {
                let (id, result) = running.pop().unwrap();
                campaign.on_result(id, now_ms, result).unwrap();
            }
            CampaignStep::Done => break,
            step => panic!("{step:?}"),
        }
    }
    let report = campaign.report();
    assert_eq!((report.accepted, report.workflows[0].contacts), (20, 20));
    // Nobody is doubtful, so that nobody has to be looked up.
    let requests = api.requests;
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_each_once(&api, &report, 40);
    assert_eq!(api.requests - requests, 3, "a token and two uploads");
}

#[test]
fn a_look_up_that_proves_nothing_makes_nobody_accepted_and_nobody_sent_again() {
    let (nothing, absent) = ((0, 1, 1), (1, 0, 2));
    for (data, expected, stops) in [
        (json!({"rows": [{"workflow_id": "w0"}]}), (1, 0, 1), false),
        (json!({"rows": []}), absent, false),
        (json!({"rows": null}), absent, false),
        (json!({"rows": [{"workflow_id": "x", "workflow_name": "june"}, {"workflow_id": "y"}]}), absent, false),
        // Another campaign of this name, a workflow that is not named, and an answer without rows.
        (json!({"rows": [{"workflow_id": "x", "workflow_name": "july"}]}), nothing, false),
        (json!({"rows": [{"workflow_name": "july"}]}), nothing, false),
        (json!({"rows": [{"status": "finished"}]}), nothing, false),
        (json!({}), nothing, true),
        (json!(null), nothing, true),
        (json!({"rows": 0}), nothing, true),
    ] {
        let mut uploads = 0;
        let mut answer = |operation: &str, _: &Value| match operation {
            "uploaddetails" => {
                uploads += 1;
                if uploads == 1 { Err(Failure::Timeout) } else { Ok(usual(operation)) }
            }
            "detailinstances" => Ok(data.clone()),
            _ => Ok(usual(operation)),
        };
        let report = play(&session(), config(10), &contacts(1), &mut String::new(), &mut 1, &mut answer);
        assert_eq!((report.accepted, report.doubtful.len(), uploads), expected, "{data}");
        assert_eq!(report.error.is_some(), stops, "{data}");
    }
}

#[test]
fn a_contact_is_not_accepted_because_another_is_found_that_a_look_up_takes_for_it() {
    let mut all = contacts(2);
    all[1] = all[0].clone();
    other_than_found(&all, true);
    // Nor is one without a case id because one with its number is found.
    all[1].as_object_mut().unwrap().remove("caseid");
    other_than_found(&all, false);
}

#[test]
fn a_campaign_that_stops_names_those_whom_it_has_not_looked_up() {
    let mut campaign = Campaign::new(&session(), config(10)).unwrap();
    campaign.feed(&Value::from(contacts(10)).to_string()).unwrap();
    loop {
        match campaign.poll(1).unwrap() {
            CampaignStep::Journal { .. } => campaign.journal_written().unwrap(),
            CampaignStep::Call { id, mut call } if call.operation() == "workflow.upload_details" => {
                campaign.give_up().unwrap();
                while !call.is_in_doubt() {
                    match call.poll(1).unwrap() {
                        Step::Send(request) if request.url.ends_with("/auth") => {
                            let answer = Api::new(1, 0).process(&request);
                            call.on_response(1, &answer).unwrap();
                        }
                        _ => {}
                    }
                }
                call.on_failure(1, Failure::Reset, "").unwrap();
                campaign.on_result(id, 1, call.take_result()).unwrap();
            }
            CampaignStep::Call { id, mut call } => {
                let result = Api::new(1, 0).run(&mut call, &mut 1);
                campaign.on_result(id, 1, result).unwrap();
            }
            CampaignStep::Done => break,
            step => panic!("{step:?}"),
        }
    }
    let doubtful: Vec<u64> = campaign.report().doubtful.iter().map(|one| one.contact).collect();
    assert_eq!(doubtful, (0..10).collect::<Vec<_>>());
    assert_eq!(campaign.progress().doubtful, 10);
}

/// What was sent while the check was off is looked up, and sent again if need be, though it would be refused now.
#[test]
fn a_doubtful_contact_that_the_check_would_refuse_now_is_not_stranded() {
    let (mut journal, mut now_ms) = (String::new(), 1);
    let all = [json!({"callee": "0812", "platform": "P", "variables": {}})];
    let mut lost = |operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Err(Failure::Timeout),
        _ => Ok(usual(operation)),
    };
    let report = play(&lenient(), config(10), &all, &mut journal, &mut now_ms, &mut lost);
    assert_eq!((report.doubtful.len(), report.error.is_some()), (1, true));
    let mut found = |operation: &str, _: &Value| match operation {
        "detailinstances" => Ok(json!({"rows": []})),
        _ => Ok(usual(operation)),
    };
    let report = play(&session(), config(10), &all, &mut journal, &mut now_ms, &mut found);
    assert_eq!((report.accepted, report.doubtful.len()), (1, 0));
}

#[test]
fn a_clock_that_is_set_back_by_days_does_not_hide_what_was_sent() {
    const DAY: u64 = 24 * 3_600_000;
    let (mut journal, mut now_ms) = (String::new(), 1_700_000_000_000);
    let mut lost = |operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Err(Failure::Timeout),
        _ => Ok(usual(operation)),
    };
    play(&session(), config(10), &contacts(1), &mut journal, &mut now_ms, &mut lost);
    now_ms -= 10 * DAY;
    let mut found = |operation: &str, body: &Value| match operation {
        "detailinstances" => {
            // 1 700 000 000 s is 2023-11-15 06:13:20 there.
            assert!(body["start_time"].as_str().unwrap() < "2023-11-05 06:13:20");
            assert!(body["end_time"].as_str().unwrap() > "2023-11-16 06:13:19");
            Ok(json!({"rows": [{"workflow_id": "w0"}]}))
        }
        _ => Ok(usual(operation)),
    };
    let report = play(&session(), config(10), &contacts(1), &mut journal, &mut now_ms, &mut found);
    assert_eq!((report.accepted, report.doubtful.len()), (1, 0));
}
