//! Campaigns against a model of the API with faults, killed at any moment and resumed: nobody is called twice, nothing
//! is lost.

use std::collections::BTreeMap;

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, Error, ErrorCode, Failure, Headers, Output, Report,
    Request, Response, Session, Step,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What the API would know and do, with faults from a seeded sequence.
struct Api {
    workflows: BTreeMap<String, String>,
    uploads: BTreeMap<String, Vec<String>>,
    requests: u64,
    random: u64,
    fault_percent: u64,
}

impl Api {
    fn new(random: u64, fault_percent: u64) -> Self {
        Self { workflows: BTreeMap::new(), uploads: BTreeMap::new(), requests: 0, random, fault_percent }
    }

    fn roll(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound
    }

    fn pick(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(count as u64)).unwrap()
    }

    fn answer(&mut self, request: &Request) -> Result<Response, Failure> {
        self.requests += 1;
        if self.roll(100) >= self.fault_percent {
            return Ok(self.process(request));
        }
        match self.roll(7) {
            0 => Err(Failure::ConnectFailed),
            1 => {
                // A gateway turns a request away, or has lost the answer: only the one that names a time is to be believed.
                let mut headers = Headers::new();
                if self.roll(2) == 0 {
                    headers.set("Retry-After", "0");
                } else {
                    self.process(request);
                }
                Ok(Response { status: 503, headers, body: Vec::new() })
            }
            5 => Ok(Response { status: 503, headers: Headers::new(), body: Vec::new() }),
            2 => Err(Failure::Timeout),
            3 => {
                self.process(request);
                Err(Failure::Reset)
            }
            4 => {
                self.process(request);
                Ok(Response { status: 502, headers: Headers::new(), body: b"<html>".to_vec() })
            }
            _ => Ok(Response { status: 200, headers: Headers::new(), body: br#"{"code":401}"#.to_vec() }),
        }
    }

    fn process(&mut self, request: &Request) -> Response {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let data = match request.url.rsplit('/').next().unwrap() {
            "auth" => json!({"token": "fake-token"}),
            "createinstance" => {
                let id = format!("w{}", self.workflows.len());
                self.workflows.insert(id.clone(), body["name"].as_str().unwrap().to_owned());
                json!({"workflow_id": id})
            }
            "uploaddetails" => {
                for detail in body["details"].as_array().unwrap() {
                    let key = detail.get("caseid").unwrap_or(&detail["callee"]).as_str().unwrap().to_owned();
                    self.uploads.entry(key).or_default().push(body["workflow_id"].as_str().unwrap().to_owned());
                }
                json!({"workflow_id": body["workflow_id"]})
            }
            _ => {
                let key = body.get("case_id").unwrap_or(&body["callee"]).as_str().unwrap();
                let ids = self.uploads.get(key).cloned().unwrap_or_default();
                json!({"rows": ids.iter().map(|id| json!({"workflow_id": id, "workflow_name": self.workflows[id]})).collect::<Vec<_>>()})
            }
        };
        let body = json!({"data": data, "status": "OK", "code": 200}).to_string().into_bytes();
        Response { status: 200, headers: Headers::new(), body }
    }

    fn run(&mut self, call: &mut Call, now_ms: &mut u64) -> Result<Output, Error> {
        loop {
            match call.poll(*now_ms).unwrap() {
                Step::Done => return call.take_result(),
                Step::Wait { until_ms, .. } => *now_ms = until_ms,
                Step::Send(request) => match self.answer(&request) {
                    Ok(response) => call.on_response(*now_ms, &response).unwrap(),
                    Err(failure) => call.on_failure(*now_ms, failure, "").unwrap(),
                },
            }
        }
    }
}

fn session() -> Session {
    let config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        ..ClientConfig::default()
    };
    Session::new(config).unwrap()
}

fn contacts(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| {
            let mut contact =
                json!({"callee": format!("+62{:08}", n), "platform": "P", "variables": {"customer_name": "A"}});
            if n % 2 == 0 {
                contact["caseid"] = format!("c-{n}").into();
            }
            contact
        })
        .collect()
}

