//! Limits that other tests would not miss: each of these fails when its check is taken out.

use airudder_core::{
    Auth, Call, CallOptions, Campaign, CampaignConfig, CampaignStep, ClientConfig, ErrorCode, Failure, Headers, Method,
    Now, RawRequest, Replay, Request, Response, RetryAdvice, Session, Step,
};
use serde_json::{Value, json};

fn session() -> Session {
    let config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        ..ClientConfig::default()
    };
    Session::new(config).unwrap()
}

fn answer(data: &Value) -> Response {
    let body = json!({"data": data, "code": 200}).to_string().into_bytes();
    Response { status: 200, headers: Headers::new(), body }
}

fn sent(call: &mut Call, now_ms: u64) -> Request {
    match call.poll(now_ms).unwrap() {
        Step::Send(request) => request,
        step => panic!("{step:?}"),
    }
}

fn raw(method: Method, body: &str) -> RawRequest {
    RawRequest { body: body.into(), auth: Auth::None, replay: Replay::Safe, ..RawRequest::new(method, "/x") }
}

#[test]
fn a_get_request_has_no_body_and_others_may_have_one() {
    let start = |method, body| Call::raw(&session(), raw(method, body), &CallOptions::default());
    let error = start(Method::Get, "{}").unwrap_err();
    assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidRequest, Some("/json")));
    for (method, body) in [(Method::Get, ""), (Method::Post, ""), (Method::Post, "{}"), (Method::Put, "{}")] {
        assert_eq!(sent(&mut start(method, body).unwrap(), 0).body, body.as_bytes());
    }
}

#[test]
fn a_token_that_no_header_field_can_carry_is_not_taken() {
    for token in [json!(""), json!("a\nb"), json!("a\rb"), json!("a\0b"), json!(7), Value::Null] {
        let session = session();
        let mut call = Call::new(&session, "robots.list", "{}", &CallOptions::default()).unwrap();
        assert!(sent(&mut call, 0).url.ends_with("/auth"));
        call.on_response(0, &answer(&json!({"token": token}))).unwrap();
        assert_eq!(call.poll(0).unwrap(), Step::Done, "{token}");
        assert_eq!(call.take_result().unwrap_err().code(), ErrorCode::UnreadableResponse, "{token}");
    }
}

#[test]
fn a_call_waits_five_minutes_where_it_is_asked_to_and_no_longer() {
    for (seconds, waits) in [("300", true), ("301", false)] {
        let mut call = Call::raw(&session(), raw(Method::Post, "{}"), &CallOptions::default()).unwrap();
        sent(&mut call, 0);
        let headers = [("Retry-After", seconds)].into_iter().collect();
        call.on_response(0, &Response { status: 429, headers, body: Vec::new() }).unwrap();
        match call.poll(0).unwrap() {
            Step::Wait { until_ms, .. } => assert_eq!((until_ms, waits), (300_000, true)),
            step => {
                assert_eq!((step, waits), (Step::Done, false));
                assert_eq!(call.take_result().unwrap_err().details().retry, RetryAdvice::AfterMs(301_000));
            }
        }
    }
}

#[test]
fn an_id_of_the_api_that_quotes_a_secret_shows_none() {
    for (code, status) in [(200, 200), (403, 403)] {
        let session = session();
        let mut call = Call::new(&session, "robots.list", "{}", &CallOptions::default()).unwrap();
        sent(&mut call, 0);
        call.on_response(0, &answer(&json!({"token": "fake-token"}))).unwrap();
        sent(&mut call, 0);
        let body = json!({"data": {}, "code": code, "request_id": "r-fake-token-1"}).to_string().into_bytes();
        call.on_response(0, &Response { status, headers: Headers::new(), body }).unwrap();
        let id = match call.take_result() {
            Ok(output) => output.request_id,
            Err(error) => error.details().request_id.clone(),
        };
        assert_eq!(id.as_deref(), Some("r-***-1"));
    }
}

#[test]
fn header_fields_of_the_connection_are_the_hosts() {
    for name in ["Content-Length", "transfer-encoding", "HOST", "Connection", "te", "Upgrade"] {
        let headers = [(name, "1")].into_iter().collect();
        let options = CallOptions { headers, ..CallOptions::default() };
        let error = Call::raw(&session(), raw(Method::Post, "{}"), &options).unwrap_err();
        assert_eq!(error.details().pointer.as_deref(), Some("/headers"));
        assert!(error.details().message.contains(name), "{error}");
    }
}

#[test]
fn a_plain_answer_is_not_believed_where_encryption_is_required() {
    let config = ClientConfig {
        base_url: Some("http://127.0.0.1:1".into()),
        encryption_key: Some("fake-key-16bytes".into()),
        require_encryption: true,
        ..ClientConfig::default()
    };
    let session = Session::new(config).unwrap();
    for (status, replay, code) in [
        (200, Replay::Safe, ErrorCode::UndecryptableResponse),
        (200, Replay::Never, ErrorCode::OutcomeUnknown),
        (403, Replay::Never, ErrorCode::OutcomeUnknown),
    ] {
        let options = CallOptions { max_retries: Some(0), ..CallOptions::default() };
        let mut call = Call::raw(&session, RawRequest { replay, ..raw(Method::Post, "{}") }, &options).unwrap();
        sent(&mut call, 0);
        call.on_response(0, &Response { status, ..answer(&json!({"workflow_id": "w"})) }).unwrap();
        let error = call.take_result().unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.details().message.contains("require_encryption"), "{error}");
    }
}

