//! What events say, and what follows from it.

use airudder_core::{
    Delivery, ErrorCode, Event, Headers, WebhookConfig, Webhooks, catalog,
    events::{verify_push_params, workflow::ApiNodePush},
};
use serde_json::{Value, json};

fn event(body: &Value) -> Event {
    let config = WebhookConfig { require_signature: false, ..Default::default() };
    let hooks = Webhooks::new(config).expect("the settings are good");
    hooks.unwrap(&Delivery::new(body.to_string().as_bytes(), &Headers::new()), None).expect("it reads")
}

fn push() -> Value {
    json!({
        "workflow_id": "wf-1", "workflow_name": "july", "node_id": "node-1", "node_name": "push",
        "callee": {"case_id": "c-1", "callee_name": "Ana", "callee_number": "+6212345678", "extra_b": "later"},
    })
}

fn params(event: &Event) -> Value {
    let params = verify_push_params(event).expect("it has all that is needed");
    let info = catalog::operation("workflow.verify_api_node_push").expect("the operation is in the catalog");
    (info.check)(&params).expect("the operation takes them");
    serde_json::from_str(&params).expect("JSON")
}

#[test]
fn a_push_becomes_the_parameters_that_verify_it() {
    let expected = json!({"workflow_id": "wf-1", "node_id": "node-1", "callee": "+6212345678", "case_id": "c-1"});
    assert_eq!(params(&event(&push())), expected);
    // The same with the contact's fields beside `callee`, as the vendor's page can be read, too.
    let mut beside = push();
    let contact = beside["callee"].take();
    beside.as_object_mut().expect("an object").extend(contact.as_object().expect("an object").clone());
    assert_eq!(params(&event(&beside)), expected);
    // Both: what stands in `callee` counts.
    let mut both = push();
    both["callee_number"] = "+6299999999".into();
    assert_eq!(params(&event(&both)), expected);

    let mut without_case = push();
    without_case["callee"]["case_id"] = "".into();
    let params = params(&event(&without_case));
    assert_eq!(params.get("case_id"), None, "an empty case id says nothing");
}

#[test]
fn a_push_that_cannot_be_verified_says_what_it_lacks() {
    for (field, pointer) in
        [("workflow_id", "/workflow_id"), ("node_id", "/node_id"), ("callee_number", "/callee/callee_number")]
    {
        let mut body = push();
        body.as_object_mut().expect("an object").remove(field);
        body["callee"].as_object_mut().expect("an object").remove(field);
        let error = verify_push_params(&event(&body)).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::MissingField, Some(pointer)));
        assert!(error.to_string().contains(field), "{error}");
    }
    let mut odd = push();
    odd["node_id"] = 7.into();
    assert_eq!(verify_push_params(&event(&odd)).unwrap_err().code(), ErrorCode::InvalidBody);
    let other = event(&json!({"event": "message.send"}));
    assert_eq!(verify_push_params(&other).unwrap_err().code(), ErrorCode::Misuse);
}

#[test]
fn a_push_keeps_what_it_does_not_know() {
    let mut body = push();
    body["extra_c"] = json!({"a": 1});
    let typed: ApiNodePush = event(&body).parse().expect("it parses");
    assert_eq!(typed.contact(|contact| contact.callee_name.as_ref()), Some("Ana"));
    assert_eq!(serde_json::to_value(&typed).expect("it serializes"), body);
}
