//! What the page shows: the lists of workflows, contacts, deliveries and requests.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use airudder_core::catalog;
use airudder_sandbox::Config;
use axum::http::StatusCode;
use common::{Api, CREATE, Receiver, config, contact, start};
use serde_json::{Value, json};

async fn created(api: &Api, token: &str, name: &str) -> String {
    let body = json!({"workflow_template_id": 7, "name": name, "end_time": "2099-12-01 18:00:00+08:00"});
    let (_, answer) = api.call(token, CREATE, &body).await;
    answer["data"]["workflow_id"].as_str().expect("a workflow").to_owned()
}

fn named<'a>(answer: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    answer[list].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn workflows_tell_what_became_of_their_contacts() {
    let api = start(config()).await;
    let token = api.token().await;
    let (july, august) = (created(&api, &token, "july 100%").await, created(&api, &token, "august").await);
    api.upload(&token, &july, &(0..4).map(contact).collect::<Vec<_>>()).await;
    api.stats_when(|stats| stats["contacts"]["waiting"] == 0).await;
    api.control("pause", &json!({})).await;
    api.upload(&token, &august, &(3..6).map(contact).collect::<Vec<_>>()).await;
    let listed = api.look("workflows").await;
    assert_eq!((&listed["total"], named(&listed, "workflows", "name")), (&json!(2), vec!["august", "july 100%"]));
    let counts = |index: usize| listed["workflows"][index]["contacts"].clone();
    let one = json!({"accepted": 4, "waiting": 0, "called": 4, "cancelled": 0, "duplicates": 1});
    assert_eq!(counts(1), one);
    assert_eq!(counts(0), json!({"accepted": 3, "waiting": 3, "called": 0, "cancelled": 0, "duplicates": 1}));
    assert_eq!(
        (&listed["workflows"][0]["status"], &listed["workflows"][0]["kind"]),
        (&json!("running"), &json!("workflow"))
    );
    // What has a meaning in LIKE has none in a search.
    for (search, names) in [("0%", vec!["july 100%"]), ("%", vec!["july 100%"]), ("AUG", vec!["august"]), ("_", vec![])]
    {
        let query = format!("workflows?search={}", search.replace('%', "%25"));
        assert_eq!(named(&api.look(&query).await, "workflows", "name"), names, "{search}");
    }
    assert_eq!(named(&api.look(&format!("workflows?search={july}")).await, "workflows", "workflow_id"), [&july]);
    assert_eq!(named(&api.look("workflows?limit=1&offset=1").await, "workflows", "name"), ["july 100%"]);
    api.control("workflow-status", &json!({"workflow_id": august, "status": "cancelled"})).await;
    let cancelled = api.look("workflows?search=august").await["workflows"][0].clone();
    assert_eq!((&cancelled["status"], &cancelled["contacts"]["cancelled"]), (&json!("cancelled"), &json!(3)));
    api.stop().await;
}

