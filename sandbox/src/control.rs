//! The sandbox's own endpoints that change something: ordering faults, sending events, starting anew.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::events;
use crate::faults::Rule;
use crate::reply::{done, ok, problem};
use crate::state::App;
use crate::store::{self, StoreError};

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/faults", get(faults).post(set_faults))
        .merge(events::router())
        .route("/clock", post(set_clock))
        .route("/workflow-status", post(set_workflow_status))
        .route("/reset", post(reset))
        .route("/expire-tokens", post(expire_tokens))
        .route("/pause", post(pause))
        .route("/resume", post(resume))
        .fallback(async || problem(StatusCode::NOT_FOUND, "there is no such control endpoint"))
}

async fn faults(State(app): State<Arc<App>>) -> Response {
    ok(&json!(app.faults.rules()))
}

async fn set_faults(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let rules: Vec<Rule> = match serde_json::from_slice(&body) {
        Ok(rules) => rules,
        Err(error) => return problem(StatusCode::BAD_REQUEST, format!("a list of rules is expected: {error}")),
    };
    if let Some(why) = rules.iter().find_map(Rule::problem) {
        return problem(StatusCode::BAD_REQUEST, why);
    }
    app.faults.replace(rules);
    ok(&json!(app.faults.rules()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkflowStatus {
    workflow_id: String,
    status: Status,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Running,
    Finished,
    Cancelled,
}

async fn set_workflow_status(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let WorkflowStatus { workflow_id, status } = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => return problem(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let status = match status {
        Status::Running => "running",
        Status::Finished => "finished",
        Status::Cancelled => "cancelled",
    };
    let changed = app.store.transact(move |db| {
        if store::set_workflow_status(db, &workflow_id, status)? {
            Ok(json!({ "workflow_id": workflow_id, "status": status }))
        } else {
            Err(StoreError::Refused(format!("there is no workflow {workflow_id:?}")))
        }
    });
    done(changed.await)
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ClockSetting {
    offset_seconds: i64,
}

async fn set_clock(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let setting: ClockSetting = match serde_json::from_slice(&body) {
        Ok(setting) => setting,
        Err(error) => return problem(StatusCode::BAD_REQUEST, error.to_string()),
    };
    app.clock.set(setting.offset_seconds);
    ok(&json!(setting))
}

async fn reset(State(app): State<Arc<App>>) -> Response {
    app.faults.reset();
    app.requests.reset();
    app.clock.set(app.config.clock_offset);
    app.receiver.set(app.config.webhook().unwrap_or_default());
    app.paused.store(false, Ordering::Relaxed);
    for counter in [&app.redelivered, &app.forged_sent, &app.forged_accepted] {
        counter.store(0, Ordering::Relaxed);
    }
    done(app.store.transact(|db| store::reset(db).map(|()| json!({}))).await)
}

async fn expire_tokens(State(app): State<Arc<App>>) -> Response {
    done(app.store.transact(|db| Ok(json!({ "expired": store::expire_tokens(db)? }))).await)
}

async fn pause(State(app): State<Arc<App>>) -> Response {
    app.paused.store(true, Ordering::Relaxed);
    ok(&json!({ "paused": true }))
}

async fn resume(State(app): State<Arc<App>>) -> Response {
    app.paused.store(false, Ordering::Relaxed);
    app.contacts_waiting.notify_one();
    ok(&json!({ "paused": false }))
}
