//! Who may ask: programs of this machine, the sandbox's own page, and no other web page. A browser on this machine reaches
//! loopback addresses, for any page that it shows: by a name that leads here, or by a form or a script that posts without
//! reading the answer.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header, uri::Authority};
use axum::middleware::Next;
use axum::response::Response;

use crate::reply;

/// Refuses what comes for another host, or from another web page than the sandbox's own.
pub(crate) async fn local_only(request: Request, next: Next) -> Response {
    match problem(&request) {
        Some(why) => reply::problem(StatusCode::FORBIDDEN, why),
        None => next.run(request).await,
    }
}

fn problem(request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let Some(host) = header_text(headers, header::HOST.as_str()) else {
        return Some("exactly one Host is needed");
    };
    if !is_loopback(host) || !request.uri().authority().is_none_or(|authority| is_loopback(authority.as_str())) {
        return Some("the Host is not this machine: ask 127.0.0.1, localhost or [::1]");
    }
    let path = request.uri().path();
    match asker(request, host) {
        Asker::Program => None,
        // The API is for programs; the page needs nothing of it.
        Asker::OwnPage if is_own(path) => None,
        Asker::OwnPage => Some("the sandbox's page asks: the API is for programs"),
        // The page without its data, in a window that is its own: what a link leads to has no effect.
        Asker::Link if path == "/" => None,
        Asker::Link | Asker::OtherPage => Some("a web page asks: only programs and the sandbox's own page may"),
    }
}

/// Returns whether a path is the page's or an endpoint of the sandbox's own, rather than the API's.
pub(crate) fn is_own(path: &str) -> bool {
    path == "/" || path.starts_with("/_sandbox/")
}

/// The kinds of those that ask.
enum Asker {
    /// A program, or somebody who types the address.
    Program,
    /// A page that came from this very host and port: only the sandbox's own did.
    OwnPage,
    /// Somebody who follows a link on another page to a page that fills its window.
    Link,
    /// A script, a form, a frame or a picture of another page.
    OtherPage,
}

/// Tells them apart by what browsers send and no page can change. Another port is another origin, though the same site.
fn asker(request: &Request, host: &str) -> Asker {
    let headers = request.headers();
    let own_origin = match (headers.get(header::ORIGIN), header_text(headers, header::ORIGIN.as_str())) {
        (None, _) => None,
        (Some(_), origin) => {
            Some(origin.and_then(|text| text.strip_prefix("http://")).is_some_and(|at| at.eq_ignore_ascii_case(host)))
        }
    };
    let site = headers.get("sec-fetch-site").map(|_| header_text(headers, "sec-fetch-site").unwrap_or_default());
    match (own_origin, site) {
        (None, None | Some("none")) => Asker::Program,
        (None | Some(true), Some("same-origin")) | (Some(true), None | Some("none")) => Asker::OwnPage,
        (None, Some("same-site" | "cross-site")) if opens_window(request) => Asker::Link,
        _ => Asker::OtherPage,
    }
}

/// Returns whether the answer is to fill a window or a tab. A frame has another `Sec-Fetch-Dest`.
fn opens_window(request: &Request) -> bool {
    let is = |name, value| header_text(request.headers(), name) == Some(value);
    request.method() == Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

/// The only value of a field.
fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())?.to_str().ok()
}

/// Returns whether `host:port` or `host` is this machine, by a name that no other machine's owner can lead here.
fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    if authority.as_str().contains('@') {
        return false;
    }
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_loopback_names_are_this_machine() {
        for host in ["127.0.0.1", "127.0.0.1:8460", "localhost:1", "LocalHost", "[::1]", "[::1]:8460", "127.9.9.9:80"] {
            assert!(super::is_loopback(host), "{host}");
        }
        for host in [
            "",
            "x",
            "example.com",
            "localhost.example.com:8460",
            "127.0.0.1.example.com",
            "127.0.0.1@example.com",
            "example.com@127.0.0.1",
            "0.0.0.0:8460",
            "192.0.2.1",
            "[::]:8460",
            "127.0.0.1 example.com",
        ] {
            assert!(!super::is_loopback(host), "{host}");
        }
    }
}
