//! What the tests share: a sandbox on a free port, a client that speaks plain HTTP, and a receiver of events.
#![allow(dead_code, unreachable_pub)] // Each test file uses a part of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use airudder_sandbox::{Config, Sandbox};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub const AUTH: &str = "/service/cloud/auth";
pub const CREATE: &str = "/service/cloud/workflow/createinstance";
pub const UPLOAD: &str = "/service/cloud/workflow/uploaddetails";
pub const FIND: &str = "/service/cloud/workflow/detailinstances";
pub const KEY: &str = "airudderredduria";
pub const SECRET: &str = "fake-sign-secret";

/// A free port of this machine.
pub fn free() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// Settings for tests: a free port, and retries that do not keep them waiting.
pub fn config() -> Config {
    Config { listen: free(), speed: 100_000, retry_delay: Duration::from_millis(20), ..Config::default() }
}

pub async fn start(config: Config) -> Api {
    let sandbox = Sandbox::start(config).await.expect("the sandbox starts");
    Api { client: Client::builder().no_proxy().build().expect("a client"), url: sandbox.url(), sandbox }
}

/// A sandbox together with a client.
pub struct Api {
    pub client: Client,
    pub url: String,
    sandbox: Sandbox,
}

impl Api {
    pub async fn stop(self) {
        self.sandbox.stop().await;
    }

    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.url))
            .header("Content-Type", "application/json")
            .body(body.to_string())
    }

    pub async fn token(&self) -> String {
        let answer = self.post(AUTH, &json!({"APPKey": "fake-key", "APPSecret": "fake-secret"})).send().await;
        let answer = read(answer.expect("an answer")).await;
        answer["data"]["token"].as_str().expect("a token").to_owned()
    }

    /// Sends with the token and gives HTTP status and envelope.
    pub async fn call(&self, token: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.post(path, body).header("Authorization", format!("Token {token}")).send().await;
        let answer = answer.expect("an answer");
        (answer.status(), read(answer).await)
    }

    pub async fn create(&self, token: &str) -> String {
        let body = json!({"workflow_template_id": 7, "name": "july", "end_time": "2099-12-01 18:00:00+08:00"});
        let (_, answer) = self.call(token, CREATE, &body).await;
        answer["data"]["workflow_id"].as_str().expect("a workflow").to_owned()
    }

    pub async fn upload(&self, token: &str, workflow: &str, details: &[Value]) -> Value {
        self.call(token, UPLOAD, &json!({"workflow_id": workflow, "details": details})).await.1
    }

    pub async fn control(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.post(&format!("/_sandbox/{path}"), body).send().await.expect("an answer");
        (answer.status(), read(answer).await)
    }

    pub async fn look(&self, path: &str) -> Value {
        read(self.client.get(format!("{}/_sandbox/{path}", self.url)).send().await.expect("an answer")).await
    }

    /// Looks at the statistics until they are as wished.
    pub async fn stats_when(&self, wished: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let stats = self.look("stats").await;
            if wished(&stats) {
                return stats;
            }
            assert!(Instant::now() < deadline, "in vain: {stats}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The JSON of an answer; a text where it is a gateway's.
pub async fn read(response: Response) -> Value {
    let body = response.text().await.expect("a body");
    serde_json::from_str(&body).unwrap_or(Value::String(body))
}

/// The contact number `index`.
pub fn contact(index: usize) -> Value {
    json!({"callee": format!("+6281{index:08}"), "platform": "TEMP1", "caseid": format!("c-{index}"),
           "variables": {"customer_name": format!("Customer {index}")}})
}

/// What a receiver got.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn core_headers(&self) -> airudder_core::Headers {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// A real server that takes events and answers as it is told to.
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub async fn start(answer: impl Fn(&Received) -> StatusCode + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind(free()).await.expect("a free port");
        let url = format!("http://{}/events", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), Arc::clone(&received));
        let handler = async move |headers: HeaderMap, body: Bytes| {
            let event = Received { headers, body };
            let status = answer(&event);
            kept.lock().expect("the list").push(event);
            (status, "{}")
        };
        let router = Router::new().route("/events", axum::routing::post(handler));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("serving") });
        Self { url, received, task }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("the list").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
