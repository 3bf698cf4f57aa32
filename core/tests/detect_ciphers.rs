//! Finding out by one captured delivery how AI Rudder encrypts, in every form that a cipher has.

use airudder_core::{
    Delivery, Headers,
    crypto::{Captured, Cipher, Detection, MAX_DETECT_BYTES, detect},
};

const TEXT: &str = r#"{"task_id":"t-1","workflow_id":"w-1","details":[{"callee":"+6212345678"}]}"#;
const KEY: &str = "fake-key-16bytes";
const ANY_KEY: &str = "fake key of no length that AES has";
const WECHAT_KEY: &str = "fakefakefakefakefakefakefakefakefakefakefa3";

fn found(headers: &Headers, body: &[u8], key: &str) -> Detection {
    let captured = Captured::new(Delivery::new(body, headers));
    detect(&Captured { encryption_key: Some(key), ..captured }).expect("it is small")
}

fn fields() -> Headers {
    let fields = [
        ("X-Request-Id", "0123456789ab"),
        ("X-Tenant", "fake-tenant"),
        ("X-Nonce", "000102030405060708090a0b"),
        ("X-Iv", "MDEyMzQ1Njc4OWFiY2RlZg=="),
    ];
    fields.into_iter().collect()
}

#[test]
fn every_form_is_found() {
    for (cipher, key) in [
        ("aes-ecb:zero:base64url", KEY),
        ("aes-ecb:pkcs7-32:hex", KEY),
        ("aes-cbc:pkcs7:base64:iv=prefix:key=sha256", ANY_KEY),
        ("aes-cbc:zero:hex:iv=key:key=md5", ANY_KEY),
        ("aes-cbc:pkcs7:base64:iv=key:key=hex", "000102030405060708090a0b0c0d0e0f1011121314151617"),
        ("aes-cbc:pkcs7:base64:iv=key:key=base64", "ZmFrZS1rZXktb2YtMjQtYnl0ZXMtYWJj"),
        ("aes-cbc:pkcs7:base64:iv=header(X-Iv)", KEY),
        ("aes-cbc:pkcs7:base64:iv=field(/iv):wrap=/data", KEY),
        ("aes-ecb:zero:base64:wrap=/encrypt", KEY),
        ("aes-ecb:pkcs7:hex:wrap=/event/payload", KEY),
        ("aes-ecb:pkcs7-32:base64:key=sha256:frame=wechat", ANY_KEY),
        ("aes-gcm:none:base64:iv=prefix", KEY),
        ("aes-gcm:none:hex:iv=header(X-Nonce)", KEY),
        ("aes-gcm:none:base64:iv=header(X-Nonce):aad=header(X-Tenant)", KEY),
        ("aes-gcm:none:base64:iv=field(/nonce):key=sha256:wrap=/data", ANY_KEY),
    ] {
        let parsed: Cipher = cipher.parse().expect(cipher);
        let sealed = parsed.key(key).and_then(|key| parsed.encrypt(TEXT.as_bytes(), &key, &fields(), Some([9; 16])));
        let found = found(&fields(), sealed.expect(cipher).as_bytes(), key);
        assert_eq!(found.cipher.map(|found| found.to_string()).as_deref(), Some(cipher), "{:?}", found.notes);
    }
}

#[test]
fn every_preset_is_found_by_its_spelling() {
    for (name, spelling) in Cipher::presets() {
        let key = if spelling.contains("key=base64") { WECHAT_KEY } else { "fake-key-of-32-bytes-abcdefghijk" };
        let cipher: Cipher = name.parse().expect(name);
        let sealed = cipher.key(key).and_then(|key| cipher.encrypt(TEXT.as_bytes(), &key, &fields(), Some([9; 16])));
        let found = found(&fields(), sealed.expect(name).as_bytes(), key);
        // Additional data that the body does not have is none.
        let spelling = spelling.replace(":aad=field(/resource/associated_data)", "");
        assert_eq!(found.cipher.map(|found| found.to_string()), Some(spelling), "{name}: {:?}", found.notes);
    }
}

#[test]
fn additional_data_in_the_body_is_found() {
    // Made by pycryptodome, with the nonce `fake-nonce12` and the additional data `transaction`, as WeChat Pay does.
    let body = include_str!("fixtures/wechat-pay.json");
    let found = found(&Headers::new(), body.as_bytes(), "fake-key-of-32-bytes-abcdefghijk");
    let expected = "wechat-pay-v3".parse::<Cipher>().expect("a preset");
    assert_eq!(found.cipher, Some(expected), "{:?}", found.notes);
    assert!(found.notes.iter().any(|note| note.contains("or wechat-pay-v3 for short")), "{:?}", found.notes);
}

#[test]
fn raw_bytes_and_json_strings_are_found() {
    let parsed: Cipher = "aes-cbc:pkcs7:hex:iv=key".parse().expect("a cipher");
    let key = parsed.key(KEY).expect("a key");
    let text = parsed.encrypt(TEXT.as_bytes(), &key, &Headers::new(), None).expect("it encrypts");
    let raw = base16ct::lower::decode_vec(&text).expect("hex");
    for (body, cipher) in
        [(raw, "aes-cbc:pkcs7:raw:iv=key"), (format!("\"{text}\"").into_bytes(), "aes-cbc:pkcs7:hex:iv=key")]
    {
        let found = found(&Headers::new(), &body, KEY);
        assert_eq!(found.cipher.map(|found| found.to_string()).as_deref(), Some(cipher), "{:?}", found.notes);
    }
}

#[test]
fn a_plain_body_is_not_taken_for_an_encrypted_one() {
    for body in [
        r#"{"id":"000102030405060708090a0b0c0d0e0f","data":"ZmFrZS1rZXktb2YtMjQtYnl0ZXMtYWJj"}"#,
        r#"{"text":"hello"}"#,
        "{}",
    ] {
        let found = found(&fields(), body.as_bytes(), KEY);
        assert!(
            found.cipher.is_none() && found.notes.last().is_some_and(|note| note.contains("plain JSON")),
            "{found:?}"
        );
    }
}

#[test]
fn nothing_is_found_in_the_largest_bodies_that_are_no_ciphers() {
    let noise: String = (0_u32..).map(|n| format!("{:08x}", n.wrapping_mul(2_654_435_761))).take(8000).collect();
    let many = (0..2000).map(|n| format!("\"f{n}\":\"{}\"", &noise[n..n + 16])).collect::<Vec<_>>().join(",");
    for body in [noise.clone(), format!("{{\"data\":\"{noise}\"}}"), format!("{{{many}}}")] {
        assert!(body.len() <= MAX_DETECT_BYTES);
        assert!(found(&fields(), body.as_bytes(), KEY).cipher.is_none());
    }
}
