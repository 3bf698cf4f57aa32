//! Calls and events.

use std::sync::Arc;

use airudder_core::{
    Call, CallOptions, ClientConfig, Delivery, Error, ErrorCode, Failure, Headers, Outcome, Request, Response, Secret,
    Session, Step, WebhookConfig, Webhooks,
};
use serde_json::json;

use crate::{extend, vendor};

fn config() -> ClientConfig {
    ClientConfig {
        app_key: Some(Secret::new("fake-app-key")),
        app_secret: Some(Secret::new("fake-app-secret")),
        sign_key: Some(Secret::new("fake-sign-key")),
        sign_secret: Some(Secret::new("fake-sign-secret")),
        max_retries: 2,
        catalog: Some(Arc::new(extend(&vendor()).unwrap())),
        ..ClientConfig::default()
    }
}

fn call(name: &str, params: &str) -> Result<Call, Error> {
    Call::new(&Session::new(config()).unwrap(), name, params, &CallOptions::default())
}

fn prepared(name: &str, params: &str) -> Request {
    call(name, params).unwrap().prepare().unwrap()
}

#[test]
fn parameters_go_into_path_query_and_body() {
    let request = prepared("plans.run", r#"{"limit":1.50,"plan_id":"a/ü?","dry_run":true,"note":"n"}"#);
    assert_eq!(request.url, "https://api.airudder.com/service/plans/a%2F%C3%BC%3F/runs?dry_run=true");
    assert_eq!(request.body, br#"{"limit":1.50,"note":"n"}"#);
    assert!(request.headers.get("Authorization").is_some());
    assert_eq!(prepared("plans.run", r#"{"plan_id":"p"}"#).body, b"{}");
    let request = prepared("plans.list", r#"{"page":2,"name":"a b"}"#);
    assert_eq!(
        (request.url.as_str(), request.body.len()),
        ("https://api.airudder.com/api/v1/plans?page=2&name=a%20b", 0)
    );
    let request = prepared("plans.drop", r#"{"plan_id":12}"#);
    assert_eq!((request.url.as_str(), request.body.len()), ("https://api.airudder.com/service/sms/plans/12", 0));
    assert!(request.headers.get("X-AIRudder-Sign").is_some());
    for id in [r#""""#, r#"".""#, r#""..""#] {
        let error = call("plans.run", &format!(r#"{{"plan_id":{id}}}"#)).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidValue, Some("/plan_id")));
    }
}

#[test]
fn strict_off_lets_unknown_fields_pass_and_still_fills_the_path() {
    let session = Session::new(ClientConfig { strict: false, ..config() }).unwrap();
    let start = |params: &str| Call::new(&session, "plans.run", params, &CallOptions::default());
    let request = start(r#"{"plan_id":"p","new":[1]}"#).unwrap().prepare().unwrap();
    assert_eq!(request.body, br#"{"new":[1]}"#);
    for (params, code) in [
        ("{}", ErrorCode::MissingField),
        (r#"{"plan_id":null}"#, ErrorCode::MissingField),
        (r#"{"plan_id":[1]}"#, ErrorCode::WrongType),
        (r#"{"plan_id":"a","plan_id":"b"}"#, ErrorCode::InvalidValue),
        ("[]", ErrorCode::WrongType),
    ] {
        let error = start(params).unwrap_err();
        assert_eq!((error.code(), error.details().operation.as_deref()), (code, Some("plans.run")), "{params}");
    }
}

#[test]
fn ours_come_first_and_an_unknown_name_lists_both() {
    let error = call("plans.rnu", "{}").unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownOperation);
    for name in ["plans.run", "workflow.upload_details"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    let params = r#"{"case_id":"c","start_time":"2026-11-01 00:00:00+08:00","end_time":"2026-12-01 00:00:00+08:00"}"#;
    call("workflow.detail_instances", params).unwrap();
}

fn lose(name: &str, params: &str) -> (Error, usize) {
    let mut call = call(name, params).unwrap();
    let (mut now_ms, mut sent) = (0, 0);
    loop {
        match call.poll(now_ms).unwrap() {
            Step::Send(request) if request.url.ends_with("/service/cloud/auth") => {
                let body =
                    json!({"data": {"token": "fake-token"}, "status": "OK", "code": 200}).to_string().into_bytes();
                let answer = Response {
                    status: 200,
                    headers: [("Content-Type", "application/json")].into_iter().collect(),
                    body,
                };
                call.on_response(now_ms, &answer).unwrap();
            }
            Step::Send(_) => {
                sent += 1;
                call.on_failure(now_ms, Failure::Timeout, "no answer").unwrap();
            }
            Step::Wait { until_ms, .. } => now_ms = until_ms,
            Step::Done => return (call.take_result().unwrap_err(), sent),
        }
    }
}

#[test]
fn what_must_not_be_repeated_is_not_and_the_error_tells_how_to_find_out() {
    let (error, sent) = lose("plans.run", r#"{"plan_id":"p"}"#);
    assert_eq!((error.code(), sent, error.details().outcome), (ErrorCode::OutcomeUnknown, 1, Some(Outcome::Unknown)));
    assert!(error.to_string().contains("`plans.list`") && error.to_string().contains("plans.run"), "{error}");
    let (error, sent) = lose("plans.list", "{}");
    assert_eq!((error.code(), sent), (ErrorCode::Timeout, 3));
}

#[test]
fn events_are_recognized_behind_ours() {
    let catalog = Some(Arc::new(extend(&vendor()).unwrap()));
    let hooks = Webhooks::new(WebhookConfig { require_signature: false, catalog, ..Default::default() }).unwrap();
    let headers = Headers::new();
    let read = |body: &str, kind: Option<&str>| hooks.unwrap(&Delivery::new(body.as_bytes(), &headers), kind);
    for (body, name, known) in [
        (r#"{"event":"plan.finished"}"#, "plan.finished", true),
        (r#"{"event":"plan.other"}"#, "plan.other", false),
        (r#"{"event":"channel.message.sent","kind":7,"plan":{"step":0}}"#, "channel.message.sent", true),
        (r#"{"kind":7.0,"plan":{"name":"\ud800","step":null}}"#, "plan.step", true),
        (r#"{"kind":8,"plan":{"step":1}}"#, "unknown", false),
        (r#"{"kind":7,"plan":[{"step":1}]}"#, "unknown", false),
    ] {
        let event = read(body, None).unwrap();
        assert_eq!((event.name(), event.known()), (name, known), "{body}");
    }
    assert_eq!(read("{}", Some("plan.step")).unwrap().name(), "plan.step");
    let error = read("{}", Some("plan.none")).unwrap_err();
    assert!(error.to_string().contains("plan.step") && error.to_string().contains("call.finished"), "{error}");
}
