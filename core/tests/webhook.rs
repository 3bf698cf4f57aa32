//! Deliveries: what a receiver can rely on, whatever is sent to it.

use airudder_core::{
    ErrorCode, Headers, WebhookConfig, Webhooks, catalog,
    crypto::{Cipher, Detection, EncryptionKey, MAX_DETECT_BYTES, SIGN_HEADER, Scheme, SigningInput, detect},
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
        let event = hooks.unwrap(&body, &headers, None).expect("it reads");
        assert!(event.verified() && event.text() == WORKFLOW_CALL);
        let other = hooks.seal(WORKFLOW_CALL, Some([8; 16])).expect("it seals");
        assert_eq!(hooks.unwrap(&other.1, &other.0, None).expect("it reads").dedupe_key(), event.dedupe_key());
    }
}

#[test]
fn typed_events_keep_what_they_do_not_know() {
    let hooks = hooks(|config| config.require_signature = false);
    let event = hooks.unwrap(WORKFLOW_CALL.as_bytes(), &Headers::new(), None).expect("it reads");
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
    let event = hooks(|config| config.require_signature = false).unwrap(body, &Headers::new(), None).expect("it reads");
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
        hooks.unwrap(secret_body, &signature, None).unwrap_err(),
        hooks.unwrap(secret_body, &wrong, None).unwrap_err(),
        hooks.unwrap(b"{}", &hooks.sign(b"{}").unwrap(), None).unwrap(),
    );
    for hidden in [SECRET, KEY, "Ana", right.as_str()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn huge_and_deep_bodies_are_refused_before_they_are_read() {
    let hooks = hooks(|config| config.require_signature = false);
    let huge = vec![b' '; 64 * 1024 * 1024];
    assert_eq!(hooks.unwrap(&huge, &Headers::new(), None).unwrap_err().code(), ErrorCode::BodyTooLarge);
    let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
    assert_eq!(hooks.unwrap(deep.as_bytes(), &Headers::new(), None).unwrap_err().code(), ErrorCode::NestedTooDeeply);
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

fn detected(headers: &Headers, body: &[u8]) -> Detection {
    detect(headers, body, Some(SECRET), Some(&EncryptionKey::new(KEY).unwrap())).expect("it is small")
}

/// What people sign, as far as services are known for it.
const MESSAGES: [&str; 12] = [
    "body",
    "secret+body",
    "body+secret",
    "secret+body+secret",
    "key+body",
    "key+body+secret",
    "secret+'.'+body",
    "header(X-Time)+'.'+body",
    "header(X-Time)+body",
    "body+'&'+header(X-Time)+'&'+secret",
    "key+':'+header(X-Time)+':'+body",
    "secret+'\n'+header(X-Time)+'\n'+body",
];

fn delivery(scheme: &str, body: &[u8]) -> Headers {
    let mut headers: Headers =
        [("X-Time", "1720159500"), ("X-AIRudder-Sign-Key", "k-1"), ("X-Other", "o")].into_iter().collect();
    let input = SigningInput { secret: SECRET, key: Some("k-1"), headers: &headers, body };
    let signature = scheme.parse::<Scheme>().and_then(|scheme| scheme.sign(&input)).expect(scheme);
    headers.set(SIGN_HEADER, signature);
    headers
}

#[test]
fn detect_finds_every_scheme() {
    for digest in ["hmac-sha256", "hmac-sha1", "hmac-md5", "sha256", "sha1", "md5"] {
        for (encoding, message) in
            ["hex", "base64"].into_iter().flat_map(|encoding| MESSAGES.map(|text| (encoding, text)))
        {
            let scheme = format!("{digest}:{encoding}:{message}");
            if !digest.starts_with("hmac") && !message.contains("secret") {
                assert!(scheme.parse::<Scheme>().is_err(), "{scheme} authenticates nothing");
                continue;
            }
            let found = detected(&delivery(&scheme, WORKFLOW_CALL.as_bytes()), WORKFLOW_CALL.as_bytes());
            assert_eq!(found.scheme.map(|found| found.to_string()), Some(scheme), "{:?}", found.notes);
        }
    }
}

#[test]
fn detect_finds_every_cipher() {
    let ivs = [":iv=prefix", ":iv=key", ":iv=00000000000000000000000000000000", ":iv=30303030303030303030303030303030"];
    let modes =
        ["aes-ecb".to_owned()].into_iter().map(|mode| (mode, "")).chain(ivs.map(|iv| ("aes-cbc".to_owned(), iv)));
    for (mode, iv) in modes {
        for (padding, encoding) in [("zero", "base64"), ("zero", "hex"), ("pkcs7", "base64"), ("pkcs7", "hex")] {
            for key in [KEY, "fake-key-of-24-bytes-abc", "fake-key-of-32-bytes-abcdefghijk"] {
                // Texts whose padding looks like white space or nothing, and one that is aligned.
                for text in [
                    WORKFLOW_CALL.to_owned(),
                    r#"{"a":1}"#.into(),
                    r#"{"a":12345678}"#.into(),
                    format!("{{\"a\":\"{}\"}}", "b".repeat(56)),
                ] {
                    let cipher = format!("{mode}:{padding}:{encoding}{iv}");
                    let encryption_key = EncryptionKey::new(key).expect("a key");
                    let sealed = cipher
                        .parse::<Cipher>()
                        .and_then(|parsed| parsed.encrypt(text.as_bytes(), &encryption_key, Some([9; 16])))
                        .expect("it encrypts");
                    let found =
                        detect(&Headers::new(), sealed.as_bytes(), None, Some(&encryption_key)).expect("it is small");
                    // Of a single block, an iv of zeros makes what ECB makes.
                    let same = text.len() < 16 && iv.ends_with("0000");
                    let expected = if same { format!("aes-ecb:{padding}:{encoding}") } else { cipher };
                    assert_eq!(
                        found.cipher.map(|found| found.to_string()),
                        Some(expected),
                        "{text}: {:?}",
                        found.notes
                    );
                }
            }
        }
    }
}

#[test]
fn detect_says_so_where_nothing_fits() {
    let headers: Headers = [(SIGN_HEADER, "00".repeat(32))].into_iter().collect();
    let found = detected(&headers, b"no json");
    assert!(found.scheme.is_none() && found.cipher.is_none() && found.notes.len() == 2, "{:?}", found.notes);
    assert_eq!(detected(&Headers::new(), b"{}").notes.len(), 2);

    let checksum: Headers = [(SIGN_HEADER, airudder_core::crypto::digest(b"{}"))].into_iter().collect();
    let found = detected(&checksum, b"{}");
    assert!(found.scheme.is_none() && found.notes[0].contains("authenticates nothing"), "{:?}", found.notes);

    let large = vec![0; MAX_DETECT_BYTES + 1];
    assert_eq!(detect(&Headers::new(), &large, None, None).unwrap_err().code(), ErrorCode::BodyTooLarge);
}

#[test]
fn detect_names_a_cipher_whose_iv_is_not_known() {
    let iv = "iv=00112233445566778899aabbccddeeff";
    let hooks = hooks(|config| {
        config.cipher = format!("aes-cbc:pkcs7:base64:{iv}");
        config.encryption_key = Some(KEY.into());
    });
    let (headers, body) = hooks.seal(WORKFLOW_CALL, None).expect("it seals");
    let found = detected(&headers, &body);
    assert!(found.cipher.is_none());
    assert!(found.notes.iter().any(|note| note.contains("aes-cbc:pkcs7:base64 and a fixed iv")), "{:?}", found.notes);
}

#[test]
fn an_event_is_not_lost_for_a_name_or_a_text_with_half_a_character() {
    let hooks = hooks(|config| config.require_signature = false);
    let read = |body: &str| hooks.unwrap(body.as_bytes(), &Headers::new(), None).expect(body);
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
        let read = |body: &str| hooks.unwrap(body.as_bytes(), &Headers::new(), kind);
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
        prop_assert!(hooks.unwrap(&body, &[(SIGN_HEADER, signature)].into_iter().collect(), None).is_err());
        if let Ok(event) = hooks.unwrap(&body, &Headers::new(), None) {
            prop_assert!(!event.verified());
        }
        prop_assert!(detect(&Headers::new(), &body, None, None).is_ok());
    }

    #[test]
    fn any_changed_byte_is_noticed(at in 0..WORKFLOW_CALL.len(), bit in 0_u8..8) {
        let hooks = hooks(|_| {});
        let headers = hooks.sign(WORKFLOW_CALL.as_bytes()).unwrap();
        let mut body = WORKFLOW_CALL.as_bytes().to_vec();
        body[at] ^= 1_u8 << bit;
        prop_assert_eq!(hooks.unwrap(&body, &headers, None).unwrap_err().code(), ErrorCode::SignatureMismatch);
    }
}
