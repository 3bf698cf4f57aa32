//! Campaigns against a model of the API that holds the truth: which contacts it has carried out, at once, late or not at all,
//! and that answers in every way that does not contradict the truth outright.
//!
//! Whatever it answers, loses or delays, whenever the campaign is killed, and whatever settings change when it is resumed:
//! nobody is carried out twice, nobody is lost, and no report claims what is not so.

use std::collections::{BTreeMap, BTreeSet};

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, Error, Failure, Headers, Output, Report, Request,
    Response, Session, Step, crypto,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

const KEY: &str = "fake-key-16bytes";
/// The API takes up no request later than this.
const SETTLE_MS: u64 = 60_000;
const START_MS: u64 = 1_700_000_000_000;
/// After so many runs nothing fails any more.
const TROUBLED_RUNS: usize = 8;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()].clone()
    }
}

/// What the API did with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Done,
    NotDone,
    /// Some of it, or later: only an answer that says nothing fits.
    Partly,
}

/// What the API has of one contact, by its position.
struct Api {
    random: Random,
    trouble_percent: u64,
    now_ms: u64,
    /// How far the host's clock was set back.
    behind_ms: u64,
    tokens: BTreeSet<String>,
    issued: u64,
    workflows: BTreeMap<String, (String, u64)>,
    carried: BTreeMap<usize, String>,
    late: Vec<(u64, usize, String)>,
    keys: BTreeMap<usize, String>,
    phones: BTreeMap<usize, String>,
    duplicates_allowed: bool,
    sealed: bool,
}

fn key_of(contact: &Value) -> String {
    let caseid = contact.get("caseid").and_then(Value::as_str).filter(|caseid| !caseid.is_empty());
    caseid.map_or_else(|| format!("phone {}", contact["callee"]), |caseid| format!("case {caseid}"))
}

fn shown(ms: u64) -> String {
    let format = format_description!(version = 2, "[year]-[month]-[day] [hour]:[minute]:[second]+08:00");
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1000).unwrap()).unwrap();
    time.to_offset(time::macros::offset!(+8)).format(format).unwrap()
}

impl Api {
    fn host_ms(&self) -> u64 {
        self.now_ms - self.behind_ms
    }

    fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        let now_ms = self.now_ms;
        for (_, position, workflow) in self.late.extract_if(.., |(at_ms, ..)| *at_ms <= now_ms).collect::<Vec<_>>() {
            self.carry(position, workflow);
        }
    }

    fn carry(&mut self, position: usize, workflow: String) {
        let before = self.carried.insert(position, workflow);
        assert!(before.is_none(), "contact {position} was carried out twice");
    }

    fn may_hold(&self, position: usize) -> bool {
        self.carried.contains_key(&position) || self.late.iter().any(|(_, late, _)| *late == position)
    }

    /// Carries out a request, or not, and answers.
    fn answer(&mut self, request: &Request) -> Result<Response, Failure> {
        let pause_ms = if self.random.percent(2) { 5 * 3_600_000 } else { self.random.below(12_000) };
        self.pass(pause_ms / 2);
        if self.random.percent(3) && self.behind_ms < 20 * 3_600_000 {
            self.behind_ms += self.random.below(4 * 3_600_000);
        }
        let troubled = self.random.percent(self.trouble_percent);
        let text = if self.sealed {
            crypto::decrypt(&request.body, &crypto::EncryptionKey::new(KEY).unwrap()).unwrap()
        } else {
            request.body.clone()
        };
        let body: Value = serde_json::from_slice(&text).unwrap();
        let operation = request.url.rsplit('/').next().unwrap();
        let token = request.headers.get("Authorization").and_then(|value| value.strip_prefix("Token "));
        let answer = if operation != "auth" && !token.is_some_and(|token| self.tokens.contains(token)) {
            Ok(self.refused(401))
        } else {
            let (fate, data) = match operation {
                "auth" => self.fetch_token(troubled),
                "createinstance" => self.create(&body, troubled),
                "uploaddetails" => self.upload(&body, troubled),
                _ => self.look_up(&body, troubled),
            };
            self.say(fate, &data, troubled)
        };
        if self.random.percent(2) {
            self.tokens.clear();
        }
        self.pass(pause_ms - pause_ms / 2);
        // From now on the host knows, or doubts: the settle time begins.
        answer
    }

    fn fetch_token(&mut self, troubled: bool) -> (Fate, Value) {
        if troubled {
            let odd = [json!(null), json!({}), json!({"token": ""}), json!({"token": 7}), json!({"token": "a\nb"})];
            return (Fate::Done, self.random.pick(&odd));
        }
        self.issued += 1;
        let token = format!("fake-token-{}", self.issued);
        self.tokens.insert(token.clone());
        (Fate::Done, json!({"token": token}))
    }

    fn create(&mut self, body: &Value, troubled: bool) -> (Fate, Value) {
        if troubled && self.random.percent(50) {
            return (Fate::NotDone, Value::Null);
        }
        let id = format!("w{}", self.workflows.len());
        self.workflows.insert(id.clone(), (body["name"].as_str().unwrap().to_owned(), self.now_ms));
        (Fate::Done, json!({"workflow_id": id}))
    }

    fn upload(&mut self, body: &Value, troubled: bool) -> (Fate, Value) {
        let workflow = body["workflow_id"].as_str().unwrap();
        assert!(self.workflows.contains_key(workflow), "an upload into {workflow}");
        let positions: Vec<usize> = body["details"]
            .as_array()
            .unwrap()
            .iter()
            .map(|contact| contact["variables"]["customer_name"].as_str().unwrap().parse().unwrap())
            .collect();
        for position in &positions {
            assert!(!self.may_hold(*position), "contact {position} is sent again");
            let twin = self.keys.iter().find(|(other, key)| {
                *other != position
                    && **key == self.keys[position]
                    && (self.may_hold(**other) || positions.contains(other))
            });
            assert!(self.duplicates_allowed || twin.is_none(), "{twin:?} is sent again as {position}");
        }
        let data = json!({"workflow_id": workflow});
        let way = if troubled { self.random.below(4) } else { 0 };
        for position in positions {
            match if way == 3 { self.random.below(3) } else { way } {
                0 => self.carry(position, workflow.to_owned()),
                // The answer comes at once at the earliest, and the settle time begins with it.
                2 => self.late.push((self.now_ms + self.random.below(SETTLE_MS), position, workflow.to_owned())),
                _ => {}
            }
        }
        (
            match way {
                0 => Fate::Done,
                1 => Fate::NotDone,
                _ => Fate::Partly,
            },
            data,
        )
    }

    fn look_up(&mut self, body: &Value, troubled: bool) -> (Fate, Value) {
        let key = match body.get("case_id") {
            Some(caseid) => format!("case {}", caseid.as_str().unwrap()),
            None => format!("phone {}", body["callee"]),
        };
        let (from, to) = (body["start_time"].as_str().unwrap(), body["end_time"].as_str().unwrap());
        let held: BTreeSet<&String> = self
            .carried
            .iter()
            .filter(|(position, _)| self.keys[position] == key || self.phones[position] == key)
            .map(|(_, workflow)| workflow)
            .collect();
        let mut rows = Vec::new();
        for id in held {
            let (name, created_ms) = &self.workflows[id];
            if (from..=to).contains(&shown(*created_ms).as_str()) {
                rows.push(json!({"workflow_id": id, "workflow_name": name, "status": "finished"}));
            }
        }
        match self.random.below(12) {
            0 => rows.push(json!({"workflow_id": "foreign", "workflow_name": "another"})),
            1 => rows.push(json!({"workflow_id": "foreign"})),
            2 if troubled => rows.push(json!({"workflow_id": "foreign", "workflow_name": "july"})),
            3 if troubled => rows = vec![json!({"new_id": "w0"})],
            4 if troubled => {
                return (Fate::Done, self.random.pick(&[json!({}), json!(null), json!({"rows": 7}), json!([])]));
            }
            5 if rows.is_empty() => return (Fate::Done, json!({"rows": null})),
            _ => {}
        }
        (Fate::Done, json!({"rows": rows}))
    }

    /// An answer that fits what was done.
    fn say(&mut self, fate: Fate, data: &Value, troubled: bool) -> Result<Response, Failure> {
        if troubled && (fate == Fate::Partly || self.random.percent(50)) {
            return self.nothing_said(data);
        }
        if fate == Fate::NotDone {
            if self.random.percent(20) {
                return Err(Failure::ConnectFailed);
            }
            let code = self.random.pick(&[400, 401, 403, 404, 409, 413, 429, 503]);
            return Ok(self.refused(code));
        }
        let text = match if troubled { self.random.below(4) } else { 0 } {
            1 if !data.is_null() => json!({"data": data}),
            2 => json!({"data": data, "code": "200", "message": ""}),
            _ => json!({"data": data, "status": "OK", "code": 200}),
        };
        let status = if troubled { self.random.pick(&[200, 201]) } else { 200 };
        Ok(self.response(status, text.to_string().into_bytes(), None))
    }

    /// An answer that says that a request had no effect.
    fn refused(&mut self, code: u16) -> Response {
        let envelope = json!({"code": code, "message": "no"}).to_string().into_bytes();
        let anything =
            self.random.pick(&["", "<html>no</html>", "{\"message\":\"no\"}", "{}", "[]"]).as_bytes().to_vec();
        match self.random.below(4) {
            0 => self.response(200, envelope, None),
            1 => self.response(code, envelope, None),
            2 => self.response(code, envelope, Some("0")),
            _ => {
                let times = ["0", "1", "30", "Fri, 31 Dec 2094 23:59:59 GMT"];
                let retry_after = self.random.pick(&times);
                self.response(code, anything, Some(retry_after))
            }
        }
    }

    /// An answer that does not say what became of the request, or speaks against itself, or none.
    fn nothing_said(&mut self, data: &Value) -> Result<Response, Failure> {
        let done = json!({"data": data, "status": "OK", "code": 200}).to_string();
        let half = done[..done.len() / 2].to_owned();
        let vague =
            ["", "<html>", "{}", "[]", "null", "{\"data\":null}", "{\"code\":500}", "{\"code\":200,\"code\":200}"];
        let odd = [
            "{\"code\":\"E_NEW\",\"data\":{}}",
            "{\"code\":2.5,\"data\":{}}",
            "{\"code\":0,\"data\":{}}",
            "{\"code\":-1}",
        ];
        let retry_after = self.random.pick(&[None, Some("0"), Some("soon"), Some("99999999999999999999999")]);
        Ok(match self.random.below(8) {
            0 => return Err(self.random.pick(&[Failure::Timeout, Failure::Reset, Failure::Other])),
            1 => {
                let status = self.random.pick(&[302, 307, 408, 500, 502, 504, 599]);
                let body =
                    self.random.pick(&[done.as_str(), half.as_str(), "", "<html>", "{\"code\":403}", "{\"code\":503}"]);
                self.response(status, body.into(), retry_after)
            }
            // Status and code at odds.
            2 => {
                let status = self.random.pick(&[400, 401, 403, 404, 409, 429, 499, 503]);
                let body = self.random.pick(&[done.as_str(), "{\"code\":500}", "{\"code\":502,\"message\":\"lost\"}"]);
                self.response(status, body.into(), retry_after)
            }
            3 => {
                let body = self.random.pick(&[half.as_str(), "", "<html>", "{\"message\":\"lost\"}", "{\"code\":403}"]);
                let retry_after = self.random.pick(&[None, Some("soon"), Some("")]);
                self.response(503, body.into(), retry_after)
            }
            4 => self.response(200, half.into(), retry_after),
            5 => {
                let body = self.random.pick(&[&vague[..], &odd[..]].concat());
                self.response(200, body.into(), retry_after)
            }
            6 => {
                let headers = [("Is-Encrypted", "1"), ("Signed", "00")].into_iter().collect();
                let body = self.random.pick(&[done.as_str(), "AAAA", "AAAAAAAAAAAAAAAAAAAAAA==", ""]).into();
                Response { status: 200, headers, body }
            }
            _ => self.response(200, vec![b'{', 0xff, b'}'], retry_after),
        })
    }

    fn response(&mut self, status: u16, body: Vec<u8>, retry_after: Option<&str>) -> Response {
        let mut headers = Headers::new();
        if let Some(value) = retry_after {
            headers.set("retry-after", value);
        }
        let mut body = body;
        if self.sealed && self.random.percent(50) && body.last() != Some(&0) {
            headers.set("Is-Encrypted", "1");
            headers.set("Signed", crypto::digest(&body));
            body = crypto::encrypt(&body, &crypto::EncryptionKey::new(KEY).unwrap()).unwrap().into_bytes();
        }
        Response { status, headers, body }
    }
}

