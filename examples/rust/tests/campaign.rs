//! The program against the sandbox, which loses answers and refuses requests while the program is killed.

mod support;

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use support::Api;

const CONTACTS: usize = 2000;

fn faults(api: &Api, faults: &Value) {
    let request = ureq::post(format!("{}/_sandbox/faults", api.url)).header("Content-Type", "application/json");
    request.send(faults.to_string()).expect("the faults are taken");
}

fn program(api: &Api, folder: &Path, key: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airudder-example"));
    command
        .arg(folder.join("july.jsonl"))
        .stdin(File::open(folder.join("contacts.jsonl")).expect("the contacts"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("AIRUDDER_APP_KEY", "fake-app-key")
        .env("AIRUDDER_APP_SECRET", "fake-app-secret")
        .env("AIRUDDER_BASE_URL", &api.url)
        .env("AIRUDDER_TEMPLATE_ID", "7")
        .env("AIRUDDER_END_TIME", "2099-12-01 18:00:00+08:00")
        .env("AIRUDDER_BATCH_SIZE", "100")
        .env("AIRUDDER_SETTLE_SECONDS", "1");
    match key {
        Some(key) => command.env("AIRUDDER_ENCRYPTION_KEY", key),
        None => command.env_remove("AIRUDDER_ENCRYPTION_KEY"),
    };
    command
}

fn contacts(folder: &Path) {
    let contact = |n: usize| json!({"callee": format!("+62000{n:07}"), "platform": "TEMP1", "caseid": format!("c-{n}"), "variables": {}});
    let mut lines: Vec<String> = (0..CONTACTS).map(|n| contact(n).to_string()).collect();
    lines.push(json!({"callee": "62", "platform": "TEMP1", "variables": {}}).to_string());
    lines.push(r#"{"callee": "+6200"#.to_owned());
    fs::write(folder.join("contacts.jsonl"), lines.join("\n")).expect("a file");
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_campaign_is_sent_encrypted() {
    let folder = tempfile::tempdir().expect("a folder");
    contacts(folder.path());
    let api = Api::start(Some("fake-key-16bytes"));
    for _ in 0..2 {
        // The second run finds everything done.
        let said = text(&program(&api, folder.path(), Some("fake-key-16bytes")).output().expect("it ran"));
        assert!(said.contains(&format!("sent {CONTACTS}\ncontact {CONTACTS}: ")), "{said}");
        assert!(said.contains(&format!("\ncontact {}: ", CONTACTS + 1)), "{said}");
        assert!(said.ends_with("doubtful 0\n"), "{said}");
    }
    let stats = api.control("stats");
    assert_eq!((&stats["contacts"]["distinct"], &stats["contacts"]["duplicates"]), (&json!(CONTACTS), &json!(0)));
}

#[test]
fn a_campaign_that_is_killed_again_and_again_phones_nobody_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    contacts(folder.path());
    let api = Api::start(None);
    faults(
        &api,
        &json!([
            {"operation": "workflow.upload_details", "fault": "reset_after", "probability": 0.3},
            {"operation": "workflow.upload_details", "fault": "reset_before", "probability": 0.2},
            {"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 40},
        ]),
    );
    for milliseconds in [30, 60, 90, 150, 400] {
        let mut running = program(&api, folder.path(), None).spawn().expect("it starts");
        thread::sleep(Duration::from_millis(milliseconds));
        running.kill().expect("it is killed, or has ended");
        running.wait().expect("it ends");
    }
    let mut said = String::new();
    for _ in 0..5 {
        said = text(&program(&api, folder.path(), None).output().expect("it ran"));
        // A batch that is lost five times in a row stays doubtful for that run.
        if said.ends_with("doubtful 0\n") {
            break;
        }
    }
    assert!(said.contains(&format!("sent {CONTACTS}\n")), "{said}");
    let stats = api.control("stats");
    assert_eq!((&stats["contacts"]["distinct"], &stats["contacts"]["duplicates"]), (&json!(CONTACTS), &json!(0)));
}

#[test]
fn a_variable_that_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    contacts(folder.path());
    let mut command = program(&Api::start(None), folder.path(), None);
    let output = command.env_remove("AIRUDDER_TEMPLATE_ID").output().expect("it ran");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "AIRUDDER_TEMPLATE_ID is missing\n");
}