fn config(batch_size: usize) -> CampaignConfig {
    CampaignConfig { batch_size, in_flight: 2, ..CampaignConfig::new(7, "july", "2026-12-01 18:00:00+08:00") }
}

/// Feeds contacts as a host does; `null` stands for one that it cannot write as JSON.
fn feed(campaign: &mut Campaign, contacts: &[Value]) -> Result<(), Error> {
    for (index, written) in contacts.split(Value::is_null).enumerate() {
        if index > 0 {
            campaign.refuse_contact(&Error::new(ErrorCode::InvalidValue, "no JSON").at("/variables/x"))?;
        }
        campaign.feed(&Value::from(written).to_string())?;
    }
    Ok(())
}

/// Runs a campaign; `None` where it was killed after so many steps. The journal is what a disk would hold.
fn run(
    api: &mut Api,
    config: CampaignConfig,
    contacts: &[Value],
    journal: &mut String,
    now_ms: &mut u64,
    kill_after: Option<u64>,
) -> Result<Option<Report>, Error> {
    let session = session();
    let mut campaign = Campaign::new(&session, config)?;
    let good = campaign.resume(journal.as_bytes())?;
    journal.truncate(good);
    let (mut next, mut steps) = (0, 0);
    let mut running: Vec<(u64, Box<Call>)> = Vec::new();
    loop {
        steps += 1;
        let killed = kill_after.is_some_and(|limit| steps > limit);
        match campaign.poll(*now_ms)? {
            CampaignStep::Journal { lines, .. } => {
                if killed {
                    // A crash in the middle of a write tears the last line.
                    journal.push_str(lines.get(..lines.len() / 2).unwrap_or_default());
                    return Ok(None);
                }
                journal.push_str(&lines);
                campaign.journal_written()?;
            }
            CampaignStep::Contacts { want } => {
                let chunk = &contacts[next..contacts.len().min(next + want)];
                next += chunk.len();
                if chunk.is_empty() {
                    campaign.end_of_contacts()?;
                } else {
                    feed(&mut campaign, chunk)?;
                }
            }
            CampaignStep::Call { id, call } => running.push((id, call)),
            CampaignStep::Wait { until_ms } => {
                assert!(until_ms.is_none_or(|until_ms| until_ms > *now_ms), "a host would poll without end");
                if running.is_empty() {
                    *now_ms = until_ms.expect("something to wait for");
                    continue;
                }
                // Calls end in any order.
                let (id, mut call) = running.swap_remove(api.pick(running.len()));
                let result = api.run(&mut call, now_ms);
                if killed {
                    return Ok(None);
                }
                campaign.on_result(id, *now_ms, result)?;
            }
            CampaignStep::Done => return Ok(Some(campaign.report())),
        }
    }
}

/// Runs until done, resuming after each kill and each stop.
fn run_to_the_end(api: &mut Api, batch_size: usize, contacts: &[Value], kills: &[u64]) -> Report {
    let (mut journal, mut now_ms) = (String::new(), 1_700_000_000_000);
    let mut kills = kills.iter().copied();
    for _ in 0..200 {
        let report = run(api, config(batch_size), contacts, &mut journal, &mut now_ms, kills.next()).unwrap();
        now_ms += 60_000;
        if let Some(report) = report
            && report.error.is_none()
            && report.doubtful.is_empty()
        {
            return report;
        }
    }
    panic!("the campaign does not end");
}

fn assert_each_once(api: &Api, report: &Report, count: usize) {
    assert_eq!(report.accepted, count as u64);
    assert_eq!(api.uploads.len(), count);
    for (contact, uploads) in &api.uploads {
        assert_eq!(uploads.len(), 1, "{contact} was uploaded to {uploads:?}");
    }
}

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

