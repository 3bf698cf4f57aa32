//! Events: calls are made, and the receiver hears of each.

mod common;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use airudder_core::crypto::{EncryptionKey, Scheme, SigningInput, decrypt, digest};
use airudder_core::{Delivery, ErrorCode, WebhookConfig, Webhooks};
use airudder_sandbox::Config;
use axum::http::StatusCode;
use common::{KEY, Received, Receiver, SECRET, config, contact, start};
use serde_json::{Value, json};

fn to(receiver: &Receiver) -> Config {
    Config { webhook_url: Some(receiver.url.clone()), ..config() }
}

#[tokio::test]
async fn every_contact_is_called_once_and_its_call_reported() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = start(to(&receiver)).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    let contacts: Vec<_> = (0..3000).map(contact).collect();
    api.upload(&token, &workflow, &contacts).await;
    let stats = api.stats_when(|stats| stats["events"]["delivered"] == 3000).await;
    assert_eq!((&stats["events"]["pending"], &stats["contacts"]["waiting"]), (&json!(0), &json!(0)));

    let events: Vec<Value> = receiver.received().iter().map(Received::json).collect();
    let callees: BTreeSet<_> = events.iter().map(|event| event["details"][0]["callee"].as_str().unwrap()).collect();
    assert_eq!((events.len(), callees.len()), (3000, 3000));
    let mut ring_types = BTreeSet::new();
    for event in &events {
        assert_eq!((&event["workflow_id"], &event["workflow_name"]), (&json!(workflow), &json!("july")));
        assert_eq!(event["nodetask_id"], events[0]["nodetask_id"]);
        let call = &event["details"][0];
        let index = event["case_id"].as_str().unwrap().strip_prefix("c-").unwrap();
        assert_eq!(call["variables"]["customer_name"], format!("Customer {index}"));
        let answered = call["ring_type"] == "normal";
        assert_eq!(call["result"], if answered { "finished" } else { "failed" });
        assert_eq!(call["duration"].as_u64().unwrap() > 0, answered);
        assert_eq!(call["call_times"], call["redail_call"].as_array().unwrap().len() + 1);
        ring_types.insert(call["ring_type"].as_str().unwrap());
    }
    assert!(ring_types.len() >= 6, "{ring_types:?}");
    let headers = &receiver.received()[0].headers;
    assert_eq!(
        (&headers["user-agent"], &headers["content-type"]),
        (&"Airudder".parse().unwrap(), &"application/json".parse().unwrap())
    );
    api.stop().await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_outcomes() {
    let mut runs = Vec::new();
    for seed in [5, 5, 6] {
        let receiver = Receiver::start(|_| StatusCode::OK).await;
        let api = start(Config { seed, ..to(&receiver) }).await;
        let token = api.token().await;
        let workflow = api.create(&token).await;
        api.upload(&token, &workflow, &(0..40).map(contact).collect::<Vec<_>>()).await;
        api.stats_when(|stats| stats["events"]["delivered"] == 40).await;
        let outcome = |event: Value| {
            let call = &event["details"][0];
            (call["callee"].to_string(), call["ring_type"].to_string(), call["duration"].to_string())
        };
        runs.push(receiver.received().iter().map(|event| outcome(event.json())).collect::<BTreeSet<_>>());
        api.stop().await;
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn speed_and_pause_are_kept() {
    let api = start(Config { speed: 100, ..config() }).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.control("pause", &json!({})).await;
    api.upload(&token, &workflow, &(0..50).map(contact).collect::<Vec<_>>()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(api.look("stats").await["contacts"]["waiting"], 50);
    let begun = Instant::now();
    api.control("resume", &json!({})).await;
    api.stats_when(|stats| stats["contacts"]["waiting"] == 0).await;
    assert!(begun.elapsed() >= Duration::from_millis(400), "50 calls at 100 a second took {:?}", begun.elapsed());
    api.stop().await;
}

#[tokio::test]
async fn a_refused_event_comes_again_until_it_is_taken() {
    let tries = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => StatusCode::INTERNAL_SERVER_ERROR,
        1 => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    });
    let receiver = receiver.await;
    let api = start(to(&receiver)).await;
    let event = json!({"type": "channel.message.sent", "body": {"event": "channel.message.sent", "call_id": "1"}});
    assert_eq!(api.control("events", &event).await.0, StatusCode::OK);
    let stats = api.stats_when(|stats| stats["events"]["delivered"] == 1).await;
    assert_eq!((&stats["events"]["retried"], &stats["events"]["created"]), (&json!(2), &json!(1)));
    let deliveries = receiver.received();
    assert_eq!(deliveries.len(), 3);
    assert!(deliveries.iter().all(|delivery| delivery.body == deliveries[0].body), "it is the same each time");
    assert_eq!(deliveries[0].json(), event["body"]);
    api.stop().await;
}

#[tokio::test]
async fn a_scheme_with_a_key_signs_with_the_key_that_is_given() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let key = "00112233445566778899aabbccddeeff";
    let scheme = "hmac-sha256:hex:key+'.'+header(Content-Type)+body";
    let (sign_secret, sign_key) = (Some(SECRET.into()), Some(key.into()));
    let settings = Config { sign_secret, sign_key, sign_scheme: scheme.into(), ..to(&receiver) };
    let api = start(settings).await;
    api.control("events", &json!({"type": "x", "body": {"event": "x"}})).await;
    api.stats_when(|stats| stats["events"]["delivered"] == 1).await;
    let event = &receiver.received()[0];
    assert_eq!(event.headers["x-airudder-sign-key"], key);
    let headers = event.core_headers();
    let input =
        SigningInput { secret: SECRET, key: Some(key), delivery: Delivery::new(&event.body, &headers), plain: None };
    let signature = event.headers["x-airudder-sign"].to_str().unwrap();
    scheme.parse::<Scheme>().unwrap().verify(signature, &input).expect("the right signature");
    // The same key is expected of chat requests.
    let body = json!({"call_id": "1", "last_msg_id": "", "size": 1});
    for (given, code) in [(key, 200), ("ffeeddccbbaa99887766554433221100", 401)] {
        let headers = [("Content-Type", "application/json")].into_iter().collect();
        let text = body.to_string();
        let input = SigningInput {
            secret: SECRET,
            key: Some(given),
            delivery: Delivery::new(text.as_bytes(), &headers),
            plain: None,
        };
        let signature = scheme.parse::<Scheme>().unwrap().sign(&input).unwrap();
        let request = api.post("/api/v1/session/messages", &body);
        let request = request.header("X-AIRudder-Sign", signature).header("X-AIRudder-Sign-Key", given);
        assert_eq!(common::read(request.send().await.unwrap()).await["code"], code);
    }
    api.stop().await;
}