#[tokio::test]
async fn contacts_are_found_with_what_became_of_them() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = start(Config { webhook_url: Some(receiver.url.clone()), ..config() }).await;
    let token = api.token().await;
    let (july, august) = (created(&api, &token, "july").await, created(&api, &token, "august").await);
    api.upload(&token, &july, &(0..20).map(contact).collect::<Vec<_>>()).await;
    api.stats_when(|stats| stats["events"]["delivered"] == 20).await;
    api.control("pause", &json!({})).await;
    api.upload(&token, &august, &[contact(3)]).await;

    let called = api.look(&format!("contacts?workflow={july}&state=called")).await;
    assert_eq!(called["total"], 20);
    // Each says what the receiver was told.
    for event in receiver.received() {
        let (event, id) = (event.json(), event.json()["case_id"].clone());
        let row = called["contacts"].as_array().unwrap().iter().find(|row| row["caseid"] == id).unwrap();
        let (outcome, told) = (&row["outcome"], &event["details"][0]);
        assert_eq!(outcome["result_label"], told["result_label"]);
        assert_eq!((&outcome["ring_type"], &outcome["duration"]), (&told["ring_type"], &told["duration"]));
        assert_eq!(row["variables"], told["variables"]);
        assert_eq!(row["duplicate"], id == "c-3");
    }
    let waiting = api.look("contacts?state=waiting").await;
    assert_eq!(
        (&waiting["contacts"][0]["workflow_id"], &waiting["contacts"][0].get("outcome")),
        (&json!(august), &None)
    );
    let twice = api.look("contacts?state=duplicate").await;
    assert_eq!(named(&twice, "contacts", "caseid"), ["c-3", "c-3"]);
    assert_eq!(named(&api.look("contacts?search=Customer%2017").await, "contacts", "caseid"), ["c-17"]);
    assert_eq!(named(&api.look("contacts?search=628100000007").await, "contacts", "caseid"), ["c-7"]);
    let page = api.look(&format!("contacts?workflow={july}&limit=3&offset=18")).await;
    assert_eq!((&page["total"], named(&page, "contacts", "caseid")), (&json!(20), vec!["c-18", "c-19"]));
    assert_eq!(api.look("contacts?workflow=none").await, json!({"total": 0, "contacts": []}));
    for query in ["state=gone", "serach=x", "limit=-1"] {
        assert!(api.look(&format!("contacts?{query}")).await["error"].is_string(), "{query}");
    }
    api.stop().await;
}

#[tokio::test]
async fn deliveries_tell_attempts_and_the_last_answer() {
    let tries = AtomicUsize::new(0);
    let receiver = Receiver::start(move |event| match event.json()["call_id"].as_str() {
        Some("never") => StatusCode::INTERNAL_SERVER_ERROR,
        Some("later") if tries.fetch_add(1, Ordering::SeqCst) < 2 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    });
    let receiver = receiver.await;
    let api = start(Config { webhook_url: Some(receiver.url.clone()), ..config() }).await;
    for call in ["at-once", "later", "never"] {
        api.control("events", &json!({"type": "message.send", "body": {"event": "message.send", "call_id": call}}))
            .await;
    }
    api.stats_when(|stats| stats["events"]["pending"] == 0).await;
    let listed = api.look("deliveries").await;
    assert_eq!(named(&listed, "deliveries", "subject"), ["never", "later", "at-once"]);
    let rows = listed["deliveries"].as_array().unwrap();
    for (row, (state, attempts, status)) in
        rows.iter().zip([("given_up", 6, 500), ("delivered", 3, 200), ("delivered", 1, 200)])
    {
        assert_eq!((&row["state"], &row["attempts"]), (&json!(state), &json!(attempts)), "{row}");
        assert_eq!((&row["last_status"], &row["last_failure"]), (&json!(status), &Value::Null), "{row}");
        assert!(row["last_ms"].as_i64() >= row["added_ms"].as_i64(), "{row}");
        assert_eq!((&row["type"], &row["next_ms"]), (&json!("message.send"), &Value::Null));
    }
    assert_eq!(named(&api.look("deliveries?state=given_up").await, "deliveries", "subject"), ["never"]);
    assert_eq!(named(&api.look("deliveries?search=late").await, "deliveries", "subject"), ["later"]);
    assert_eq!(api.look("deliveries?search=message&limit=1").await["total"], 3);
    assert!(api.look("deliveries?state=lost").await["error"].as_str().unwrap().contains("given_up"));
    api.stop().await;
}