/// What is under way in a host: the call, and what came of it.
struct Running {
    id: u64,
    call: Box<Call>,
}

/// One run, until it is done or killed.
fn run(
    api: &mut Api,
    campaign: &mut Campaign,
    contacts: &[Value],
    journal: &mut String,
    kill_at: u64,
) -> Option<Report> {
    let (mut next, mut running) = (0, Vec::<Running>::new());
    let give_up_at = if api.random.percent(10) { api.random.below(200) } else { u64::MAX };
    for step in 0..100_000 {
        if step == give_up_at {
            campaign.give_up().unwrap();
        }
        match campaign.poll(api.host_ms()).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                if step >= kill_at {
                    let torn = usize::try_from(api.random.below(lines.len() as u64 + 1)).unwrap();
                    journal.push_str(&lines[..torn]);
                    return None;
                }
                journal.push_str(&lines);
                campaign.journal_written().unwrap();
            }
            CampaignStep::Contacts { want } => {
                let count = usize::try_from(1 + api.random.below(want as u64 * 2)).unwrap();
                let chunk = &contacts[next..contacts.len().min(next + count)];
                next += chunk.len();
                if chunk.is_empty() {
                    campaign.end_of_contacts().unwrap();
                } else {
                    campaign.feed(&Value::from(chunk).to_string()).unwrap();
                }
            }
            CampaignStep::Call { id, call } => running.push(Running { id, call }),
            CampaignStep::Wait { until_ms } if running.is_empty() => {
                let until_ms = until_ms.expect("something to wait for");
                assert!(until_ms > api.host_ms(), "a host would poll without end");
                api.pass(until_ms - api.host_ms());
            }
            CampaignStep::Wait { .. } => {
                // Calls go on and end in any order.
                let index = usize::try_from(api.random.below(running.len() as u64)).unwrap();
                let result = go_on(api, &mut running[index].call, step >= kill_at);
                if step >= kill_at {
                    return None;
                }
                if let Some(result) = result {
                    let id = running.swap_remove(index).id;
                    campaign.on_result(id, api.host_ms(), result).unwrap();
                }
            }
            CampaignStep::Done => {
                assert!(running.is_empty(), "it is done while calls are running");
                return Some(campaign.report());
            }
        }
    }
    panic!("the campaign does not end");
}

