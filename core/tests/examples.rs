//! The documented example requests and responses parse, and nothing of them is lost.

#![expect(clippy::disallowed_methods, reason = "a test reads its vectors; the core itself opens no files")]

use std::{fs, path::PathBuf};

use airudder_core::{
    Delivery, Envelope, EventBody, Headers, Operation, WebhookConfig, Webhooks, catalog,
    events::{call::CallFinished, chat::ChannelMessageSent},
    operations::{process, workflow},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

fn example(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/examples").join(name);
    fs::read_to_string(path).expect("the example is there")
}

fn request<'a, T: Operation + serde::Deserialize<'a>>(text: &'a str) {
    (catalog::operation(T::INFO.name).unwrap().check)(text).expect("the check accepts the example");
    let typed: T = serde_json::from_str(text).expect("the example parses");
    assert_eq!(serde_json::to_value(typed).unwrap(), serde_json::from_str::<Value>(text).unwrap());
}

fn response<T: Serialize + DeserializeOwned>(envelope: Envelope, text: &str) {
    let opened = envelope.open(text).expect("the envelope opens");
    assert_eq!(opened.code, Some(envelope.success()));
    let typed: T = serde_json::from_str(opened.data).expect("the data parses");
    assert_eq!(serde_json::to_value(typed).unwrap(), serde_json::from_str::<Value>(text).unwrap()["data"]);
}

#[test]
fn requests() {
    request::<workflow::UploadDetails<'_>>(&example("workflow.upload_details.request.json"));
    request::<workflow::DetailInstances<'_>>(&example("workflow.detail_instances.request.json"));
    request::<process::QueryTaskQian<'_>>(&example("process.query_task_qian.request.json"));
}

#[test]
fn responses() {
    response::<workflow::WorkflowId>(Envelope::Cloud, &example("workflow.upload_details.response.json"));
    response::<workflow::DetailInstanceRows>(Envelope::Cloud, &example("workflow.detail_instances.response.json"));
    response::<process::ReadNodes>(Envelope::Process, &example("process.query_task_qian.response.json"));
}

fn event<T: EventBody + Serialize>(text: &str) {
    let hooks = Webhooks::new(WebhookConfig { require_signature: false, ..Default::default() }).unwrap();
    let event = hooks.unwrap(&Delivery::new(text.as_bytes(), &Headers::new()), None).expect("the event reads");
    assert!(event.known());
    let typed: T = event.parse().expect("the event parses");
    assert_eq!(serde_json::to_value(typed).unwrap(), serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn events() {
    event::<CallFinished>(&example("call.finished.event.json"));
    event::<ChannelMessageSent>(&example("channel.message.sent.event.json"));
}
