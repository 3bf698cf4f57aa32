//! The sandbox's own page, and what it may do.
//!
//! It holds no data, so a link from anywhere may lead to it. Its scripts and styles are files of their own, for the policy
//! forbids those within it, as it forbids every other host; and no page may frame it.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::reply::problem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// What each answer of the page's says.
const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // Who opened the page in a window keeps no hold of that window.
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// A file of the page: its name, its type, its text.
type File = (&'static str, &'static str, &'static str);

const INDEX: File = ("index.html", "text/html; charset=utf-8", include_str!("../page/index.html"));

macro_rules! scripts {
    ($($name:literal),+) => {
        [$(($name, "text/javascript; charset=utf-8", include_str!(concat!("../page/", $name)))),+]
    };
}

const SCRIPTS: [File; 12] = scripts!(
    "contacts.js",
    "controls.js",
    "deliveries.js",
    "dom.js",
    "events.js",
    "fault-kinds.js",
    "faults.js",
    "list.js",
    "notice.js",
    "page.js",
    "requests.js",
    "server.js"
);

const OTHERS: [File; 3] = [
    ("page.css", "text/css; charset=utf-8", include_str!("../page/page.css")),
    ("lists.css", "text/css; charset=utf-8", include_str!("../page/lists.css")),
    ("icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
];

/// The files below `/_sandbox/page`.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/{file}", get(file))
}

/// The page at `/`.
pub(crate) async fn index() -> Response {
    answer(&INDEX)
}

async fn file(Path(name): Path<String>) -> Response {
    match SCRIPTS.iter().chain(&OTHERS).find(|file| file.0 == name) {
        Some(file) => answer(file),
        None => problem(StatusCode::NOT_FOUND, "the page has no such file"),
    }
}

fn answer((_, content_type, text): &File) -> Response {
    let mut response = ([(header::CONTENT_TYPE, *content_type)], *text).into_response();
    response.headers_mut().extend(HEADERS);
    response
}
