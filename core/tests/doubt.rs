//! Campaigns whose clock, network, journal or API does what it should not: nobody is sent twice, and the report tells the
//! truth.

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, ErrorCode, Failure, Headers, Now, Output, Report,
    Response, Session, Step, crypto,
};
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// 2023-11-15 06:13:20+08:00.
const START: u64 = 1_700_000_000_000;

/// What the API, or something before it, answers.
enum Answer {
    Data(Value),
    Code(i64),
    Raw(u16, &'static str),
    Lost,
}

use Answer::{Code, Data, Lost, Raw};

/// A host with a journal and two clocks, one of which may be wrong.
struct Host {
    journal: Vec<u8>,
    unix_ms: u64,
    monotonic_ms: u64,
    /// How far the API's clock is ahead of the true time; `None`: it does not tell its time.
    service: Option<i64>,
    one_clock: bool,
    app_key: &'static str,
    app_secret: &'static str,
    base_url: &'static str,
    /// Operation and body of each request.
    seen: Vec<(String, Value)>,
    /// The times of the lookups by the monotonic clock.
    looked_up_at: Vec<u64>,
}

impl Host {
    fn new() -> Self {
        Self {
            journal: Vec::new(),
            unix_ms: START,
            monotonic_ms: 0,
            service: Some(0),
            one_clock: false,
            app_key: "fake-key",
            app_secret: "fake-secret",
            base_url: "http://127.0.0.1:1",
            seen: Vec::new(),
            looked_up_at: Vec::new(),
        }
    }

    fn session(&self) -> Session {
        let config = ClientConfig {
            app_key: Some(self.app_key.into()),
            app_secret: Some(self.app_secret.into()),
            base_url: Some(self.base_url.into()),
            ..ClientConfig::default()
        };
        Session::new(config).unwrap()
    }

    fn now(&self) -> Now {
        if self.one_clock { self.unix_ms.into() } else { Now::new(self.unix_ms, self.monotonic_ms) }
    }

    fn pass(&mut self, ms: u64) {
        self.unix_ms += ms;
        self.monotonic_ms += ms;
    }

    fn count(&self, operation: &str) -> usize {
        self.seen.iter().filter(|(seen, _)| seen == operation).count()
    }

    fn bodies(&self, operation: &str) -> Vec<&Value> {
        self.seen.iter().filter(|(seen, _)| seen == operation).map(|(_, body)| body).collect()
    }

