//! Deliveries: what a receiver can rely on, whatever is sent to it.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test measures; the core has no clock")]

use std::{
    thread,
    time::{Duration, Instant},
};

use airudder_core::{
    Delivery, ErrorCode, Headers, WebhookConfig, Webhooks, catalog,
    crypto::{Captured, SIGN_HEADER, SIGN_KEY_HEADER, detect},
    events::{call::CallFinished, workflow::WorkflowCallFinished},
};
use proptest::prelude::*;

const SECRET: &str = "fake-secret-for-tests";
const KEY: &str = "fake-key-16bytes";
const WORKFLOW_CALL: &str =
    r#"{"task_id":"t-1","workflow_id":"w-1","case_id":"c-1","details":[{"callee":"+6212345678","ring_type":"newer"}]}"#;

fn hooks(change: impl FnOnce(&mut WebhookConfig)) -> Webhooks {
    let mut config = WebhookConfig { secrets: vec![SECRET.into()], ..Default::default() };
    change(&mut config);
    Webhooks::new(config).expect("the settings are good")
}

#[test]
fn a_sealed_event_reads_the_same_under_every_cipher() {
    for cipher in ["aes-ecb:zero:base64", "aes-cbc:pkcs7:hex:iv=prefix", "aes-cbc:zero:base64:iv=key"] {
        let hooks = hooks(|config| {
            config.cipher = cipher.into();
            config.encryption_key = Some(KEY.into());
        });
        let (headers, body) = hooks.seal(WORKFLOW_CALL, Some([7; 16])).expect("it seals");
        let event = hooks.unwrap(&Delivery::new(&body, &headers), None).expect("it reads");
        assert!(event.verified() && event.text() == WORKFLOW_CALL);
        let other = hooks.seal(WORKFLOW_CALL, Some([8; 16])).expect("it seals");
        assert_eq!(
            hooks.unwrap(&Delivery::new(&other.1, &other.0), None).expect("it reads").dedupe_key(),
            event.dedupe_key()
        );
    }
}

#[test]
fn typed_events_keep_what_they_do_not_know() {
    let hooks = hooks(|config| config.require_signature = false);
    let event = hooks.unwrap(&Delivery::new(WORKFLOW_CALL.as_bytes(), &Headers::new()), None).expect("it reads");
    let typed: WorkflowCallFinished = event.parse().expect("it parses");
    assert_eq!(typed.case_id.as_deref(), Some("c-1"));
    let detail = &typed.call.details.as_ref().expect("details")[0];
    assert_eq!(detail.ring_type.as_ref().map(ToString::to_string).as_deref(), Some("newer"));
    assert_eq!(
        serde_json::to_value(&typed).unwrap(),
        serde_json::from_str::<serde_json::Value>(WORKFLOW_CALL).unwrap()
    );
    assert_eq!(event.parse::<CallFinished>().unwrap_err().code(), ErrorCode::Misuse);
}

#[test]
fn a_field_of_another_type_is_named_and_the_text_stays() {
    let body = br#"{"task_id":"t","details":[{"duration":"12"}]}"#;
    let event = hooks(|config| config.require_signature = false)
        .unwrap(&Delivery::new(body, &Headers::new()), None)
        .expect("it reads");
    let error = event.parse::<CallFinished>().unwrap_err();
    assert!(error.to_string().contains("/details/0/duration"), "{error}");
    assert_eq!(event.text().as_bytes(), body);
}

