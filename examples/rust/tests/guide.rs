//! The program of the guide's page `docs/start/rust.md`, as who reads it runs it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Command,
};

use airudder_sandbox::{Config, Sandbox};

const PAGE: &str = include_str!("../../../docs/start/rust.md");

fn block(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).expect("the page has such a block");
    rest.split_once("```").expect("it ends").0
}

#[test]
fn the_page_has_the_program_that_is_run() {
    assert_eq!(block("rust"), include_str!("../src/bin/start.rs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_what_the_page_says_and_sends_nobody_twice() {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sandbox = Sandbox::start(Config { listen, ..Config::default() }).await.expect("the sandbox starts");
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_start"));
        command.current_dir(&folder).env("AIRUDDER_BASE_URL", sandbox.url()).env_remove("AIRUDDER_ENCRYPTION_KEY");
        command.env("AIRUDDER_APP_KEY", "fake-key").env("AIRUDDER_APP_SECRET", "fake-secret");
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("it ends").expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), block("text"));
    }
    let stats = format!("{}/_sandbox/stats", sandbox.url());
    let text = tokio::task::spawn_blocking(move || ureq::get(stats).call()).await.expect("it ends").expect("an answer");
    let stats: serde_json::Value =
        serde_json::from_str(&text.into_body().read_to_string().expect("a text")).expect("JSON");
    assert_eq!((&stats["contacts"]["distinct"], &stats["contacts"]["duplicates"]), (&1.into(), &0.into()));
    sandbox.stop().await;
}
