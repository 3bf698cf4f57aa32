//! The host that the tests here share.

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, Error, ErrorCode, Failure, Headers, Output, Report,
    Request, Response, Session, Step,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the API would know and do, with faults from a seeded sequence.
pub(crate) struct Api {
    pub(crate) workflows: BTreeMap<String, String>,
    pub(crate) uploads: BTreeMap<String, Vec<String>>,
    pub(crate) requests: u64,
    pub(crate) random: u64,
    pub(crate) fault_percent: u64,
}

impl Api {
    pub(crate) fn new(random: u64, fault_percent: u64) -> Self {
        Self { workflows: BTreeMap::new(), uploads: BTreeMap::new(), requests: 0, random, fault_percent }
    }

    pub(crate) fn roll(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound
    }

    pub(crate) fn pick(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(count as u64)).unwrap()
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Result<Response, Failure> {
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

    pub(crate) fn process(&mut self, request: &Request) -> Response {
        let data = self.data(request.url.rsplit('/').next().unwrap(), &serde_json::from_slice(&request.body).unwrap());
        let body = json!({"data": data, "status": "OK", "code": 200}).to_string().into_bytes();
        Response { status: 200, headers: Headers::new(), body }
    }

    /// What an operation does, and its result.
    pub(crate) fn data(&mut self, operation: &str, body: &Value) -> Value {
        match operation {
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
                json!({"rows": ids.iter().map(|id| json!({"workflow_id": id, "workflow_name": self.workflows[id], "create_time": "2023-11-14T22:13:20Z"})).collect::<Vec<_>>()})
            }
        }
    }

    pub(crate) fn run(&mut self, call: &mut Call, now_ms: &mut u64) -> Result<Output, Error> {
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

pub(crate) fn session() -> Session {
    session_that(true)
}

/// One that sends contacts unchecked.
pub(crate) fn lenient() -> Session {
    session_that(false)
}

fn session_that(strict: bool) -> Session {
    let config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        strict,
        ..ClientConfig::default()
    };
    Session::new(config).unwrap()
}

pub(crate) fn contacts(count: usize) -> Vec<Value> {
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

pub(crate) fn config(batch_size: usize) -> CampaignConfig {
    CampaignConfig { batch_size, in_flight: 2, ..CampaignConfig::new(7, "july", "2026-12-01 18:00:00+08:00") }
}

/// Feeds contacts as a host does; `null` stands for one that it cannot write as JSON.
pub(crate) fn feed(campaign: &mut Campaign, contacts: &[Value]) -> Result<(), Error> {
    for (index, written) in contacts.split(Value::is_null).enumerate() {
        if index > 0 {
            campaign.refuse_contact(None, &Error::new(ErrorCode::InvalidValue, "no JSON").at("/variables/x"))?;
        }
        campaign.feed(&Value::from(written).to_string())?;
    }
    Ok(())
}

/// Runs a campaign; `None` where it was killed after so many steps. The journal is what a disk would hold.
pub(crate) fn run(
    api: &mut Api,
    config: CampaignConfig,
    contacts: &[Value],
    journal: &mut String,
    now_ms: &mut u64,
    kill_after: Option<u64>,
) -> Result<Option<Report>, Error> {
    let session = session();
    let has_head = config.partition.is_some();
    let mut campaign = Campaign::new(&session, config)?;
    if has_head {
        let head = campaign.head(*now_ms)?;
        campaign.resume_head(head.as_bytes())?;
    }
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
            CampaignStep::Screen { .. } => unreachable!("nobody asked for it"),
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
pub(crate) fn run_to_the_end(api: &mut Api, batch_size: usize, contacts: &[Value], kills: &[u64]) -> Report {
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

pub(crate) fn assert_each_once(api: &Api, report: &Report, count: usize) {
    assert_eq!(report.accepted, count as u64);
    assert_eq!(api.uploads.len(), count);
    for (contact, uploads) in &api.uploads {
        assert_eq!(uploads.len(), 1, "{contact} was uploaded to {uploads:?}");
    }
}

/// Runs a campaign with answers of the test's own.
pub(crate) fn play(
    session: &Session,
    config: CampaignConfig,
    contacts: &[Value],
    journal: &mut String,
    now_ms: &mut u64,
    answer: &mut dyn FnMut(&str, &Value) -> Result<Value, Failure>,
) -> Report {
    let mut campaign = Campaign::new(session, config).unwrap();
    campaign.resume(journal.as_bytes()).unwrap();
    play_on(campaign, contacts, journal, now_ms, answer)
}

/// The same with a campaign that was made already.
pub(crate) fn play_on(
    mut campaign: Campaign,
    contacts: &[Value],
    journal: &mut String,
    now_ms: &mut u64,
    answer: &mut dyn FnMut(&str, &Value) -> Result<Value, Failure>,
) -> Report {
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
            CampaignStep::Screen { .. } => unreachable!("nobody asked for it"),
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
pub(crate) fn usual(operation: &str) -> Value {
    match operation {
        "auth" => json!({"token": "fake-token"}),
        _ => json!({"workflow_id": "w0"}),
    }
}
