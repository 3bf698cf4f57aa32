//! Dialogues between a host and a whole campaign.

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, Error, MaxRejected, Now, Partition, Report, Response, Session, Step,
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value, json, value::RawValue};

use crate::{GivenResponse, cases, code, dialogue::failure, settings};

const BASE_URL: &str = "https://api.example.test";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    about: String,
    client: Client,
    config: Config,
    contacts: Vec<Box<RawValue>>,
    suppress: Suppressed,
    head: Option<Earlier>,
    journal: Option<Earlier>,
    steps: Vec<Exchange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    app_key: Option<String>,
    app_secret: Option<String>,
    base_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
struct Config {
    workflow_template_id: i64,
    name: String,
    end_time: String,
    seed: u64,
    batch_size: Option<usize>,
    in_flight: Option<usize>,
    lookups_in_flight: Option<usize>,
    settle_ms: Option<u64>,
    #[serde(default)]
    never_settle: bool,
    #[serde(default)]
    allow_duplicates: bool,
    #[serde(default)]
    retry_rejected: bool,
    journal_key: Option<String>,
    #[serde(default)]
    same_account: bool,
    #[serde(default)]
    require_journal: bool,
    recover: Option<String>,
    partition: Option<(u32, u32)>,
    max_outage_ms: Option<u64>,
    max_doubtful_batches: Option<u32>,
    rate: Option<f64>,
    #[serde(default)]
    closed: Vec<(u64, u64)>,
    max_rejected: Option<u64>,
    max_rejected_share: Option<f64>,
    #[serde(default)]
    screen: bool,
    #[serde(default)]
    check_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suppressed {
    numbers: Vec<String>,
    case_ids: Vec<String>,
}

/// What earlier runs left, of which so many bytes are good, or which is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    text: String,
    kept: Option<usize>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Exchange {
    at: u64,
    monotonic: Option<u64>,
    call: Option<usize>,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Journal(Vec<Value>),
    Contacts { want: usize, feed: usize, error: Option<String> },
    Screen { contacts: Vec<usize>, numbers: Vec<String>, case_ids: Vec<String> },
    Send(ExpectedSend),
    Answer(GivenResponse),
    Fail(String),
    Ends(IgnoredAny),
    Wait { phase: String, from: Option<u64>, until: Option<u64> },
    Stop(IgnoredAny),
    Refuses(String),
    Done(Value),
}

#[derive(Deserialize)]
struct ExpectedSend {
    method: String,
    path: String,
    token: Option<String>,
    body: Value,
}

impl From<Config> for CampaignConfig {
    fn from(given: Config) -> Self {
        let most = given.max_rejected.map(MaxRejected::Number);
        let usual = Self::new(given.workflow_template_id, given.name, given.end_time);
        Self {
            batch_size: given.batch_size.unwrap_or(usual.batch_size),
            in_flight: given.in_flight.unwrap_or(usual.in_flight),
            lookups_in_flight: given.lookups_in_flight.unwrap_or(usual.lookups_in_flight),
            settle_ms: if given.never_settle { None } else { given.settle_ms.or(usual.settle_ms) },
            allow_duplicates: given.allow_duplicates,
            retry_rejected: given.retry_rejected,
            journal_key: given.journal_key.map(Into::into),
            same_account: given.same_account,
            require_journal: given.require_journal,
            recover: given.recover,
            partition: given.partition.map(|(index, count)| Partition { index, count }),
            max_outage_ms: given.max_outage_ms.unwrap_or(usual.max_outage_ms),
            max_doubtful_batches: given.max_doubtful_batches.unwrap_or(usual.max_doubtful_batches),
            rate: given.rate,
            closed: given.closed,
            max_rejected: most.or(given.max_rejected_share.map(MaxRejected::Share)),
            screen: given.screen,
            check_only: given.check_only,
            seed: given.seed,
            ..usual
        }
    }
}

/// A host that does what its case says.
struct Host {
    id: String,
    base_url: String,
    campaign: Campaign,
    contacts: Vec<Box<RawValue>>,
    fed: usize,
    /// The bytes that the journal has.
    length: u64,
    calls: Vec<(u64, Box<Call>)>,
}

/// A line that is written out is that line; of one that is given by its members, the message and the checksum may be any.
fn assert_line(line: &str, expected: &Value, id: &str) {
    if let Value::String(expected) = expected {
        assert_eq!(line, expected, "{id}");
        return;
    }
    let mut record: Map<String, Value> = serde_json::from_str(line).expect(id);
    assert!(record.remove("sum").is_some_and(|sum| sum.as_str().is_some_and(|sum| sum.len() == 16)), "{id}");
    if expected.get("message").is_none() {
        record.remove("message");
    }
    assert_eq!(&Value::from(record), expected, "{id}");
}

/// A report as the vectors have it: without messages, whose wording is nobody's business.
fn shown(report: &Report) -> Value {
    let rejected = report
        .rejected
        .iter()
        .map(|one| json!({"contact": one.contact, "case_id": one.case_id, "code": one.code, "pointer": one.pointer}));
    let doubtful = report.doubtful.iter().map(|one| json!({"contact": one.contact, "case_id": one.case_id}));
    let workflows = report
        .workflows
        .iter()
        .map(|one| json!({"workflow_id": one.workflow_id, "name": one.name, "contacts": one.contacts}));
    json!({
        "accepted": report.accepted,
        "rejected": rejected.collect::<Value>(),
        "doubtful": doubtful.collect::<Value>(),
        "workflows": workflows.collect::<Value>(),
        "clock_offset_ms": report.clock_offset_ms,
        "error": report.error.as_ref().map(|error| error.code().to_string()),
    })
}

fn assert_fails<T>(result: Result<T, Error>, expected: Option<String>, id: &str) {
    assert_eq!(code(result), expected.unwrap_or_else(|| "no error".into()), "{id}");
}

impl Host {
    fn poll(&mut self, now: Now) -> CampaignStep {
        self.campaign.poll(now).expect(&self.id)
    }

