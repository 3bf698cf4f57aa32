//! Faults: each looks to the client as it does in a real network, and has the effect that it says.

mod common;

use std::error::Error as _;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use common::{Api, FIND, UPLOAD, config, contact, start};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A sandbox with one rule for uploads, a token and a workflow.
async fn with_fault(rule: Value) -> (Api, String, Value) {
    let api = start(config()).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    let mut rule = rule;
    rule["operation"] = json!("workflow.upload_details");
    let (status, rules) = api.control("faults", &json!([rule])).await;
    assert_eq!(status, StatusCode::OK, "{rules}");
    (api, token, json!({"workflow_id": workflow, "details": [contact(1)]}))
}

async fn accepted(api: &Api) -> Value {
    api.look("stats").await["contacts"]["accepted"].clone()
}

/// Sends an upload by hand and gives what came back before the connection ended, and how it ended.
async fn raw_upload(api: &Api, token: &str, body: &Value) -> (Vec<u8>, std::io::Result<()>) {
    let address = api.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = body.to_string();
    let head = format!(
        "POST {UPLOAD} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Token {token}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return (answer, Ok(())),
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) => return (answer, Err(error)),
        }
    }
}

#[tokio::test]
async fn reset_before_has_no_effect_and_reset_after_has() {
    for (fault, contacts) in [("reset_before", 0), ("reset_after", 1)] {
        let (api, token, body) = with_fault(json!({"fault": fault})).await;
        let (answer, end) = raw_upload(&api, &token, &body).await;
        assert_eq!(answer, b"", "{fault}: not a byte of an answer");
        assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset, "{fault}");
        assert_eq!(accepted(&api).await, contacts, "{fault}");

        let request = api.post(UPLOAD, &body).header("Authorization", format!("Token {token}"));
        let error = request.send().await.expect_err("no response");
        assert!(error.is_request() && !error.is_connect(), "{fault}: {error:?} {:?}", error.source());
        assert_eq!(accepted(&api).await, 2 * contacts, "{fault}");
        assert_eq!(api.look("stats").await["faults"][fault], 2);
        api.stop().await;
    }
}

#[tokio::test]
async fn a_status_may_come_before_or_after_the_effect() {
    for (after, contacts) in [(false, 0), (true, 1)] {
        let rule = json!({"fault": "status", "status": 429, "retry_after": "1", "after": after});
        let (api, token, body) = with_fault(rule).await;
        let request = api.post(UPLOAD, &body).header("Authorization", format!("Token {token}"));
        let answer = request.send().await.unwrap();
        assert_eq!(
            (answer.status(), &answer.headers()["retry-after"]),
            (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap())
        );
        assert_eq!(accepted(&api).await, contacts);
        api.stop().await;
    }
}

#[tokio::test]
async fn unauthorized_strikes_as_often_as_it_is_told_to() {
    let (api, token, body) = with_fault(json!({"fault": "unauthorized", "times": 1})).await;
    let (status, answer) = api.call(&token, UPLOAD, &body).await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!(401)));
    assert_eq!(accepted(&api).await, 0);
    assert_eq!(api.call(&token, UPLOAD, &body).await.0, StatusCode::OK);
    assert_eq!(api.look("faults").await[0]["times"], 0);
    api.stop().await;
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_in_its_body() {
    let (api, token, body) = with_fault(json!({"fault": "truncate"})).await;
    let (answer, _) = raw_upload(&api, &token, &body).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, got) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    assert!(!got.is_empty() && got.len() < length, "{answer}");
    assert_eq!(accepted(&api).await, 1);
    api.stop().await;
}

#[tokio::test]
async fn a_tampered_answer_is_no_longer_json() {
    let (api, token, body) = with_fault(json!({"fault": "tamper"})).await;
    let request = api.post(UPLOAD, &body).header("Authorization", format!("Token {token}"));
    let answer = request.send().await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&answer).is_err(), "{answer}");
    assert_eq!(accepted(&api).await, 1);
    api.stop().await;
}