/// One step of a call; killed, what it sent is carried out all the same.
fn go_on(api: &mut Api, call: &mut Call, killed: bool) -> Option<Result<Output, Error>> {
    match call.poll(api.host_ms()).unwrap() {
        Step::Done => return Some(call.take_result()),
        Step::Wait { until_ms, .. } => api.pass(until_ms - api.host_ms()),
        Step::Send(request) => {
            let answer = api.answer(&request);
            if !killed {
                match answer {
                    Ok(response) => call.on_response(api.host_ms(), &response).unwrap(),
                    Err(failure) => call.on_failure(api.host_ms(), failure, "").unwrap(),
                }
            }
        }
    }
    None
}

/// Compares a report with the truth.
fn check(api: &Api, report: &Report, contacts: &[Value]) {
    let rejected: BTreeSet<usize> = report.rejected.iter().map(|one| usize::try_from(one.contact).unwrap()).collect();
    let doubtful: BTreeSet<usize> = report.doubtful.iter().map(|one| usize::try_from(one.contact).unwrap()).collect();
    assert_eq!((rejected.len(), doubtful.len()), (report.rejected.len(), report.doubtful.len()), "named twice");
    assert!(rejected.is_disjoint(&doubtful), "rejected and doubtful");
    let accepted = usize::try_from(report.accepted).unwrap();
    for position in 0..contacts.len() {
        assert!(!(rejected.contains(&position) && api.may_hold(position)), "contact {position} is rejected, and there");
    }
    let certain =
        (0..contacts.len()).filter(|position| api.may_hold(*position) && !doubtful.contains(position)).count();
    if report.error.is_some() {
        assert!(certain <= accepted, "{certain} contacts are there, {accepted} are accepted, {doubtful:?} doubtful");
    }
    let others = (0..contacts.len()).filter(|position| !rejected.contains(position) && !doubtful.contains(position));
    let there = others.clone().filter(|position| api.may_hold(*position)).count();
    assert!(there >= accepted, "{accepted} are accepted, {there} are there");
}

