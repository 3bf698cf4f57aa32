//! The routes, and what every API request goes through: guard, count, fault, decrypt, process, encrypt, fault.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use airudder_core::crypto::EncryptionKey;
use airudder_core::{Envelope, OperationInfo, catalog};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::sync::Notify;

use crate::clock::{self, Clock};
use crate::config::Config;
use crate::faults::{Faults, Plan, Strike};
use crate::interim::Interim;
use crate::server::Abort;
use crate::store::Store;
use crate::wire::{Answer, Inbound};
use crate::{control, guard, operations, wire};

/// 10 000 contacts with many variables are some megabytes.
const MAX_BODY_BYTES: usize = 64 << 20;

/// The state that all requests and background tasks share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) key: Option<EncryptionKey>,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    /// Rung when contacts came in.
    pub(crate) contacts_waiting: Notify,
    /// Rung when events came in.
    pub(crate) events_waiting: Notify,
    pub(crate) paused: AtomicBool,
    pub(crate) redelivered: AtomicU64,
    pub(crate) forged_sent: AtomicU64,
    pub(crate) forged_accepted: AtomicU64,
}

/// The number of requests of each operation.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<BTreeMap<&'static str, u64>>);

impl Requests {
    fn count(&self, operation: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The API under every path that is not the sandbox's own.
pub(crate) fn router(app: Arc<App>) -> Router {
    let dated = axum::middleware::map_response_with_state(Arc::clone(&app), date);
    let guarded = axum::middleware::from_fn(guard::local_programs_only);
    Router::new().nest("/_sandbox", control::router()).fallback(api).layer(guarded).layer(dated).with_state(app)
}

/// `Date` by the service's clock; hyper would take this machine's.
async fn date(State(app): State<Arc<App>>, mut response: Response) -> Response {
    if let Ok(date) = HeaderValue::from_str(&clock::http_date(app.clock.now_ms())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn api(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let operation = catalog::operations().find(|row| row.path == path && row.method.as_str() == parts.method.as_str());
    let name = operation.map_or("unknown", |row| row.name);
    app.requests.count(name);
    let envelope = operation.map_or_else(|| Envelope::of_path(path), |row| row.envelope);
    let plan = app.faults.plan(name);

    // Read before anything else: a fault must look the same however long the request is.
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return respond(&app, envelope, &Answer::refused("the body is too long, or broke off"), false);
    };
    if let Some(interim) = parts.extensions.get::<Interim>() {
        plan.interim.iter().for_each(|status| interim.push(*status));
    }
    tokio::time::sleep(plan.delay).await;
    match &plan.fault {
        Some(Strike::ResetBefore) => return Abort::response(),
        Some(Strike::Unauthorized) => return respond(&app, envelope, &Answer::unauthorized(), false),
        Some(Strike::Status { status, retry_after, after: false }) => {
            return faulty_status(*status, retry_after.as_deref());
        }
        Some(Strike::Proxy { status, after: false }) => return proxy_page(*status),
        _ => {}
    }
    // An encrypted query is one Base64 text; nothing of it is percent-encoded.
    let sent =
        if parts.method == axum::http::Method::GET { parts.uri.query().unwrap_or_default().as_bytes() } else { &body };
    let response = match wire::open(app.key.as_ref(), app.config.require_encryption, &parts.headers, sent) {
        Ok(inbound) => {
            let answer = process(&app, operation, &parts.headers, &inbound, &plan).await;
            respond(&app, envelope, &answer, inbound.encrypted)
        }
        Err(answer) => respond(&app, envelope, &answer, false),
    };
    match plan.fault {
        Some(Strike::ResetAfter) => Abort::response(),
        Some(Strike::Status { status, retry_after, .. }) => faulty_status(status, retry_after.as_deref()),
        Some(Strike::Proxy { status, .. }) => proxy_page(status),
        Some(Strike::Truncate) => truncate(response).await,
        Some(Strike::Tamper) => tamper(response).await,
        _ => response,
    }
}

async fn process(
    app: &App,
    operation: Option<&'static OperationInfo>,
    headers: &axum::http::HeaderMap,
    inbound: &Inbound,
    plan: &Plan,
) -> Answer {
    match operation {
        Some(operation) => operations::process(app, operation, headers, inbound, plan).await,
        None => Answer::not_found(),
    }
}

fn respond(app: &App, envelope: Envelope, answer: &Answer, encrypted: bool) -> Response {
    wire::seal(app.key.as_ref().filter(|_| encrypted), envelope, answer)
}

/// An injected status is answered in plain text, as a gateway in front of the API would.
fn faulty_status(status: u16, retry_after: Option<&str>) -> Response {
    let mut response = Response::new(Body::from("a fault that was ordered at /_sandbox/faults\n"));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    if let Some(value) = retry_after.and_then(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// The answer of a proxy or a firewall in front of the API: no envelope, since the API did not answer.
fn proxy_page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>\n");
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("proxy"));
    response
}

/// Announces the whole body, sends half of it, and closes.
async fn truncate(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = whole(body).await;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    Response::from_parts(parts, Body::new(BreakingBody { half: Some(half), pause: None }))
}

/// Changes one byte, so that a plain body is no JSON and an encrypted one does not fit its digest.
async fn tamper(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let mut bytes = whole(body).await.to_vec();
    let plain = bytes.first() == Some(&b'{');
    let place = if plain { 0 } else { bytes.len() / 3 };
    if let Some(byte) = bytes.get_mut(place) {
        *byte = match (plain, *byte) {
            (true, _) => b'#',
            (false, b'A') => b'B',
            (false, _) => b'A',
        };
    }
    Response::from_parts(parts, Body::from(bytes))
}

async fn whole(body: Body) -> Bytes {
    axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// A body that breaks off. The pause lets what was sent reach the client first.
struct BreakingBody {
    half: Option<Bytes>,
    pause: Option<std::pin::Pin<Box<tokio::time::Sleep>>>,
}

impl HttpBody for BreakingBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            self.pause = Some(Box::pin(tokio::time::sleep(Duration::from_millis(5))));
            return std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(half))));
        }
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(context));
        }
        std::task::Poll::Ready(Some(Err(std::io::Error::other("the fault `truncate`"))))
    }
}