#[test]
fn errors_and_debug_show_neither_secret_nor_data() {
    let hooks = hooks(|config| config.encryption_key = Some(KEY.into()));
    let secret_body = br#"{"name":"Ana Example" oops"#;
    let signature = hooks.sign(secret_body).expect("it signs");
    let right = signature.get(SIGN_HEADER).expect("a signature").to_owned();
    let wrong: Headers = [(SIGN_HEADER, "00".repeat(32))].into_iter().collect();
    let shown = format!(
        "{:?} {:?} {:?} {hooks:?} {signature:?}",
        hooks.unwrap(&Delivery::new(secret_body, &signature), None).unwrap_err(),
        hooks.unwrap(&Delivery::new(secret_body, &wrong), None).unwrap_err(),
        hooks.unwrap(&Delivery::new(b"{}", &hooks.sign(b"{}").unwrap()), None).unwrap(),
    );
    for hidden in [SECRET, KEY, "Ana", right.as_str()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn huge_and_deep_bodies_are_refused_before_they_are_read() {
    let hooks = hooks(|config| config.require_signature = false);
    let huge = vec![b' '; 64 * 1024 * 1024];
    assert_eq!(hooks.unwrap(&Delivery::new(&huge, &Headers::new()), None).unwrap_err().code(), ErrorCode::BodyTooLarge);
    let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
    assert_eq!(
        hooks.unwrap(&Delivery::new(deep.as_bytes(), &Headers::new()), None).unwrap_err().code(),
        ErrorCode::NestedTooDeeply
    );
}

/// An event of about so many bytes that is nested so deeply, each level with its fields out of order.
fn nested(bytes: usize, depth: usize) -> Vec<u8> {
    let rows = r#"{"b":1,"a":2},"#.repeat(bytes / 14);
    let open = r#"{"b":0,"a":"#.repeat(depth - 2);
    format!("{open}[{rows}{{}}]{}", "}".repeat(depth - 2)).into_bytes()
}

/// The shortest of three times.
fn time_to_unwrap(hooks: &Webhooks, body: &[u8]) -> Duration {
    let time = || {
        let begin = Instant::now();
        hooks.unwrap(&Delivery::new(body, &Headers::new()), None).expect("it reads");
        begin.elapsed()
    };
    (0..3).map(|_| time()).min().unwrap_or_default()
}

/// 20 times as deep took 20 times as long when each level was read again; four times is a bound for a busy machine.
#[test]
fn nesting_costs_no_time() {
    let hooks = hooks(|config| config.require_signature = false);
    let (flat, deep) = (time_to_unwrap(&hooks, &nested(1 << 20, 3)), time_to_unwrap(&hooks, &nested(1 << 20, 60)));
    assert!(deep < flat * 4, "{deep:?} for 60 levels, {flat:?} for 3");
    let unpaired =
        nested(1 << 20, 60).into_iter().map(char::from).collect::<String>().replace("\"b\":0", "\"\\ud800\":0");
    let deep = time_to_unwrap(&hooks, unpaired.as_bytes());
    assert!(deep < flat * 4, "{deep:?} for 60 levels with names that are no text, {flat:?} for 3");
}

#[test]
fn the_deepest_event_needs_little_stack() {
    let unwrap = || {
        let hooks = hooks(|config| {
            config.require_signature = false;
            config.max_depth = 100;
        });
        let deepest = nested(1000, 100);
        hooks
            .unwrap(&Delivery::new(&deepest, &Headers::new()), None)
            .map(|event| event.text().len())
            .map_err(|error| error.code())
    };
    let thread = thread::Builder::new().stack_size(32 * 1024).spawn(unwrap).expect("a thread");
    assert!(thread.join().expect("it did not overflow").expect("it reads") > 1000);
}

#[test]
fn a_raw_control_character_is_refused_wherever_it_stands() {
    let hooks = hooks(|config| config.require_signature = false);
    for body in [
        "{\"event\":\"x\",\"a\u{1}\":1}",
        "{\"event\":\"x\",\"a\\n\u{1}\":1}",
        "{\"b\":{\"a\u{1}\":1}}",
        "{\"a\":\"\u{1}\"}",
        "{\"event\":\"\n\"}",
    ] {
        assert_eq!(
            hooks.unwrap(&Delivery::new(body.as_bytes(), &Headers::new()), None).unwrap_err().code(),
            ErrorCode::InvalidBody
        );
    }
}

#[test]
fn what_a_scheme_signs_beside_the_body_is_given_to_sign() {
    for (scheme, sign_key, given) in [
        ("hmac-sha256:hex:header(X-Time)+body", None, vec![("X-Time", "1720159500")]),
        ("hmac-sha256:hex:key+body", None, vec![(SIGN_KEY_HEADER, "k-1")]),
        ("hmac-sha256:hex:key+body", Some("k-1"), vec![]),
    ] {
        let hooks = hooks(|config| {
            config.scheme = scheme.into();
            config.sign_key = sign_key.map(Into::into);
            config.encryption_key = Some(KEY.into());
        });
        let given_fields: Headers = given.iter().copied().collect();
        let headers = hooks.sign_with(&Delivery::new(b"{}", &given_fields)).expect(scheme);
        assert!(hooks.unwrap(&Delivery::new(b"{}", &headers), None).expect(scheme).verified());
        let (headers, body) = hooks.seal_with(&Delivery::new(b"{}", &given_fields), None).expect(scheme);
        assert!(hooks.unwrap(&Delivery::new(&body, &headers), None).expect(scheme).verified());
        if !given.is_empty() {
            let error = hooks.sign(b"{}").unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRequest);
            assert!(error.to_string().contains("give it to this function"), "{error}");
        }
    }
}

#[test]
fn a_refused_body_is_named_by_its_form_whether_it_is_signed_or_not() {
    let unsigned = hooks(|config| config.require_signature = false);
    let lambda = b"eyJ0YXNrX2lkIjoidCIsImRldGFpbHMiOltdfQ==";
    let wrong: Headers = [(SIGN_HEADER, "00".repeat(32))].into_iter().collect();
    for error in [
        unsigned.unwrap(&Delivery::new(lambda, &Headers::new()), None).unwrap_err(),
        hooks(|_| {}).unwrap(&Delivery::new(lambda, &wrong), None).unwrap_err(),
        hooks(|config| {
            config.require_signature = false;
            config.encryption_key = Some(KEY.into());
        })
        .unwrap(&Delivery::new(lambda, &Headers::new()), None)
        .unwrap_err(),
    ] {
        assert!(error.to_string().contains("AWS Lambda"), "{error}");
        assert!(!error.to_string().contains("eyJ"), "{error}");
    }
    let error = hooks(|_| {}).unwrap(&Delivery::new(b"{}", &wrong), None).unwrap_err();
    assert!(error.to_string().ends_with("a body that was changed"), "{error}");
}

#[test]
fn the_documented_signatures_are_those_of_the_reference() {
    let signed: Vec<&str> = catalog::events()
        .filter(|row| row.signature == airudder_core::Signature::Documented)
        .map(|row| row.name)
        .collect();
    assert_eq!(signed, ["workflow.chatbot.session.ended", "channel.message.sent"]);
}

#[test]
fn the_answer_is_200_with_an_empty_object() {
    let ack = Webhooks::ack();
    assert_eq!((ack.status, ack.body.as_slice()), (200, b"{}".as_slice()));
}

#[test]
fn an_event_is_not_lost_for_a_name_or_a_text_with_half_a_character() {
    let hooks = hooks(|config| config.require_signature = false);
    let read = |body: &str| hooks.unwrap(&Delivery::new(body.as_bytes(), &Headers::new()), None).expect(body);
    for body in [
        r#"{"task_id":"t","details":[{"variables":{"\ud83d":"1"}}]}"#,
        r#"{"task_id":"t","details":[],"\ud83d":"1"}"#,
        r#"{"task_id":"t","details":[{"variables":{"a":"\ud83d"}}],"event":7}"#,
    ] {
        let event = read(body);
        assert_eq!((event.name(), event.text()), ("call.finished", body));
        assert_eq!(event.dedupe_key(), read(body).dedupe_key(), "{body}");
        assert_ne!(event.dedupe_key(), read(&body.replace("ud83d", "ud83c")).dedupe_key(), "{body}");
    }
}

/// Puts something else into a place of a JSON value.
fn change(value: &mut serde_json::Value, path: &[usize], odd: Option<&serde_json::Value>) {
    use serde_json::Value;
    let Some((first, rest)) = path.split_first() else {
        *value = odd.cloned().unwrap_or_default();
        return;
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(first % fields.len()).expect("it has so many").clone();
            match odd {
                None if rest.is_empty() => drop(fields.remove(&name)),
                _ => change(&mut fields[&name], rest, odd),
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let index = first % elements.len();
            change(&mut elements[index], rest, odd);
        }
        _ => *value = odd.cloned().unwrap_or_default(),
    }
}

fn odd_value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!({"event": "call.finished", "details": [], "task_id": "t"})),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    /// Whatever stands in a field, or is missing, the event comes through whole, under the same key however it is written.
    #[test]
    fn no_field_of_an_event_makes_it_be_lost(
        which: bool,
        path in prop::collection::vec(any::<usize>(), 1..6),
        odd in prop::option::of(odd_value()),
        kind in prop::option::of(prop::sample::select(catalog::events().map(|row| row.name).collect::<Vec<_>>())),
    ) {
        let example = if which {
            include_str!("../vectors/examples/call.finished.event.json")
        } else {
            include_str!("../vectors/examples/channel.message.sent.event.json")
        };
        let original: serde_json::Value = serde_json::from_str(example).unwrap();
        let mut changed = original.clone();
        change(&mut changed, &path, odd.as_ref());
        prop_assume!(changed.is_object());
        let hooks = hooks(|config| config.require_signature = false);
        let read = |body: &str| hooks.unwrap(&Delivery::new(body.as_bytes(), &Headers::new()), kind);
        let (plain, pretty) = (changed.to_string(), serde_json::to_string_pretty(&changed).unwrap());
        let event = read(&plain).unwrap();
        prop_assert_eq!(event.text(), &plain);
        prop_assert!(kind.is_none_or(|kind| event.name() == kind));
        let pretty = read(&pretty).unwrap();
        prop_assert_eq!(pretty.dedupe_key(), event.dedupe_key());
        prop_assert_eq!(read(example).unwrap().dedupe_key() == event.dedupe_key(), changed == original);
    }

    #[test]
    fn no_body_and_no_header_makes_it_panic(
        body in prop::collection::vec(any::<u8>(), 0..200),
        signature in "[ -~]{0,80}",
        encrypted in any::<bool>(),
    ) {
        let hooks = hooks(|config| {
            config.encryption_key = encrypted.then(|| KEY.into());
            config.require_signature = false;
        });
        prop_assert!(hooks.unwrap(&Delivery::new(&body, &[(SIGN_HEADER, signature)].into_iter().collect()), None).is_err());
        if let Ok(event) = hooks.unwrap(&Delivery::new(&body, &Headers::new()), None) {
            prop_assert!(!event.verified());
        }
        prop_assert!(detect(&Captured::new(Delivery::new(&body, &Headers::new()))).is_ok());
    }

    #[test]
    fn any_changed_byte_is_noticed(at in 0..WORKFLOW_CALL.len(), bit in 0_u8..8) {
        let hooks = hooks(|_| {});
        let headers = hooks.sign(WORKFLOW_CALL.as_bytes()).unwrap();
        let mut body = WORKFLOW_CALL.as_bytes().to_vec();
        body[at] ^= 1_u8 << bit;
        prop_assert_eq!(hooks.unwrap(&Delivery::new(&body, &headers), None).unwrap_err().code(), ErrorCode::SignatureMismatch);
    }
}

