//! Who is looked up, and what the result means.

use crate::support::Answer::{Code, Data, Lost, Raw};
use airudder_core::{Campaign, CampaignConfig, CampaignStep, ErrorCode, Report};
use serde_json::{Value, json};

use crate::support::{DAY, Host, MINUTE, config, contacts, found, usual};

#[test]
fn a_refused_batch_is_looked_up_before_its_contacts_count_as_rejected() {
    let mut host = Host::new();
    let refuse = |host: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => Code(409),
        _ => usual(operation),
    };
    let report = host.run(config(20), &contacts(20), &mut { refuse });
    assert_eq!((report.accepted, report.rejected.len(), report.doubtful.len()), (0, 20, 0));
    let looked_up = host.count("detailinstances");
    assert!((3..=5).contains(&looked_up), "{looked_up}");
    assert!(host.times("detailinstances")[0] > MINUTE, "not before the API must have taken it up");
    let told = format!("{looked_up} of the 20 contacts of its upload were looked up and not found");
    assert!(report.rejected.iter().all(|one| one.message.contains(&told)), "{:?}", report.rejected[0]);

    // Run again, the report is the same, and nobody is asked; whoever is to be sent again is looked up twice before.
    let requests = host.seen.len();
    let again = host.run(config(20), &contacts(20), &mut { refuse });
    let shown = |report: &Report| report.rejected.iter().map(|one| (one.contact, one.code.clone())).collect::<Vec<_>>();
    assert_eq!((shown(&again), host.seen.len()), (shown(&report), requests));
    assert!(again.rejected[0].message.contains(&told) && !again.rejected[0].message.contains("1234567"), "{again:?}");
    let retry = CampaignConfig { retry_rejected: true, ..config(20) };
    let retried = host.run(retry, &contacts(20), &mut { refuse });
    assert_eq!((retried.accepted, host.count("uploaddetails"), host.count("detailinstances")), (20, 2, looked_up + 40));
}

#[test]
fn a_refusal_of_a_batch_of_which_a_part_was_taken_leaves_nobody_sent_twice() {
    let mut host = Host::new();
    let taken = |body: &Value| body["case_id"].as_str().is_some_and(|id| matches!(id, "c-0" | "c-1" | "c-2"));
    let mut api = |host: &mut Host, operation: &str, body: &Value| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => Code(400),
        "uploaddetails" => {
            let details = body["details"].as_array().unwrap();
            assert!(details.iter().all(|one| !["c-0", "c-1", "c-2"].contains(&one["caseid"].as_str().unwrap())));
            usual(operation)
        }
        "detailinstances" if taken(body) => found(),
        _ => usual(operation),
    };
    let report = host.run(config(12), &contacts(12), &mut api);
    assert_eq!((report.accepted, report.rejected.len(), report.doubtful.len()), (12, 0, 0));
}

#[test]
fn a_killed_campaign_still_looks_up_the_batch_that_was_refused() {
    let mut host = Host::new();
    let mut campaign = Campaign::new(&host.session(), config(5)).unwrap();
    let mut is_refused = false;
    campaign.feed(&Value::from(contacts(5)).to_string()).unwrap();
    while !is_refused {
        match campaign.poll(host.now()).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                is_refused = lines.contains("rejected");
                host.journal.extend(lines.as_bytes());
                campaign.journal_written().unwrap();
            }
            CampaignStep::Contacts { .. } => campaign.end_of_contacts().unwrap(),
            CampaignStep::Call { id, mut call } => {
                let mut answer = |_: &mut Host, operation: &str, _: &Value| match operation {
                    "uploaddetails" => Code(403),
                    _ => usual(operation),
                };
                let result = host.exchange(&mut call, &mut answer);
                campaign.on_result(id, host.now(), result).unwrap();
            }
            step => panic!("{step:?}"),
        }
    }
    let doubtful = campaign.report().doubtful.len();
    assert_eq!((doubtful, campaign.progress().doubtful), (5, 5), "it is not known yet that nobody is called");
    let report = host.run(config(5), &contacts(5), &mut |_, operation, _| match operation {
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.rejected.len(), host.count("uploaddetails")), (5, 0, 1));
}

