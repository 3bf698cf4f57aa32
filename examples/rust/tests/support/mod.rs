//! The sandbox, for the tests.

use std::net::{Ipv4Addr, SocketAddr};

use airudder_sandbox::{Config, Sandbox};
use serde_json::Value;
use tokio::runtime::Runtime;

pub(crate) struct Api {
    sandbox: Option<Sandbox>,
    pub(crate) url: String,
    runtime: Runtime,
}

impl Api {
    pub(crate) fn start(key: Option<&str>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let config = Config { listen, encryption_key: key.map(Into::into), ..Config::default() };
        let sandbox = runtime.block_on(Sandbox::start(config)).expect("the sandbox starts");
        Self { url: sandbox.url(), sandbox: Some(sandbox), runtime }
    }

    pub(crate) fn control(&self, name: &str) -> Value {
        let text = ureq::get(format!("{}/_sandbox/{name}", self.url)).call().expect("an answer");
        serde_json::from_str(&text.into_body().read_to_string().expect("a text")).expect("JSON")
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            self.runtime.block_on(sandbox.stop());
        }
    }
}
