//! The receiver of events, set while the sandbox runs, and events that a test hands over itself.

mod common;

use std::time::Duration;

use airudder_core::{Delivery, WebhookConfig, Webhooks};
use airudder_sandbox::Config;
use axum::http::StatusCode;
use common::{KEY, Receiver, SECRET, config, contact, start};
use serde_json::{Value, json};

fn signing() -> Config {
    Config { sign_secret: Some(SECRET.into()), ..config() }
}

#[tokio::test]
async fn a_receiver_may_come_change_and_go_while_the_sandbox_runs() {
    let api = start(signing()).await;
    let event = json!({"type": "call.finished"});
    let (status, answer) = api.control("events", &event).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");

    let [first, second] = [Receiver::start(|_| StatusCode::OK).await, Receiver::start(|_| StatusCode::OK).await];
    for (receiver, delivered) in [(&first, 1), (&second, 2)] {
        assert_eq!(api.control("webhook", &json!({"url": receiver.url})).await.0, StatusCode::OK);
        assert_eq!(api.control("events", &event).await.0, StatusCode::OK);
        api.stats_when(|stats| stats["events"]["delivered"] == delivered).await;
    }
    assert_eq!((first.received().len(), second.received().len()), (1, 1));

    // Calls are reported to a receiver that came later, too.
    let token = api.token().await;
    let workflow = api.create(&token).await;
    api.upload(&token, &workflow, &[contact(1)]).await;
    api.stats_when(|stats| stats["events"]["delivered"] == 3).await;
    assert_eq!(api.control("webhook", &json!({"url": null})).await.0, StatusCode::OK);
    assert_eq!(api.control("events", &event).await.0, StatusCode::CONFLICT);
    api.stop().await;
}

#[tokio::test]
async fn what_waits_for_a_receiver_goes_to_the_next_one() {
    let api = start(signing()).await;
    let refusing = Receiver::start(|_| StatusCode::INTERNAL_SERVER_ERROR).await;
    api.control("webhook", &json!({"url": refusing.url})).await;
    api.control("events", &json!({"type": "call.finished"})).await;
    api.stats_when(|_| !refusing.received().is_empty()).await;
    api.control("webhook", &json!({"url": null})).await;
    tokio::time::sleep(Duration::from_millis(60)).await; // three times the delay of a retry
    assert_eq!(api.look("stats").await["events"]["pending"], 1);
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    api.control("webhook", &json!({"url": receiver.url})).await;
    api.stats_when(|stats| stats["events"]["delivered"] == 1).await;
    assert_eq!(receiver.received().len(), 1);
    api.stop().await;
}

#[tokio::test]
async fn a_receiver_is_on_this_machine_and_a_reset_forgets_it() {
    let api = start(signing()).await;
    for body in [json!({"url": "http://192.0.2.1/events"}), json!({"url": "x"}), json!({"url": 7}), json!({})] {
        let (status, answer) = api.control("webhook", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {answer}");
    }
    let receiver = Receiver::start(|_| StatusCode::OK).await;
    api.control("webhook", &json!({"url": receiver.url})).await;
    api.control("pause", &json!({})).await;
    api.control("reset", &json!({})).await;
    assert_eq!(api.control("events", &json!({"type": "call.finished"})).await.0, StatusCode::CONFLICT);
    assert_eq!(api.look("stats").await["paused"], false);
    api.stop().await;
}

#[tokio::test]
async fn a_scheme_that_cannot_sign_is_refused_with_the_receiver() {
    let api = start(Config { sign_scheme: "hmac-sha256:hex:key+body".into(), ..signing() }).await;
    let (status, answer) = api.control("webhook", &json!({"url": "http://127.0.0.1:9/"})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["error"].as_str().unwrap().contains("sign_key"), "{answer}");
    assert_eq!(api.control("sign", &json!({"type": "call.finished"})).await.0, StatusCode::CONFLICT);
    api.stop().await;
}

#[tokio::test]
async fn a_signed_event_is_handed_out_as_it_would_be_sent() {
    let encrypting = Config { encryption_key: Some(KEY.into()), encrypt_events: true, ..signing() };
    for (config, key) in [(signing(), None), (encrypting, Some(KEY))] {
        let api = start(config).await;
        let hooks = WebhookConfig {
            secrets: vec![SECRET.into()],
            encryption_key: key.map(Into::into),
            ..WebhookConfig::default()
        };
        let hooks = Webhooks::new(hooks).unwrap();
        for body in [json!({"task_id": "t", "details": []}), json!(null)] {
            let (status, answer) = api.control("sign", &json!({"type": "call.finished", "body": body})).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            let headers = answer["headers"].as_object().unwrap();
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
            let event =
                hooks.unwrap(&Delivery::new(answer["body"].as_str().unwrap().as_bytes(), &headers), None).unwrap();
            assert_eq!((event.name(), event.verified()), ("call.finished", true));
            assert!(body.is_null() || serde_json::from_str::<Value>(event.text()).unwrap() == body);
        }
        let (status, answer) = api.control("sign", &json!({"type": "later"})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["error"].as_str().unwrap().contains("there is no example of \"later\""), "{answer}");
        api.stop().await;
    }
}
