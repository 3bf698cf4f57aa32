//! Workflows and their contacts: what is taken, what is refused, what is found again.

mod common;

use std::time::Instant;

use airudder_sandbox::Config;
use axum::http::StatusCode;
use common::{Api, CREATE, FIND, UPLOAD, config, contact, start};
use serde_json::{Value, json};

async fn find(api: &Api, token: &str, key: Value, from: &str, to: &str) -> Vec<Value> {
    let mut body = json!({"start_time": from, "end_time": to});
    body.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
    let (status, answer) = api.call(token, FIND, &body).await;
    assert_eq!((status, &answer["code"]), (StatusCode::OK, &json!(200)), "{answer}");
    answer["data"]["rows"].as_array().unwrap().clone()
}

const FROM: &str = "2020-01-01 00:00:00+08:00";
const TO: &str = "2099-01-01 00:00:00+08:00";

#[tokio::test]
async fn contacts_are_found_by_case_id_and_by_number() {
    let api = start(config()).await;
    let token = api.token().await;
    let (first, second) = (api.create(&token).await, api.create(&token).await);
    assert_eq!(api.upload(&token, &first, &[contact(1), contact(2)]).await["data"]["workflow_id"], first);
    api.upload(&token, &second, &[contact(2)]).await;

    let rows = find(&api, &token, json!({"case_id": "c-2"}), FROM, TO).await;
    assert_eq!(rows.iter().map(|row| row["workflow_id"].as_str().unwrap()).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!((&rows[0]["workflow_name"], &rows[0]["status"]), (&json!("july"), &json!("running")));
    let created = rows[0]["create_time"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");

    for (key, count) in [
        (json!({"callee": "+628100000001"}), 1),
        (json!({"callee": "+628100000002", "case_id": "c-2"}), 2),
        (json!({"callee": "+628100000001", "case_id": "c-2"}), 0),
        (json!({"case_id": "nobody"}), 0),
    ] {
        assert_eq!(find(&api, &token, key.clone(), FROM, TO).await.len(), count, "{key}");
    }
    assert_eq!(find(&api, &token, json!({"case_id": "c-2"}), FROM, "2020-01-02 00:00:00+08:00").await.len(), 0);
    api.stop().await;
}

#[tokio::test]
async fn contacts_may_come_with_the_workflow() {
    let api = start(config()).await;
    let token = api.token().await;
    let body = json!({"workflow_template_id": 7, "name": "july", "end_time": TO, "details": [contact(1), contact(2)]});
    let (_, answer) = api.call(&token, CREATE, &body).await;
    let workflow = answer["data"]["workflow_id"].as_str().unwrap();
    assert_eq!(find(&api, &token, json!({"case_id": "c-1"}), FROM, TO).await[0]["workflow_id"], workflow);
    assert_eq!(api.look("stats").await["contacts"]["accepted"], 2);
    api.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_as_a_whole_and_named() {
    let api = start(config()).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    let with = |field: &str, value: Value| {
        let mut detail = contact(9);
        detail[field] = value;
        json!({"workflow_id": workflow, "details": [contact(1), detail]})
    };
    let without_platform = json!({"workflow_id": workflow, "details": [{"callee": "+6212345678", "variables": {}}]});
    for (body, named) in [
        (with("callee", json!("0812345")), "/details/1/callee"),
        (with("calle", json!("+6212345678")), "/details/1/calle"),
        (with("platform", json!("x".repeat(41))), "/details/1/platform"),
        (with("variables", json!({"age": 3})), "/details/1/variables/age"),
        (without_platform, "/details/0/platform"),
        (json!({"workflow_id": "unknown", "details": [contact(1)]}), "unknown"),
        (json!({"details": []}), "/workflow_id"),
    ] {
        let (status, answer) = api.call(&token, UPLOAD, &body).await;
        assert_eq!((status, &answer["code"]), (StatusCode::OK, &json!(403)), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains(named), "{answer}");
    }
    let (_, answer) = api.call(&token, FIND, &json!({"start_time": FROM, "end_time": TO})).await;
    assert_eq!(answer["code"], 403, "nothing to search by");
    let garbage = api.client.post(format!("{}{UPLOAD}", api.url)).header("Authorization", format!("Token {token}"));
    let answer = common::read(garbage.body(vec![0xff, 0x00]).send().await.unwrap()).await;
    assert_eq!(answer["code"], 403);
    assert_eq!(api.look("stats").await["contacts"]["accepted"], 0, "no part of a refused request was taken");
    api.stop().await;
}

#[tokio::test]
async fn a_workflow_takes_ten_thousand_contacts_in_a_second_and_not_one_more() {
    let api = start(config()).await;
    let token = api.token().await;
    let contacts: Vec<_> = (0..9_999).map(contact).collect();
    // A busy machine gets some tries for the second.
    let (mut workflow, mut uploads, mut fast) = (String::new(), 0, false);
    while !fast && uploads < 20 {
        workflow = api.create(&token).await;
        let begun = Instant::now();
        assert_eq!(api.upload(&token, &workflow, &contacts).await["code"], 200);
        uploads += 1;
        fast = begun.elapsed().as_secs_f64() < 1.0;
    }
    assert!(fast);

    let two_more = api.upload(&token, &workflow, &[contact(10_001), contact(10_002)]).await;
    assert_eq!(two_more["code"], 403);
    assert!(two_more["message"].as_str().unwrap().contains("at most 10000"), "{two_more}");
    assert_eq!(api.upload(&token, &workflow, &[contact(10_000)]).await["code"], 200);
    assert_eq!(api.upload(&token, &workflow, &[contact(10_001)]).await["code"], 403);
    assert_eq!(api.look("stats").await["contacts"]["accepted"], 9_999 * uploads + 1);
    api.stop().await;
}

#[tokio::test]
async fn contacts_that_came_twice_are_reported() {
    let api = start(config()).await;
    let token = api.token().await;
    let (first, second) = (api.create(&token).await, api.create(&token).await);
    let number_only = json!({"callee": "+6212345678", "platform": "P", "variables": {}});
    // The same number under two case ids are two contacts; the same case id under two numbers is one.
    let mut other_case = number_only.clone();
    other_case["caseid"] = json!("c-x");
    let mut renumbered = contact(1);
    renumbered["callee"] = json!("+6299999999");
    api.upload(&token, &first, &[contact(1), contact(2), number_only.clone(), other_case]).await;
    api.upload(&token, &second, &[renumbered, number_only.clone()]).await;
    api.upload(&token, &second, &[number_only]).await;

    let report = api.look("contacts?duplicates=1").await;
    assert_eq!(report["total"], 2);
    let counts: Vec<_> = report["contacts"].as_array().unwrap().iter().map(|row| row["count"].clone()).collect();
    assert_eq!(counts, [json!(3), json!(2)], "{report}");
    assert_eq!(report["contacts"][0]["callee"], "+6212345678");
    assert_eq!(report["contacts"][1]["caseid"], "c-1");
    let stats = api.look("stats").await;
    assert_eq!(stats["contacts"]["accepted"], 7);
    assert_eq!((&stats["contacts"]["distinct"], &stats["contacts"]["duplicates"]), (&json!(4), &json!(3)));

    let page = api.look("contacts?limit=2&offset=1").await;
    assert_eq!((page["total"].clone(), page["contacts"].as_array().unwrap().len()), (json!(7), 2));
    assert_eq!(page["contacts"][0]["caseid"], "c-2");
    api.stop().await;
}

#[tokio::test]
async fn an_ended_workflow_takes_and_calls_nobody() {
    let api = start(config()).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.control("pause", &json!({})).await;
    api.upload(&token, &workflow, &[contact(1)]).await;
    let ended = json!({"workflow_id": workflow, "status": "cancelled"});
    assert_eq!(api.control("workflow-status", &ended).await, (StatusCode::OK, ended));
    assert_eq!(api.upload(&token, &workflow, &[contact(2)]).await["code"], 403);
    assert_eq!(api.look("contacts").await["contacts"][0]["state"], "cancelled");
    assert_eq!(find(&api, &token, json!({"case_id": "c-1"}), FROM, TO).await[0]["status"], "cancelled");
    api.stop().await;
}

#[tokio::test]
async fn a_database_file_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || Config { db: Some(folder.path().join("sandbox.db")), ..config() };
    let api = start(settings()).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.upload(&token, &workflow, &[contact(1)]).await;
    api.stop().await;

    let api = start(settings()).await;
    assert_eq!(api.upload(&token, &workflow, &[contact(1)]).await["code"], 200, "token and workflow are still known");
    assert_eq!(api.look("contacts?duplicates=1").await["contacts"][0]["count"], 2);
    assert_eq!(api.control("reset", &json!({})).await.0, StatusCode::OK);
    assert_eq!(api.look("stats").await["contacts"]["accepted"], 0);
    api.stop().await;
}

#[tokio::test]
async fn other_paths_are_answered_in_their_envelope() {
    let api = start(config()).await;
    let token = api.token().await;
    let (status, answer) = api.call(&token, "/service/cloud/nothing", &json!({})).await;
    assert_eq!((status, &answer["code"]), (StatusCode::NOT_FOUND, &json!(404)));
    let body =
        json!({"header": {"payloadVersion": 0, "traceId": "t-\"1"}, "payload": {"procInstId": "p", "taskKey": "k"}});
    let (status, answer) = api.call("", "/api/v1/process/queryTaskQian", &body).await;
    let expected = json!({"data": {"read": [], "unRead": ["k"]}, "msg": "", "retcode": 0, "traceId": "t-\"1"});
    assert_eq!((status, answer), (StatusCode::OK, expected));
    assert_eq!(api.control("nothing", &json!({})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(api.look("stats").await["requests"]["unknown"], 1);
    api.stop().await;
}