    /// Runs the campaign until it is done.
    fn run(
        &mut self,
        config: CampaignConfig,
        contacts: &[Value],
        answer: &mut dyn FnMut(&mut Self, &str, &Value) -> Answer,
    ) -> Report {
        let mut campaign = Campaign::new(&self.session(), config).unwrap();
        let good = campaign.resume(&self.journal).unwrap();
        self.journal.truncate(good);
        let mut rest = contacts;
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
                CampaignStep::Call { id, mut call } => {
                    let result = self.exchange(&mut call, answer);
                    campaign.on_result(id, self.now(), result).unwrap();
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

    fn exchange(
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
                    if operation == "detailinstances" {
                        self.looked_up_at.push(self.monotonic_ms);
                    }
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

fn http_date(ms: u64) -> String {
    let format = time::macros::format_description!(
        version = 2,
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time::OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1000).unwrap()).unwrap().format(format).unwrap()
}

fn config(batch_size: usize) -> CampaignConfig {
    CampaignConfig { batch_size, seed: 7, ..CampaignConfig::new(7, "july", "2099-12-01 18:00:00+08:00") }
}

fn contacts(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| {
            let (callee, caseid) = (format!("+6200{n:08}"), format!("c-{n}"));
            json!({"callee": callee, "platform": "P", "caseid": caseid, "variables": {"customer_name": "A"}})
        })
        .collect()
}

/// What an API answers that works; uploads and lookups are the test's.
fn usual(operation: &str) -> Answer {
    match operation {
        "auth" => Data(json!({"token": "fake-token"})),
        "detailinstances" => Data(json!({"rows": []})),
        _ => Data(json!({"workflow_id": "w0"})),
    }
}

fn found() -> Answer {
    Data(json!({"rows": [{"workflow_id": "w0", "workflow_name": "july"}]}))
}

/// The first upload is lost and arrives late, and the clock jumps meanwhile.
fn lost_while_the_clock_jumps(one_clock: bool, jump_ms: i64) -> Host {
    let mut host = Host { one_clock, ..Host::new() };
    let report = host.run(config(10), &contacts(3), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => {
            host.unix_ms = host.unix_ms.checked_add_signed(jump_ms).unwrap();
            Lost
        }
        _ => usual(operation),
    });
    assert_eq!((report.accepted, host.count("uploaddetails"), host.count("detailinstances")), (3, 2, 6));
    host
}

#[test]
fn a_clock_that_is_set_while_contacts_are_in_doubt_neither_shortens_nor_prolongs_the_wait() {
    for one_clock in [false, true] {
        for jump_ms in [0, 23 * HOUR.cast_signed(), -23 * HOUR.cast_signed()] {
            let host = lost_while_the_clock_jumps(one_clock, jump_ms);
            let (first, second) = (host.looked_up_at[2], host.looked_up_at[3]);
            assert!((MINUTE - 100..2 * MINUTE).contains(&(second - first)), "{one_clock} {jump_ms}: {first} {second}");
        }
    }
}

#[test]
fn what_an_earlier_run_left_in_doubt_settles_before_it_is_sent_again() {
    let mut host = Host::new();
    let mut lost = |_: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Lost,
        _ => usual(operation),
    };
    host.run(config(10), &contacts(3), &mut lost);
    let (before, began_ms) = (host.looked_up_at.len(), host.monotonic_ms);
    let mut sent_at = Vec::new();
    let report = host.run(config(10), &contacts(3), &mut |host, operation, _| {
        if operation == "uploaddetails" {
            sent_at.push(host.monotonic_ms);
        }
        usual(operation)
    });
    assert_eq!((report.accepted, host.looked_up_at.len() - before, sent_at.len()), (3, 6, 1));
    assert!(sent_at[0] >= began_ms + MINUTE && host.looked_up_at[before + 3] >= began_ms + MINUTE);
}

#[test]
fn look_ups_cover_the_time_of_the_api_however_wrong_the_clock_is() {
    for (off_ms, service) in [
        (0, Some(0)),
        (20 * HOUR.cast_signed(), Some(0)),
        (-20 * HOUR.cast_signed(), Some(0)),
        (5 * DAY.cast_signed(), None),
        (-5 * DAY.cast_signed(), None),
    ] {
        let mut host = Host { service, unix_ms: START.checked_add_signed(off_ms).unwrap(), ..Host::new() };
        let report = host.run(config(10), &contacts(2), &mut |_, operation, body| match operation {
            "uploaddetails" => Lost,
            "detailinstances" => {
                let is_within = body["start_time"].as_str().unwrap() < "2023-11-15 06:13:00"
                    && body["end_time"].as_str().unwrap() > "2023-11-15 06:14:00";
                if is_within { found() } else { usual(operation) }
            }
            _ => usual(operation),
        });
        assert_eq!((report.accepted, host.count("uploaddetails")), (2, 1), "{off_ms}");
        let told = service.map(|_| -off_ms).filter(|offset_ms| *offset_ms != 0);
        assert_eq!(report.clock_offset_ms.is_some(), told.is_some());
        let (offset_ms, told) = (report.clock_offset_ms.unwrap_or_default(), told.unwrap_or_default());
        assert!(offset_ms.abs_diff(told) < 2000, "{offset_ms} {told}");
    }
}

#[test]
fn a_clock_that_is_more_than_a_day_off_stops_the_campaign_before_anything_is_sent() {
    for (off_ms, what) in [(30 * HOUR.cast_signed(), "ahead of"), (-30 * HOUR.cast_signed(), "behind")] {
        let mut host = Host { unix_ms: START.checked_add_signed(off_ms).unwrap(), ..Host::new() };
        let report = host.run(config(10), &contacts(2), &mut |_, operation, _| usual(operation));
        let error = report.error.unwrap();
        assert_eq!(error.code(), ErrorCode::ClockOff);
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!((host.seen.len(), host.journal.len()), (1, 0), "the token alone was asked for");
    }
}

#[test]
fn a_time_longer_than_a_month_is_looked_up_in_parts() {
    let mut host = Host::new();
    let mut lost = |_: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Lost,
        _ => usual(operation),
    };
    host.run(config(10), &contacts(1), &mut lost);
    host.pass(70 * DAY);
    for is_found in [false, true] {
        let mut again = Host {
            journal: host.journal.clone(),
            unix_ms: host.unix_ms,
            monotonic_ms: host.monotonic_ms,
            ..Host::new()
        };
        let report = again.run(config(10), &contacts(1), &mut |_, operation, body| match operation {
            "detailinstances" if is_found && body["end_time"].as_str().unwrap() > "2024-01-20" => found(),
            _ => usual(operation),
        });
        assert_eq!(report.accepted, 1);
        assert_eq!(again.count("uploaddetails"), usize::from(!is_found));
        let windows: Vec<(&str, &str)> = again
            .bodies("detailinstances")
            .iter()
            .map(|body| (body["start_time"].as_str().unwrap(), body["end_time"].as_str().unwrap()))
            .collect();
        assert_eq!(windows.len(), if is_found { 3 } else { 6 }, "{windows:?}");
        assert!(windows[0].0 < "2023-11-15" && windows[2].1 > "2024-01-24", "{windows:?}");
        assert!(windows[..3].windows(2).all(|pair| pair[0].1 == pair[1].0), "{windows:?}");
    }
    // What one part leaves unclear is not cleared up by the others.
    let report = host.run(config(10), &contacts(1), &mut |_, operation, body| match operation {
        "detailinstances" if body["end_time"].as_str().unwrap() < "2023-12-20" => {
            Data(json!({"rows": [{"status": "x"}]}))
        }
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.doubtful.len(), host.count("uploaddetails")), (0, 1, 1));
}

