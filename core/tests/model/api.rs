//! The API as the model knows it: it holds the truth, and answers, loses and delays what it likes.

use std::collections::{BTreeMap, BTreeSet};

use airudder_core::{Failure, Headers, Now, Request, Response, crypto};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use super::{HOUR, KEY, SETTLE_MS, START_MS};

pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
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
    /// Some of it, and the API says all the same that it refused it.
    Unfair,
    /// The workflow takes no contacts any more.
    Ended,
    /// Nothing, as for some time.
    Outage,
}

/// What the API has of one contact, by its position.
pub(crate) struct Api {
    pub(crate) random: Random,
    pub(crate) trouble_percent: u64,
    pub(crate) now_ms: u64,
    /// How far the host's clock is ahead, which people and time servers set.
    pub(crate) ahead_ms: i64,
    pub(crate) kind: Kind,
    tokens: BTreeSet<String>,
    issued: u64,
    workflows: BTreeMap<String, (String, u64)>,
    ended: BTreeSet<String>,
    pub(crate) carried: BTreeMap<usize, String>,
    /// From when on lookups show a contact.
    visible: BTreeMap<usize, u64>,
    late: Vec<(u64, usize, String)>,
    /// Contacts that it has, of whom it said that it refused them.
    pub(crate) unfair: BTreeSet<usize>,
    outage_until_ms: u64,
    keys: BTreeMap<usize, String>,
    phones: BTreeMap<usize, String>,
    pub(crate) duplicates_allowed: bool,
    pub(crate) has_lost_journal: bool,
}

/// What stays the same over all runs.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn for itself")]
pub(crate) struct Kind {
    pub(crate) sealed: bool,
    /// The host has no clock but one that people set; they do not set it forward while it waits.
    pub(crate) one_clock: bool,
    /// The API tells its time.
    pub(crate) dated: bool,
    /// Lookups take ids that differ in case alone for the same.
    pub(crate) folds: bool,
}

fn key_of(contact: &Value) -> String {
    let caseid = contact.get("caseid").and_then(Value::as_str).filter(|caseid| !caseid.is_empty());
    caseid.map_or_else(|| format!("phone {}", contact["callee"]), |caseid| format!("case {caseid}"))
}

pub(crate) fn shown(ms: u64) -> String {
    let format = format_description!(version = 2, "[year]-[month]-[day] [hour]:[minute]:[second]+08:00");
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1000).unwrap()).unwrap();
    time.to_offset(time::macros::offset!(+8)).format(format).unwrap()
}

fn in_utc(ms: u64) -> String {
    let format = format_description!(version = 2, "[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1000).unwrap()).unwrap().format(format).unwrap()
}

fn http_date(ms: u64) -> String {
    let format = format_description!(
        version = 2,
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1000).unwrap()).unwrap().format(format).unwrap()
}

impl Api {
    pub(crate) fn new(random: Random, trouble_percent: u64, kind: Kind, contacts: &[Value]) -> Self {
        Self {
            random,
            trouble_percent,
            now_ms: START_MS,
            ahead_ms: 0,
            kind,
            tokens: BTreeSet::new(),
            issued: 0,
            workflows: BTreeMap::new(),
            ended: BTreeSet::new(),
            carried: BTreeMap::new(),
            visible: BTreeMap::new(),
            late: Vec::new(),
            unfair: BTreeSet::new(),
            outage_until_ms: 0,
            keys: contacts.iter().map(key_of).enumerate().collect(),
            phones: contacts.iter().map(|contact| format!("phone {}", contact["callee"])).enumerate().collect(),
            duplicates_allowed: false,
            has_lost_journal: false,
        }
    }

    pub(crate) fn host_ms(&self) -> u64 {
        self.now_ms.checked_add_signed(self.ahead_ms).unwrap()
    }

    pub(crate) fn now(&self) -> Now {
        if self.kind.one_clock { self.host_ms().into() } else { Now::new(self.host_ms(), self.now_ms - START_MS) }
    }

    /// Sets the host's clock: between two runs it is less than a day off, which is all that a campaign would start with; while
    /// one runs, it may be set to anything, unless the host has no other clock.
    pub(crate) fn set_clock(&mut self, is_running: bool) {
        if self.kind.one_clock && is_running {
            self.ahead_ms = (self.ahead_ms - self.up_to(HOUR)).max(-(20 * HOUR).cast_signed());
            return;
        }
        let most_ms = if is_running { 70 * HOUR } else { 20 * HOUR };
        self.ahead_ms = self.up_to(2 * most_ms) - most_ms.cast_signed();
    }

    /// Now and then, somebody sets the host's clock while it runs.
    pub(crate) fn perhaps_set_clock(&mut self) {
        if self.random.percent(10) {
            self.set_clock(true);
        }
    }

    /// Now and then, somebody sets the host's clock forward while it does something else than to wait.
    pub(crate) fn perhaps_set_clock_forward(&mut self) {
        if self.random.percent(10) {
            self.ahead_ms = (self.ahead_ms + self.up_to(70 * HOUR)).min((70 * HOUR).cast_signed());
        }
    }

    fn up_to(&mut self, ms: u64) -> i64 {
        self.random.below(ms).cast_signed()
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        let now_ms = self.now_ms;
        for (_, position, workflow) in self.late.extract_if(.., |(at_ms, ..)| *at_ms <= now_ms).collect::<Vec<_>>() {
            self.carry(position, workflow);
        }
    }

