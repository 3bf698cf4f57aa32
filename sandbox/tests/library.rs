//! The library against the sandbox, over real connections that break: nobody is uploaded twice.

mod common;

use airudder_core::operations::workflow::DetailInstanceRows;
use airudder_core::{Call, CallOptions, ClientConfig, Error, ErrorCode, Failure, Output, Response, Session, Step};
use airudder_sandbox::Config;
use common::{Api, KEY, SECRET, config, contact, start};
use serde_json::{Value, json};

/// A session and the clock that it is shown.
struct Client {
    session: Session,
    now_ms: u64,
}

fn client(api: &Api, encrypted: bool) -> Client {
    let settings = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some(api.url.clone()),
        encryption_key: encrypted.then(|| KEY.into()),
        ..ClientConfig::default()
    };
    Client { session: Session::new(settings).expect("good settings"), now_ms: 0 }
}

/// The host's part: it sends. Waits are skipped by setting the clock forward.
async fn run(api: &Api, client: &mut Client, operation: &str, params: &Value) -> Result<Output, Error> {
    let mut call = Call::new(&client.session, operation, params.to_string(), &CallOptions::default())?;
    loop {
        let now_ms = client.now_ms;
        match call.poll(now_ms)? {
            Step::Wait { until_ms, .. } => client.now_ms = until_ms,
            Step::Done => return call.take_result(),
            Step::Send(request) => {
                let mut sent = api.client.post(&request.url).body(request.body);
                for (name, value) in request.headers.iter() {
                    sent = sent.header(name, value);
                }
                match answer(sent).await {
                    Ok(response) => call.on_response(now_ms, &response)?,
                    Err(error) => call.on_failure(now_ms, Failure::Reset, &error.to_string())?,
                }
            }
        }
    }
}

async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Response> {
    let response = request.send().await?;
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
    Ok(Response { status: response.status().as_u16(), headers, body: response.bytes().await?.to_vec() })
}

fn search(index: usize) -> Value {
    json!({"case_id": format!("c-{index}"), "start_time": "2020-01-01 00:00:00+08:00",
           "end_time": "2099-01-01 00:00:00+08:00"})
}

#[tokio::test]
async fn the_library_does_the_whole_job_plain_and_encrypted() {
    for encrypted in [false, true] {
        let key = encrypted.then(|| KEY.into());
        let api = start(Config { encryption_key: key, require_encryption: encrypted, ..config() }).await;
        let mut client = client(&api, encrypted);
        let params = json!({"workflow_template_id": 7, "name": "july", "end_time": "2099-01-01 00:00:00+08:00"});
        let created = run(&api, &mut client, "workflow.create_instance", &params).await.expect("created");
        let workflow: Value = created.parse().expect("a workflow");
        let params = json!({"workflow_id": workflow["workflow_id"], "details": [contact(1), contact(2)]});
        run(&api, &mut client, "workflow.upload_details", &params).await.expect("uploaded");
        let found = run(&api, &mut client, "workflow.detail_instances", &search(2)).await.expect("found");
        let rows = found.parse::<DetailInstanceRows>().expect("rows").rows.expect("rows");
        assert_eq!(rows[0].workflow_id.as_deref(), workflow["workflow_id"].as_str());
        api.control("expire-tokens", &json!({})).await;
        run(&api, &mut client, "workflow.detail_instances", &search(2)).await.expect("a new token is got");
        assert_eq!(api.look("stats").await["requests"]["auth.token"], 2);
        api.stop().await;
    }
}

#[tokio::test]
async fn requests_are_signed_by_all_that_a_scheme_names() {
    for scheme in ["hmac-sha256:hex:method+url+time(header(X-Time))+plain", "stripe", "hmac-sha1:base64:path+body+key"]
    {
        let sign = |secret: &str| ClientConfig {
            base_url: None,
            sign_key: Some("fake-sign-key".into()),
            sign_secret: Some(secret.into()),
            sign_scheme: scheme.into(),
            ..ClientConfig::default()
        };
        let right = sign(SECRET);
        let api = start(Config {
            sign_key: right.sign_key.clone(),
            sign_secret: right.sign_secret.clone(),
            sign_scheme: scheme.into(),
            ..config()
        });
        let api = api.await;
        for (settings, accepted) in [(right, true), (sign("fake-other-secret"), false)] {
            let settings = ClientConfig { base_url: Some(api.url.clone()), ..settings };
            let mut client =
                Client { session: Session::new(settings).expect("good settings"), now_ms: 1_795_248_000_000 };
            let params = json!({"call_id": "1", "last_msg_id": "", "size": 1});
            let answer = run(&api, &mut client, "chat.session_messages", &params).await;
            assert_eq!(answer.is_ok(), accepted, "{scheme}: {answer:?}");
        }
        api.stop().await;
    }
}

#[tokio::test]
async fn however_connections_break_nobody_is_uploaded_twice() {
    let api = start(config()).await;
    let mut client = client(&api, false);
    let token = api.token().await;
    let workflow = api.create(&token).await;
    let rule = |fault: &str| json!({"operation": "*", "fault": fault, "probability": 0.12, "retry_after": "1"});
    let rules = ["reset_before", "reset_after", "status", "unauthorized", "truncate", "tamper"].map(rule);
    api.control("faults", &json!(rules)).await;
    let (mut doubtful, mut done) = (Vec::new(), 0);
    for index in 0..150 {
        let params = json!({"workflow_id": workflow, "details": [contact(index)]});
        match run(&api, &mut client, "workflow.upload_details", &params).await {
            Ok(_) => done += 1,
            Err(error) if error.code() == ErrorCode::OutcomeUnknown => doubtful.push(index),
            // Not sent or rejected: the contact is not there, which the end checks.
            Err(_) => {}
        }
    }
    api.control("faults", &json!([])).await;
    let mut arrived = 0;
    for index in &doubtful {
        let found = run(&api, &mut client, "workflow.detail_instances", &search(*index)).await.expect("an answer");
        arrived += usize::from(!found.parse::<DetailInstanceRows>().unwrap().rows.unwrap().is_empty());
    }
    let stats = api.look("stats").await;
    assert_eq!((&stats["contacts"]["duplicates"], &stats["contacts"]["accepted"]), (&json!(0), &json!(done + arrived)));
    assert!(arrived > 0 && arrived < doubtful.len() && done > 20, "{done} done, {arrived} of {doubtful:?} arrived");
    api.stop().await;
}
