//! The routes, and what every API request goes through: guard, count, fault, decrypt, process, encrypt, fault.

use std::sync::Arc;
use std::time::{Duration, Instant};

use airudder_core::{Envelope, OperationInfo, catalog};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;

use crate::clock;
use crate::faults::{Plan, Strike};
use crate::interim::Interim;
use crate::requests::Handled;
use crate::server::Abort;
use crate::state::App;
use crate::wire::Answer;
use crate::{control, guard, looking, operations, own, page, wire};

/// 10 000 contacts with many variables are some megabytes.
const MAX_BODY_BYTES: usize = 64 << 20;

/// The page and the sandbox's own endpoints, and the API under every other path.
pub(crate) fn router(app: Arc<App>) -> Router {
    let own = control::router().merge(looking::router()).nest("/page", page::router());
    let noted = axum::middleware::from_fn_with_state(Arc::clone(&app), note_change);
    let guarded = axum::middleware::from_fn(guard::local_only);
    let dated = axum::middleware::map_response_with_state(Arc::clone(&app), date);
    Router::new()
        .route("/", get(page::index).fallback(api))
        .nest("/_sandbox", own)
        .fallback(api)
        .layer(noted)
        .layer(guarded)
        .layer(dated)
        .with_state(app)
}

/// Notes that there may be something new to see, unless the request only looked.
async fn note_change(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let looks = guard::is_own(request.uri().path()) && request.method().is_safe();
    let response = next.run(request).await;
    if !looks {
        app.changes.note();
    }
    response
}

/// `Date` by the service's clock; hyper would take this machine's.
async fn date(State(app): State<Arc<App>>, mut response: Response) -> Response {
    if let Ok(date) = HeaderValue::from_str(&clock::http_date(app.clock.now_ms())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// The operation that a request is for.
enum Target<'a> {
    Known(&'static OperationInfo),
    /// One of a catalog of one's own.
    Own(own::Found<'a>),
    Nothing,
}

impl<'a> Target<'a> {
    fn of(app: &'a App, method: &str, path: &str) -> Self {
        if let Some(row) = catalog::operations().find(|row| row.path == path && row.method.as_str() == method) {
            return Self::Known(row);
        }
        app.catalog.as_ref().and_then(|own| own::find(own, method, path)).map_or(Self::Nothing, Self::Own)
    }

    fn name(&self) -> &str {
        match self {
            Self::Known(row) => row.name,
            Self::Own(found) => &found.row.name,
            Self::Nothing => "unknown",
        }
    }

    fn envelope(&self, path: &str) -> Envelope {
        match self {
            Self::Known(row) => row.envelope,
            Self::Own(found) => found.row.envelope,
            Self::Nothing => Envelope::of_path(path),
        }
    }
}

async fn api(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let target = Target::of(&app, request.method().as_str(), request.uri().path());
    let name = target.name();
    app.requests.count(name);
    let plan = app.faults.plan(name);
    let faults = plan.struck.clone();
    let response = carry_out(&app, &target, plan, request).await;
    app.requests.keep(Handled {
        number: 0,
        at_ms: clock::host_ms(),
        took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        operation: name.to_owned(),
        status: response.extensions().get::<Abort>().is_none().then(|| response.status().as_u16()),
        refusal: response.extensions().get::<Refusal>().map(|refusal| refusal.0.clone()),
        faults,
    });
    response
}

async fn carry_out(app: &App, target: &Target<'_>, plan: Plan, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let envelope = target.envelope(parts.uri.path());

    // Read before anything else: a fault must look the same however long the request is.
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return respond(app, envelope, &Answer::refused("the body is too long, or broke off"), false);
    };
    if let Some(interim) = parts.extensions.get::<Interim>() {
        plan.interim.iter().for_each(|status| interim.push(*status));
    }
    tokio::time::sleep(plan.delay).await;
    match &plan.fault {
        Some(Strike::ResetBefore) => return Abort::response(),
        Some(Strike::Unauthorized) => return respond(app, envelope, &Answer::unauthorized(), false),
        Some(Strike::Status { status, retry_after, after: false }) => {
            return faulty_status(*status, retry_after.as_deref());
        }
        Some(Strike::Proxy { status, after: false }) => return proxy_page(*status),
        _ => {}
    }
    let request = axum::http::Request::from_parts(parts, body);
    // An encrypted query is one Base64 text; nothing of it is percent-encoded.
    let query = request.uri().query().unwrap_or_default();
    let sent = if request.method() == axum::http::Method::GET { query.as_bytes() } else { request.body() };
    let response = match wire::open(app.key.as_ref(), app.config.require_encryption, request.headers(), sent) {
        Ok(inbound) => {
            let answer = match target {
                Target::Known(row) => operations::process(app, row, &request, &inbound, &plan).await,
                Target::Own(found) => own::process(app, found, &request, &inbound).await,
                Target::Nothing => Answer::not_found(),
            };
            respond(app, envelope, &answer, inbound.encrypted)
        }
        Err(answer) => respond(app, envelope, &answer, false),
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

fn respond(app: &App, envelope: Envelope, answer: &Answer, encrypted: bool) -> Response {
    let mut response = wire::seal(app.key.as_ref().filter(|_| encrypted), envelope, answer);
    if let Some(why) = answer.refusal() {
        response.extensions_mut().insert(Refusal(why));
    }
    response
}

/// Why a request was refused; goes with the response, for who looks in.
#[derive(Clone, Debug)]
struct Refusal(String);

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
