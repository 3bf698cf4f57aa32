//! A campaign under any contacts, answers, failures, crashes and clocks, in any order: nobody is sent twice, nobody is lost, it
//! comes to an end, and its report is true.

use std::collections::BTreeSet;

use airudder_core::{Call, Campaign, CampaignConfig, CampaignStep, Headers, Now, Report, Response, Step};
use serde_json::{Value, json};

use super::{
    BEGIN_MS, host,
    input::{self, Input},
    service::{SETTLE_MS, Service, key},
    session,
};

/// A campaign of these contacts that has not ended after so many steps never does.
const MOST_STEPS: usize = 5000;
/// So many runs without faults are enough for any campaign.
const MOST_RUNS: usize = 6;

/// Line: the settings, by the bits of a number. Then each an event, by its first letter. `c NUMBER` and `b NUMBER` are the next
/// contact, which is good or bad; `e` ends them; `x TEXT` feeds this text. Of the running call of a place, the next request is
/// `o PLACE` carried out and answered; `l PLACE` carried out, and its answer lost; `m PLACE MS` the same, later; `a PLACE STATUS
/// BODY` carried out, and answered with what leaves it in doubt; `r PLACE STATUS BODY` not carried out, and answered; `f PLACE
/// NUMBER` not carried out, and failed. `t MS` lets time pass, `s MS` sets the clock; `n NUMBER` and `g` suppress a number and
/// give up; `k BYTES` kills the host while it has appended so many bytes to its journal; `z` does what no host may.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut host = Host::new(input.number());
    while !input.is_over() {
        host.advance();
        host.event(input.line());
    }
    host.finish();
}

struct Host {
    settings: u64,
    service: Service,
    campaign: Campaign,
    journal: Vec<u8>,
    running: Vec<(u64, Box<Call>)>,
    contacts: Vec<Value>,
    fed: usize,
    has_ended: bool,
    /// Contacts of which an answer said what was not so, and all where a text was fed.
    lied_about: BTreeSet<String>,
    fed_texts: bool,
    has_given_up: bool,
    suppressed: BTreeSet<String>,
    unix_ms: u64,
}

fn campaign(settings: u64) -> Campaign {
    let is_set = |bit: u64| settings & (1 << bit) != 0;
    let settings = CampaignConfig {
        batch_size: 1 + usize::try_from(settings >> 8 & 3).expect("a small number"),
        in_flight: if is_set(0) { 1 } else { 2 },
        retry_rejected: is_set(1),
        screen: is_set(2),
        settle_ms: (!is_set(3)).then_some(SETTLE_MS),
        max_outage_ms: if is_set(4) { 0 } else { 600_000 },
        rate: is_set(5).then_some(3.5),
        ..CampaignConfig::new(7, "july", "2099-12-01 18:00:00+08:00")
    };
    Campaign::new(&session(None), settings).expect("the settings are good")
}

impl Host {
    fn new(settings: u64) -> Self {
        Self {
            settings,
            service: Service::default(),
            campaign: campaign(settings),
            journal: Vec::new(),
            running: Vec::new(),
            contacts: Vec::new(),
            fed: 0,
            has_ended: false,
            lied_about: BTreeSet::new(),
            fed_texts: false,
            has_given_up: false,
            suppressed: BTreeSet::new(),
            unix_ms: BEGIN_MS,
        }
    }

    fn now(&self) -> Now {
        Now::new(self.unix_ms, self.service.passed_ms)
    }

    fn pass(&mut self, ms: u64) {
        self.unix_ms += ms;
        self.service.pass(ms);
    }

    /// Begins again with the journal that there is.
    fn restart(&mut self) {
        self.running.clear();
        self.campaign = campaign(self.settings);
        let kept = self.campaign.resume(&self.journal).expect("the journal is a campaign's own");
        self.journal.truncate(kept);
        (self.fed, self.has_given_up) = (0, false);
        self.campaign.suppress(&self.suppressed).expect("they are numbers");
    }

