//! Tokens: how they are got, how long they live, and what happens without one.

mod common;

use std::time::{Duration, Instant};

use airudder_sandbox::Config;
use axum::http::StatusCode;
use common::{AUTH, FIND, config, read, start};
use serde_json::{Value, json};

fn search() -> Value {
    json!({"case_id": "c-1", "start_time": "2023-09-01 00:00:00+08:00", "end_time": "2099-09-01 00:00:00+08:00"})
}

#[tokio::test]
async fn json_and_form_bodies_get_different_tokens_that_both_work() {
    let api = start(config()).await;
    let first = api.token().await;
    let form = api.client.post(format!("{}{AUTH}", api.url));
    let form = form.header("Content-Type", "application/x-www-form-urlencoded").body("APPKey=a%2Bb&APPSecret=c+d");
    let answer = read(form.send().await.expect("an answer")).await;
    let second = answer["data"]["token"].as_str().expect("a token");
    assert_ne!(first, second);
    for token in [first.as_str(), second] {
        let (status, answer) = api.call(token, FIND, &search()).await;
        assert_eq!((status, answer), (StatusCode::OK, json!({"data": {"rows": []}, "status": "OK", "code": 200})));
    }
    assert_eq!(api.look("stats").await["requests"], json!({"auth.token": 2, "workflow.detail_instances": 2}));
    api.stop().await;
}

#[tokio::test]
async fn a_multipart_form_gets_a_token() {
    let credentials = Some(("fake-key".into(), "fake-secret".into()));
    let api = start(Config { credentials, ..config() }).await;
    // As `curl -F APPKey=fake-key -F APPSecret=fake-secret` writes it.
    let form = "--b\r\nContent-Disposition: form-data; name=\"APPKey\"\r\n\r\nfake-key\r\n\
                --b\r\nContent-Disposition: form-data; name=\"APPSecret\"\r\n\r\nfake-secret\r\n--b--\r\n";
    for (kind, code) in [
        ("multipart/form-data; boundary=b", 200),
        ("Multipart/Form-Data; boundary=\"b\"", 200),
        ("multipart/form-data; boundary=other", 403),
        ("multipart/form-data", 403),
    ] {
        let request = api.client.post(format!("{}{AUTH}", api.url)).header("Content-Type", kind).body(form);
        let answer = read(request.send().await.expect("an answer")).await;
        assert_eq!(answer["code"], code, "{kind}: {answer}");
        assert_eq!(answer["data"]["token"].is_string(), code == 200, "{answer}");
        assert!(!answer.to_string().contains("fake-"), "{answer}");
    }
    api.stop().await;
}

#[tokio::test]
async fn credentials_are_taken_as_what_they_are_and_never_repeated() {
    let api = start(config()).await;
    let json = r#"{"APPKey":"fake-key","APPSecret":"fake-secret"}"#;
    let form = Some("application/x-www-form-urlencoded");
    for (kind, body, code) in [
        (None, json, 200),
        (form, json, 200), // curl's own content type
        (Some("text/plain"), json, 200),
        (form, "APPKey=fake-key&APPSecret=fake-secret&fake-name=1", 403),
        (form, "fake-key:fake-secret", 403),
        (form, "[\"fake-key\",\"fake-secret\"]", 403),
        (None, "fake-key:fake-secret", 403),
        (None, "\"fake-secret\"", 403),
        (None, r#"{"APPKey":["fake-key"],"APPSecret":"fake-secret"}"#, 403),
        (None, r#"{"APPKey":"fake-key","APPSecret":"fake-secret""#, 403),
    ] {
        let mut request = api.client.post(format!("{}{AUTH}", api.url)).body(body);
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        let answer = read(request.send().await.expect("an answer")).await;
        assert_eq!(answer["code"], code, "{kind:?} {body}: {answer}");
        assert!(!answer.to_string().contains("fake-"), "{answer}");
    }
    api.stop().await;
}

#[tokio::test]
async fn bearer_works_and_anything_else_is_unauthorized() {
    let api = start(config()).await;
    let token = api.token().await;
    for (header, expected) in [
        (format!("Bearer {token}"), StatusCode::OK),
        (format!("Token {token}"), StatusCode::OK),
        (format!("bearer {token}"), StatusCode::OK),
        (format!("TOKEN {token}"), StatusCode::OK),
        (format!("Token {token}x"), StatusCode::UNAUTHORIZED),
        (format!("Basic {token}"), StatusCode::UNAUTHORIZED),
        (token.clone(), StatusCode::UNAUTHORIZED),
    ] {
        let answer = api.post(FIND, &search()).header("Authorization", &header).send().await.expect("an answer");
        assert_eq!(answer.status(), expected, "{header}");
        let code = read(answer).await["code"].clone();
        assert_eq!(code, expected.as_u16(), "{header}");
    }
    let answer = api.post(FIND, &search()).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    api.stop().await;
}

#[tokio::test]
async fn wrong_credentials_are_refused_in_the_envelope() {
    let credentials = Some(("fake-key".into(), "fake-secret".into()));
    let api = start(Config { credentials, ..config() }).await;
    for (body, code) in [
        (json!({"APPKey": "fake-key", "APPSecret": "fake-secret"}), 200),
        (json!({"APPKey": "fake-key", "APPSecret": "other"}), 401),
        (json!({"APPKey": "", "APPSecret": ""}), 401),
        (json!({"APPKey": "fake-key"}), 403),
        (json!({"APPKey": "fake-key", "APPSecret": "fake-secret", "x": 1}), 403),
    ] {
        let answer = api.post(AUTH, &body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let answer = read(answer).await;
        assert_eq!(answer["code"], code, "{answer}");
        assert_eq!(answer["message"].is_string(), code != 200, "{answer}");
    }
    api.stop().await;
}

#[tokio::test]
async fn tokens_expire_and_asking_again_restarts_their_time() {
    let ttl = Duration::from_secs(1);
    let api = start(Config { token_ttl: ttl, ..config() }).await;
    // On a machine that is so busy that the pauses take longer than a token lives, it is tried again.
    for round in 0.. {
        assert!(round < 50, "the machine is too busy");
        let asked = Instant::now();
        let first = api.token().await;
        tokio::time::sleep(ttl * 6 / 10).await;
        let asking_again = Instant::now();
        let second = api.token().await;
        let in_time = asked.elapsed() < ttl;
        tokio::time::sleep(ttl / 2).await;
        let status = api.call(&first, FIND, &search()).await.0;
        if !in_time || asking_again.elapsed() >= ttl {
            continue;
        }
        assert_eq!(status, StatusCode::OK, "its time began anew");
        for token in [first, second] {
            while api.call(&token, FIND, &search()).await.0 == StatusCode::OK {
                assert!(asking_again.elapsed() < Duration::from_secs(60), "it must expire");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        assert!(asking_again.elapsed() >= ttl * 95 / 100, "{:?}", asking_again.elapsed());
        break;
    }
    api.stop().await;
}

#[tokio::test]
async fn all_tokens_can_be_made_to_expire() {
    let api = start(config()).await;
    let token = api.token().await;
    assert_eq!(api.control("expire-tokens", &json!({})).await.1, json!({"expired": 1}));
    assert_eq!(api.call(&token, FIND, &search()).await.0, StatusCode::UNAUTHORIZED);
    api.stop().await;
}
