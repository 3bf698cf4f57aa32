//! The endpoints that only look: what came in, what became of it, and what can be sent and ordered.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use airudder_core::catalog;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use crate::reply::{done, ok, problem};
use crate::state::App;
use crate::store::{self, ContactFilter, DeliveryFilter};
use crate::{calls, examples};

/// At most so many rows on a page.
const MAX_PAGE: u32 = 10_000;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/version", get(version))
        .route("/stats", get(stats))
        .route("/workflows", get(workflows))
        .route("/contacts", get(contacts))
        .route("/deliveries", get(deliveries))
        .route("/requests", get(requests))
        .route("/operations", get(operations))
        .route("/events", get(event_kinds))
}

async fn version(State(app): State<Arc<App>>) -> Response {
    ok(&json!({ "version": app.changes.version() }))
}

async fn stats(State(app): State<Arc<App>>) -> Response {
    let store = app.store.clone();
    let counted = store.transact(move |db| {
        let mut events = json!(store::count_events(db)?);
        // What belongs to a delivery was counted before the delivery was noted, so it is looked at behind that.
        if let Some(events) = events.as_object_mut() {
            events.insert("redelivered".into(), app.redelivered.load(Ordering::Relaxed).into());
            events.insert("forged_sent".into(), app.forged_sent.load(Ordering::Relaxed).into());
            events.insert("forged_accepted".into(), app.forged_accepted.load(Ordering::Relaxed).into());
        }
        Ok(json!({
            "contacts": store::count_contacts(db)?,
            "workflows": store::count_workflows(db)?,
            "requests": app.requests.counts(),
            "events": events,
            "faults": app.faults.injected(),
            "paused": app.paused.load(Ordering::Relaxed),
            "clock_offset_seconds": app.clock.offset_s(),
            "webhook_url": app.receiver.url().map(String::from),
        }))
    });
    done(counted.await)
}

/// What all lists take.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    search: String,
    workflow: Option<String>,
    state: Option<String>,
    #[serde(default)]
    duplicates: u8,
    #[serde(default = "default_limit")]
    limit: u32,
    #[serde(default)]
    offset: u64,
}

const fn default_limit() -> u32 {
    1000
}

/// The query of a list: its state is one of `states`.
fn wanted(query: Result<Query<Wanted>, QueryRejection>, states: &[&str]) -> Result<Wanted, Box<Response>> {
    let refuse = |why: String| Err(Box::new(problem(StatusCode::BAD_REQUEST, why)));
    let mut wanted = match query {
        Ok(Query(wanted)) => wanted,
        Err(error) => return refuse(error.body_text()),
    };
    if let Some(state) = wanted.state.as_deref().filter(|state| !states.contains(state)) {
        return refuse(format!("`state` must be one of {}, and is {state:?}", states.join(", ")));
    }
    wanted.limit = wanted.limit.min(MAX_PAGE);
    Ok(wanted)
}

async fn workflows(State(app): State<Arc<App>>, query: Result<Query<Wanted>, QueryRejection>) -> Response {
    let wanted = match wanted(query, &[]) {
        Ok(wanted) => wanted,
        Err(refusal) => return *refusal,
    };
    let now_ms = app.clock.now_ms();
    let listed = app.store.transact(move |db| {
        let (total, rows) = store::list_workflows(db, &wanted.search, (wanted.limit, wanted.offset), now_ms)?;
        Ok(json!({ "total": total, "workflows": rows }))
    });
    done(listed.await)
}

async fn contacts(State(app): State<Arc<App>>, query: Result<Query<Wanted>, QueryRejection>) -> Response {
    let wanted = match wanted(query, &["waiting", "called", "cancelled", "duplicate"]) {
        Ok(wanted) => wanted,
        Err(refusal) => return *refusal,
    };
    let seed = app.config.seed;
    let listed = app.store.transact(move |db| {
        let Wanted { search, workflow, state, duplicates, limit, offset } = wanted;
        if duplicates != 0 {
            let rows = store::list_duplicates(db, limit, offset)?;
            return Ok(json!({ "total": store::count_duplicates(db)?, "contacts": rows }));
        }
        let (total, mut rows) = store::list_contacts(db, &ContactFilter { workflow, search, state, limit, offset })?;
        for row in rows.iter_mut().filter(|row| row.state == "called") {
            row.outcome = Some(calls::outcome(seed, row.id));
        }
        Ok(json!({ "total": total, "contacts": rows }))
    });
    done(listed.await)
}

async fn deliveries(State(app): State<Arc<App>>, query: Result<Query<Wanted>, QueryRejection>) -> Response {
    let wanted = match wanted(query, &["waiting", "sending", "delivered", "given_up"]) {
        Ok(wanted) => wanted,
        Err(refusal) => return *refusal,
    };
    let listed = app.store.transact(move |db| {
        let Wanted { search, state, limit, offset, .. } = wanted;
        let (total, rows) = store::list_deliveries(db, &DeliveryFilter { search, state, limit, offset })?;
        Ok(json!({ "total": total, "kept": store::KEPT, "deliveries": rows }))
    });
    done(listed.await)
}

async fn requests(State(app): State<Arc<App>>) -> Response {
    ok(&json!({ "counts": app.requests.counts(), "last": app.requests.last() }))
}

async fn operations(State(app): State<Arc<App>>) -> Response {
    let own = app.catalog.iter().flat_map(airudder_core::Catalog::operations).map(|row| row.name.as_str());
    ok(&json!({ "operations": catalog::operations().map(|row| row.name).chain(own).collect::<Vec<_>>() }))
}

/// The events that can be sent, with examples.
async fn event_kinds(State(app): State<Arc<App>>) -> Response {
    ok(&json!({ "kinds": examples::kinds(app.catalog.as_ref(), app.clock.now_ms()) }))
}
