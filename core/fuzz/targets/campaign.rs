//! A campaign under arbitrary contacts, answers and crashes: nothing panics, and nobody is in two uploads that both were
//! answered with success.
#![no_main]

use std::collections::BTreeMap;

use airudder_core::{Call, Campaign, CampaignStep, Failure, Headers, Response, Session, Step};
use airudder_fuzz::{BEGIN_MS, contact, july, session, success};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[derive(Arbitrary, Debug)]
enum Event<'a> {
    Contacts(Vec<(u8, bool)>),
    Text(&'a str),
    End,
    /// The next request of a running call is carried out, and answered with success.
    Carried,
    /// It is carried out, and its answer is lost.
    Lost,
    /// It is not carried out, and answered with this, if it is an upload or for a token: what is said of a workflow or in a
    /// lookup is assumed to be true.
    Answered(u16, &'a [u8]),
    /// It is not carried out, and not answered.
    Fails,
    Passes(u32),
    Crash,
}

struct Host {
    session: Session,
    journal: Vec<u8>,
    running: Vec<(u64, Box<Call>)>,
    taken: BTreeMap<String, u32>,
    now_ms: u64,
}

impl Host {
    fn begin(&mut self) -> Option<Campaign> {
        self.running.clear();
        let mut campaign = july(&self.session);
        let kept = campaign.resume(&self.journal).ok()?;
        self.journal.truncate(kept);
        Some(campaign)
    }

    /// What the API does: it takes whom it is sent, and knows whom it has taken.
    fn carry_out(&mut self, url: &str, body: &[u8]) -> Value {
        let body: Value = serde_json::from_slice(body).expect("JSON is sent");
        match url.rsplit('/').next() {
            Some("auth") => json!({"token": "fake-token"}),
            Some("createinstance") => json!({"workflow_id": "w"}),
            Some("uploaddetails") => {
                for detail in body["details"].as_array().expect("contacts") {
                    let taken = self.taken.entry(detail["caseid"].to_string()).or_default();
                    *taken += 1;
                    assert_eq!(*taken, 1, "{detail} was sent twice");
                }
                json!({"workflow_id": "w"})
            }
            _ => {
                let found = self.taken.contains_key(&body["case_id"].to_string());
                let row = json!({"workflow_id": "w", "workflow_name": "july", "create_time": "2023-11-14T22:13:20Z"});
                json!({"rows": if found { vec![row] } else { vec![] }})
            }
        }
    }

    fn answer(&mut self, campaign: &mut Campaign, event: &Event<'_>) {
        let Some((id, mut call)) = self.running.pop() else { return };
        match call.poll(self.now_ms) {
            Ok(Step::Send(request)) => {
                let said = match event {
                    Event::Carried => {
                        let data = self.carry_out(&request.url, &request.body);
                        Some(success(&data))
                    }
                    Event::Lost => {
                        self.carry_out(&request.url, &request.body);
                        None
                    }
                    Event::Answered(status, body)
                        if ["/auth", "/uploaddetails"].iter().any(|path| request.url.ends_with(path)) =>
                    {
                        Some(Response { status: *status, headers: Headers::new(), body: body.to_vec() })
                    }
                    _ => None,
                };
                match said {
                    Some(response) => {
                        call.on_response(self.now_ms, &response).expect("a request is outstanding");
                    }
                    None => call.on_failure(self.now_ms, Failure::Timeout, "").expect("a request is outstanding"),
                }
                self.running.push((id, call));
            }
            Ok(Step::Wait { until_ms, .. }) => {
                self.now_ms = self.now_ms.max(until_ms);
                self.running.push((id, call));
            }
            Ok(Step::Done) => campaign.on_result(id, self.now_ms, call.take_result()).expect("it was given this call"),
            Err(error) => panic!("{error}"),
        }
    }

    /// Does what the campaign asks for, until it waits for something that only an event brings.
    fn advance(&mut self, campaign: &mut Campaign) {
        for _ in 0..32 {
            match campaign.poll(self.now_ms) {
                Ok(CampaignStep::Journal { lines, .. }) => {
                    self.journal.extend_from_slice(lines.as_bytes());
                    campaign.journal_written().expect("lines were given");
                }
                Ok(CampaignStep::Call { id, call }) => self.running.insert(0, (id, call)),
                _ => return,
            }
        }
    }
}

fuzz_target!(|events: Vec<Event<'_>>| {
    let mut host = Host {
        session: session(None),
        journal: Vec::new(),
        running: Vec::new(),
        taken: BTreeMap::new(),
        now_ms: BEGIN_MS,
    };
    let Some(mut campaign) = host.begin() else { return };
    for event in &events {
        host.advance(&mut campaign);
        match event {
            Event::Contacts(numbers) => {
                let contacts: Vec<Value> = numbers.iter().map(|(number, is_good)| contact(*number, *is_good)).collect();
                let _ = campaign.feed(&Value::from(contacts).to_string());
            }
            Event::Text(text) => drop(campaign.feed(text)),
            Event::End => drop(campaign.end_of_contacts()),
            Event::Carried | Event::Lost | Event::Answered(..) | Event::Fails => host.answer(&mut campaign, event),
            Event::Passes(ms) => host.now_ms += u64::from(*ms),
            Event::Crash => match host.begin() {
                Some(again) => campaign = again,
                None => return,
            },
        }
    }
    let report = campaign.report();
    let _ = (campaign.progress(), report);
});