#[test]
fn a_signed_time_is_compared_with_that_of_receipt() {
    const NOW: u64 = 1_790_000_000_000;
    let at = |received_ms: Option<u64>, headers: &Headers, hooks: &Webhooks| {
        let delivery = Delivery { received_ms, ..Delivery::new(b"{}", headers) };
        hooks.unwrap(&delivery, None).map(|event| event.verified()).map_err(|error| error.code())
    };
    for scheme in ["stripe", "slack", "hmac-sha256:hex:'a'+md5(time(header(X-Time)))+body"] {
        let hooks = hooks(|config| config.scheme = scheme.into());
        let headers = Headers::new();
        let unsigned = Delivery { received_ms: Some(NOW), ..Delivery::new(b"{}", &headers) };
        let headers = hooks.sign_with(&unsigned).expect(scheme);
        assert_eq!(at(Some(NOW + 900_000), &headers, &hooks), Ok(true), "{scheme}");
        assert_eq!(at(Some(NOW - 900_000), &headers, &hooks), Ok(true), "{scheme}");
        for received in [NOW + 901_000, NOW - 901_000] {
            assert_eq!(at(Some(received), &headers, &hooks), Err(ErrorCode::SignatureTooOld), "{scheme}");
        }
        assert_eq!(at(None, &headers, &hooks), Err(ErrorCode::Misuse), "{scheme}");
        let lenient = self::hooks(|config| {
            config.scheme = scheme.into();
            config.tolerance_ms = None;
        });
        assert_eq!(at(None, &headers, &lenient), Ok(true), "{scheme}");
        let other = self::hooks(|config| {
            config.scheme = scheme.into();
            config.secrets = vec!["fake-other-secret".into()];
        });
        assert_eq!(at(Some(NOW + 901_000), &headers, &other), Err(ErrorCode::SignatureMismatch), "the signature first");
    }
}

