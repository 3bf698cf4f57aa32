//! Web pages reach loopback addresses, too: all but the sandbox's own get nothing, and change nothing.

mod common;

use axum::http::StatusCode;
use common::{AUTH, Api, config, read, start};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn another_host_is_refused_everywhere() {
    let api = start(config()).await;
    let port = api.url.rsplit(':').next().unwrap().to_owned();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), StatusCode::OK),
        (format!("localhost:{port}"), StatusCode::OK),
        (format!("[::1]:{port}"), StatusCode::OK),
        ("localhost".into(), StatusCode::OK),
        (format!("attacker.example:{port}"), StatusCode::FORBIDDEN),
        (format!("127.0.0.1.attacker.example:{port}"), StatusCode::FORBIDDEN),
        ("192.0.2.1".into(), StatusCode::FORBIDDEN),
    ] {
        let credentials = json!({"APPKey": "fake-key", "APPSecret": "fake-secret"});
        let token = api.post(AUTH, &credentials).header("Host", &host).send().await.unwrap();
        assert_eq!(token.status(), status, "{host}");
        let stats = api.client.get(format!("{}/_sandbox/stats", api.url)).header("Host", &host).send().await.unwrap();
        assert_eq!(stats.status(), status, "{host}");
        let answer = read(stats).await;
        assert_eq!(answer["error"].is_string(), status != StatusCode::OK, "{answer}");
    }
    assert_eq!(api.look("stats").await["requests"]["auth.token"], 4);
    api.stop().await;
}

