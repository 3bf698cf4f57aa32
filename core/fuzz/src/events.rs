//! The body of an event, read as the struct of each kind: it says what came.

use airudder_core::{
    Delivery, Event, EventBody, Headers, WebhookConfig, Webhooks, catalog,
    events::{call, chat, pds, verify_push_params, workflow},
};
use serde::Serialize;
use serde_json::Value;

use super::{input::Input, same::same};

/// The name of an event, and what reads it.
type Reader = (&'static str, fn(&Event));

/// Reads an event of this kind as a struct, and writes it again.
fn read<T: EventBody + Serialize>(event: &Event) {
    if let Ok(body) = event.parse::<T>() {
        let given: Value = serde_json::from_str(event.text()).expect("an event is JSON");
        let written = serde_json::to_value(&body).expect("it can be written");
        assert!(same(&written, &given), "{written} of {given}");
    }
}

const fn reader<T: EventBody + Serialize>() -> Reader {
    (T::INFO.name, read::<T>)
}

const READERS: [Reader; 11] = [
    reader::<call::CallFinished>(),
    reader::<chat::ChannelMessageSent>(),
    reader::<chat::MessageSend>(),
    reader::<pds::PdsTaskStatus>(),
    reader::<pds::PdsAgentStatus>(),
    reader::<pds::PdsContactStatus>(),
    reader::<workflow::WorkflowCallFinished>(),
    reader::<workflow::WorkflowListFinished>(),
    reader::<workflow::WorkflowStatusChanged>(),
    reader::<workflow::ChatbotSessionEnded>(),
    reader::<workflow::ApiNodePush>(),
];

/// Line: the place of the kind that the receiver names, or the number of all for none. Then the body.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let names: Vec<_> = catalog::events().map(|row| row.name).collect();
    let kind = names.get(input.choice(names.len() + 1)).copied();
    let hooks = Webhooks::new(WebhookConfig { require_signature: false, ..WebhookConfig::default() });
    let hooks = hooks.expect("the settings are good");
    let headers = Headers::new();
    let Ok(event) = hooks.unwrap(&Delivery::new(input.rest(), &headers), kind) else { return };
    assert!(!event.verified(), "it has no signature");
    if let Some(kind) = kind {
        assert_eq!(event.name(), kind);
    }
    if names.contains(&event.name()) {
        let (_, read) = READERS.iter().find(|(name, _)| *name == event.name()).expect("a reader of each event");
        read(&event);
    }
    if let Ok(params) = verify_push_params(&event) {
        serde_json::from_str::<Value>(&params).expect("parameters are JSON");
    }
    let again = hooks.unwrap(&Delivery::new(event.text().as_bytes(), &headers), kind).expect("it was read");
    assert_eq!(again.dedupe_key(), event.dedupe_key());
}
