//! The host that the tests here share.

use Answer::{Code, Data, Lost, Raw};
use std::mem;

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, Failure, Headers, Now, Output, Report, Response,
    Session, Step,
};
use serde_json::{Value, json};

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// 2023-11-15 06:13:20+08:00.
pub(crate) const START: u64 = 1_700_000_000_000;

/// What the API, or something before it, answers.
pub(crate) enum Answer {
    Data(Value),
    Code(i64),
    Raw(u16, &'static str),
    Lost,
}

/// A host with a journal and two clocks, one of which may be wrong.
pub(crate) struct Host {
    pub(crate) journal: Vec<u8>,
    pub(crate) unix_ms: u64,
    pub(crate) monotonic_ms: u64,
    /// The time by which the API's clock is ahead of the true time; `None`: it does not tell its time.
    pub(crate) service: Option<i64>,
    pub(crate) one_clock: bool,
    /// Calls end when no other one can start: all that may be under way at once are.
    pub(crate) together: bool,
    /// Somebody sets the clock by so much once the call that is under way has ended.
    pub(crate) set_by_ms: i64,
    pub(crate) app_key: &'static str,
    pub(crate) app_secret: &'static str,
    pub(crate) base_url: &'static str,
    /// Who must not be called, by the time that contacts are screened.
    pub(crate) suppress: Vec<String>,
    /// The contacts that were screened, each time.
    pub(crate) screened: Vec<Vec<Value>>,
    /// Operation and body of each request.
    pub(crate) seen: Vec<(String, Value)>,
    /// The times of these requests by the monotonic clock.
    pub(crate) seen_at: Vec<u64>,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self {
            journal: Vec::new(),
            unix_ms: START,
            monotonic_ms: 0,
            service: Some(0),
            one_clock: false,
            together: false,
            set_by_ms: 0,
            app_key: "fake-key",
            app_secret: "fake-secret",
            base_url: "http://127.0.0.1:1",
            suppress: Vec::new(),
            screened: Vec::new(),
            seen: Vec::new(),
            seen_at: Vec::new(),
        }
    }

    pub(crate) fn session(&self) -> Session {
        let config = ClientConfig {
            app_key: Some(self.app_key.into()),
            app_secret: Some(self.app_secret.into()),
            base_url: Some(self.base_url.into()),
            ..ClientConfig::default()
        };
        Session::new(config).unwrap()
    }

    pub(crate) fn now(&self) -> Now {
        if self.one_clock { self.unix_ms.into() } else { Now::new(self.unix_ms, self.monotonic_ms) }
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.unix_ms += ms;
        self.monotonic_ms += ms;
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.seen.iter().filter(|(seen, _)| seen == operation).count()
    }

    /// When the requests of this operation were sent, by the monotonic clock.
    pub(crate) fn times(&self, operation: &str) -> Vec<u64> {
        let seen = self.seen.iter().zip(&self.seen_at);
        seen.filter(|((seen, _), _)| seen == operation).map(|(_, at)| *at).collect()
    }

    pub(crate) fn bodies(&self, operation: &str) -> Vec<&Value> {
        self.seen.iter().filter(|(seen, _)| seen == operation).map(|(_, body)| body).collect()
    }

    /// Runs the campaign until it is done.
    pub(crate) fn run(
        &mut self,
        config: CampaignConfig,
        contacts: &[Value],
        answer: &mut dyn FnMut(&mut Self, &str, &Value) -> Answer,
    ) -> Report {
        let mut campaign = Campaign::new(&self.session(), config).unwrap();
        let good = campaign.resume(&self.journal).unwrap();
        self.journal.truncate(good);
        let mut rest = contacts;
        let mut under_way = Vec::new();
        for _ in 0..10_000 {
            match campaign.poll(self.now()).unwrap() {
                CampaignStep::Journal { lines, at } => {
                    assert_eq!(at, self.journal.len() as u64);
                    self.journal.extend(lines.as_bytes());
                    campaign.journal_written().unwrap();
                }
                CampaignStep::Contacts { want } => {
                    let (now, later) = rest.split_at(want.min(rest.len()));
                    rest = later;
                    if now.is_empty() {
                        campaign.end_of_contacts().unwrap();
                    } else {
                        campaign.feed(&Value::from(now).to_string()).unwrap();
                    }
                }
                CampaignStep::Call { id, call } => {
                    under_way.push((id, call));
                    if !self.together {
                        self.end_calls(&mut campaign, &mut under_way, answer);
                    }
                }
                CampaignStep::Screen { contacts } => {
                    self.screened.push(serde_json::from_str(&contacts).unwrap());
                    campaign.suppress(&self.suppress).unwrap();
                    campaign.screened().unwrap();
                }
                CampaignStep::Wait { .. } if !under_way.is_empty() => {
                    self.end_calls(&mut campaign, &mut under_way, answer);
                }
                CampaignStep::Wait { until_ms } => {
                    let wait_ms = until_ms.expect("something to wait for") - self.unix_ms;
                    assert!(wait_ms > 0, "a host would poll without end");
                    self.pass(wait_ms);
                }
                CampaignStep::Done => return campaign.report(),
            }
        }
        panic!("the campaign does not end");
    }

