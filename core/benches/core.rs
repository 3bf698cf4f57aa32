//! Unwrapping, sealing and opening against what each must cost at least: the primitives, and one pass over the JSON.
//!
//! Without arguments it prints the medians of paired ratios as JSON lines. `--run <work> <part> <times>` runs one part that
//! often, for a tool that counts instructions.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::{fmt::Write as _, hint::black_box, time::Instant};

use airudder_core::{
    Call, CallOptions, ClientConfig, Delivery, Headers, Response, Secret, Session, Step, WebhookConfig, Webhooks,
    crypto::{self, BuiltIn, EncryptionKey, Provider},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

const KEY: &str = "fake-key-16bytes";
const SECRET: &str = "fake-webhook-secret";
const LOOKUP: &str =
    r#"{"case_id":"c","start_time":"2026-11-01 00:00:00+08:00","end_time":"2026-12-01 00:00:00+08:00"}"#;
const ROUNDS: usize = 41;

/// One piece of work, done by this library, and its floor.
struct Work {
    name: &'static str,
    ours: Box<dyn Fn()>,
    floor: Box<dyn Fn()>,
    /// How often each is done in one round.
    times: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["--run", name, part, times] = arguments[..] {
        let work = all(false).into_iter().find(|work| work.name == name).expect("a name of a work");
        let run = if part == "ours" { work.ours } else { work.floor };
        for _ in 0..times.parse().expect("a number") {
            run();
        }
        return;
    }
    for work in all(true) {
        let (ratio, ours, floor) = measure(&work);
        println!(r#"{{"work":"{}","ratio":{ratio:.3},"ours_us":{ours:.2},"floor_us":{floor:.2}}}"#, work.name);
    }
}

/// The median of the ratios of rounds next to each other, and the medians of both times, in microseconds.
fn measure(work: &Work) -> (f64, f64, f64) {
    let time = |run: &dyn Fn()| {
        let start = Instant::now();
        for _ in 0..work.times {
            run();
        }
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let each = start.elapsed().as_secs_f64() * 1e6 / work.times as f64;
        each
    };
    black_box((time(&work.ours), time(&work.floor)));
    let pairs: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (time(&work.ours), time(&work.floor))).collect();
    let median = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    (median(|pair| pair.0 / pair.1), median(|pair| pair.0), median(|pair| pair.1))
}

fn all(large: bool) -> Vec<Work> {
    let call = include_str!("../vectors/examples/call.finished.event.json");
    let mut works = vec![
        unwrap("W3 event 2 KB", compact(call), 500),
        unwrap("W3 event 2 KB, sealed", sealed(&compact(call)), 500),
        unwrap("W3 event 3 KB", call.to_owned(), 500),
        seal("W1 10 000 contacts", 10_000, 1),
        seal("W4 one contact", 1, 200),
        open("W2 2 MB", 1),
    ];
    if large {
        works.push(unwrap("W3 1 MB of rows", rows(3_000), 5));
        for (name, text) in shapes() {
            works.push(unwrap(name, text, 1));
        }
    }
    works
}

/// Unwraps a delivery; the floor is HMAC, one pass over the JSON, and the SHA-256 of the key.
fn unwrap(name: &'static str, body: String, times: usize) -> Work {
    let is_plain = body.starts_with('{');
    let hooks = Webhooks::new(WebhookConfig {
        secrets: vec![SECRET.into()],
        encryption_key: (!is_plain).then(|| KEY.into()),
        max_depth: 100,
        ..WebhookConfig::default()
    })
    .expect("settings");
    let mut headers = hooks.sign(body.as_bytes()).expect("a signature");
    headers.set("Content-Type", "application/json");
    let text = body.clone();
    let key = EncryptionKey::new(KEY).expect("a key");
    Work {
        name,
        ours: Box::new(move || {
            black_box(hooks.unwrap(&Delivery::new(body.as_bytes(), &headers), None).expect("an event"));
        }),
        floor: Box::new(move || {
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).expect("a key");
            mac.update(text.as_bytes());
            black_box(mac.finalize());
            let opened = (!is_plain).then(|| decrypted(&text, &key));
            let plain = opened.as_ref().map_or(text.as_bytes(), |opened| opened);
            serde_json::from_str::<IgnoredAny>(std::str::from_utf8(plain).expect("text")).expect("JSON");
            black_box(Sha256::digest(plain));
        }),
        times,
    }
}

/// Builds a sealed request with every contact checked; the floor is AES, Base64, SHA-256, and one pass over the JSON.
fn seal(name: &'static str, contacts: usize, times: usize) -> Work {
    let session = session();
    let params = upload(contacts);
    let text = params.clone();
    let key = EncryptionKey::new(KEY).expect("a key");
    Work {
        name,
        ours: Box::new(move || {
            let mut call =
                Call::new(&session, "workflow.upload_details", &params, &CallOptions::default()).expect("a call");
            assert!(matches!(black_box(call.poll(0).expect("a step")), Step::Send(_)));
        }),
        floor: Box::new(move || {
            serde_json::from_str::<IgnoredAny>(&text).expect("JSON");
            black_box(Sha256::digest(text.as_bytes()));
            let mut blocks = text.clone().into_bytes();
            blocks.resize(text.len() / 16 * 16 + 16, 0);
            BuiltIn.encrypt_blocks(&key, &mut blocks).expect("blocks");
            black_box(BASE64_STANDARD.encode(&blocks));
        }),
        times,
    }
}

