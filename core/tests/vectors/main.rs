//! The vectors that every language runs; see `vectors/README.md`.

#![expect(clippy::disallowed_methods, reason = "a test reads its vectors; the core itself opens no files")]

mod campaign;
mod dialogue;

use std::{fs, path::PathBuf};

use airudder_core::{
    Call, CallOptions, ClientConfig, Delivery, Error, Headers, Request, Response, Session, Step, WebhookConfig,
    Webhooks, catalog,
    crypto::{Cipher, Scheme, SigningInput},
    partition_of,
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

#[derive(Deserialize)]
struct File<T> {
    count: usize,
    cases: Vec<T>,
}

fn cases<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let file: File<T> = serde_json::from_str(&fs::read_to_string(path).expect("the file is there")).expect("it parses");
    assert_eq!(file.cases.len(), file.count, "{name}: as many as in every language");
    file.cases
}

fn hex(text: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(text).expect("hex")
}

/// The error's number as it is written in the vectors; the result is not shown, as it may be large.
fn code<T>(result: Result<T, Error>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| error.code().to_string())
}

#[derive(Deserialize)]
struct CipherCase {
    id: String,
    r#do: String,
    cipher: String,
    key: String,
    iv: Option<String>,
    plain: Option<String>,
    text: Option<String>,
    text_hex: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    error: Option<String>,
}

#[test]
fn ciphers() {
    for CipherCase { id, r#do, cipher, key, iv, plain, text, text_hex, headers, error } in
        cases("cipher.json").into_iter().chain(cases("published_cipher.json"))
    {
        let random = iv.map(|iv| hex(&iv).try_into().expect("16 bytes"));
        let plain = plain.as_deref().map(hex).unwrap_or_default();
        let body = text_hex.as_deref().map(hex).or_else(|| Some(text.clone()?.into_bytes())).unwrap_or_default();
        let headers: Headers = headers.into_iter().collect();
        let with_both = || {
            let cipher: Cipher = cipher.parse()?;
            let key = cipher.key(&key)?;
            Ok((cipher, key))
        };
        let encrypt = || with_both().and_then(|(cipher, key)| cipher.encrypt(&plain, &key, &headers, random));
        let decrypt = || with_both().and_then(|(cipher, key)| cipher.decrypt(&body, &key, &headers));
        match (r#do.as_str(), error) {
            ("both", None) => {
                assert_eq!(Some(encrypt().expect(&id)), text, "{id}");
                assert_eq!(decrypt().expect(&id), plain, "{id}");
                assert_eq!(cipher.parse::<Cipher>().expect(&id).to_string(), cipher, "{id}");
            }
            ("decrypt", None) => assert_eq!(decrypt().expect(&id), plain, "{id}"),
            ("encrypt", Some(error)) => assert_eq!(code(encrypt()), error, "{id}"),
            ("decrypt", Some(error)) => assert_eq!(code(decrypt()), error, "{id}"),
            other => panic!("{id}: {other:?}"),
        }
    }
}

#[derive(Deserialize)]
struct PartitionCase {
    id: String,
    contact: String,
    count: u32,
    partition: Option<u32>,
    error: Option<String>,
}

#[test]
fn partitions() {
    for PartitionCase { id, contact, count, partition, error } in cases("partition.json") {
        match error {
            Some(error) => assert_eq!(code(partition_of(&contact, count)), error, "{id}"),
            None => assert_eq!(partition_of(&contact, count).ok(), partition, "{id}"),
        }
    }
}

#[derive(Deserialize)]
struct SignatureCase {
    id: String,
    scheme: String,
    secret: String,
    key: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_hex: Option<String>,
    signature: String,
    #[serde(default)]
    accepted: bool,
    error: Option<String>,
}

#[test]
fn signatures() {
    for case in cases::<SignatureCase>("signature.json").into_iter().chain(cases("published_signature.json")) {
        let body = case.body.map(String::into_bytes).or_else(|| Some(hex(&case.body_hex?))).expect("a body");
        let headers: Headers = case.headers.into_iter().collect();
        let input = SigningInput {
            secret: &case.secret,
            key: Some(&case.key),
            delivery: Delivery::new(&body, &headers),
            plain: None,
        };
        let verified = case.scheme.parse::<Scheme>().and_then(|scheme| scheme.verify(&case.signature, &input));
        if let Some(error) = case.error {
            assert_eq!(code(verified), error, "{}", case.id);
            continue;
        }
        verified.expect(&case.id);
        let signature = case.scheme.parse::<Scheme>().and_then(|scheme| scheme.sign(&input)).expect(&case.id);
        assert_eq!(signature == case.signature, !case.accepted, "{}", case.id);
    }
}

#[derive(Deserialize)]
struct WebhookCase {
    id: String,
    config: Config,
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_hex: Option<String>,
    kind: Option<String>,
    event: Option<ExpectedEvent>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    secrets: Vec<String>,
    scheme: Option<String>,
    encryption_key: Option<String>,
    cipher: Option<String>,
    require_signature: Option<bool>,
    require_encryption: Option<bool>,
    max_body_bytes: Option<usize>,
    max_depth: Option<usize>,
}

#[derive(Deserialize)]
struct ExpectedEvent {
    r#type: String,
    known: bool,
    verified: bool,
    text: String,
    dedupe_key: String,
}

impl From<Config> for WebhookConfig {
    fn from(config: Config) -> Self {
        let usual = Self::default();
        Self {
            secrets: config.secrets.into_iter().map(Into::into).collect(),
            scheme: config.scheme.unwrap_or(usual.scheme),
            encryption_key: config.encryption_key.map(Into::into),
            cipher: config.cipher.unwrap_or(usual.cipher),
            require_signature: config.require_signature.unwrap_or(usual.require_signature),
            require_encryption: config.require_encryption,
            max_body_bytes: config.max_body_bytes.unwrap_or(usual.max_body_bytes),
            max_depth: config.max_depth.unwrap_or(usual.max_depth),
            ..usual
        }
    }
}

#[test]
fn webhooks() {
    for case in cases::<WebhookCase>("webhook.json") {
        let headers: Headers = case.headers.into_iter().collect();
        let body = case.body.map(String::into_bytes).or(case.body_hex.as_deref().map(hex)).expect("a body");
        let event = Webhooks::new(case.config.into())
            .and_then(|hooks| hooks.unwrap(&Delivery::new(&body, &headers), case.kind.as_deref()));
        if let Some(error) = case.error {
            assert_eq!(code(event), error, "{}", case.id);
            continue;
        }
        let (event, expected) = (event.expect(&case.id), case.event.expect("an event"));
        assert_eq!(
            (event.name(), event.known(), event.verified(), event.text(), event.dedupe_key()),
            (
                expected.r#type.as_str(),
                expected.known,
                expected.verified,
                expected.text.as_str(),
                expected.dedupe_key.as_str()
            ),
            "{}",
            case.id
        );
    }
}

#[derive(Deserialize)]
struct OperationCase {
    id: String,
    operation: String,
    params: Box<RawValue>,
    encryption_key: Option<String>,
    request: Option<ExpectedRequest>,
    response: Option<GivenResponse>,
    #[serde(default)]
    result: Value,
    file: Option<String>,
    error: Option<String>,
    pointer: Option<String>,
}

#[derive(Deserialize)]
struct ExpectedRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Deserialize)]
struct GivenResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