    fn texts(&self, positions: impl Iterator<Item = usize>) -> String {
        format!("[{}]", positions.map(|one| self.contacts[one].get()).collect::<Vec<_>>().join(","))
    }

    fn writes(&mut self, now: Now, expected: &[Value]) {
        let CampaignStep::Journal { lines, at } = self.poll(now) else { panic!("{}: no lines", self.id) };
        assert_eq!(at, self.length, "{}", self.id);
        self.length += lines.len() as u64;
        let lines: Vec<&str> = lines.split_inclusive('\n').collect();
        assert_eq!(lines.len(), expected.len(), "{}: {lines:?}", self.id);
        lines.iter().zip(expected).for_each(|(line, expected)| assert_line(line, expected, &self.id));
        self.campaign.journal_written().expect(&self.id);
    }

    fn feeds(&mut self, now: Now, wanted: usize, feed: usize, error: Option<String>) {
        let step = self.poll(now);
        assert!(matches!(step, CampaignStep::Contacts { want } if want == wanted), "{}: {step:?}", self.id);
        if feed == 0 {
            assert_fails(self.campaign.end_of_contacts(), error, &self.id);
            return;
        }
        let text = self.texts(self.fed..self.fed + feed);
        self.fed += feed;
        assert_fails(self.campaign.feed(&text), error, &self.id);
    }

    fn screens(&mut self, now: Now, positions: Vec<usize>, numbers: &[String], case_ids: &[String]) {
        let CampaignStep::Screen { contacts } = self.poll(now) else { panic!("{}: nobody to screen", self.id) };
        assert_eq!(contacts, self.texts(positions.into_iter()), "{}", self.id);
        self.campaign.suppress(numbers).expect(&self.id);
        self.campaign.suppress_case_ids(case_ids).expect(&self.id);
        self.campaign.screened().expect(&self.id);
    }

    fn sends(&mut self, now: Now, number: usize, expected: ExpectedSend) {
        if number == self.calls.len() {
            let step = self.poll(now);
            let CampaignStep::Call { id, call } = step else { panic!("{}: {step:?}", self.id) };
            self.calls.push((id, call));
        }
        let step = self.calls[number].1.poll(now.unix_ms).expect(&self.id);
        let Step::Send(request) = step else { panic!("{}: {step:?}", self.id) };
        assert_eq!(request.method.as_str(), expected.method, "{}", self.id);
        assert_eq!(request.url, format!("{}{}", self.base_url, expected.path), "{}", self.id);
        let token = expected.token.map(|token| format!("Token {token}"));
        assert_eq!(request.headers.get("Authorization"), token.as_deref(), "{}", self.id);
        assert_eq!(serde_json::from_slice::<Value>(&request.body).expect(&self.id), expected.body, "{}", self.id);
    }