#[tokio::test]
async fn after_five_retries_an_event_is_given_up() {
    let receiver = Receiver::start(|_| StatusCode::BAD_GATEWAY).await;
    let api = start(to(&receiver)).await;
    api.control("events", &json!({"type": "x", "body": {}})).await;
    let stats = api.stats_when(|stats| stats["events"]["given_up"] == 1).await;
    assert_eq!((receiver.received().len(), &stats["events"]["pending"]), (6, &json!(0)));
    api.stop().await;
}

#[tokio::test]
async fn events_need_a_receiver_and_a_body() {
    let api = start(config()).await;
    assert_eq!(api.control("events", &json!({"type": "x", "body": {}})).await.0, StatusCode::CONFLICT);
    assert_eq!(api.control("events", &json!({"type": "x"})).await.0, StatusCode::BAD_REQUEST);
    api.stop().await;
}

#[tokio::test]
async fn an_acknowledged_event_can_be_made_to_come_again() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = start(to(&receiver)).await;
    api.control("faults", &json!([{"operation": "x", "fault": "redeliver"}])).await;
    api.control("events", &json!({"type": "x", "body": {"a": 1}})).await;
    api.control("events", &json!({"type": "y", "body": {"a": 2}})).await;
    let stats = api.stats_when(|stats| stats["events"]["delivered"] == 2).await;
    assert_eq!((&stats["events"]["redelivered"], &stats["faults"]["redeliver"]), (&json!(1), &json!(1)));
    assert_eq!(receiver.received().iter().filter(|event| event.json()["a"] == 1).count(), 2);
    api.stop().await;
}

/// Returns whether the delivery carries the right signature, computed by the core.
fn signed(event: &Received) -> bool {
    let headers = event.core_headers();
    let input = SigningInput { secret: SECRET, key: None, delivery: Delivery::new(&event.body, &headers), plain: None };
    headers.get("X-AIRudder-Sign")
        == Some(&"hmac-sha256:hex:body".parse::<Scheme>().expect("a scheme").sign(&input).expect("a signature"))
}