#[test]
fn a_refused_batch_is_looked_up_before_its_contacts_count_as_rejected() {
    let mut host = Host::new();
    let refuse = |host: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => Code(409),
        _ => usual(operation),
    };
    let report = host.run(config(20), &contacts(20), &mut { refuse });
    assert_eq!((report.accepted, report.rejected.len(), report.doubtful.len()), (0, 20, 0));
    let looked_up = host.count("detailinstances");
    assert!((3..=5).contains(&looked_up), "{looked_up}");
    assert!(host.looked_up_at[0] > MINUTE, "not before the API must have taken it up");
    let told = format!("{looked_up} of the 20 contacts of its upload were looked up and not found");
    assert!(report.rejected.iter().all(|one| one.message.contains(&told)), "{:?}", report.rejected[0]);

    // Run again, the report is the same, and nobody is asked; whoever is to be sent again is looked up twice before.
    let requests = host.seen.len();
    let again = host.run(config(20), &contacts(20), &mut { refuse });
    let shown = |report: &Report| report.rejected.iter().map(|one| (one.contact, one.code.clone())).collect::<Vec<_>>();
    assert_eq!((shown(&again), host.seen.len()), (shown(&report), requests));
    assert!(again.rejected[0].message.contains(&told) && !again.rejected[0].message.contains("1234567"), "{again:?}");
    let retry = CampaignConfig { retry_rejected: true, ..config(20) };
    let retried = host.run(retry, &contacts(20), &mut { refuse });
    assert_eq!((retried.accepted, host.count("uploaddetails"), host.count("detailinstances")), (20, 2, looked_up + 40));
}

#[test]
fn a_refusal_of_a_batch_of_which_a_part_was_taken_leaves_nobody_sent_twice() {
    let mut host = Host::new();
    let taken = |body: &Value| body["case_id"].as_str().is_some_and(|id| matches!(id, "c-0" | "c-1" | "c-2"));
    let mut api = |host: &mut Host, operation: &str, body: &Value| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => Code(400),
        "uploaddetails" => {
            let details = body["details"].as_array().unwrap();
            assert!(details.iter().all(|one| !["c-0", "c-1", "c-2"].contains(&one["caseid"].as_str().unwrap())));
            usual(operation)
        }
        "detailinstances" if taken(body) => found(),
        _ => usual(operation),
    };
    let report = host.run(config(12), &contacts(12), &mut api);
    assert_eq!((report.accepted, report.rejected.len(), report.doubtful.len()), (12, 0, 0));
}