    fn event(&mut self, line: &[u8]) {
        let Some((kind, rest)) = line.split_first() else { return };
        let number = input::number(rest);
        match kind {
            b'c' | b'b' if !self.has_ended && self.contacts.len() < 64 => {
                let (plus, number) = (if *kind == b'c' { "+" } else { "" }, number % 32);
                let (callee, caseid) = (format!("{plus}62{number:08}"), format!("c-{number}"));
                self.contacts.push(json!({"callee": callee, "platform": "P", "caseid": caseid, "variables": {}}));
            }
            b'e' => self.has_ended = true,
            b'x' => {
                self.fed_texts = true;
                let _ = self.campaign.feed(input::text(rest));
            }
            b'o' | b'l' | b'm' | b'a' | b'r' | b'f' => self.answer(*kind, rest),
            b't' => self.pass(number % 1_000_000_000),
            b's' => self.unix_ms = BEGIN_MS / 2 + number % BEGIN_MS,
            b'n' => drop(self.suppressed.insert(format!("+62{:08}", number % 32))),
            b'g' => {
                self.has_given_up = true;
                self.campaign.give_up().expect("it may");
            }
            b'k' => self.kill(number),
            b'z' => {
                assert!(self.campaign.journal_written().is_err(), "there were no lines");
                let result = Err(airudder_core::Error::new(airudder_core::ErrorCode::Timeout, ""));
                assert!(self.campaign.on_result(u64::MAX, self.now(), result).is_err(), "there is no such call");
            }
            _ => {}
        }
    }

    /// The host dies; of the lines that it was to append, so many bytes are written.
    fn kill(&mut self, bytes: u64) {
        if let Ok(CampaignStep::Journal { lines, .. }) = self.campaign.poll(self.now()) {
            let written = usize::try_from(bytes % (lines.len() as u64 + 1)).expect("a small number");
            self.journal.extend_from_slice(&lines.as_bytes()[..written]);
        }
        self.restart();
    }

    /// Does what the campaign asks for, until it waits for what only an event brings.
    fn advance(&mut self) -> Option<u64> {
        for _ in 0..MOST_STEPS {
            let progress = self.campaign.progress();
            assert!(progress.accepted + progress.rejected + progress.doubtful <= progress.contacts, "{progress:?}");
            match self.campaign.poll(self.now()) {
                Ok(CampaignStep::Journal { lines, at }) => {
                    assert_eq!(at, self.journal.len() as u64, "it knows how long its journal is");
                    self.journal.extend_from_slice(lines.as_bytes());
                    self.campaign.journal_written().expect("lines were given");
                }
                Ok(CampaignStep::Contacts { .. }) => {
                    let fed = match self.contacts.get(self.fed) {
                        Some(contact) => self.campaign.feed(&Value::from(vec![contact.clone()]).to_string()),
                        None if self.has_ended => self.campaign.end_of_contacts(),
                        None => return None,
                    };
                    self.fed += 1;
                    if fed.is_err() {
                        assert!(self.campaign.report().error.is_some(), "it goes on, and takes no contacts");
                    }
                }
                Ok(CampaignStep::Screen { .. }) => {
                    self.campaign.suppress(&self.suppressed).expect("they are numbers");
                    self.campaign.screened().expect("it was asked for");
                }
                Ok(CampaignStep::Call { id, call }) => self.running.push((id, call)),
                Ok(CampaignStep::Wait { until_ms }) => {
                    let until_ms = until_ms?;
                    assert!(until_ms > self.unix_ms, "a host would poll without end");
                    return Some(until_ms);
                }
                Ok(CampaignStep::Done) => return None,
                Err(error) => {
                    assert!(self.campaign.report().error.is_some(), "{error}");
                }
            }
        }
        panic!("the campaign asks for things without end");
    }

    /// The next thing that becomes of the call of a place.
    fn answer(&mut self, how: u8, rest: &[u8]) {
        let (place, rest) = input::digits(rest);
        if self.running.is_empty() {
            return;
        }
        let place = usize::try_from(input::number(place) % self.running.len() as u64).expect("a small number");
        let (id, mut call) = self.running.swap_remove(place);
        match call.poll(self.unix_ms).expect("no request is outstanding") {
            Step::Send(request) => {
                match self.answered(how, rest, &request.url, &request.body) {
                    Ok(response) => call.on_response(self.unix_ms, &response),
                    Err(number) => call.on_failure(self.unix_ms, host::failure(number), ""),
                }
                .expect("a request is outstanding");
                self.running.push((id, call));
            }
            Step::Wait { until_ms, .. } => {
                self.pass(until_ms - self.unix_ms);
                self.running.push((id, call));
            }
            Step::Done => {
                self.campaign.on_result(id, self.now(), call.take_result()).expect("it was given this call");
            }
        }
    }