#[tokio::test]
async fn another_page_is_refused_everywhere() {
    let api = start(config()).await;
    for (name, value, status) in [
        ("Origin", "https://attacker.example", StatusCode::FORBIDDEN),
        ("Origin", "null", StatusCode::FORBIDDEN),
        ("Origin", "http://localhost:3000", StatusCode::FORBIDDEN),
        ("Sec-Fetch-Site", "cross-site", StatusCode::FORBIDDEN),
        ("Sec-Fetch-Site", "same-site", StatusCode::FORBIDDEN),
        // Somebody types the address, or a program such as Node says what it does.
        ("Sec-Fetch-Site", "none", StatusCode::OK),
        ("Sec-Fetch-Mode", "cors", StatusCode::OK),
    ] {
        // A form that a page posts needs no permission of the server: its type is one of the three that it may have.
        let pause = api.client.post(format!("{}/_sandbox/pause", api.url)).header("Content-Type", "text/plain");
        assert_eq!(pause.header(name, value).body("{}").send().await.unwrap().status(), status, "{name}: {value}");
        assert_eq!(api.look("stats").await["paused"], status == StatusCode::OK, "{name}: {value}");
        let look = api.client.get(format!("{}/_sandbox/contacts", api.url)).header(name, value);
        assert_eq!(look.send().await.unwrap().status(), status, "{name}: {value}");
        let token = api.client.post(format!("{}{AUTH}", api.url)).header(name, value);
        let token = token.body(r#"{"APPKey":"fake-key","APPSecret":"fake-secret"}"#).send().await.unwrap();
        assert_eq!(token.status(), status, "{name}: {value}");
        api.control("resume", &json!({})).await;
    }
    api.stop().await;
}

/// Asks with these header fields, as a browser would.
async fn asked(api: &Api, method: &Method, path: &str, fields: &[(&str, &str)]) -> StatusCode {
    let request = api.client.request(method.clone(), format!("{}{path}", api.url)).body("{}");
    fields.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap().status()
}

#[tokio::test]
async fn the_own_page_may_ask_the_own_endpoints_and_nothing_of_the_api() {
    let api = start(config()).await;
    let (origin, port) = (api.url.clone(), api.url.rsplit(':').next().unwrap().to_owned());
    let (localhost, localhost_origin) = (format!("localhost:{port}"), format!("http://localhost:{port}"));
    let own: [&[(&str, &str)]; 4] = [
        &[("Origin", &origin), ("Sec-Fetch-Site", "same-origin")],
        // A browser of before Sec-Fetch-Site.
        &[("Origin", &origin)],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Host", &localhost), ("Origin", &localhost_origin), ("Sec-Fetch-Site", "same-origin")],
    ];
    for fields in own {
        assert_eq!(asked(&api, &Method::POST, "/_sandbox/pause", fields).await, StatusCode::OK, "{fields:?}");
        assert_eq!(asked(&api, &Method::GET, "/_sandbox/stats", fields).await, StatusCode::OK, "{fields:?}");
        assert_eq!(asked(&api, &Method::GET, "/", fields).await, StatusCode::OK, "{fields:?}");
        for path in [AUTH, "/", "/_sandboxed", "//_sandbox/pause"] {
            let status = asked(&api, &Method::POST, path, fields).await;
            assert_ne!(status, StatusCode::OK, "{path} {fields:?}");
        }
        assert_eq!(asked(&api, &Method::POST, AUTH, fields).await, StatusCode::FORBIDDEN, "{fields:?}");
    }
    assert_eq!(api.look("stats").await["requests"].get("auth.token"), None);
    api.stop().await;
}

#[tokio::test]
async fn what_is_nearly_the_own_page_is_refused() {
    let api = start(config()).await;
    let (origin, port) = (api.url.clone(), api.url.rsplit(':').next().unwrap().to_owned());
    let (localhost, tls) = (format!("http://localhost:{port}"), format!("https://127.0.0.1:{port}"));
    let (rebound, rebound_origin) = (format!("attacker.example:{port}"), format!("http://attacker.example:{port}"));
    let (longer, path) = (format!("{origin}0"), format!("{origin}/"));
    let others: [&[(&str, &str)]; 14] = [
        // Another port of this machine is another origin, though the same site.
        &[("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "same-site")],
        &[("Origin", "http://127.0.0.1")],
        &[("Origin", &longer)],
        &[("Origin", &path)],
        // Another name of this machine, or another scheme.
        &[("Origin", &localhost), ("Sec-Fetch-Site", "cross-site")],
        &[("Origin", &tls)],
        // A sandboxed frame, a file, a redirect.
        &[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
        &[("Origin", "null")],
        &[("Origin", "")],
        // The browser knows better than the origin.
        &[("Origin", &origin), ("Sec-Fetch-Site", "same-site")],
        &[("Origin", &origin), ("Sec-Fetch-Site", "cross-site")],
        &[("Origin", &origin), ("Origin", &origin)],
        &[("Origin", &origin), ("Sec-Fetch-Site", "something new")],
        // A name that was led here: page and request agree with each other, but not with this machine.
        &[("Host", &rebound), ("Origin", &rebound_origin), ("Sec-Fetch-Site", "same-origin")],
    ];
    for fields in others {
        for (method, path) in [(Method::POST, "/_sandbox/pause"), (Method::GET, "/_sandbox/stats"), (Method::GET, "/")]
        {
            assert_eq!(asked(&api, &method, path, fields).await, StatusCode::FORBIDDEN, "{path} {fields:?}");
        }
    }
    assert_eq!(api.look("stats").await["paused"], false);
    api.stop().await;
}

#[tokio::test]
async fn a_link_leads_to_the_page_and_to_nothing_else() {
    let api = start(config()).await;
    let link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
    let framed = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")];
    let script = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "script")];
    assert_eq!(asked(&api, &Method::GET, "/", &link).await, StatusCode::OK);
    assert_eq!(asked(&api, &Method::GET, "/?anything", &link).await, StatusCode::OK);
    for path in ["/_sandbox/stats", "/_sandbox/contacts", "/_sandbox/page/page.js", "/_sandbox/reset", AUTH] {
        assert_eq!(asked(&api, &Method::GET, path, &link).await, StatusCode::FORBIDDEN, "{path}");
    }
    for (method, path, fields) in [
        (Method::POST, "/", &link),
        (Method::GET, "/", &framed),
        (Method::GET, "/", &script),
        (Method::GET, "/_sandbox/page/page.js", &script),
        (Method::POST, "/_sandbox/reset", &link),
    ] {
        assert_eq!(asked(&api, &method, path, fields).await, StatusCode::FORBIDDEN, "{method} {path} {fields:?}");
    }
    api.stop().await;
}

#[tokio::test]
async fn no_get_changes_anything() {
    let api = start(config()).await;
    api.control("faults", &json!([{"operation": "*", "fault": "delay", "delay_ms": 1}])).await;
    let before = api.look("version").await;
    for path in
        ["version", "stats", "workflows", "contacts", "deliveries", "requests", "operations", "events", "faults"]
    {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(asked(&api, &method, &format!("/_sandbox/{path}"), &[]).await, StatusCode::OK, "{path}");
        }
    }
    for path in ["reset", "pause", "resume", "expire-tokens", "clock", "workflow-status"] {
        let status = asked(&api, &Method::GET, &format!("/_sandbox/{path}"), &[]).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert_eq!(asked(&api, &Method::GET, "/", &[]).await, StatusCode::OK);
    assert_eq!(api.look("version").await, before);
    api.control("pause", &json!({})).await;
    assert_ne!(api.look("version").await, before);
    api.stop().await;
}