/// What the first lookups showed is lost if the campaign is killed: it would never end if all of them came first.
#[test]
fn whoever_was_looked_up_is_settled_before_others_are_looked_up() {
    let mut host = Host::new();
    let all = contacts(200);
    host.run(config(200), &all, &mut |_, operation, _| usual(operation));
    // As if it had been killed before it knew the outcome, and nothing had arrived.
    let outcome = str::from_utf8(&host.journal).unwrap().find("{\"record\":\"outcome\"").unwrap();
    host.journal.truncate(outcome);
    let slowly = CampaignConfig { lookups_in_flight: 1, settle_ms: Some(500), ..config(200) };
    let report = host.run(slowly, &all, &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, host.count("detailinstances")), (200, 400));
    let looked_up = host.bodies("detailinstances");
    let again = looked_up.iter().rposition(|body| body["case_id"] == "c-0");
    let last = looked_up.iter().position(|body| body["case_id"] == "c-199");
    assert!(again < last, "{again:?}, {last:?}");
}

#[test]
fn a_lookup_that_always_fails_keeps_nobody_else_from_being_settled() {
    let mut host = Host::new();
    let mut first = true;
    let mut api = |host: &mut Host, operation: &str, body: &Value| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => Lost,
        "detailinstances" if body["case_id"] == "c-0" && !std::mem::take(&mut first) => Raw(500, ""),
        _ => usual(operation),
    };
    // The settle time is over before all were looked up for the first time.
    let slowly = CampaignConfig { lookups_in_flight: 1, settle_ms: Some(50), ..config(20) };
    let report = host.run(slowly, &contacts(20), &mut api);
    let doubtful: Vec<u64> = report.doubtful.iter().map(|one| one.contact).collect();
    assert_eq!((doubtful, report.error.is_some()), (vec![0], true));
}

#[test]
fn ids_that_the_api_may_fold_stay_doubtful() {
    let mut all = contacts(3);
    all[1]["caseid"] = "C-0".into();
    let mut host = Host::new();
    let report = host.run(config(1), &all, &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") == 2 => Lost,
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.doubtful[0].contact, host.count("uploaddetails")), (2, 1, 3));
    all[2]["caseid"] = "c-2 ".into();
    let report = Host::new().run(config(10), &all, &mut |_, operation, _| usual(operation));
    let refused = &report.rejected[0];
    assert_eq!((refused.contact, refused.pointer.as_deref()), (2, Some("/caseid")));
    assert!(refused.message.contains("spaces"), "{refused:?}");
}

#[test]
fn contacts_that_come_after_a_workflow_ended_go_into_a_new_one() {
    let short = CampaignConfig { end_time: "2023-11-20 18:00:00+08:00".into(), ..config(10) };
    let mut host = Host::new();
    let report = host.run(short.clone(), &contacts(5), &mut |_, operation, _| usual(operation));
    assert_eq!(report.accepted, 5);
    host.pass(10 * DAY);
    // With the old end time there is nothing to send them to.
    let report = host.run(short, &contacts(9), &mut |_, operation, _| usual(operation));
    let error = report.error.unwrap();
    assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some("/end_time")));
    let mut second = |_: &mut Host, operation: &str, body: &Value| match operation {
        "createinstance" => Data(json!({"workflow_id": "w1"})),
        "uploaddetails" => {
            assert_eq!(body["workflow_id"], "w1");
            usual(operation)
        }
        _ => usual(operation),
    };
    let report = host.run(config(10), &contacts(9), &mut second);
    assert_eq!((report.accepted, report.workflows.len(), host.count("createinstance")), (9, 2, 2));
}

/// A workflow may end before its end time: what it refuses in a later run goes to a new one, by the rules of doubt.
#[test]
fn what_an_ended_workflow_refuses_goes_into_a_new_one_after_look_ups() {
    let mut host = Host::new();
    host.run(config(10), &contacts(5), &mut |_, operation, _| usual(operation));
    let mut api = |_: &mut Host, operation: &str, body: &Value| match operation {
        "createinstance" => Data(json!({"workflow_id": "w1"})),
        "uploaddetails" if body["workflow_id"] == "w0" => Code(403),
        _ => usual(operation),
    };
    let report = host.run(config(10), &contacts(9), &mut api);
    assert_eq!((report.accepted, report.rejected.len(), host.count("detailinstances")), (9, 0, 8));
    // The ended one is not tried again.
    let report = host.run(config(10), &contacts(12), &mut |_, operation, body| {
        assert_ne!(body["workflow_id"], "w0");
        usual(operation)
    });
    assert_eq!((report.accepted, host.count("uploaddetails")), (12, 4));
}
