//! A real campaign with its host, and what is around them: the journal's bytes, the clock and an API that creates workflows.

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, Failure, Headers, Now, Request, Response, Session, Step,
};
use serde_json::{Value, json};

use crate::{
    contacts::{Contact, Set},
    journal::{BatchState, Line},
    settings::Settings,
};

/// One step of the model's clock: so short that no token expires on a way.
pub(super) const STEP_MS: u64 = 5 * 60 * 1000;

/// Pauses shorter than this are the library's own between attempts, and take no time in the model.
const SHORT_MS: u64 = 60 * 1000;

/// What is around the campaigns.
pub(super) struct World {
    pub(super) journal: Vec<u8>,
    /// Where the model's lines end in it.
    ends: Vec<usize>,
    /// Where the line ends that comes before all of them.
    first_end: usize,
    pub(super) now_ms: u64,
    workflows: usize,
    /// Which workflow each contact was last sent to, or was to be.
    sent_to: Vec<Value>,
    config: CampaignConfig,
    contacts: usize,
}

/// A real campaign, and what it has handed to its host.
pub(super) struct Machine {
    campaign: Campaign,
    /// What is to be appended, and where.
    pub(super) lines: Option<(String, u64)>,
    upload: Option<Handed>,
    lookup: Option<Handed>,
    pub(super) is_done: bool,
    contacts: usize,
}

/// A call with its request.
struct Handed {
    id: u64,
    call: Box<Call>,
    body: Value,
}

impl World {
    pub(super) fn new(settings: &Settings, seed: u64) -> Self {
        let config = CampaignConfig {
            batch_size: settings.batch_size,
            in_flight: 1,
            lookups_in_flight: 1,
            settle_ms: Some(u64::from(settings.settle) * STEP_MS),
            max_outage_ms: u64::MAX,
            max_doubtful_batches: u32::MAX,
            seed,
            ..CampaignConfig::new(7, "july", "2099-12-01 18:00:00+08:00")
        };
        let sent_to = vec![Value::Null; settings.contacts];
        let (journal, ends, now_ms) = (Vec::new(), Vec::new(), 1_700_000_000_000);
        Self { journal, ends, first_end: 0, now_ms, workflows: 0, sent_to, config, contacts: settings.contacts }
    }

    /// A campaign that takes the journal up.
    pub(super) fn start(&self) -> Result<Machine, String> {
        let client = ClientConfig {
            app_key: Some("fake-key".into()),
            app_secret: Some("fake-secret".into()),
            base_url: Some("http://127.0.0.1:1".into()),
            ..ClientConfig::default()
        };
        let session = Session::new(client).map_err(shown)?;
        let mut campaign = Campaign::new(&session, self.config.clone()).map_err(shown)?;
        let good = campaign.resume(&self.journal).map_err(shown)?;
        if good != self.journal.len() {
            return Err(format!("{good} of {} bytes of the journal are good", self.journal.len()));
        }
        let contacts = self.contacts;
        Ok(Machine { campaign, lines: None, upload: None, lookup: None, is_done: false, contacts })
    }

    pub(super) fn append(&mut self, lines: &str) {
        for line in lines.split_inclusive('\n') {
            self.journal.extend(line.as_bytes());
            match model_lines(line).len() {
                0 if self.ends.is_empty() => self.first_end = self.journal.len(),
                // A workflow that is closed: in the model, that is told with the next line.
                0 => {}
                _ => self.ends.push(self.journal.len()),
            }
        }
    }

    /// All but the first lines, as the model counts them, are gone; with none, the journal is.
    pub(super) fn keep_lines(&mut self, count: usize) {
        self.ends.truncate(count);
        let end = self.ends.last().copied().unwrap_or(self.first_end);
        self.journal.truncate(end);
    }

    /// The workflow that has this contact, if one has it.
    pub(super) fn workflow_of(&self, contact: Contact) -> &Value {
        &self.sent_to[contact]
    }

