//! Encryption, digests and signatures, with the buffers that they are handed out in.

use super::arguments::{NONE, bytes, fields, no_error, output, read, text};
use crate::functions::{buffers::*, crypto::*};

const KEY: &[u8] = b"fake-key-16bytes";

#[test]
fn what_is_encrypted_is_decrypted() {
    for length in [0, 1, 15, 16, 17, 1000] {
        let plain = "a".repeat(length);
        let ((data, data_len), (key, key_len)) = (bytes(plain.as_bytes()), bytes(KEY));
        let sealed = output(|buffer| airudder_encrypt(data, data_len, key, key_len, buffer, no_error()));
        let view = output(|data| airudder_buffer_data(sealed, data));
        // SAFETY: it lives until the buffer is freed.
        let code = unsafe { read(view) };
        assert_eq!(airudder_buffer_free(sealed), 0);
        let ((data, data_len), (key, key_len)) = (bytes(code.as_bytes()), bytes(KEY));
        let opened = output(|buffer| airudder_decrypt(data, data_len, key, key_len, buffer, no_error()));
        let view = output(|data| airudder_buffer_data(opened, data));
        // SAFETY: it lives until the buffer is freed.
        assert_eq!(unsafe { read(view) }, plain);
        assert_eq!(airudder_buffer_free(opened), 0);
        assert_eq!(airudder_buffer_free(opened), 1014);
    }
}

#[test]
fn ciphers_that_are_named() {
    for (cipher, iv) in [
        (c"aes-cbc:pkcs7:base64:iv=prefix", &b"0123456789abcdef"[..]),
        (c"aes-gcm:none:base64:iv=prefix", b"0123456789ab0123"),
    ] {
        let ((plain, plain_len), (key, key_len), (iv, iv_len)) = (bytes(b"{\"a\":1}"), bytes(KEY), bytes(iv));
        let sealed = output(|buffer| {
            airudder_encrypt_with(text(cipher), iv, iv_len, plain, plain_len, key, key_len, buffer, no_error())
        });
        let view = output(|data| airudder_buffer_data(sealed, data));
        // SAFETY: it lives until the buffer is freed.
        let code = unsafe { read(view) };
        let ((data, data_len), (key, key_len)) = (bytes(code.as_bytes()), bytes(KEY));
        let opened =
            output(|buffer| airudder_decrypt_with(text(cipher), data, data_len, key, key_len, buffer, no_error()));
        assert_eq!(airudder_buffer_free(sealed), 0);
        assert_eq!(airudder_buffer_free(opened), 0);
    }
}

#[test]
fn what_is_signed_is_verified() {
    let scheme = text(c"hmac-sha256:hex:body");
    let secret = text(c"fake-webhook-secret");
    let ((headers, header_count), (body, body_len)) = (fields(&[]), bytes(b"{}"));
    let signed =
        output(|buffer| airudder_sign(scheme, secret, NONE, headers, header_count, body, body_len, buffer, no_error()));
    let view = output(|data| airudder_buffer_data(signed, data));
    // SAFETY: it lives until the buffer is freed.
    let signature = std::ffi::CString::new(unsafe { read(view) }).expect("it has no NUL");
    for (given, code) in [(signature.as_c_str(), 0), (c"no signature", 5002)] {
        let ((headers, header_count), (body, body_len)) = (fields(&[]), bytes(b"{}"));
        let found =
            airudder_verify(text(given), scheme, secret, NONE, headers, header_count, body, body_len, no_error());
        assert_eq!(found, code);
    }
    assert_eq!(airudder_buffer_free(signed), 0);
    let (body, body_len) = bytes(b"{}");
    let digest = output(|buffer| airudder_digest(body, body_len, buffer, no_error()));
    assert_eq!(airudder_buffer_free(digest), 0);
}
