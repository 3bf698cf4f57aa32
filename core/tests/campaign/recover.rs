//! Campaigns whose journal was lost.

use airudder_core::{Campaign, CampaignConfig, ErrorCode, Report};
use serde_json::{Value, json};

use crate::support::{Api, assert_each_once, config, contacts, play, run, session, usual};

const BEGAN_MS: u64 = 1_700_000_000_000;
const BEGAN: &str = "2023-11-15 06:13:20+08:00";
/// The same, as the API writes it.
const CREATED: &str = "2023-11-14T22:13:20Z";

fn recovering(batch_size: usize) -> CampaignConfig {
    CampaignConfig { recover: Some(BEGAN.into()), ..config(batch_size) }
}

#[test]
fn whom_a_lost_run_sent_is_not_sent_again_whenever_it_and_its_successors_die() {
    let all = contacts(60);
    for kill_after in [3, 9, 14, 19, 24, 40] {
        let (mut api, mut now_ms) = (Api::new(kill_after, 20), BEGAN_MS);
        run(&mut api, config(10), &all, &mut String::new(), &mut now_ms, Some(kill_after)).unwrap();
        let mut journal = String::new();
        for kill_after in [Some(5), Some(11), Some(30), Some(70)].into_iter().chain(std::iter::repeat(None)).take(60) {
            let report = run(&mut api, recovering(10), &all, &mut journal, &mut now_ms, kill_after).unwrap();
            now_ms += 60_000;
            // That it is a recovery stands in the journal: it goes on without the setting, too.
            if let Some(Report { error: None, doubtful, .. }) = &report
                && doubtful.is_empty()
            {
                assert_each_once(&api, &report.unwrap(), 60);
                api.fault_percent = 0;
                let again = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
                assert_each_once(&api, &again, 60);
                break;
            }
        }
        assert_eq!(api.uploads.len(), 60, "{kill_after}");
    }
}

#[test]
fn everybody_is_looked_up_once_and_not_before_what_was_under_way_has_settled() {
    let all = contacts(40);
    let (mut journal, mut now_ms, mut lookups, mut uploaded) = (String::new(), BEGAN_MS, Vec::new(), Vec::new());
    let report = play(&session(), recovering(10), &all, &mut journal, &mut now_ms, &mut |operation, body| {
        if operation == "uploaddetails" {
            uploaded.extend(body["details"].as_array().unwrap().clone());
        }
        if operation != "detailinstances" {
            return Ok(usual(operation));
        }
        let is_known = lookups.len() % 2 == 0;
        lookups.push(body.clone());
        let row = json!({"workflow_id": "lost", "workflow_name": "july (12)", "create_time": CREATED});
        Ok(json!({"rows": if is_known { vec![row] } else { Vec::new() }}))
    });
    assert_eq!((report.accepted, report.doubtful.len(), lookups.len(), uploaded.len()), (40, 0, 40, 20));
    assert!(now_ms >= BEGAN_MS + 60_000, "{now_ms}");
    assert_eq!(lookups[0]["start_time"], "2023-11-08 06:13:20+08:00");
    let shown: Vec<_> = report.workflows.iter().map(|one| (one.workflow_id.as_deref(), one.contacts)).collect();
    assert_eq!(shown, [(None, 20), (Some("w0"), 20)]);
    assert_eq!((report.workflows[0].name.as_str(), report.workflows[1].name.as_str()), ("july", "july (2)"));
}

#[test]
fn only_workflows_of_its_name_and_time_are_the_campaigns() {
    let row = |name: Value, time: Value| json!({"workflow_id": "lost", "workflow_name": name, "create_time": time});
    for (name, time, expected) in [
        (json!("july"), json!(CREATED), "accepted"),
        (json!("july (2)"), json!(CREATED), "accepted"),
        (json!("july"), json!("2023-11-14T22:13:19Z"), "sent"),
        (json!(null), json!("2023-11-14T22:13:19Z"), "sent"),
        (json!("july ()x"), json!(CREATED), "sent"),
        (json!("july 2"), json!(CREATED), "sent"),
        (json!("august"), json!(null), "sent"),
        (json!(null), json!(CREATED), "doubtful"),
        (json!("july"), json!(null), "doubtful"),
        (json!("july"), json!(7), "doubtful"),
        (json!("july"), json!("2023-11-14 22:13:20"), "doubtful"),
    ] {
        let (mut journal, mut now_ms, mut uploads) = (String::new(), BEGAN_MS, 0);
        let found = row(name, time);
        let report = play(&session(), recovering(10), &contacts(1), &mut journal, &mut now_ms, &mut |operation, _| {
            uploads += u32::from(operation == "uploaddetails");
            Ok(if operation == "detailinstances" { json!({"rows": [found]}) } else { usual(operation) })
        });
        let came_of_it = match (report.accepted, uploads, report.doubtful.len()) {
            (1, 0, 0) => "accepted",
            (1, 1, 0) => "sent",
            (0, 0, 1) => "doubtful",
            other => panic!("{other:?}"),
        };
        assert_eq!(came_of_it, expected, "{found}");
    }
}

/// Two people share a number, and only the second one, who has a case id, was sent.
#[test]
fn one_who_may_have_been_taken_for_another_stays_doubtful_after_a_resume_too() {
    let mut all = contacts(30);
    all[1] = json!({"callee": "+6299999999", "platform": "P", "variables": {"customer_name": "A"}});
    all[28] = json!({"callee": "+6299999999", "caseid": "x-1", "platform": "P", "variables": {"customer_name": "A"}});
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), BEGAN_MS);
    api.workflows.insert("lost".into(), "july".into());
    for key in ["x-1", "+6299999999"] {
        api.uploads.insert(key.into(), vec!["lost".into()]);
    }
    for recover in [Some(BEGAN.to_owned()), None] {
        let recovering = CampaignConfig { recover, ..config(5) };
        let report = run(&mut api, recovering, &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
        let doubtful: Vec<u64> = report.doubtful.iter().map(|one| one.contact).collect();
        assert_eq!((report.accepted, doubtful), (29, vec![1]));
        // The second run has the first lookups from the journal, and makes the others again.
        let settled = journal.find(r#""record":"settled""#).unwrap();
        journal.truncate(settled + journal[settled..].find('\n').unwrap() + 1);
        assert!(journal.contains(r#"{"record":"settled","accepted":[[1,1]]"#));
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (setting, pointer) in [
        (CampaignConfig { recover: Some("2023-11-15".into()), ..config(10) }, "/recover"),
        (CampaignConfig { recover: Some("yesterday".into()), ..config(10) }, "/recover"),
        (CampaignConfig { allow_duplicates: true, ..recovering(10) }, "/recover"),
        (CampaignConfig { require_journal: true, ..recovering(10) }, "/recover"),
    ] {
        let error = Campaign::new(&session(), setting).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some(pointer)));
    }
    let (mut api, mut journal, mut now_ms) = (Api::new(1, 0), String::new(), BEGAN_MS - 1000);
    let report = run(&mut api, recovering(10), &contacts(3), &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!(report.error.unwrap().details().pointer.as_deref(), Some("/recover"));
    assert_eq!((api.uploads.len(), journal.as_str()), (0, ""));
}