/// Runs a campaign with answers of the test's own.
fn play(
    session: &Session,
    config: CampaignConfig,
    contacts: &[Value],
    journal: &mut String,
    now_ms: &mut u64,
    answer: &mut dyn FnMut(&str, &Value) -> Result<Value, Failure>,
) -> Report {
    let mut campaign = Campaign::new(session, config).unwrap();
    campaign.resume(journal.as_bytes()).unwrap();
    let mut fed = false;
    loop {
        match campaign.poll(*now_ms).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                journal.push_str(&lines);
                campaign.journal_written().unwrap();
            }
            CampaignStep::Contacts { .. } if fed => campaign.end_of_contacts().unwrap(),
            CampaignStep::Contacts { .. } => {
                campaign.feed(&Value::from(contacts).to_string()).unwrap();
                fed = true;
            }
            CampaignStep::Wait { until_ms } => *now_ms = until_ms.unwrap(),
            CampaignStep::Done => return campaign.report(),
            CampaignStep::Call { id, mut call } => {
                let result = loop {
                    match call.poll(*now_ms).unwrap() {
                        Step::Done => break call.take_result(),
                        Step::Wait { until_ms, .. } => *now_ms = until_ms,
                        Step::Send(request) => {
                            let body = serde_json::from_slice(&request.body).unwrap();
                            match answer(request.url.rsplit('/').next().unwrap(), &body) {
                                Err(failure) => call.on_failure(*now_ms, failure, "").unwrap(),
                                Ok(data) => {
                                    let body = json!({"data": data, "code": 200}).to_string().into_bytes();
                                    let response = Response { status: 200, headers: Headers::new(), body };
                                    call.on_response(*now_ms, &response).unwrap();
                                }
                            }
                        }
                    }
                };
                campaign.on_result(id, *now_ms, result).unwrap();
            }
        }
    }
}

/// The usual answers, and for uploads and lookups those of the test.
fn usual(operation: &str) -> Value {
    match operation {
        "auth" => json!({"token": "fake-token"}),
        _ => json!({"workflow_id": "w0"}),
    }
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
    let lenient = Session::new(ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        strict: false,
        ..ClientConfig::default()
    });
    let (mut journal, mut now_ms) = (String::new(), 1);
    let all = [json!({"callee": "0812", "platform": "P", "variables": {}})];
    let mut lost = |operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Err(Failure::Timeout),
        _ => Ok(usual(operation)),
    };
    let report = play(&lenient.unwrap(), config(10), &all, &mut journal, &mut now_ms, &mut lost);
    assert_eq!((report.doubtful.len(), report.error.is_some()), (1, true));
    let mut found = |operation: &str, _: &Value| match operation {
        "detailinstances" => Ok(json!({"rows": []})),
        _ => Ok(usual(operation)),
    };
    let report = play(&session(), config(10), &all, &mut journal, &mut now_ms, &mut found);
    assert_eq!((report.accepted, report.doubtful.len()), (1, 0));
}

#[test]
fn a_new_contact_before_one_of_the_same_identity_that_was_sent_is_a_duplicate() {
    let (mut api, mut journal, mut now_ms) = (Api::new(3, 0), String::new(), 1);
    let mut all = contacts(3);
    all[1] = all[2].clone();
    all[1]["new_field"] = 1.into();
    let report = run(&mut api, config(10), &all, &mut journal, &mut now_ms, None).unwrap().unwrap();
    assert_eq!((report.accepted, report.rejected[0].code.as_str()), (2, "E1004"));
    let lenient = Session::new(ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        strict: false,
        ..ClientConfig::default()
    });
    let mut answer = |operation: &str, _: &Value| {
        assert_ne!(operation, "uploaddetails");
        Ok(usual(operation))
    };
    let report = play(&lenient.unwrap(), config(10), &all, &mut journal, &mut now_ms, &mut answer);
    assert_eq!((report.accepted, report.rejected[0].contact, report.rejected[0].code.as_str()), (2, 1, "E1013"));
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nobody_twice_and_nobody_lost_whatever_fails_and_whenever_it_is_killed(
        seed: u64,
        fault_percent in 0_u64..35,
        count in 1_usize..120,
        batch_size in 1_usize..40,
        kills in prop::collection::vec(0_u64..60, 0..12),
    ) {
        let mut api = Api::new(seed, fault_percent);
        let report = run_to_the_end(&mut api, batch_size, &contacts(count), &kills);
        assert_each_once(&api, &report, count);
    }
}