#[test]
fn a_host_that_verifies_in_its_own_way_has_no_secret() {
    let own = WebhookConfig { own_verifier: true, ..WebhookConfig::default() };
    let hooks = Webhooks::new(own.clone()).expect("no secret is needed");
    let headers = Headers::new();
    let delivery = Delivery::new(b"{}", &headers);
    assert!(hooks.unwrap_verified(&delivery, None).expect("it reads").verified());
    assert_eq!(hooks.unwrap(&delivery, None).unwrap_err().code(), ErrorCode::Misuse);
    let large = vec![b' '; 9 * 1024 * 1024];
    assert_eq!(
        hooks.unwrap_verified(&Delivery::new(&large, &headers), None).unwrap_err().code(),
        ErrorCode::BodyTooLarge
    );
    let both = WebhookConfig { secrets: vec![SECRET.into()], ..own };
    assert_eq!(Webhooks::new(both).unwrap_err().details().pointer.as_deref(), Some("/verify"));
}

#[test]
fn a_scheme_that_is_keyed_with_the_sign_key_needs_it_configured() {
    let config = WebhookConfig { scheme: "hmac-sha256(key):hex:body;weak".into(), ..WebhookConfig::default() };
    let error = Webhooks::new(config.clone()).unwrap_err();
    assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some("/sign_key")));
    let hooks = Webhooks::new(WebhookConfig { sign_key: Some("fake-sign-key".into()), ..config }).expect("a key");
    assert!(hooks.weakness().is_some());
    let headers = hooks.sign(b"{}").expect("a signature");
    assert!(hooks.unwrap(&Delivery::new(b"{}", &headers), None).expect("it fits").verified());
    let mut forged = headers;
    forged.set(SIGN_KEY_HEADER, "fake-other-key");
    assert!(hooks.unwrap(&Delivery::new(b"{}", &forged), None).is_ok(), "the configured key counts");
    assert!(hooks.unwrap(&Delivery::new(b"{ }", &forged), None).is_err());
}

#[test]
fn a_scheme_may_sign_the_decrypted_text() {
    let hooks = hooks(|config| {
        config.scheme = "hmac-sha256:hex:plain".into();
        config.encryption_key = Some(KEY.into());
    });
    let (headers, body) = hooks.seal("{\"event\":\"x\"}", None).expect("it seals");
    let event = hooks.unwrap(&Delivery::new(&body, &headers), None).expect("it fits");
    assert!(event.verified() && event.name() == "x");
    let mut forged = headers;
    forged.set(SIGN_HEADER, "00".repeat(32));
    let error = hooks.unwrap(&Delivery::new(&body, &forged), None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SignatureMismatch);
}