fn session(sealed: bool, strict: bool) -> Session {
    let config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        encryption_key: sealed.then(|| KEY.into()),
        strict,
        ..ClientConfig::default()
    };
    Session::new(config).unwrap()
}

/// Some have a case id, some come twice, some break a rule.
fn contacts(random: &mut Random, count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| {
            let who = if random.percent(10) { random.below(n as u64 + 1) } else { n as u64 };
            let mut contact =
                json!({"callee": format!("+62{who:08}"), "platform": "P", "variables": {"customer_name": n.to_string()}});
            if who % 2 == 0 && !random.percent(10) {
                contact["caseid"] = format!("c-{who}").into();
            }
            if random.percent(5) {
                contact["callee"] = format!("08{who}").into();
            }
            contact
        })
        .collect()
}

/// A campaign from its beginning to its end, over many runs; what was seen is given back.
fn life(seed: u64, count: usize, trouble_percent: u64, sealed: bool) -> String {
    let mut random = Random(seed);
    let contacts = contacts(&mut random, count);
    let mut api = Api {
        random,
        trouble_percent,
        now_ms: START_MS,
        behind_ms: 0,
        tokens: BTreeSet::new(),
        issued: 0,
        workflows: BTreeMap::new(),
        carried: BTreeMap::new(),
        late: Vec::new(),
        keys: contacts.iter().map(key_of).enumerate().collect(),
        phones: contacts.iter().map(|contact| format!("phone {}", contact["callee"])).enumerate().collect(),
        duplicates_allowed: false,
        sealed,
    };
    let mut journal = String::new();
    for number in 0.. {
        assert!(number < 4 * TROUBLED_RUNS, "the campaign is not done in any run");
        if number == TROUBLED_RUNS {
            api.trouble_percent = 0;
        }
        let troubled = number < TROUBLED_RUNS;
        let batch = 1 + api.random.below(count as u64 + 3);
        api.duplicates_allowed = api.random.percent(30);
        let config = CampaignConfig {
            batch_size: usize::try_from(batch).unwrap(),
            in_flight: usize::try_from(1 + api.random.below(3)).unwrap(),
            lookups_in_flight: usize::try_from(1 + api.random.below(4)).unwrap(),
            settle_ms: if troubled && api.random.percent(10) { None } else { Some(SETTLE_MS) },
            allow_duplicates: api.duplicates_allowed,
            retry_rejected: api.random.percent(30),
            seed: api.random.below(1 << 30),
            ..CampaignConfig::new(7, "july", "2026-12-01 18:00:00+08:00")
        };
        let strict = api.random.percent(50);
        let mut campaign = Campaign::new(&session(sealed, strict), config).unwrap();
        let good = campaign.resume(journal.as_bytes()).unwrap();
        journal.truncate(good);
        let kill_at = if troubled && api.random.percent(70) { api.random.below(150) } else { u64::MAX };
        if let Some(report) = run(&mut api, &mut campaign, &contacts, &mut journal, kill_at) {
            check(&api, &report, &contacts);
            let known = usize::try_from(report.accepted).unwrap() + report.rejected.len() + report.doubtful.len();
            assert!(known <= contacts.len(), "a contact is counted twice");
            if !troubled && report.error.is_none() && known == contacts.len() {
                api.pass(SETTLE_MS);
                check(&api, &report, &contacts);
                return format!("{report:?} {:?} {journal}", api.carried);
            }
        }
        api.pass(1000);
    }
    unreachable!()
}

proptest! {
    #[test]
    fn whatever_the_api_does_and_says_nobody_is_called_twice_and_nobody_is_lost(
        seed: u64,
        count in 1_usize..40,
        trouble_percent in 0_u64..90,
        sealed: bool,
    ) {
        let seen = life(seed, count, trouble_percent, sealed);
        if seed % 16 == 0 {
            prop_assert_eq!(seen, life(seed, count, trouble_percent, sealed), "the same inputs give the same outputs");
        }
    }
}