    fn carry(&mut self, position: usize, workflow: String) {
        self.visible.entry(position).or_insert(self.now_ms);
        let before = self.carried.insert(position, workflow);
        assert!(before.is_none(), "contact {position} was carried out twice");
    }

    pub(crate) fn may_hold(&self, position: usize) -> bool {
        self.carried.contains_key(&position) || self.late.iter().any(|(_, late, _)| *late == position)
    }

    /// Carries out a request, or not, and answers.
    pub(crate) fn answer(&mut self, request: &Request) -> Result<Response, Failure> {
        let pause_ms = if self.random.percent(2) { 5 * 3_600_000 } else { self.random.below(12_000) };
        self.pass(pause_ms / 2);
        self.perhaps_set_clock();
        let troubled = self.random.percent(self.trouble_percent);
        let text = if self.kind.sealed {
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
        if troubled && self.random.percent(3) {
            self.ended.insert(workflow.to_owned());
        }
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
        if self.ended.contains(workflow) {
            return (Fate::Ended, data);
        }
        if troubled && self.random.percent(3) {
            self.outage_until_ms = self.now_ms + self.random.below(2 * HOUR);
        }
        if self.now_ms < self.outage_until_ms {
            return (Fate::Outage, data);
        }
        let way = if troubled { self.random.below(5) } else { 0 };
        for position in positions {
            match if way >= 3 { self.random.below(if way == 4 { 2 } else { 3 }) } else { way } {
                0 => {
                    // Lookups show it by the time at which the API has taken up every request.
                    let lag_ms =
                        if self.random.percent(self.trouble_percent) { self.random.below(SETTLE_MS) } else { 0 };
                    self.visible.insert(position, self.now_ms + lag_ms);
                    if way == 4 {
                        self.unfair.insert(position);
                    }
                    self.carry(position, workflow.to_owned());
                }
                // The answer comes at once at the earliest, and the settle time begins with it.
                2 => self.late.push((self.now_ms + self.random.below(SETTLE_MS), position, workflow.to_owned())),
                _ => {}
            }
        }
        (
            match way {
                0 => Fate::Done,
                1 => Fate::NotDone,
                4 => Fate::Unfair,
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
        let is_same = |one: &String| *one == key || (self.kind.folds && one.eq_ignore_ascii_case(&key));
        let held: BTreeSet<&String> = self
            .carried
            .iter()
            .filter(|(position, _)| self.visible[position] <= self.now_ms)
            .filter(|(position, _)| is_same(&self.keys[position]) || is_same(&self.phones[position]))
            .map(|(_, workflow)| workflow)
            .collect();
        let mut rows = Vec::new();
        for id in held {
            let (name, created_ms) = &self.workflows[id];
            if (from..=to).contains(&shown(*created_ms).as_str()) {
                let time = if troubled && self.random.percent(10) {
                    self.random.pick(&[json!(null), json!(7), json!("soon")])
                } else {
                    in_utc(*created_ms).into()
                };
                rows.push(json!({"workflow_id": id, "workflow_name": name, "create_time": time, "status": "finished"}));
            }
        }
        match self.random.below(12) {
            0 => rows.push(json!({"workflow_id": "foreign", "workflow_name": "another"})),
            1 => rows.push(json!({"workflow_id": "foreign"})),
            2 if troubled => rows.push(json!({"workflow_id": "foreign", "workflow_name": "july"})),
            6 => {
                let before = in_utc(START_MS - HOUR);
                rows.push(json!({"workflow_id": "foreign", "workflow_name": "july", "create_time": before}));
            }
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
        match fate {
            Fate::Outage => return Ok(self.response(500, b"<html>down</html>".to_vec(), None)),
            Fate::Ended | Fate::Unfair => {
                let code = self.random.pick(&[400, 403, 404, 409, 413]);
                let status = self.random.pick(&[200, code]);
                return Ok(self.response(
                    status,
                    json!({"code": code, "message": "no"}).to_string().into_bytes(),
                    None,
                ));
            }
            _ => {}
        }
        if troubled && (fate == Fate::Partly || self.random.percent(50)) {
            return self.nothing_said(data);
        }
        if fate == Fate::NotDone {
            if self.random.percent(20) {
                return Err(Failure::ConnectFailed);
            }
            let code = self.random.pick(&[400, 401, 403, 404, 407, 409, 413, 429, 503]);
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
        Ok(match self.random.below(10) {
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
            // Something between the host and the API refuses, perhaps the answer alone; or the API refuses its own token.
            8 => {
                let status = self.random.pick(&[400, 403, 404, 405, 413, 414, 431, 451]);
                let body = self.random.pick(&["", "<html>no</html>", "{\"message\":\"no\"}", "{}"]);
                self.response(status, body.into(), retry_after)
            }
            9 => {
                let status = self.random.pick(&[200, 401]);
                self.response(status, b"{\"code\":401,\"message\":\"no\"}".to_vec(), None)
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
        if self.kind.dated {
            headers.set("date", http_date(self.now_ms));
        }
        let mut body = body;
        if self.kind.sealed && self.random.percent(50) && body.last() != Some(&0) {
            headers.set("Is-Encrypted", "1");
            headers.set("Signed", crypto::digest(&body));
            body = crypto::encrypt(&body, &crypto::EncryptionKey::new(KEY).unwrap()).unwrap().into_bytes();
        }
        Response { status, headers, body }
    }
}
