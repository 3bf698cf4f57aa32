//! Who may ask: programs of this machine, and no web page. A browser on this machine reaches loopback addresses, for any
//! page that it shows: by a name that leads here, or by a form or a script that posts without reading the answer.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header, uri::Authority};
use axum::middleware::Next;
use axum::response::Response;

use crate::control;

/// Refuses what comes for another host, or from a web page.
pub(crate) async fn local_programs_only(request: Request, next: Next) -> Response {
    match problem(&request) {
        Some(why) => control::problem(StatusCode::FORBIDDEN, why),
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
    // The sandbox has no pages, so any page that asks is somebody else's.
    let from_page = headers.get(header::ORIGIN).is_some()
        || headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin");
    from_page.then_some("a web page asks: only programs may")
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