#[tokio::test]
async fn an_event_that_nobody_takes_waits_and_says_why() {
    let url = Receiver::start(|_| StatusCode::OK).await.url.clone();
    let retry_delay = Duration::from_secs(60);
    let api = start(Config { webhook_url: Some(url), retry_delay, ..config() }).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    api.control("events", &json!({"type": "call.finished"})).await;
    let row = loop {
        let row = api.look("deliveries").await["deliveries"][0].clone();
        if row["attempts"] == 1 {
            break row;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!((&row["state"], &row["last_status"]), (&json!("waiting"), &Value::Null));
    assert!(row["last_failure"].is_string(), "{row}");
    assert_eq!(row["next_ms"].as_i64().unwrap() - row["last_ms"].as_i64().unwrap(), 60_000);
    api.stop().await;
}

#[tokio::test]
async fn of_many_events_the_newest_are_kept_and_all_are_counted() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = start(Config { webhook_url: Some(receiver.url.clone()), ..config() }).await;
    let token = api.token().await;
    for _ in 0..2 {
        let workflow = api.create(&token).await;
        api.upload(&token, &workflow, &(0..6_000).map(contact).collect::<Vec<_>>()).await;
    }
    let stats = api.stats_when(|stats| stats["events"]["delivered"] == 12_000).await;
    assert_eq!((&stats["events"]["created"], &stats["events"]["retried"]), (&json!(12_000), &json!(0)));
    let listed = api.look("deliveries?limit=1").await;
    let (total, kept) = (listed["total"].as_u64().unwrap(), listed["kept"].as_u64().unwrap());
    assert!(kept == 10_000 && (kept..12_000).contains(&total), "{total} of {kept}");
    assert_eq!(listed["deliveries"][0]["id"], 12_000);
    api.control("reset", &json!({})).await;
    assert_eq!(api.look("stats").await["events"]["created"], 0);
    api.stop().await;
}

#[tokio::test]
async fn each_kind_of_event_can_be_sent_without_a_body() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = start(Config { webhook_url: Some(receiver.url.clone()), ..config() }).await;
    let kinds = api.look("events").await;
    let names = named(&kinds, "kinds", "type");
    assert_eq!(names.len(), catalog::events().count());
    for name in &names {
        assert_eq!(api.control("events", &json!({"type": name})).await.0, StatusCode::OK, "{name}");
    }
    api.stats_when(|stats| stats["events"]["delivered"] == names.len()).await;
    assert_eq!(receiver.received().len(), names.len());
    let (status, answer) = api.control("events", &json!({"type": "no.such"})).await;
    assert_eq!((status, answer["error"].as_str().unwrap().contains("`body`")), (StatusCode::BAD_REQUEST, true));
    api.stop().await;
}

#[tokio::test]
async fn the_last_requests_tell_status_refusal_and_faults() {
    let api = start(config()).await;
    let token = api.token().await;
    let rules = json!([{"operation": "workflow.upload_details", "fault": "reset_after", "times": 1},
                       {"operation": "workflow.create_instance", "fault": "delay", "delay_ms": 20}]);
    api.control("faults", &rules).await;
    let workflow = api.create(&token).await;
    let body = json!({"workflow_id": workflow, "details": [contact(0)]});
    api.post(common::UPLOAD, &body).header("Authorization", format!("Token {token}")).send().await.unwrap_err();
    api.upload(&token, "none", &[contact(1)]).await;
    let asked = api.look("requests").await;
    assert_eq!(asked["counts"], json!({"auth.token": 1, "workflow.create_instance": 1, "workflow.upload_details": 2}));
    let last = asked["last"].as_array().unwrap();
    let brief = |row: &Value| (row["operation"].clone(), row["status"].clone(), row["faults"].clone());
    assert_eq!(brief(&last[0]), (json!("workflow.upload_details"), json!(200), json!([])));
    assert!(last[0]["refusal"].as_str().unwrap().starts_with("403: there is no workflow"), "{}", last[0]);
    assert_eq!(brief(&last[1]), (json!("workflow.upload_details"), Value::Null, json!(["reset_after"])));
    assert_eq!(brief(&last[2]), (json!("workflow.create_instance"), json!(200), json!(["delay"])));
    assert!(last[2]["took_ms"].as_u64().unwrap() >= 20);
    assert_eq!((last.len(), &last[3]["number"]), (4, &json!(1)));
    for _ in 0..150 {
        api.token().await;
    }
    assert_eq!(api.look("requests").await["last"].as_array().unwrap().len(), 100);
    api.stop().await;
}