    fn now(&self) -> Now {
        Now::new(self.now_ms, self.now_ms)
    }
}

impl Machine {
    /// Polls until there is nothing to do, or lines are to be appended that the model knows.
    pub(super) fn go_on(&mut self, world: &mut World, looks_up: Option<Contact>) -> Result<(), String> {
        loop {
            match self.campaign.poll(world.now()).map_err(shown)? {
                CampaignStep::Journal { lines, at } if model_lines(&lines).is_empty() => {
                    if at != world.journal.len() as u64 {
                        return Err("somebody else wrote to the journal".into());
                    }
                    world.append(&lines);
                    self.written()?;
                }
                CampaignStep::Journal { lines, at } => {
                    self.lines = Some((lines, at));
                    return Ok(());
                }
                CampaignStep::Contacts { .. } => {
                    let contact = |n| json!({"callee": format!("+62000000{n:02}"), "platform": "P", "variables": {"customer_name": "A"}});
                    let contacts: Value = (0..self.contacts).map(contact).collect();
                    self.campaign.feed(&contacts.to_string()).map_err(shown)?;
                    self.campaign.end_of_contacts().map_err(shown)?;
                }
                CampaignStep::Screen { .. } => return Err("nobody asked for it".into()),
                CampaignStep::Call { id, call } => self.take_call(world, id, call, looks_up)?,
                CampaignStep::Wait { until_ms: Some(until_ms) } if until_ms <= world.now_ms + SHORT_MS => {
                    world.now_ms = until_ms;
                }
                CampaignStep::Wait { .. } => return Ok(()),
                CampaignStep::Done => {
                    self.is_done = true;
                    return self.campaign.report().error.map_or(Ok(()), |error| Err(shown(error)));
                }
            }
        }
    }

    pub(super) fn written(&mut self) -> Result<(), String> {
        self.campaign.journal_written().map_err(shown)
    }

    fn take_call(
        &mut self,
        world: &mut World,
        id: u64,
        mut call: Box<Call>,
        looks_up: Option<Contact>,
    ) -> Result<(), String> {
        let Step::Send(request) = call.poll(world.now_ms).map_err(shown)? else {
            return Err("a call waits before it sends".into());
        };
        let body = serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
        let handed = Handed { id, call, body };
        match operation(&request) {
            "uploaddetails" => {
                for contact in contacts_of(&handed) {
                    world.sent_to[contact] = handed.body["workflow_id"].clone();
                }
                self.upload = Some(handed);
            }
            "detailinstances" if looks_up.is_some() && contact(&handed.body["callee"]) == looks_up => {
                self.lookup = Some(handed);
            }
            // It asks whether the API is back: it is.
            "detailinstances" => return self.end(world, handed, Ok((200, 200)), &json!({"rows": []})),
            "createinstance" => {
                world.workflows += 1;
                let data = json!({"workflow_id": format!("w{}", world.workflows)});
                return self.end(world, handed, Ok((200, 200)), &data);
            }
            _ => return self.end(world, handed, Ok((200, 200)), &json!({"token": "fake-token"})),
        }
        Ok(())
    }

    pub(super) fn end_upload(&mut self, world: &World, answer: Result<(u16, u16), Failure>) -> Result<(), String> {
        let handed = self.upload.take().ok_or("there is no upload")?;
        let data = json!({"workflow_id": handed.body["workflow_id"]});
        self.end(world, handed, answer, &data)
    }

    pub(super) fn end_lookup(&mut self, world: &World, rows: &Value) -> Result<(), String> {
        let handed = self.lookup.take().ok_or("there is no lookup")?;
        self.end(world, handed, Ok((200, 200)), &json!({"rows": rows}))
    }