#[tokio::test]
async fn a_delay_delays_and_other_faults_come_on_top() {
    let (api, token, body) = with_fault(json!({"fault": "delay", "delay_ms": 80})).await;
    let begun = Instant::now();
    assert_eq!(api.call(&token, UPLOAD, &body).await.0, StatusCode::OK);
    assert!(begun.elapsed() >= Duration::from_millis(80));
    let rules = json!([
        {"operation": "*", "fault": "delay", "delay_ms": 40},
        {"operation": "*", "fault": "status"},
        {"operation": "*", "fault": "reset_before"},
    ]);
    api.control("faults", &rules).await;
    let begun = Instant::now();
    assert_eq!(api.call(&token, UPLOAD, &body).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(begun.elapsed() >= Duration::from_millis(40));
    api.stop().await;
}

#[tokio::test]
async fn faults_spare_other_operations_and_the_probability_is_kept() {
    let (api, token, body) = with_fault(json!({"fault": "status", "probability": 0.5})).await;
    api.create(&token).await;
    let mut struck = 0;
    for _ in 0..200 {
        struck += u32::from(api.call(&token, UPLOAD, &body).await.0 == StatusCode::SERVICE_UNAVAILABLE);
    }
    assert!((60..140).contains(&struck), "{struck} of 200");
    assert_eq!(api.look("stats").await["faults"]["status"], struck);
    assert_eq!(accepted(&api).await, 200 - struck);
    api.stop().await;
}

#[tokio::test]
async fn a_refusal_after_a_part_has_the_effect_of_the_part() {
    for (rule, status, code) in [
        (json!({"fault": "refuse_after_part"}), 400, 400),
        (json!({"fault": "refuse_after_part", "status": 409}), 409, 409),
        (json!({"fault": "refuse_after_part", "status": 200}), 200, 403),
    ] {
        let (api, token, mut body) = with_fault(rule).await;
        body["details"] = (0..7).map(contact).collect();
        let (got, answer) = api.call(&token, UPLOAD, &body).await;
        assert_eq!((got.as_u16(), &answer["code"], &answer["data"]), (status, &json!(code), &Value::Null), "{answer}");
        let kept = api.look("contacts").await;
        let kept: Vec<_> = kept["contacts"].as_array().unwrap().iter().map(|row| row["caseid"].clone()).collect();
        assert_eq!(kept, ["c-0", "c-1", "c-2"], "the first half");
        api.stop().await;
    }
}

#[tokio::test]
async fn a_proxy_answers_without_the_envelope() {
    for (after, status, contacts) in [(false, 403, 0), (true, 404, 1), (false, 413, 0)] {
        let mut rule = json!({"fault": "proxy_403", "after": after});
        if status != 403 {
            rule["status"] = json!(status);
        }
        let (api, token, body) = with_fault(rule).await;
        let request = api.post(UPLOAD, &body).header("Authorization", format!("Token {token}"));
        let answer = request.send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (status, &"text/html".parse().unwrap())
        );
        assert!(answer.text().await.unwrap().starts_with("<html>"));
        assert_eq!(accepted(&api).await, contacts);
        api.stop().await;
    }
}

#[tokio::test]
async fn interim_answers_come_ahead_of_the_real_one() {
    for status in [102, 103] {
        let (api, token, body) = with_fault(json!({"fault": "interim", "status": status})).await;
        let answer = String::from_utf8(raw_upload(&api, &token, &body).await.0).unwrap();
        let (interim, rest) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(interim.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(rest.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        // A client that knows interim answers is not disturbed, on one connection.
        for _ in 0..3 {
            assert_eq!(api.call(&token, UPLOAD, &body).await.1["code"], 200);
        }
        assert_eq!(accepted(&api).await, 4);
        api.stop().await;
    }
}

#[tokio::test]
async fn lookups_may_lag_behind_uploads() {
    let (api, token, body) = with_fault(json!({"fault": "delay"})).await;
    let rule = json!([{"operation": "workflow.detail_instances", "fault": "lag", "delay_ms": 1500}]);
    api.control("faults", &rule).await;
    let begun = Instant::now();
    api.call(&token, UPLOAD, &body).await;
    let search =
        json!({"case_id": "c-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": "2099-01-01 00:00:00+08:00"});
    let found = async || api.call(&token, FIND, &search).await.1["data"]["rows"].as_array().unwrap().len();
    let early = found().await;
    assert!(early == 0 || begun.elapsed() >= Duration::from_millis(1500), "not at once");
    while found().await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "in the end it is found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(1500));
    api.stop().await;
}

#[tokio::test]
async fn senseless_rules_are_refused_and_change_nothing() {
    let (api, _, _) = with_fault(json!({"fault": "tamper"})).await;
    for rules in [
        json!({}),
        json!([{"operation": "*", "fault": "explode"}]),
        json!([{"operation": "*", "fault": "delay", "delay": 1}]),
        json!([{"operation": "*", "fault": "delay", "probability": 1.5}]),
        json!([{"operation": "*", "fault": "status", "status": 99}]),
        json!([{"operation": "*", "fault": "status", "retry_after": "1\r\nX: y"}]),
        json!([{"operation": "*", "fault": "interim", "status": 101}]),
        json!([{"operation": "*", "fault": "refuse_after_part", "part": 1.5}]),
    ] {
        assert_eq!(api.control("faults", &rules).await.0, StatusCode::BAD_REQUEST, "{rules}");
    }
    assert_eq!(api.look("faults").await.as_array().unwrap().len(), 1);
    api.stop().await;
}