    fn end_calls(
        &mut self,
        campaign: &mut Campaign,
        under_way: &mut Vec<(u64, Box<Call>)>,
        answer: &mut dyn FnMut(&mut Self, &str, &Value) -> Answer,
    ) {
        for (id, mut call) in under_way.drain(..) {
            let result = self.exchange(&mut call, answer);
            self.unix_ms = self.unix_ms.checked_add_signed(mem::take(&mut self.set_by_ms)).unwrap();
            campaign.on_result(id, self.now(), result).unwrap();
        }
    }

    pub(crate) fn exchange(
        &mut self,
        call: &mut Call,
        answer: &mut dyn FnMut(&mut Self, &str, &Value) -> Answer,
    ) -> Result<Output, airudder_core::Error> {
        loop {
            match call.poll(self.unix_ms).unwrap() {
                Step::Done => return call.take_result(),
                Step::Wait { until_ms, .. } => self.pass(until_ms - self.unix_ms),
                Step::Send(request) => {
                    let body: Value = serde_json::from_slice(&request.body).unwrap();
                    let operation = request.url.rsplit('/').next().unwrap();
                    self.seen.push((operation.to_owned(), body.clone()));
                    self.seen_at.push(self.monotonic_ms);
                    self.pass(10);
                    let said = match answer(self, operation, &body) {
                        // The API answers an upload with the workflow that it went to.
                        Data(_) if operation == "uploaddetails" => Data(json!({"workflow_id": body["workflow_id"]})),
                        said => said,
                    };
                    let (status, body) = match said {
                        Data(data) => (200, json!({"data": data, "code": 200}).to_string()),
                        Code(code) => (200, json!({"code": code, "message": "no to +6281234567890"}).to_string()),
                        Raw(status, body) => (status, body.to_owned()),
                        Lost => {
                            call.on_failure(self.unix_ms, Failure::Timeout, "").unwrap();
                            continue;
                        }
                    };
                    let mut headers = Headers::new();
                    if let Some(ahead_ms) = self.service {
                        headers
                            .set("Date", http_date((START + self.monotonic_ms).checked_add_signed(ahead_ms).unwrap()));
                    }
                    let response = Response { status, headers, body: body.into_bytes() };
                    call.on_response(self.unix_ms, &response).unwrap();
                }
            }
        }
    }
}

pub(crate) fn http_date(ms: u64) -> String {
    let format = time::macros::format_description!(
        version = 2,
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time::OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1000).unwrap()).unwrap().format(format).unwrap()
}

pub(crate) fn config(batch_size: usize) -> CampaignConfig {
    CampaignConfig { batch_size, seed: 7, ..CampaignConfig::new(7, "july", "2099-12-01 18:00:00+08:00") }
}

pub(crate) fn contacts(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| {
            let (callee, caseid) = (format!("+6200{n:08}"), format!("c-{n}"));
            json!({"callee": callee, "platform": "P", "caseid": caseid, "variables": {"customer_name": "A"}})
        })
        .collect()
}

/// What an API answers that works; uploads and lookups are the test's.
pub(crate) fn usual(operation: &str) -> Answer {
    match operation {
        "auth" => Data(json!({"token": "fake-token"})),
        "detailinstances" => Data(json!({"rows": []})),
        _ => Data(json!({"workflow_id": "w0"})),
    }
}

pub(crate) fn found() -> Answer {
    Data(json!({"rows": [{"workflow_id": "w0", "workflow_name": "july"}]}))
}
