//! Events to order: where they go, one to send, and one that a test hands to its receiver itself.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use crate::clock;
use crate::config;
use crate::examples;
use crate::reply::{done, ok, problem};
use crate::sealing;
use crate::state::App;
use crate::store;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new().route("/events", post(send)).route("/sign", post(sign)).route("/webhook", post(set_webhook))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    #[serde(deserialize_with = "Option::deserialize")] // null is meant, and must be said
    url: Option<String>,
}

async fn set_webhook(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let given: Webhook = match serde_json::from_slice(&body) {
        Ok(given) => given,
        Err(error) => {
            return problem(StatusCode::BAD_REQUEST, format!(r#"{{"url": "…"}} is expected, or null: {error}"#));
        }
    };
    let checked = given.url.as_deref().map(config::webhook_url).transpose();
    let tried = checked.and_then(|url| {
        url.as_ref().map_or(Ok(()), |url| sealing::try_out(&app.hooks, url))?;
        Ok(url)
    });
    match tried {
        Ok(url) => app.receiver.set(url),
        Err(error) => return problem(StatusCode::BAD_REQUEST, error.to_string()),
    }
    app.events_waiting.notify_one();
    ok(&json!({ "url": given.url }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvent {
    #[serde(rename = "type")]
    kind: String,
    body: Option<Box<RawValue>>,
}

impl NewEvent {
    /// Reads an event; one without a body gets an example's.
    fn read(app: &App, body: &[u8]) -> Result<(String, String), String> {
        let event: Self = serde_json::from_slice(body)
            .map_err(|error| format!(r#"{{"type": "…", "body": {{…}}}} is expected: {error}"#))?;
        let text = match &event.body {
            Some(body) => body.get().to_owned(),
            None => examples::example(app.catalog.as_ref(), &event.kind, app.clock.now_ms()).ok_or_else(|| {
                format!("there is no example of {:?}: give its `body`, or a known `type`", event.kind)
            })?,
        };
        Ok((event.kind, text))
    }
}

async fn send(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let (kind, text) = match NewEvent::read(&app, &body) {
        Ok(event) => event,
        Err(why) => return problem(StatusCode::BAD_REQUEST, why),
    };
    if !app.receiver.is_known() {
        return problem(
            StatusCode::CONFLICT,
            "there is no --webhook-url to send events to; POST /_sandbox/webhook sets one",
        );
    }
    let added = app.store.transact(move |db| {
        let subject = examples::subject(&text);
        let new = store::NewEvent { kind: &kind, body: &text, subject: subject.as_deref() };
        Ok(json!({ "id": store::add_event(db, &new, clock::host_ms())? }))
    });
    let added = added.await;
    app.events_waiting.notify_one();
    done(added)
}

async fn sign(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let text = match NewEvent::read(&app, &body) {
        Ok((_, text)) => text,
        Err(why) => return problem(StatusCode::BAD_REQUEST, why),
    };
    match sealing::event(&app.hooks, &text, app.receiver.url().as_ref()) {
        Ok((headers, body)) => {
            let headers: Map<String, Value> =
                headers.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            ok(&json!({ "headers": headers, "body": String::from_utf8_lossy(&body) }))
        }
        Err(error) => problem(StatusCode::CONFLICT, format!("the event could not be signed or encrypted: {error}")),
    }
}