#[test]
fn a_killed_campaign_still_looks_up_the_batch_that_was_refused() {
    let mut host = Host::new();
    let mut campaign = Campaign::new(&host.session(), config(5)).unwrap();
    let mut is_refused = false;
    campaign.feed(&Value::from(contacts(5)).to_string()).unwrap();
    while !is_refused {
        match campaign.poll(host.now()).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                is_refused = lines.contains("rejected");
                host.journal.extend(lines.as_bytes());
                campaign.journal_written().unwrap();
            }
            CampaignStep::Contacts { .. } => campaign.end_of_contacts().unwrap(),
            CampaignStep::Call { id, mut call } => {
                let mut answer = |_: &mut Host, operation: &str, _: &Value| match operation {
                    "uploaddetails" => Code(403),
                    _ => usual(operation),
                };
                let result = host.exchange(&mut call, &mut answer);
                campaign.on_result(id, host.now(), result).unwrap();
            }
            step => panic!("{step:?}"),
        }
    }
    let doubtful = campaign.report().doubtful.len();
    assert_eq!((doubtful, campaign.progress().doubtful), (5, 5), "it is not known yet that nobody is called");
    let report = host.run(config(5), &contacts(5), &mut |_, operation, _| match operation {
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.rejected.len(), host.count("uploaddetails")), (5, 0, 1));
}

#[test]
fn an_upload_is_not_repeated_because_its_token_is_refused() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(3), &mut |_, operation, _| match operation {
        "uploaddetails" => Code(401),
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, host.count("uploaddetails"), host.count("auth")), (3, 1, 2));
}

#[test]
fn ids_that_the_api_may_fold_stay_doubtful() {
    let mut all = contacts(3);
    all[1]["caseid"] = "C-0".into();
    let mut host = Host::new();
    let report = host.run(config(1), &all, &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") == 2 => Lost,
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.doubtful[0].contact, host.count("uploaddetails")), (2, 1, 3));
    all[2]["caseid"] = "c-2 ".into();
    let report = Host::new().run(config(10), &all, &mut |_, operation, _| usual(operation));
    let refused = &report.rejected[0];
    assert_eq!((refused.contact, refused.pointer.as_deref()), (2, Some("/caseid")));
    assert!(refused.message.contains("spaces"), "{refused:?}");
}

#[test]
fn a_journal_is_bound_to_its_host_account_and_secret() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(3), &mut |_, operation, _| usual(operation));
    assert_eq!(report.accepted, 3);
    let own = (host.base_url, host.app_key, host.app_secret);
    for (base_url, app_key, app_secret, pointer) in [
        ("http://127.0.0.1:2", own.1, own.2, "/base_url"),
        (own.0, "fake-other", own.2, "/app_key"),
        (own.0, own.1, "fake-changed", "/journal_key"),
    ] {
        let other = Host { app_key, app_secret, base_url, ..Host::new() };
        let resume = |config| Campaign::new(&other.session(), config).unwrap().resume(&host.journal);
        let error = resume(config(10)).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::JournalMismatch, Some(pointer)));
        let told = CampaignConfig { same_account: true, journal_key: Some("fake-secret".into()), ..config(10) };
        assert_eq!(resume(told).unwrap(), host.journal.len());
    }
}

#[test]
fn a_journal_names_nobody_and_gives_no_number_back() {
    let text = |secret, seed| {
        let mut host = Host { app_secret: secret, ..Host::new() };
        let own = CampaignConfig { seed, ..config(1) };
        let report = host.run(own, &contacts(1), &mut |_, operation, _| match operation {
            "uploaddetails" => Code(403),
            _ => usual(operation),
        });
        assert!(report.rejected[0].message.contains("+6281234567890"), "the report is for those who know the contacts");
        String::from_utf8(host.journal).unwrap()
    };
    let journals = [text("fake-one", 1), text("fake-one", 2), text("fake-two", 1)];
    let sent = |journal: &String| journal.split("\"marks\":\"").nth(1).unwrap()[..8].to_owned();
    assert_ne!(sent(&journals[0]), sent(&journals[1]), "another salt");
    assert_ne!(sent(&journals[0]), sent(&journals[2]), "another key");
    let plain = crypto::digest(contacts(1)[0].to_string().as_bytes());
    for journal in &journals {
        assert!(journal.contains("no to +***"), "{journal}");
        for hidden in ["6281234567890", "c-0", "fake-", &plain[..8]] {
            assert!(!journal.contains(hidden), "{hidden}: {journal}");
        }
    }
}