/// Opens a sealed answer; the floor is Base64, AES, SHA-256, and one pass over the JSON.
fn open(name: &'static str, times: usize) -> Work {
    let key = EncryptionKey::new(KEY).expect("a key");
    let text = format!(r#"{{"code":200,"status":"OK","data":{}}}"#, rows(6_000));
    let body = crypto::encrypt(text.as_bytes(), &key).expect("a sealed text").into_bytes();
    let signed = crypto::digest(text.as_bytes());
    let headers: Headers = [("Is-Encrypted", "1"), ("Signed", signed.as_str())].into_iter().collect();
    let response = Response { status: 200, headers, body: body.clone() };
    let session = session();
    Work {
        name,
        ours: Box::new(move || {
            let mut call =
                Call::new(&session, "workflow.detail_instances", LOOKUP, &CallOptions::default()).expect("a call");
            call.poll(0).expect("a step");
            call.on_response(0, &response).expect("a response");
            call.poll(0).expect("a step");
            black_box(call.take_result().expect("a result"));
        }),
        floor: Box::new(move || {
            let plain = decrypted(std::str::from_utf8(&body).expect("text"), &key);
            serde_json::from_slice::<IgnoredAny>(&plain).expect("JSON");
            black_box(Sha256::digest(&plain));
        }),
        times,
    }
}

/// A session that has its token.
fn session() -> Session {
    let config = ClientConfig {
        app_key: Some(Secret::new("fake-app-key")),
        app_secret: Some(Secret::new("fake-app-secret")),
        encryption_key: Some(Secret::new(KEY)),
        ..ClientConfig::default()
    };
    let session = Session::new(config).expect("settings");
    let mut call = Call::new(&session, "workflow.detail_instances", LOOKUP, &CallOptions::default()).expect("a call");
    call.poll(0).expect("a step");
    let body = br#"{"code":200,"status":"OK","data":{"token":"fake-token"}}"#.to_vec();
    call.on_response(0, &Response { status: 200, headers: Headers::new(), body }).expect("a token");
    session
}

fn decrypted(sealed: &str, key: &EncryptionKey) -> Vec<u8> {
    let mut blocks = BASE64_STANDARD.decode(sealed).expect("Base64");
    BuiltIn.decrypt_blocks(key, &mut blocks).expect("blocks");
    let length = blocks.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    blocks.truncate(length);
    blocks
}

fn sealed(text: &str) -> String {
    crypto::encrypt(text.as_bytes(), &EncryptionKey::new(KEY).expect("a key")).expect("a sealed text")
}

fn compact(text: &str) -> String {
    let raw: Vec<_> = airudder_core::json::tokens(text).map(|token| token.text).collect();
    raw.concat()
}

fn upload(contacts: usize) -> String {
    let contact = |number| {
        format!(
            r#"{{"callee":"+62000{number:07}","platform":"TEMP1","caseid":"case-{number:05}","variables":{{"customer_name":"Ana Example","borrow_total_money":"1250","due_date":"2026-12-01"}}}}"#
        )
    };
    let contacts: Vec<String> = (0..contacts).map(contact).collect();
    format!(r#"{{"workflow_id":"fake-workflow","details":[{}]}}"#, contacts.join(","))
}

/// An event of many rows, whose fields are in no order.
fn rows(count: usize) -> String {
    let mut text = String::from(r#"{"workflow_id":"fake-workflow","rows":["#);
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"nodetask_id":"node-{number}","callee_number":"+62000{number:07}","case_id":"case-{number}","result":"finished","result_label":"A","duration":{number},"variables":{{"name":"Ana \u00c9xample","amount":"1250","due":"2026-12-01","note":"said \"yes\"\nand paid"}},"attempts":[{{"at":1720159500,"label":"A"}},{{"at":1720159600,"label":null}}]}}"#
        )
        .expect("memory");
    }
    text.push_str("]}");
    text
}

const MEGABYTES: usize = 8 * 1024 * 1024 - 1024;

/// The shapes that a careless reader takes long for.
fn shapes() -> Vec<(&'static str, String)> {
    let levels = 60;
    let mut nested = String::new();
    let fields: Vec<String> =
        (0..MEGABYTES / levels / 24).map(|number| format!(r#""field{:05}":"{number}","#, 99_999 - number)).collect();
    let fields = fields.concat();
    for _ in 0..levels {
        nested.push('{');
        nested.push_str(&fields);
        nested.push_str("\"a\":");
    }
    nested.push('1');
    nested.push_str(&"}".repeat(levels));
    let many = |piece: &dyn Fn(usize) -> String, length: usize| {
        let pieces: Vec<String> = (0..MEGABYTES / length).map(piece).collect();
        format!(r#"{{"event":"x","list":[{}]}}"#, pieces.join(","))
    };
    let wide: Vec<String> = (0..MEGABYTES / 16).map(|number| format!(r#","f{:08}":1"#, 99_999_999 - number)).collect();
    let wide = wide.concat();
    vec![
        ("W3 8 MB nested 60 deep", nested),
        ("W3 8 MB of small objects", many(&|_| r#"{"b":1,"a":2}"#.to_owned(), 14)),
        ("W3 8 MB of empty objects", many(&|_| "{}".to_owned(), 3)),
        ("W3 8 MB of numbers", many(&|_| "1".to_owned(), 2)),
        ("W3 8 MB of escapes", many(&|_| r#""\u4e2d\u6587""#.to_owned(), 15)),
        ("W3 8 MB of short escapes", many(&|_| r#""\u00e9""#.to_owned(), 9)),
        ("W3 8 MB of white space", many(&|_| "\n  1".to_owned(), 5)),
        ("W3 8 MB of one object", format!(r#"{{"event":"x"{wide}}}"#)),
        ("W3 8 MB of one string", format!(r#"{{"event":"{}"}}"#, "x".repeat(MEGABYTES))),
    ]
}