    /// The answer to a request, or the number of a failure.
    fn answered(&mut self, how: u8, rest: &[u8], url: &str, body: &[u8]) -> Result<Response, usize> {
        let number = input::number(rest);
        let (_, said) = input::digits(rest);
        let status = u16::try_from(number % 600).expect("a small number");
        let response = Response { status, headers: Headers::new(), body: said.trim_ascii_start().to_vec() };
        let is_upload = url.ends_with("/uploaddetails");
        match how {
            b'o' => return Ok(host::success(&self.service.carry_out(url, body))),
            b'm' => self.service.carry_out_later(url, body, number),
            // Wrong answers to lookups and creations are the API's own word, which a campaign has to believe.
            b'a' if is_upload && host::leaves_in_doubt(status, &response.body) => {
                self.service.carry_out(url, body);
                return Ok(response);
            }
            b'r' if is_upload || url.ends_with("/auth") => {
                if is_upload {
                    let body: Value = serde_json::from_slice(body).expect("JSON is sent");
                    self.lied_about.extend(body["details"].as_array().expect("contacts").iter().map(key));
                }
                return Ok(response);
            }
            b'f' => return Err(usize::try_from(number % 4).expect("a small number")),
            _ => drop(self.service.carry_out(url, body)),
        }
        Err(1)
    }

    /// Nothing fails any more: the campaign comes to its end, perhaps in some runs.
    fn finish(mut self) {
        self.has_ended = true;
        for _ in 0..MOST_RUNS {
            self.run_to_the_end();
            let report = self.campaign.report();
            self.check(&report);
            if report.error.is_none() && report.doubtful.is_empty() {
                return;
            }
            self.restart();
        }
    }

    fn run_to_the_end(&mut self) {
        for _ in 0..MOST_STEPS {
            let until_ms = self.advance();
            if !self.running.is_empty() {
                self.answer(b'o', b"0");
            } else if let Some(until_ms) = until_ms {
                self.pass(until_ms - self.unix_ms);
            } else {
                return;
            }
        }
        panic!("the campaign does not end");
    }

    /// Compares a report with the truth.
    fn check(&self, report: &Report) {
        let positions = |of: &mut dyn Iterator<Item = u64>| -> BTreeSet<usize> {
            of.map(|position| usize::try_from(position).expect("a small number")).collect()
        };
        let rejected = positions(&mut report.rejected.iter().map(|one| one.contact));
        let doubtful = positions(&mut report.doubtful.iter().map(|one| one.contact));
        assert!(rejected.is_disjoint(&doubtful), "rejected and doubtful");
        if self.fed_texts {
            return;
        }
        let known = usize::try_from(report.accepted).expect("a small number") + rejected.len() + doubtful.len();
        let is_whole = report.error.is_none() && !self.has_given_up;
        assert!(known <= self.contacts.len(), "somebody is counted twice");
        assert!(!is_whole || known == self.contacts.len(), "somebody is not counted: {report:?}");
        let mut met = BTreeSet::new();
        for (position, contact) in self.contacts.iter().enumerate() {
            // Who cannot be called is nobody, also for a good contact of this case id.
            if !contact["callee"].as_str().is_some_and(|callee| callee.starts_with('+')) {
                assert!(!is_whole || rejected.contains(&position), "contact {position} is taken, and cannot be called");
                continue;
            }
            let key = key(contact);
            if !met.insert(key.clone()) || self.lied_about.contains(&key) {
                continue;
            }
            let has = self.service.has(&key);
            assert!(!(rejected.contains(&position) && has), "contact {position} is rejected, and there");
            if is_whole && !rejected.contains(&position) && !doubtful.contains(&position) {
                assert!(has, "contact {position} is lost");
            }
        }
    }
}