    fn ends(&mut self, now: Now, number: usize) {
        let (id, call) = &mut self.calls[number];
        assert_eq!(call.poll(now.unix_ms).expect(&self.id), Step::Done, "{}", self.id);
        let result = call.take_result();
        self.campaign.on_result(*id, now, result).expect(&self.id);
    }

    fn waits(&mut self, now: Now, phase: &str, from: Option<u64>, until: Option<u64>) {
        let step = self.poll(now);
        let CampaignStep::Wait { until_ms } = step else { panic!("{}: {step:?}", self.id) };
        assert_eq!(self.campaign.progress().phase.as_str(), phase, "{}", self.id);
        let is_between = until_ms.is_some_and(|ms| Some(ms) >= from && Some(ms) <= until);
        assert!(is_between || (until_ms, until) == (None, None), "{}: {until_ms:?}", self.id);
    }

    fn does(&mut self, now: Now, call: Option<usize>, what: What) {
        let number = || call.expect("a call");
        match what {
            What::Journal(lines) => self.writes(now, &lines),
            What::Contacts { want, feed, error } => self.feeds(now, want, feed, error),
            What::Screen { contacts, numbers, case_ids } => self.screens(now, contacts, &numbers, &case_ids),
            What::Send(expected) => self.sends(now, number(), expected),
            What::Answer(GivenResponse { status, headers, body }) => {
                let headers = headers.into_iter().collect();
                let response = Response { status, headers, body: body.into_bytes() };
                self.calls[number()].1.on_response(now.unix_ms, &response).expect(&self.id);
            }
            What::Fail(how) => self.calls[number()].1.on_failure(now.unix_ms, failure(&how), "").expect(&self.id),
            What::Ends(_) => self.ends(now, number()),
            What::Wait { phase, from, until } => self.waits(now, &phase, from, until),
            What::Stop(_) => self.campaign.give_up().expect(&self.id),
            What::Refuses(error) => assert_fails(self.campaign.poll(now), Some(error), &self.id),
            What::Done(report) => {
                let step = self.poll(now);
                assert!(matches!(step, CampaignStep::Done), "{}: {step:?}", self.id);
                assert_eq!(shown(&self.campaign.report()), report, "{}", self.id);
            }
        }
    }

    /// Takes up what earlier runs left.
    fn resumes(&mut self, head: Option<Earlier>, journal: Option<Earlier>) {
        if let Some(Earlier { text, error, .. }) = head {
            assert_fails(self.campaign.resume_head(text.as_bytes()), error, &self.id);
        }
        if let Some(Earlier { text, kept, error }) = journal {
            let good = self.campaign.resume(text.as_bytes());
            self.length = good.as_ref().copied().unwrap_or_default() as u64;
            assert_eq!(good.as_ref().ok().copied(), kept, "{}", self.id);
            assert_fails(good, error, &self.id);
        }
    }
}

#[test]
fn campaigns() {
    for case in cases::<Case>("campaign.json") {
        let id = format!("{}, {}", case.id, case.about);
        let mut with = settings(None);
        with.app_key = case.client.app_key.map(Into::into).or(with.app_key);
        with.app_secret = case.client.app_secret.map(Into::into).or(with.app_secret);
        with.base_url = case.client.base_url.or(with.base_url);
        let base_url = with.base_url.clone().unwrap_or_else(|| BASE_URL.into());
        let session = Session::new(with).expect(&id);
        let campaign = Campaign::new(&session, case.config.into()).expect(&id);
        let mut host = Host { id, base_url, campaign, contacts: case.contacts, fed: 0, length: 0, calls: Vec::new() };
        host.campaign.suppress(case.suppress.numbers).expect(&host.id);
        host.campaign.suppress_case_ids(case.suppress.case_ids).expect(&host.id);
        host.resumes(case.head, case.journal);
        for Exchange { at, monotonic, call, what } in case.steps {
            host.does(Now::new(at, monotonic.unwrap_or(at)), call, what);
        }
    }
}