#[test]
fn what_refuses_before_the_api_stops_the_campaign_and_a_resume_looks_everybody_up() {
    for status in [403, 404, 413] {
        let mut host = Host::new();
        let report = host.run(config(10), &contacts(60), &mut |host, operation, _| match operation {
            "uploaddetails" if host.count("uploaddetails") > 2 => Raw(status, "<html>no</html>"),
            _ => usual(operation),
        });
        let error = report.error.unwrap();
        assert_eq!((error.code(), error.details().http_status), (ErrorCode::OutcomeUnknown, Some(status)));
        assert_eq!((report.accepted, report.rejected.len(), report.doubtful.len()), (20, 0, 10));
        let report = host.run(config(10), &contacts(60), &mut |_, operation, _| usual(operation));
        assert_eq!((report.accepted, host.count("detailinstances")), (60, 20));
    }
}

#[test]
fn what_a_proxy_did_not_forward_is_not_in_doubt() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(20), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") == 2 => Raw(407, "<html>who are you</html>"),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.doubtful.len(), report.error.is_some()), (10, 0, true));
    let report = host.run(config(10), &contacts(20), &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, host.count("detailinstances"), host.count("uploaddetails")), (20, 0, 3));
}

#[test]
fn a_proxy_that_refuses_the_creation_stops_the_campaign_at_once() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(3), &mut |_, operation, _| match operation {
        "createinstance" => Raw(403, "<html>no</html>"),
        _ => usual(operation),
    });
    assert_eq!(report.error.unwrap().details().http_status, Some(403));
    assert_eq!((host.count("createinstance"), host.count("uploaddetails")), (1, 0));
}

#[test]
fn contacts_that_come_after_a_workflow_ended_go_into_a_new_one() {
    let short = CampaignConfig { end_time: "2023-11-20 18:00:00+08:00".into(), ..config(10) };
    let mut host = Host::new();
    let report = host.run(short.clone(), &contacts(5), &mut |_, operation, _| usual(operation));
    assert_eq!(report.accepted, 5);
    host.pass(10 * DAY);
    // With the old end time there is nothing to send them to.
    let report = host.run(short, &contacts(9), &mut |_, operation, _| usual(operation));
    let error = report.error.unwrap();
    assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some("/end_time")));
    let mut second = |_: &mut Host, operation: &str, body: &Value| match operation {
        "createinstance" => Data(json!({"workflow_id": "w1"})),
        "uploaddetails" => {
            assert_eq!(body["workflow_id"], "w1");
            usual(operation)
        }
        _ => usual(operation),
    };
    let report = host.run(config(10), &contacts(9), &mut second);
    assert_eq!((report.accepted, report.workflows.len(), host.count("createinstance")), (9, 2, 2));
}

/// A workflow may end before its end time: what it refuses in a later run goes to a new one, by the rules of doubt.
#[test]
fn what_an_ended_workflow_refuses_goes_into_a_new_one_after_look_ups() {
    let mut host = Host::new();
    host.run(config(10), &contacts(5), &mut |_, operation, _| usual(operation));
    let mut api = |_: &mut Host, operation: &str, body: &Value| match operation {
        "createinstance" => Data(json!({"workflow_id": "w1"})),
        "uploaddetails" if body["workflow_id"] == "w0" => Code(403),
        _ => usual(operation),
    };
    let report = host.run(config(10), &contacts(9), &mut api);
    assert_eq!((report.accepted, report.rejected.len(), host.count("detailinstances")), (9, 0, 8));
    // The ended one is not tried again.
    let report = host.run(config(10), &contacts(12), &mut |_, operation, body| {
        assert_ne!(body["workflow_id"], "w0");
        usual(operation)
    });
    assert_eq!((report.accepted, host.count("uploaddetails")), (12, 4));
}

#[test]
fn a_long_outage_stops_the_campaign_after_three_lost_batches() {
    for status in [500, 503] {
        let mut host = Host::new();
        let report = host.run(config(10), &contacts(200), &mut |_, operation, _| match operation {
            "uploaddetails" => Raw(status, "<html>down</html>"),
            _ => usual(operation),
        });
        let error = report.error.unwrap();
        assert_eq!((error.code(), error.details().http_status), (ErrorCode::ServerError, Some(status)));
        assert_eq!(host.count("uploaddetails"), 3);
        assert!(host.count("detailinstances") <= 60, "{}", host.count("detailinstances"));
        let report = host.run(config(10), &contacts(200), &mut |_, operation, _| usual(operation));
        assert_eq!((report.accepted, report.doubtful.len()), (200, 0));
    }
}

