//! Workflows and their contacts: what is taken, what is refused, what is found again.

mod common;

use std::time::{Instant, SystemTime};

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
async fn a_workflow_past_its_end_takes_and_calls_nobody() {
    let api = start(config()).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.control("pause", &json!({})).await;
    api.upload(&token, &workflow, &[contact(1)]).await;
    // To the end of 2099 and a little further, by the service's clock: the token is past its end as well.
    let century = 100 * 366 * 24 * 60 * 60_i64;
    api.control("clock", &json!({"offset_seconds": century})).await;
    let token = api.token().await;
    let refused = api.upload(&token, &workflow, &[contact(2)]).await;
    assert_eq!((&refused["code"], &refused["data"]), (&json!(403), &Value::Null));
    assert!(refused["message"].as_str().unwrap().contains("finished"), "{refused}");
    assert_eq!(find(&api, &token, json!({"case_id": "c-1"}), FROM, TO).await[0]["status"], "finished");
    api.control("resume", &json!({})).await;
    api.stats_when(|stats| stats["contacts"]["waiting"] == 0).await;
    assert_eq!(api.look("contacts").await["contacts"][0]["state"], "cancelled");
    api.stop().await;
}

#[tokio::test]
async fn the_service_may_have_a_clock_of_its_own() {
    let day = 24 * 60 * 60;
    let api = start(Config { clock_offset: -10 * day, ..config() }).await;
    let days_ahead = async |path: &str| {
        let answer = api.client.get(format!("{}{path}", api.url)).send().await.unwrap();
        let date = answer.headers()["date"].to_str().unwrap().to_owned();
        let service = httpdate::parse_http_date(&date).unwrap();
        let ahead = service
            .duration_since(SystemTime::now())
            .map_or_else(|behind| -behind.duration().as_secs_f64(), |ahead| ahead.as_secs_f64());
        (ahead / 86_400.0).round()
    };
    for path in ["/_sandbox/stats", "/service/cloud/list", "/nothing"] {
        assert_eq!(days_ahead(path).await.to_string(), "-10", "{path}");
    }
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.upload(&token, &workflow, &[contact(1)]).await;
    let created = find(&api, &token, json!({"case_id": "c-1"}), FROM, TO).await[0]["create_time"].clone();

    assert_eq!(api.control("clock", &json!({"offset_seconds": 3 * day})).await.0, StatusCode::OK);
    assert_eq!(days_ahead("/_sandbox/stats").await.to_string(), "3");
    assert_eq!(
        api.call(&token, FIND, &json!({})).await.0,
        StatusCode::UNAUTHORIZED,
        "13 days are too long for a token"
    );
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.upload(&token, &workflow, &[contact(1)]).await;
    let rows = find(&api, &token, json!({"case_id": "c-1"}), FROM, TO).await;
    assert_eq!(rows[0]["create_time"], created);
    assert!(rows[1]["create_time"].as_str() > created.as_str(), "{rows:?}");

    assert_eq!(api.control("clock", &json!({"offset": 1})).await.0, StatusCode::BAD_REQUEST);
    api.control("reset", &json!({})).await;
    assert_eq!(days_ahead("/_sandbox/stats").await.to_string(), "-10", "as it was started");
    api.stop().await;
}

#[tokio::test]
async fn contacts_without_a_platform_are_taken_where_that_is_allowed() {
    let without = json!({"callee": "+6212345678", "caseid": "c-9", "variables": {}});
    for (allowed, code) in [(false, 403), (true, 200)] {
        let api = start(Config { allow_missing_platform: allowed, ..config() }).await;
        let token = api.token().await;
        let workflow = api.create(&token).await;
        let answer = api.upload(&token, &workflow, &[contact(1), without.clone()]).await;
        assert_eq!(answer["code"], code, "{answer}");
        let body = json!({"workflow_template_id": 7, "name": "n", "end_time": TO, "details": [without]});
        assert_eq!(api.call(&token, CREATE, &body).await.1["code"], code);
        assert_eq!(api.look("stats").await["contacts"]["accepted"], if allowed { 3 } else { 0 });
        // What is there is still checked, and so is the rest.
        let mut wrong = without.clone();
        wrong["callee"] = json!("0812");
        for wrong in [wrong, json!({"callee": "+6212345678", "platform": null, "variables": {}})] {
            assert_eq!(api.upload(&token, &workflow, &[wrong]).await["code"], 403);
        }
        api.stop().await;
    }
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
async fn a_database_file_of_an_earlier_version_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let earlier = rusqlite::Connection::open(&file).unwrap();
    let contacts = "CREATE TABLE contacts (
        id INTEGER PRIMARY KEY, workflow INTEGER NOT NULL, callee TEXT NOT NULL, caseid TEXT, platform TEXT NOT NULL,
        variables TEXT NOT NULL, pds_variables TEXT, state INTEGER NOT NULL DEFAULT 0,
        identity TEXT GENERATED ALWAYS AS (CASE WHEN caseid IS NULL THEN 'callee ' || callee ELSE 'caseid ' || caseid END)
            VIRTUAL)";
    let events = "CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, body TEXT, attempts INTEGER NOT NULL DEFAULT 0,
        next_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0);
        INSERT INTO events (type, attempts, next_ms, state) VALUES ('call.finished', 1, 5, 1)";
    earlier.execute_batch(contacts).unwrap();
    earlier.execute_batch(events).unwrap();
    drop(earlier);
    let api = start(Config { db: Some(file), ..config() }).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    assert_eq!(api.upload(&token, &workflow, &[contact(1)]).await["code"], 200);
    assert_eq!(find(&api, &token, json!({"case_id": "c-1"}), FROM, TO).await.len(), 1);
    let delivery = api.look("deliveries").await["deliveries"][0].clone();
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("delivered"), &json!(1)));
    assert_eq!((&delivery["subject"], &delivery["last_ms"]), (&Value::Null, &Value::Null));
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
