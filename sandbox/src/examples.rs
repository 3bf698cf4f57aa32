//! The events that can be sent by hand: an example of each, and whom an event is about.

use airudder_core::{Catalog, CatalogEvent, EventInfo, Signature, catalog};
use serde::Serialize;
use serde_json::{Value, json};

use crate::clock;
use crate::random::fresh_id;

/// A number that cannot belong to anybody.
const NUMBER: &str = "+6200000000001";

/// A kind of event, as the page offers it.
#[derive(Debug, Serialize)]
pub(crate) struct Kind {
    #[serde(rename = "type")]
    name: String,
    /// Whether the vendor documents that it is signed.
    signature_documented: bool,
    /// Whether the vendor publishes what the event says.
    body_documented: bool,
    /// A body to send, with made-up values.
    example: Value,
}

/// All kinds of the catalog, and of one's own.
pub(crate) fn kinds(own: Option<&Catalog>, now_ms: i64) -> Vec<Kind> {
    let kind = |row: &'static EventInfo| {
        let example = documented_example(row.name, now_ms);
        Kind {
            name: row.name.to_owned(),
            signature_documented: row.signature == Signature::Documented,
            body_documented: example.is_some(),
            example: example.unwrap_or_else(|| json!({})),
        }
    };
    let own_kind = |own: &Catalog, row: &CatalogEvent| {
        let example = own.example_event(&row.name).ok().and_then(|body| serde_json::from_str(&body).ok());
        Kind {
            name: row.name.clone(),
            signature_documented: false,
            body_documented: row.body.is_some(),
            example: example.unwrap_or_else(|| json!({})),
        }
    };
    let of_own = own.into_iter().flat_map(|own| own.events().iter().map(move |row| own_kind(own, row)));
    catalog::events().map(kind).chain(of_own).collect()
}

/// A body of the event of this name, with ids of its own; none where there is no such event.
pub(crate) fn example(own: Option<&Catalog>, name: &str, now_ms: i64) -> Option<String> {
    match catalog::event(name) {
        Some(row) => Some(documented_example(row.name, now_ms).unwrap_or_else(|| json!({})).to_string()),
        None => own?.example_event(name).ok(),
    }
}

/// A body with fields of the core's structs; none where the vendor publishes no fields.
fn documented_example(name: &str, now_ms: i64) -> Option<Value> {
    Some(match name {
        "call.finished" => call(now_ms),
        "workflow.call.finished" => in_workflow(call(now_ms), json!({ "case_id": "example-1" })),
        "workflow.list.finished" => {
            let contact = json!({ "case_id": "example-1", "callee_number": NUMBER });
            in_workflow(contact, json!({ "rows": [node()] }))
        }
        "workflow.status.changed" => in_workflow(json!({ "status": "finished" }), json!({ "actions": [node()] })),
        "workflow.chatbot.session.ended" => in_workflow(session(now_ms), json!({ "messages": [message(now_ms)] })),
        "workflow.api_node.push" => {
            let contact = json!({ "case_id": "example-1", "callee_name": "Ana", "callee_number": NUMBER });
            in_workflow(json!({ "node_id": "example-node", "node_name": "Your API" }), json!({ "callee": contact }))
        }
        "channel.message.sent" | "message.send" => json!({
            "event": name,
            "company": "sandbox",
            "channel": if name == "message.send" { "chatbot" } else { "WhatsApp" },
            "channel_id": "example-channel",
            "user": { "id": NUMBER.trim_start_matches('+') },
            "call_id": fresh_id(),
            "messages": [message(now_ms)],
        }),
        _ => return None,
    })
}

/// Joins two objects and the fields that all events of a workflow have.
fn in_workflow(mut body: Value, more: Value) -> Value {
    let place = json!({ "workflow_id": "example-workflow", "workflow_name": "An example" });
    for part in [place, more] {
        if let (Some(fields), Value::Object(part)) = (body.as_object_mut(), part) {
            fields.extend(part);
        }
    }
    body
}

fn node() -> Value {
    json!({
        "nodetask_id": "example-node",
        "nodetask_name": "AI call",
        "task_id": "example-task",
        "task_status": "finished",
    })
}

fn call(now_ms: i64) -> Value {
    json!({
        "task_id": "example-task",
        "task_name": "An example",
        "status": "finished",
        "created_at": clock::local(now_ms - 120_000),
        "details": [{
            "id": 1,
            "callee": NUMBER,
            "result": "finished",
            "result_label": "A",
            "intention_description": "promises to pay",
            "duration": 42,
            "hangup_type": "ByCallee",
            "ring_type": "normal",
            "variables": { "customer_name": "Ana" },
            "call_id": fresh_id(),
            "call_times": 1,
            "call_start_time": clock::local(now_ms - 60_000),
            "call_end_time": clock::local(now_ms - 18_000),
        }],
    })
}

fn session(now_ms: i64) -> Value {
    json!({
        "nodetask_id": "example-node",
        "nodetask_name": "Chat",
        "waba_task_id": "example-task",
        "timestamp": now_ms / 1000,
        "channel": "WhatsApp",
        "callee": NUMBER,
        "call_id": fresh_id(),
        "status": "closed",
        "session_start_time": clock::utc(now_ms - 60_000),
        "session_end_time": clock::utc(now_ms),
        "session_end_reason": "robot",
        "talk_round": 1,
    })
}

fn message(now_ms: i64) -> Value {
    json!({
        "msg_id": fresh_id(),
        "sender_type": "chatbot",
        "timestamp": now_ms / 1000,
        "content": { "type": "text", "text": "This is a sandbox." },
    })
}

/// Whom an event is about: the contact's own id, else a number or what else names the contact.
pub(crate) fn subject(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let places = [
        "/case_id",
        "/callee/case_id",
        "/details/0/case_id",
        "/details/0/callee",
        "/callee_number",
        "/callee/callee_number",
        "/callee",
        "/user/id",
        "/call_id",
        "/workflow_id",
    ];
    let texts = places.iter().filter_map(|place| body.pointer(place)?.as_str());
    texts.map(str::to_owned).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use airudder_core::{Delivery, Headers, WebhookConfig, Webhooks, catalog};

    use super::{example, kinds, subject};

    #[test]
    fn a_receiver_recognizes_each_example_and_it_names_somebody() {
        let settings = WebhookConfig { require_signature: false, ..WebhookConfig::default() };
        let hooks = Webhooks::new(settings).expect("a receiver");
        let kinds = kinds(None, 1_700_000_000_000);
        assert_eq!(kinds.len(), catalog::events().count());
        for kind in kinds {
            let body = kind.example.to_string();
            let event = hooks.unwrap(&Delivery::new(body.as_bytes(), &Headers::default()), None).expect(&kind.name);
            let expected = if kind.body_documented { kind.name.as_str() } else { "unknown" };
            assert_eq!(event.name(), expected);
            assert_eq!(subject(&body).is_some(), kind.body_documented, "{}", kind.name);
        }
    }

    #[test]
    fn each_example_is_an_event_of_its_own() {
        let call = || example(None, "call.finished", 0).expect("an example");
        assert_ne!(call(), call());
        assert_eq!(example(None, "no.such.event", 0), None);
    }

    #[test]
    fn a_contact_is_named_by_its_own_id_before_its_number() {
        assert_eq!(subject(r#"{"case_id":"c-1","details":[{"callee":"+62"}]}"#).as_deref(), Some("c-1"));
        assert_eq!(subject(r#"{"case_id":"","details":[{"callee":"+62"}]}"#).as_deref(), Some("+62"));
        assert_eq!(subject("[]"), None);
        assert_eq!(subject("{"), None);
    }
}