    fn end(
        &mut self,
        world: &World,
        handed: Handed,
        answer: Result<(u16, u16), Failure>,
        data: &Value,
    ) -> Result<(), String> {
        let Handed { id, mut call, .. } = handed;
        match answer {
            Ok((status, code)) => {
                let body = json!({"data": data, "code": code}).to_string().into_bytes();
                let mut headers = Headers::new();
                if status == 429 {
                    headers.set("Retry-After", "1");
                }
                let response = Response { status, headers, body };
                call.on_response(world.now_ms, &response).map_err(shown)?;
            }
            Err(failure) => call.on_failure(world.now_ms, failure, "").map_err(shown)?,
        }
        let Step::Done = call.poll(world.now_ms).map_err(shown)? else {
            return Err("a call is not done with its answer".into());
        };
        self.campaign.on_result(id, world.now(), call.take_result()).map_err(shown)
    }

    /// The contacts of the upload under way.
    pub(super) fn uploaded(&self) -> Option<Vec<Contact>> {
        self.upload.as_ref().map(contacts_of)
    }

    /// The contact of the lookup under way.
    pub(super) fn looked_up(&self) -> Option<Contact> {
        contact(&self.lookup.as_ref()?.body["callee"])
    }

    /// How many are accepted, rejected and in doubt so far.
    pub(super) fn progress(&self) -> (usize, usize, usize) {
        let progress = self.campaign.progress();
        let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
        (count(progress.accepted), count(progress.rejected), count(progress.doubtful))
    }

    /// How many are accepted at the end, who is rejected, and who doubtful.
    pub(super) fn report(&self) -> (usize, Set, Set) {
        let report = self.campaign.report();
        let position = |contact: u64| usize::try_from(contact).unwrap_or(usize::MAX);
        let rejected = report.rejected.iter().map(|one| position(one.contact)).collect();
        let doubtful = report.doubtful.iter().map(|one| position(one.contact)).collect();
        (position(report.accepted), rejected, doubtful)
    }
}

fn operation(request: &Request) -> &str {
    request.url.rsplit('/').next().unwrap_or_default()
}

/// The contacts of an upload.
fn contacts_of(upload: &Handed) -> Vec<Contact> {
    let details = upload.body["details"].as_array();
    details.into_iter().flatten().filter_map(|detail| contact(&detail["callee"])).collect()
}

/// The contact of a number.
fn contact(callee: &Value) -> Option<Contact> {
    callee.as_str()?.strip_prefix("+62000000")?.parse().ok()
}

/// The lines of a real journal that the model knows: not the first one, and of a workflow and its end one each.
pub(super) fn model_lines(lines: &str) -> Vec<Line> {
    let mut closes = false;
    let mut model = Vec::new();
    for line in lines.lines() {
        let Ok(record) = serde_json::from_str::<Value>(line) else { continue };
        let batch = record["batch"].as_u64().and_then(|batch| u8::try_from(batch).ok()).unwrap_or(u8::MAX);
        match record["record"].as_str().unwrap_or_default() {
            "creating" => model.push(Line::Creating),
            "created" => model.push(Line::Created),
            "sent" => model.push(Line::Sent { batch, contacts: positions(&record["contacts"]) }),
            "closed" => closes = true,
            "outcome" => {
                let state = match record["state"].as_str() {
                    Some("accepted") => BatchState::Accepted,
                    Some("rejected") => BatchState::Rejected,
                    Some("unsent") => BatchState::Unsent,
                    _ => BatchState::Doubtful,
                };
                model.push(Line::Outcome { batch, state, closes });
            }
            "sampled" => model.push(Line::Sampled { batch }),
            "settled" => {
                let (accepted, unsent) = (positions(&record["accepted"]), positions(&record["unsent"]));
                model.push(Line::Settled { accepted, unsent });
            }
            _ => {}
        }
    }
    model
}

fn positions(ranges: &Value) -> Vec<Contact> {
    let ranges = serde_json::from_value::<Vec<(usize, usize)>>(ranges.clone()).unwrap_or_default();
    ranges.into_iter().flat_map(|(first, count)| first..first + count).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn shown(error: airudder_core::Error) -> String {
    error.to_string()
}
