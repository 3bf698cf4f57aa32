//! Web pages reach loopback addresses, too: they get nothing, and change nothing.

mod common;

use axum::http::StatusCode;
use common::{AUTH, config, read, start};
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
async fn a_page_of_a_browser_is_refused_everywhere() {
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