fn session(encryption_key: Option<String>) -> Session {
    Session::new(settings(encryption_key)).expect("the settings are good")
}

fn settings(encryption_key: Option<String>) -> ClientConfig {
    ClientConfig {
        app_key: Some("fake-app-key".into()),
        app_secret: Some("fake-app-secret".into()),
        base_url: Some("https://api.example.test".into()),
        encryption_key: encryption_key.map(Into::into),
        sign_key: Some("0123456789abcdef0123456789abcdef".into()),
        sign_secret: Some("fake-secret-for-tests".into()),
        ..Default::default()
    }
}

/// The request of the call itself: where it needs a token, the one for the token comes first.
fn own_request(call: &mut Call, needs_token: bool) -> Request {
    let mut next = || match call.poll(0).expect("a step") {
        Step::Send(request) => request,
        step => panic!("{step:?}"),
    };
    if !needs_token {
        return next();
    }
    next();
    let body = br#"{"code":200,"data":{"token":"fake-token"}}"#.to_vec();
    call.on_response(0, &Response { status: 200, headers: Headers::new(), body }).expect("it is awaited");
    own_request(call, false)
}

#[test]
fn operations() {
    for case in cases::<OperationCase>("operation.json") {
        let id = &case.id;
        let row = catalog::operation(&case.operation).expect(id);
        let session = session(case.encryption_key);
        let call = Call::new(&session, row.name, case.params.get(), &CallOptions::default());
        let (Some(expected), Some(given)) = (case.request, case.response) else {
            let error = call.expect_err(id);
            assert_eq!(Some(error.code().to_string()), case.error, "{id}: {error}");
            assert_eq!(error.details().pointer, case.pointer, "{id}: {error}");
            continue;
        };
        let mut call = call.expect(id);
        let request = own_request(&mut call, row.auth == airudder_core::Auth::Token);
        assert_eq!((request.method.as_str(), &request.url), (expected.method.as_str(), &expected.url), "{id}");
        assert_eq!(request.headers, expected.headers.into_iter().collect(), "{id}");
        assert_eq!(String::from_utf8(request.body).expect(id), expected.body, "{id}");

        let headers: Headers = given.headers.into_iter().collect();
        assert_eq!(call.is_file(given.status, &headers), case.file.is_some(), "{id}");
        let body = given.body.into_bytes();
        call.on_response(0, &Response { status: given.status, headers, body }).expect(id);
        let output = call.take_result().expect(id);
        assert_eq!(output.file.map(|file| file.content_type), case.file, "{id}");
        assert_eq!(serde_json::from_str::<Value>(&output.data).expect(id), case.result, "{id}");
    }
}

/// By this file, `campaign.rs`, `dialogue.rs`, and `constructions.rs` beside it; `schema.json` describes them.
#[test]
fn every_file_is_run() {
    let folder = fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")).expect("the folder is there");
    let paths = folder.map(|file| file.expect("a file").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut files: Vec<String> = paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    files.sort();
    let names = ["campaign", "cipher", "constructions", "dialogue", "operation", "partition", "published_cipher"];
    let names = names.into_iter().chain(["published_signature", "schema", "signature", "webhook"]);
    assert_eq!(files, names.collect::<Vec<_>>());
}

#[test]
fn every_operation_and_event_has_a_case() {
    let operations: Vec<OperationCase> = cases("operation.json");
    for row in catalog::operations() {
        let of_row = || operations.iter().filter(|case| case.operation == row.name);
        assert!(of_row().any(|case| case.request.is_some()), "{} has no request and response", row.name);
        let takes_anything = row.name == "workflow.task_detail";
        assert!(takes_anything || of_row().any(|case| case.error.is_some()), "{} has no refused parameters", row.name);
    }
    let events: Vec<WebhookCase> = cases("webhook.json");
    for row in catalog::events() {
        let read = events.iter().filter_map(|case| case.event.as_ref()).any(|event| event.r#type == row.name);
        assert!(read, "{} has no case", row.name);
    }
}
