//! A catalog of one's own: its operations are checked and answered, its events sent, its faults ordered.

mod common;

use std::path::PathBuf;

use airudder_core::crypto::{self, EncryptionKey, Scheme, SigningInput};
use airudder_core::{Delivery, Headers};
use airudder_sandbox::{Config, Sandbox};
use axum::http::StatusCode;
use common::{Api, KEY, Receiver, SECRET, config, read, start};
use serde_json::{Value, json};

fn vendor() -> Value {
    json!({
        "airudder_catalog": 1,
        "operations": [
            {
                "name": "plans.run", "method": "POST", "path": "/service/plans/{plan_id}/runs", "query": ["dry_run"],
                "params": {
                    "properties": {
                        "plan_id": {"type": "integer"}, "dry_run": {"type": "boolean"}, "note": {"type": "string"}
                    },
                    "required": ["plan_id"]
                },
                "result": {"$ref": "#/$defs/Run"}
            },
            {
                "name": "plans.list", "method": "GET", "path": "/service/plans/all", "replay": "safe", "auth": "none",
                "envelope": "process",
                "params": {"properties": {"page": {"type": "integer"}, "name": {"type": "string"}}},
                "result": {"type": "array", "items": {"$ref": "#/$defs/Run"}, "minItems": 1}
            },
            {
                "name": "plans.detail", "method": "GET", "path": "/service/plans/{plan_id}", "auth": "none",
                "params": {"properties": {"plan_id": {"type": "string"}}, "required": ["plan_id"]}
            },
            {"name": "plans.export", "method": "POST", "path": "/service/plans/export", "auth": "sign", "file": true}
        ],
        "events": [{"name": "plan.finished", "when": {"/event": "plan.finished"}, "body": {"$ref": "#/$defs/Run"}}],
        "$defs": {
            "Run": {
                "type": "object", "required": ["run_id"],
                "properties": {"run_id": {"type": "string", "examples": ["run-7"]}}
            }
        }
    })
}

/// The path of a file that holds this catalog.
fn file(catalog: &Value) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vendor.json");
    std::fs::write(&path, catalog.to_string()).expect("a file");
    (folder, path)
}

async fn with_catalog(more: Config) -> Api {
    let (_folder, path) = file(&vendor());
    start(Config { catalog: Some(path), ..more }).await
}

async fn get(api: &Api, path: &str) -> Value {
    read(api.client.get(format!("{}{path}", api.url)).send().await.expect("an answer")).await
}

#[tokio::test]
async fn parameters_of_path_query_and_body_are_checked_together_and_an_example_is_answered() {
    let api = with_catalog(config()).await;
    let token = api.token().await;
    let (status, answer) = api.call(&token, "/service/plans/7/runs?dry_run=true", &json!({"note": "x"})).await;
    assert_eq!((status, &answer["code"], &answer["data"]), (StatusCode::OK, &json!(200), &json!({"run_id": "run-7"})));
    for (path, body, told) in [
        ("/service/plans/seven/runs", json!({}), "/plan_id"),
        ("/service/plans/7/runs?dry_run=perhaps", json!({}), "/dry_run"),
        ("/service/plans/7/runs?dry=true", json!({}), "/dry"),
        ("/service/plans/7/runs", json!({"nota": "x"}), "/nota"),
        ("/service/plans/7/runs", json!({"note": 1}), "/note"),
        ("/service/plans/7/runs", json!([]), "one JSON object"),
    ] {
        let (status, answer) = api.call(&token, path, &body).await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert_eq!((status, &answer["code"]), (StatusCode::OK, &json!(403)), "{path} {body}");
        assert!(message.contains(told) && !message.contains("perhaps"), "{path} {body}: {message}");
    }
    let list = get(&api, "/service/plans/all?page=2&name=3").await;
    assert_eq!((&list["retcode"], &list["data"]), (&json!(0), &json!([{"run_id": "run-7"}])));
    assert_eq!(get(&api, "/service/plans/a%2Fb").await["code"], json!(200));
    assert_eq!(get(&api, "/service/plans/").await["code"], json!(404));
    let counts = api.look("stats").await;
    assert_eq!((&counts["requests"]["plans.list"], &counts["requests"]["plans.detail"]), (&json!(1), &json!(1)));
    api.stop().await;
}

