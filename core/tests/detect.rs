//! Finding out by one captured delivery how AI Rudder signs and encrypts.

use airudder_core::{
    Delivery, Error, ErrorCode, Headers, WebhookConfig, Webhooks,
    crypto::{Captured, Cipher, Detection, EncryptionKey, MAX_DETECT_BYTES, SIGN_HEADER, Scheme, SigningInput, detect},
};

const SECRET: &str = "fake-secret-for-tests";
const KEY: &str = "fake-key-16bytes";
const WORKFLOW_CALL: &str =
    r#"{"task_id":"t-1","workflow_id":"w-1","case_id":"c-1","details":[{"callee":"+6212345678"}]}"#;

fn detected(headers: &Headers, body: &[u8]) -> Detection {
    search(headers, body, Some(SECRET), Some(KEY)).expect("it is small")
}

fn search(
    headers: &Headers,
    body: &[u8],
    secret: Option<&str>,
    encryption_key: Option<&str>,
) -> Result<Detection, Error> {
    detect(&Captured { secret, encryption_key, ..Captured::new(Delivery::new(body, headers)) })
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
    "time(header(X-Time))+'.'+body",
    "time(header(X-Time))+body",
    "body+'&'+time(header(X-Time))+'&'+secret",
    "key+':'+time(header(X-Time))+':'+body",
    "secret+'\\n'+time(header(X-Time))+'\\n'+body",
];

fn delivery(scheme: &str, body: &[u8]) -> Headers {
    let mut headers: Headers =
        [("X-Time", "1720159500"), ("X-AIRudder-Sign-Key", "k-1"), ("X-Other", "o")].into_iter().collect();
    let input = SigningInput { secret: SECRET, key: Some("k-1"), delivery: Delivery::new(body, &headers), plain: None };
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
            let is_weak = !digest.starts_with("hmac") && !message.ends_with("secret");
            let scheme = if is_weak { format!("{scheme};weak") } else { scheme };
            let scheme = if scheme.parse::<Scheme>().is_ok() { scheme } else { format!("{scheme};weak") };
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
                        .and_then(|parsed| {
                            parsed.encrypt(text.as_bytes(), &encryption_key, &Headers::new(), Some([9; 16]))
                        })
                        .expect("it encrypts");
                    let found = search(&Headers::new(), sealed.as_bytes(), None, Some(key)).expect("it is small");
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
    assert!(found.scheme.is_none() && found.cipher.is_none() && found.tried > 10_000, "{:?}", found.notes);
    for what in ["check the secret", "with the URL", "neither JSON nor Base64"] {
        assert!(found.notes.iter().any(|note| note.contains(what)), "{what}: {:?}", found.notes);
    }
    let found = detected(&Headers::new(), b"{}");
    assert!(found.tried == 0 && found.notes[0].contains("is not signed"), "{:?}", found.notes);

    let checksum: Headers = [(SIGN_HEADER, airudder_core::crypto::digest(b"{}"))].into_iter().collect();
    let found = detected(&checksum, b"{}");
    assert!(found.scheme.is_none() && found.notes[0].contains("authenticates nothing"), "{:?}", found.notes);

    let large = vec![0; MAX_DETECT_BYTES + 1];
    assert_eq!(search(&Headers::new(), &large, None, None).unwrap_err().code(), ErrorCode::BodyTooLarge);
}

#[test]
fn detect_names_a_cipher_whose_iv_is_not_known() {
    let iv = "iv=00112233445566778899aabbccddeeff";
    let hooks = Webhooks::new(WebhookConfig {
        secrets: vec![SECRET.into()],
        cipher: format!("aes-cbc:pkcs7:base64:{iv}"),
        encryption_key: Some(KEY.into()),
        ..Default::default()
    })
    .expect("the settings are good");
    let (headers, body) = hooks.seal(WORKFLOW_CALL, None).expect("it seals");
    let found = detected(&headers, &body);
    assert!(found.cipher.is_none());
    assert!(found.notes.iter().any(|note| note.contains("aes-cbc:pkcs7:base64 and a fixed iv")), "{:?}", found.notes);
}

#[test]
fn detect_takes_what_a_proxy_joined_and_refuses_what_is_no_secret() {
    let body = WORKFLOW_CALL.as_bytes();
    let headers = delivery("hmac-sha256:hex:body", body);
    let signature = headers.get(SIGN_HEADER).expect("it is signed");
    let joined: Headers = [(SIGN_HEADER, format!("{signature}, {signature}"))].into_iter().collect();
    assert!(detected(&joined, body).scheme.is_some());
    let twice: Headers = [(SIGN_HEADER, signature), (SIGN_HEADER, "00")].into_iter().collect();
    let found = detected(&twice, body);
    assert!(found.scheme.is_none() && found.notes.iter().any(|note| note.contains("that differ")), "{:?}", found.notes);

    let error = search(&headers, body, Some(" "), None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidConfig);
    assert!(error.to_string().contains("secret is blank"), "{error}");
}