#[test]
fn an_answer_about_another_workflow_leaves_an_upload_in_doubt() {
    let params = r#"{"details":[{"callee":"+6200012345678","platform":"P","variables":{}}],"workflow_id":"w-1"}"#;
    for (data, is_doubtful) in [
        (json!({"workflow_id": "w-1"}), false),
        (json!({"workflow_id": "w-2"}), true),
        (json!({"workflow_id": ""}), false),
        (json!({"workflow_id": 1}), false),
        (json!({}), false),
        (json!([]), false),
    ] {
        let session = session();
        let mut call = Call::new(&session, "workflow.upload_details", params, &CallOptions::default()).unwrap();
        sent(&mut call, 0);
        call.on_response(0, &answer(&json!({"token": "fake-token"}))).unwrap();
        sent(&mut call, 0);
        call.on_response(0, &answer(&data)).unwrap();
        assert_eq!(call.poll(0).unwrap(), Step::Done);
        let code = call.take_result().map_err(|error| error.code()).err();
        assert_eq!(code, is_doubtful.then_some(ErrorCode::OutcomeUnknown), "{data}");
    }
}

fn config(batch_size: usize) -> CampaignConfig {
    CampaignConfig { batch_size, ..CampaignConfig::new(7, "july", "2099-12-01 18:00:00+08:00") }
}

#[test]
fn each_setting_of_a_campaign_is_blamed_for_itself() {
    let usual = || config(10);
    for (config, field) in [
        (CampaignConfig { batch_size: 0, ..usual() }, "/batch_size"),
        (CampaignConfig { batch_size: 10_001, ..usual() }, "/batch_size"),
        (CampaignConfig { in_flight: 0, ..usual() }, "/in_flight"),
        (CampaignConfig { lookups_in_flight: 0, ..usual() }, "/lookups_in_flight"),
        (CampaignConfig { name: String::new(), ..usual() }, "/name"),
        (CampaignConfig { journal_key: Some(" ".into()), ..usual() }, "/journal_key"),
    ] {
        let error = Campaign::new(&session(), config).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some(field)));
    }
}

fn contacts(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({"callee": format!("+6200{n:08}"), "platform": "P", "variables": {}})).collect()
}

/// Runs a call by the test's answers.
fn run(
    call: &mut Call,
    now_ms: u64,
    upload: &mut dyn FnMut(&Value) -> bool,
) -> Result<airudder_core::Output, airudder_core::Error> {
    loop {
        match call.poll(now_ms).unwrap() {
            Step::Done => return call.take_result(),
            Step::Wait { .. } => panic!("nothing asks for a wait"),
            Step::Send(request) => {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                let data = match request.url.rsplit('/').next().unwrap() {
                    "auth" => json!({"token": "fake-token"}),
                    "detailinstances" => json!({"rows": []}),
                    "uploaddetails" if !upload(&body) => {
                        call.on_failure(now_ms, Failure::Timeout, "").unwrap();
                        continue;
                    }
                    _ => json!({"workflow_id": "w0"}),
                };
                call.on_response(now_ms, &answer(&data)).unwrap();
            }
        }
    }
}

#[test]
fn a_contact_that_is_lost_again_and_again_is_sent_five_times_and_stays_doubtful() {
    let mut campaign = Campaign::new(&session(), config(1)).unwrap();
    // Others are taken meanwhile, so that it is no outage.
    let (mut now_ms, mut lost, mut all) = (1, 0, contacts(200).into_iter());
    let report = loop {
        match campaign.poll(Now::new(now_ms, now_ms)).unwrap() {
            CampaignStep::Journal { .. } => campaign.journal_written().unwrap(),
            CampaignStep::Contacts { .. } => match all.next() {
                Some(contact) => campaign.feed(&json!([contact]).to_string()).unwrap(),
                None => campaign.end_of_contacts().unwrap(),
            },
            CampaignStep::Call { id, mut call } => {
                now_ms += 5000;
                let result = run(&mut call, now_ms, &mut |body| {
                    let is_lost = body["details"][0]["callee"] == "+620000000003";
                    lost += i32::from(is_lost);
                    !is_lost
                });
                campaign.on_result(id, Now::new(now_ms, now_ms), result).unwrap();
            }
            CampaignStep::Screen { .. } => unreachable!("nobody asked for it"),
            CampaignStep::Wait { until_ms } => now_ms = until_ms.unwrap(),
            CampaignStep::Done => break campaign.report(),
        }
    };
    let doubtful: Vec<u64> = report.doubtful.iter().map(|one| one.contact).collect();
    assert_eq!((lost, report.accepted, doubtful, report.error.is_none()), (5, 199, vec![3], true));
}

#[test]
fn contacts_are_asked_for_only_where_a_batch_lacks_some() {
    let mut campaign = Campaign::new(&session(), config(2)).unwrap();
    let mut fed = false;
    loop {
        match campaign.poll(1).unwrap() {
            CampaignStep::Journal { .. } => campaign.journal_written().unwrap(),
            CampaignStep::Contacts { want } => {
                assert_eq!((want, fed), (2, false));
                campaign.feed(&Value::from(contacts(2)).to_string()).unwrap();
                fed = true;
            }
            CampaignStep::Call { call, .. } if call.operation() == "workflow.create_instance" => {
                assert!(fed);
                let step = campaign.poll(1).unwrap();
                assert!(matches!(step, CampaignStep::Wait { until_ms: None }), "{step:?}");
                return;
            }
            CampaignStep::Call { id, mut call } => {
                let result = run(&mut call, 1, &mut |_| true);
                campaign.on_result(id, 1, result).unwrap();
            }
            step => panic!("{step:?}"),
        }
    }
}