#[tokio::test]
async fn what_authorizes_is_asked_for_as_by_the_known_operations() {
    let api = with_catalog(Config { sign_secret: Some(SECRET.into()), ..config() }).await;
    let (status, _) = api.call("fake", "/service/plans/7/runs", &json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let export = || api.post("/service/plans/export", &json!({}));
    assert_eq!(export().send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    let fields = Headers::default();
    let input = SigningInput { secret: SECRET, key: None, delivery: Delivery::new(b"{}", &fields), plain: None };
    let scheme: Scheme = "hmac-sha256:hex:body".parse().expect("a scheme");
    let signature = scheme.sign(&input).expect("a signature");
    let signed = export().header("X-AIRudder-Sign", signature).header("X-AIRudder-Sign-Key", "k");
    let answer = signed.send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    api.stop().await;
}

#[tokio::test]
async fn encryption_and_faults_are_those_of_every_operation() {
    let api = with_catalog(Config { encryption_key: Some(KEY.into()), ..config() }).await;
    let key = EncryptionKey::new(KEY).expect("a key");
    let sealed = crypto::encrypt(b"page=2", &key).expect("a query");
    let sent = api.client.get(format!("{}/service/plans/all?{sealed}", api.url));
    let sent = sent.header("Is-Encrypted", "1").header("Signed", crypto::digest(b"page=2"));
    let answer = sent.send().await.expect("an answer");
    assert_eq!(answer.headers()["is-encrypted"], "1");
    let rule = json!([{"operation": "plans.list", "fault": "status", "status": 503, "times": 1}]);
    assert_eq!(api.control("faults", &rule).await.0, StatusCode::OK);
    assert!(get(&api, "/service/plans/all").await.is_string());
    assert_eq!(get(&api, "/service/plans/all").await["retcode"], json!(0));
    let last = api.look("requests").await;
    let seen: Vec<_> = last["last"].as_array().expect("a list").iter().map(|one| one["status"].clone()).collect();
    assert_eq!(seen, [json!(200), json!(503), json!(200)]);
    assert!(api.look("operations").await["operations"].as_array().expect("a list").contains(&json!("plans.run")));
    api.stop().await;
}

#[tokio::test]
async fn events_of_the_catalog_are_offered_and_sent() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = with_catalog(Config { webhook_url: Some(receiver.url.clone()), ..config() }).await;
    let kinds = api.look("events").await;
    let kind = kinds["kinds"].as_array().expect("a list").iter().find(|kind| kind["type"] == "plan.finished");
    let body = json!({"run_id": "run-7", "event": "plan.finished"});
    assert_eq!(kind.expect("the event")["example"], body);
    assert_eq!(api.control("events", &json!({"type": "plan.finished"})).await.0, StatusCode::OK);
    api.stats_when(|stats| stats["events"]["delivered"] == json!(1)).await;
    assert_eq!(receiver.received().first().expect("an event").json(), body);
    api.stop().await;
}

#[tokio::test]
async fn a_catalog_with_a_fault_is_refused_at_the_start() {
    let mut wrong = vendor();
    wrong["operations"][0]["method"] = json!("HEAD");
    let mut without_example = vendor();
    without_example["$defs"]["Run"]["properties"]["run_id"] = json!({"type": "string", "pattern": "^[a-z]{7}$"});
    for (catalog, told) in [(wrong, "/operations/0/method"), (without_example, "examples")] {
        let (_folder, path) = file(&catalog);
        let error = Sandbox::start(Config { catalog: Some(path), ..config() }).await.expect_err("a fault").to_string();
        assert!(error.contains("catalog: ") && error.contains(told), "{error}");
    }
    let missing = Config { catalog: Some("/nowhere/vendor.json".into()), ..config() };
    assert!(Sandbox::start(missing).await.is_err());
}
