//! Encrypted requests get encrypted answers, and what does not fit is refused.

mod common;

use airudder_core::crypto::{EncryptionKey, decrypt, digest, encrypt};
use airudder_sandbox::Config;
use axum::http::StatusCode;
use common::{AUTH, Api, CREATE, KEY, UPLOAD, config, contact, start};
use reqwest::Response;
use serde_json::{Value, json};

fn key() -> EncryptionKey {
    EncryptionKey::new(KEY).unwrap()
}

async fn encrypted() -> Api {
    start(Config { encryption_key: Some(KEY.into()), ..config() }).await
}

async fn send(api: &Api, path: &str, token: &str, body: &Value) -> Response {
    let plain = body.to_string();
    let request = api.client.post(format!("{}{path}", api.url)).header("Authorization", format!("Token {token}"));
    let request = request.header("Is-Encrypted", "1").header("Signed", digest(plain.as_bytes()));
    request.body(encrypt(plain.as_bytes(), &key()).unwrap()).send().await.unwrap()
}

async fn open(answer: Response) -> Value {
    assert_eq!(answer.headers()["is-encrypted"], "1");
    let signed = answer.headers()["signed"].to_str().unwrap().to_owned();
    let plain = decrypt(&answer.bytes().await.unwrap(), &key()).unwrap();
    assert_eq!(digest(&plain), signed);
    serde_json::from_slice(&plain).unwrap()
}

#[tokio::test]
async fn the_whole_job_can_be_done_encrypted() {
    let api = encrypted().await;
    let answer = open(send(&api, AUTH, "", &json!({"APPKey": "fake-key", "APPSecret": "fake-secret"})).await).await;
    let token = answer["data"]["token"].as_str().unwrap();
    let body = json!({"workflow_template_id": 7, "name": "\u{6d4b}\u{8bd5}", "end_time": "2099-01-01 00:00:00+08:00"});
    let answer = open(send(&api, CREATE, token, &body).await).await;
    let body = json!({"workflow_id": answer["data"]["workflow_id"], "details": [contact(1)]});
    assert_eq!(open(send(&api, UPLOAD, token, &body).await).await["code"], 200);

    let refused = send(&api, UPLOAD, "wrong", &body).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(open(refused).await["code"], 401, "refusals are encrypted too");
    let plain = api.call(token, UPLOAD, &body).await;
    assert_eq!((plain.0, &plain.1["code"]), (StatusCode::OK, &json!(200)), "plain requests get plain answers");
    assert_eq!(api.look("stats").await["contacts"]["accepted"], 2);
    api.stop().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let api = encrypted().await;
    let token = api.token().await;
    let plain = b"{}".as_slice();
    let sealed = encrypt(plain, &key()).unwrap();
    for (body, signed) in [
        (sealed.clone(), Some(digest(b"{ }"))),
        (sealed, None),
        ("not Base64!".into(), Some(digest(plain))),
        ("AAAA".into(), Some(digest(plain))),
        (String::new(), Some(digest(plain))),
    ] {
        let mut request = api.client.post(format!("{}{UPLOAD}", api.url)).header("Is-Encrypted", "1");
        request = request.header("Authorization", format!("Token {token}"));
        if let Some(signed) = signed {
            request = request.header("Signed", signed);
        }
        let answer = common::read(request.body(body).send().await.unwrap()).await;
        assert_eq!(answer["code"], 403, "{answer}");
    }
    api.stop().await;
    let without_key = start(config()).await;
    let answer = common::read(send(&without_key, UPLOAD, &token, &json!({})).await).await;
    assert_eq!(answer["code"], 403, "{answer}");
    without_key.stop().await;
}

#[tokio::test]
async fn encryption_can_be_required() {
    let api = start(Config { encryption_key: Some(KEY.into()), require_encryption: true, ..config() }).await;
    let credentials = json!({"APPKey": "fake-key", "APPSecret": "fake-secret"});
    let plain = common::read(api.post(AUTH, &credentials).send().await.unwrap()).await;
    assert_eq!(plain["code"], 403, "{plain}");
    assert_eq!(open(send(&api, AUTH, "", &credentials).await).await["code"], 200);
    api.stop().await;
}

#[tokio::test]
async fn a_tampered_answer_does_not_fit_its_digest() {
    let api = encrypted().await;
    api.control("faults", &json!([{"operation": "*", "fault": "tamper"}])).await;
    let answer = send(&api, AUTH, "", &json!({"APPKey": "fake-key", "APPSecret": "fake-secret"})).await;
    let signed = answer.headers()["signed"].to_str().unwrap().to_owned();
    let plain = decrypt(&answer.bytes().await.unwrap(), &key()).expect("still whole blocks");
    assert_ne!(digest(&plain), signed);
    api.stop().await;
}