#[tokio::test]
async fn events_are_signed_with_the_secret() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let api = start(Config { sign_secret: Some(SECRET.into()), ..to(&receiver) }).await;
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.upload(&token, &workflow, &(0..100).map(contact).collect::<Vec<_>>()).await;
    api.stats_when(|stats| stats["events"]["delivered"] == 100).await;
    assert!(receiver.received().iter().all(signed));
    api.stop().await;
}

#[tokio::test]
async fn events_can_be_encrypted_and_are_signed_as_they_are_sent() {
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    let key = Some(KEY.into());
    let settings =
        Config { encryption_key: key, encrypt_events: true, sign_secret: Some(SECRET.into()), ..to(&receiver) };
    let api = start(settings).await;
    api.control("events", &json!({"type": "x", "body": {"name": "\u{6d4b}\u{8bd5}"}})).await;
    api.stats_when(|stats| stats["events"]["delivered"] == 1).await;
    let event = receiver.received().remove(0);
    assert!(signed(&event));
    let plain = decrypt(&event.body, &EncryptionKey::new(KEY).expect("a key")).expect("ciphertext");
    assert_eq!(serde_json::from_slice::<Value>(&plain).expect("JSON")["name"], "\u{6d4b}\u{8bd5}");
    assert_eq!(event.headers["signed"], digest(&plain).as_str());
    api.stop().await;
}

#[tokio::test]
async fn a_forged_copy_comes_ahead_and_its_acceptance_is_counted() {
    for (checks, accepted) in [(true, 0), (false, 1)] {
        let answer = move |event: &Received| {
            if checks && !signed(event) { StatusCode::UNAUTHORIZED } else { StatusCode::OK }
        };
        let receiver = Receiver::start(answer).await;
        let api = start(Config { sign_secret: Some(SECRET.into()), ..to(&receiver) }).await;
        api.control("faults", &json!([{"operation": "*", "fault": "tamper_signature"}])).await;
        api.control("events", &json!({"type": "x", "body": {}})).await;
        let events = api.stats_when(|stats| stats["events"]["delivered"] == 1).await["events"].clone();
        assert_eq!(receiver.received().iter().map(signed).collect::<Vec<_>>(), [false, true]);
        assert_eq!((&events["forged_sent"], &events["forged_accepted"]), (&json!(1), &json!(accepted)));
        api.stop().await;
    }
}

#[tokio::test]
async fn whatever_can_be_known_of_an_event_can_be_signed() {
    for scheme in [
        "github",
        "hubspot-v3",
        "netease-im",
        "shopify",
        "slack",
        "square",
        "stripe",
        "hmac-sha512:base64url:method+path+query(id)+time(header(X-Time))+sha256(body);secret='k_'+hex",
        "hmac-sha256:hex:time(header(X-Sign,t))+'.'+body;in=header(X-Sign,v1);secret=base64",
    ] {
        let secret = match scheme.split_once("secret=").map(|(_, form)| form) {
            Some("base64") => "ZmFrZS1zZWNyZXQ=",
            Some(_) => "k_0011223344",
            None => SECRET,
        };
        let receiver = Receiver::start(|_| StatusCode::OK).await;
        let webhook_url = Some(format!("{}?id=7", receiver.url));
        let settings = Config { sign_secret: Some(secret.into()), sign_scheme: scheme.into(), webhook_url, ..config() };
        let api = start(settings).await;
        api.control("faults", &json!([{"operation": "*", "fault": "tamper_signature"}])).await;
        api.control("events", &json!({"type": "x", "body": {"event": "x"}})).await;
        api.stats_when(|stats| stats["events"]["delivered"] == 1).await;

        let settings =
            WebhookConfig { secrets: vec![secret.into()], scheme: scheme.into(), ..WebhookConfig::default() };
        let hooks = Webhooks::new(settings).expect(scheme);
        let verified: Vec<_> = receiver.received().iter().map(|event| unwrap(&hooks, event, &receiver.url)).collect();
        assert_eq!(verified, [Err(ErrorCode::SignatureMismatch), Ok(())], "{scheme}");
        api.stop().await;
    }
}

/// Unwraps a delivery at the present time.
fn unwrap(hooks: &Webhooks, event: &Received, receiver: &str) -> Result<(), ErrorCode> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    let (headers, url) = (event.core_headers(), format!("{receiver}?id=7"));
    let received_ms = u64::try_from(now.as_millis()).ok();
    let delivery = Delivery { url: &url, received_ms, ..Delivery::new(&event.body, &headers) };
    hooks.unwrap(&delivery, None).map(drop).map_err(|error| error.code())
}