#[test]
fn batches_that_are_lost_between_others_do_not_stop_a_campaign() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(200), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") % 3 == 1 => Raw(500, ""),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.error.is_none()), (200, true));
}

/// A journal as version 0.1.0 wrote it: each line without its closing brace, then its checksum.
fn old_journal(lines: &[String]) -> Vec<u8> {
    let mut sum = String::new();
    let whole = lines.iter().map(|line| {
        sum = crypto::digest(format!("{sum}{line}").as_bytes());
        sum.truncate(16);
        format!("{line},\"sum\":\"{sum}\"}}\n")
    });
    whole.collect::<String>().into_bytes()
}

#[test]
fn a_journal_of_the_first_version_resumes_by_its_own_rules() {
    let mut all = contacts(4);
    // Today's rules refuse this one, which was sent by the old ones.
    all[0]["caseid"] = "c-0 ".into();
    let marks = |range: &[Value]| {
        range.iter().map(|one| crypto::digest(one.to_string().as_bytes())[..8].to_owned()).collect::<String>()
    };
    let journal = old_journal(&[
        format!(r#"{{"record":"campaign","version":1,"workflow_template_id":7,"name":"july","started_ms":{START}"#),
        r#"{"record":"creating","workflow":0,"name":"july""#.to_owned(),
        r#"{"record":"created","workflow":0,"workflow_id":"w0""#.to_owned(),
        format!(r#"{{"record":"sent","batch":0,"workflow":0,"contacts":[[0,2]],"marks":"{}""#, marks(&all[..2])),
        r#"{"record":"outcome","batch":0,"state":"accepted","code":null,"message":null"#.to_owned(),
        format!(r#"{{"record":"sent","batch":1,"workflow":0,"contacts":[[2,1]],"marks":"{}""#, marks(&all[2..3])),
    ]);
    let mut campaign = Campaign::new(&Host::new().session(), config(10)).unwrap();
    assert_eq!(campaign.normal(), 2);
    assert_eq!(campaign.resume(&journal).unwrap(), journal.len());
    assert_eq!(campaign.normal(), 1);
    let mut host = Host { journal, unix_ms: START + DAY, monotonic_ms: DAY, ..Host::new() };
    let report = host.run(config(10), &all, &mut |_, operation, _| match operation {
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.rejected.len(), host.count("uploaddetails")), (4, 0, 1));
    let uploaded = host.bodies("uploaddetails")[0]["details"].clone();
    assert_eq!(uploaded, json!([all[3]]));
    assert_eq!(host.run(config(10), &all, &mut |_, operation, _| usual(operation)).accepted, 4);
}

/// Runs that were killed before their uploads arrived are no outage.
#[test]
fn batches_that_earlier_runs_lost_do_not_stop_this_one() {
    let all = contacts(6);
    let mark = |one: &Value| crypto::digest(one.to_string().as_bytes())[..8].to_owned();
    let mut lines = vec![
        format!(r#"{{"record":"campaign","version":1,"workflow_template_id":7,"name":"july","started_ms":{START}"#),
        r#"{"record":"creating","workflow":0,"name":"july""#.to_owned(),
        r#"{"record":"created","workflow":0,"workflow_id":"w0""#.to_owned(),
    ];
    lines.extend(all[..4].iter().enumerate().map(|(batch, one)| {
        format!(r#"{{"record":"sent","batch":{batch},"workflow":0,"contacts":[[{batch},1]],"marks":"{}""#, mark(one))
    }));
    let mut host = Host { journal: old_journal(&lines), ..Host::new() };
    let report = host.run(config(1), &all, &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, report.error.is_none(), host.count("uploaddetails")), (6, true, 6));
}

#[test]
fn a_damaged_or_foreign_journal_is_an_error() {
    let mut host = Host::new();
    host.run(config(1), &contacts(3), &mut |_, operation, _| usual(operation));
    let resume = |journal: &[u8]| Campaign::new(&host.session(), config(1)).unwrap().resume(journal);
    let mut flipped = host.journal.clone();
    let last = flipped.len() - 40;
    flipped[last] ^= 4;
    assert_eq!(resume(&flipped).unwrap_err().code(), ErrorCode::JournalDamaged);
    assert_eq!(resume(b"callee,caseid\n+6200012345678,c-1\n").unwrap_err().code(), ErrorCode::JournalDamaged);
    let torn = &host.journal[..host.journal.len() - 1];
    assert!(resume(torn).unwrap() < torn.len());
}
