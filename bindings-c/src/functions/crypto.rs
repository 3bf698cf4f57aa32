//! Encryption and signatures

use std::ffi::c_int;

use airudder_core::{
    Delivery, Error, ErrorCode, Headers,
    crypto::{self, Captured, Cipher, EncryptionKey, Scheme, SigningInput},
};

use crate::{
    ffi::{
        field_list::FieldList,
        memory,
        pointers::{Bytes, Length, Text},
        settings::{DeliveryPointer, ErrorSlot},
    },
    objects::{
        answer::{Out, code_with_error, output},
        buffers::{BUFFERS, Buffer},
    },
    types::{buffers::airudder_buffer, crypto::airudder_detection, text::airudder_text},
};

/// Encrypts as the vendor documents: AES-ECB, zero bytes of padding (16 where the length is a multiple of 16),
/// Base64. ECB shows where blocks of 16 bytes repeat; that is the vendor's choice, and TLS is what protects the
/// traffic.
///
/// @param plain      What to encrypt. It must not end in a zero byte, which the vendor's padding would lose.
/// @param plain_len  Its length in bytes.
/// @param key        The key's text, 16, 24 or 32 bytes.
/// @param key_len    Its length in bytes.
/// @param buffer     Receives a buffer with the text, to be freed with airudder_buffer_free(); 0 if it fails.
/// @param error      Receives the error; may be NULL.
/// @return 0; AIRUDDER_E6001_INVALID_KEY, AIRUDDER_E6006_UNENCRYPTABLE_TEXT.
///
///     airudder_encrypt(plain, plain_len, "fake-key-16bytes", 16, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_encrypt(
    plain: Bytes<'_>,
    plain_len: Length,
    key: Bytes<'_>,
    key_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let plain = plain.get(plain_len, "plain")?;
        memory::to_work_on(plain.len())?;
        let key = EncryptionKey::new(key.text(key_len, "key")?)?;
        *buffer = BUFFERS.insert(Buffer::of(crypto::encrypt(plain, &key)?)?);
        Ok(())
    })
}

/// Decrypts what airudder_encrypt() makes.
///
/// @param text      Base64.
/// @param text_len  Its length in bytes.
/// @param key       The key's text, 16, 24 or 32 bytes.
/// @param key_len   Its length in bytes.
/// @param buffer    Receives a buffer with the plain bytes, to be freed with airudder_buffer_free(); 0 if it
///                  fails.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E6001_INVALID_KEY, AIRUDDER_E6002_INVALID_CIPHERTEXT.
///
///     airudder_decrypt(sealed, sealed_len, "fake-key-16bytes", 16, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_decrypt(
    text: Bytes<'_>,
    text_len: Length,
    key: Bytes<'_>,
    key_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let text = text.get(text_len, "text")?;
        memory::to_work_on(text.len())?;
        let key = EncryptionKey::new(key.text(key_len, "key")?)?;
        *buffer = BUFFERS.insert(Buffer::of(crypto::decrypt(text, &key)?)?);
        Ok(())
    })
}

/// Encrypts by another cipher, written `<mode>:<padding>:<encoding>` with options behind it, such as
/// `aes-cbc:pkcs7:base64:iv=prefix:key=sha256`, or by the name of a preset, such as `feishu`: see docs/ciphers.md;
/// else as airudder_encrypt().
///
/// @param cipher     The cipher.
/// @param iv         16 random bytes, another time others, for ciphers that write an initialization vector or a
///                   frame; else NULL.
/// @param iv_len     16, or 0.
/// @param plain      What to encrypt.
/// @param plain_len  Its length in bytes.
/// @param key        The key's text, in the form that the cipher names.
/// @param key_len    Its length in bytes.
/// @param buffer     Receives a buffer with the text, or the JSON around it.
/// @param error      Receives the error; may be NULL.
/// @return As airudder_encrypt(); AIRUDDER_E6005_INVALID_CIPHER, AIRUDDER_E6007_IV_REQUIRED, also where the cipher
///         reads it in a header field: then use airudder_encrypt_with_headers().
///
///     airudder_encrypt_with("aes-ecb:pkcs7:hex", NULL, 0, plain, plain_len, key, 16, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_encrypt_with(
    cipher: Text<'_>,
    iv: Bytes<'_>,
    iv_len: Length,
    plain: Bytes<'_>,
    plain_len: Length,
    key: Bytes<'_>,
    key_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let (plain, iv) = (plain.get(plain_len, "plain")?, block(iv.get(iv_len, "iv")?)?);
        *buffer = encrypted(cipher, iv, &Headers::new(), plain, key.text(key_len, "key")?)?;
        Ok(())
    })
}

/// Encrypts by a cipher whose initialization vector or additional data stands in header fields; else as
/// airudder_encrypt_with().
///
/// @param cipher        The cipher.
/// @param iv            16 random bytes, or NULL.
/// @param iv_len        16, or 0.
/// @param headers       The header fields.
/// @param header_count  How many.
/// @param plain         What to encrypt.
/// @param plain_len     Its length in bytes.
/// @param key           The key's text, in the form that the cipher names.
/// @param key_len       Its length in bytes.
/// @param buffer        Receives a buffer with the text, or the JSON around it.
/// @param error         Receives the error; may be NULL.
/// @return As airudder_encrypt_with().
///
///     airudder_header nonce = {"X-Nonce", "fake-nonce12"};
///     airudder_encrypt_with_headers("aes-gcm:none:base64:iv=header(X-Nonce)", NULL, 0, &nonce, 1, plain, plain_len, key, 16, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_encrypt_with_headers(
    cipher: Text<'_>,
    iv: Bytes<'_>,
    iv_len: Length,
    headers: FieldList<'_>,
    header_count: Length,
    plain: Bytes<'_>,
    plain_len: Length,
    key: Bytes<'_>,
    key_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let (plain, iv) = (plain.get(plain_len, "plain")?, block(iv.get(iv_len, "iv")?)?);
        let headers = headers.get(header_count)?;
        *buffer = encrypted(cipher, iv, &headers, plain, key.text(key_len, "key")?)?;
        Ok(())
    })
}

/// Decrypts by another cipher; else as airudder_decrypt(). Only `aes-gcm` tells that a text was changed: with any
/// other cipher, decrypt what a signature vouches for.
///
/// @param cipher    The cipher, as for airudder_encrypt_with().
/// @param text      The encrypted text, or the JSON around it.
/// @param text_len  Its length in bytes.
/// @param key       The key's text, in the form that the cipher names.
/// @param key_len   Its length in bytes.
/// @param buffer    Receives a buffer with the plain bytes.
/// @param error     Receives the error; may be NULL.
/// @return As airudder_decrypt(); AIRUDDER_E6003_INVALID_PADDING, AIRUDDER_E6005_INVALID_CIPHER,
///         AIRUDDER_E6008_WRONG_TAG, AIRUDDER_E6009_WRONG_FRAME.
///
///     airudder_decrypt_with("aes-ecb:pkcs7:hex", sealed, sealed_len, key, 16, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_decrypt_with(
    cipher: Text<'_>,
    text: Bytes<'_>,
    text_len: Length,
    key: Bytes<'_>,
    key_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let text = text.get(text_len, "text")?;
        *buffer = decrypted(cipher, &Headers::new(), text, key.text(key_len, "key")?)?;
        Ok(())
    })
}

/// Decrypts by a cipher whose initialization vector or additional data stands in header fields; else as
/// airudder_decrypt_with().
///
/// @param cipher        The cipher.
/// @param headers       The header fields.
/// @param header_count  How many.
/// @param text          The encrypted text, or the JSON around it.
/// @param text_len      Its length in bytes.
/// @param key           The key's text, in the form that the cipher names.
/// @param key_len       Its length in bytes.
/// @param buffer        Receives a buffer with the plain bytes.
/// @param error         Receives the error; may be NULL.
/// @return As airudder_decrypt_with().
///
///     airudder_decrypt_with_headers("aes-gcm:none:base64:iv=header(X-Nonce)", headers, header_count, sealed, sealed_len, key, 16, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_decrypt_with_headers(
    cipher: Text<'_>,
    headers: FieldList<'_>,
    header_count: Length,
    text: Bytes<'_>,
    text_len: Length,
    key: Bytes<'_>,
    key_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let (headers, text) = (headers.get(header_count)?, text.get(text_len, "text")?);
        *buffer = decrypted(cipher, &headers, text, key.text(key_len, "key")?)?;
        Ok(())
    })
}

fn encrypted(
    cipher: Text<'_>,
    iv: Option<[u8; 16]>,
    headers: &Headers,
    plain: &[u8],
    key: &str,
) -> Result<airudder_buffer, Error> {
    memory::to_work_on(plain.len())?;
    let cipher: Cipher = cipher.get("cipher")?.parse()?;
    Ok(BUFFERS.insert(Buffer::of(cipher.encrypt(plain, &cipher.key(key)?, headers, iv)?)?))
}

fn decrypted(cipher: Text<'_>, headers: &Headers, text: &[u8], key: &str) -> Result<airudder_buffer, Error> {
    memory::to_work_on(text.len())?;
    let cipher: Cipher = cipher.get("cipher")?.parse()?;
    Ok(BUFFERS.insert(Buffer::of(cipher.decrypt(text, &cipher.key(key)?, headers)?)?))
}

/// The lower-case hex SHA-256 of the plain bytes, as in the header field `Signed`. It is unkeyed: it shows
/// accidents, not attackers.
///
/// @param plain      The bytes.
/// @param plain_len  How many.
/// @param buffer     Receives a buffer with 64 hex digits, to be freed with airudder_buffer_free(); 0 if it
///                   fails.
/// @param error      Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_digest(plain, plain_len, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_digest(
    plain: Bytes<'_>,
    plain_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        *buffer = BUFFERS.insert(Buffer::of(crypto::digest(plain.get(plain_len, "plain")?))?);
        Ok(())
    })
}

/// Computes a signature. A scheme is written `<digest>:<encoding>:<message>`, such as `hmac-sha256:hex:body`.
///
/// @param scheme        The scheme.
/// @param secret        The secret.
/// @param key           The sign key, for schemes with the part `key`; else NULL.
/// @param headers       The header fields, for schemes with the part `header(…)`.
/// @param header_count  How many.
/// @param body          The body as it is sent.
/// @param body_len      Its length in bytes.
/// @param buffer        Receives a buffer with the signature, to be freed with airudder_buffer_free(); 0 if it
///                      fails.
/// @param error         Receives the error; may be NULL.
/// @return 0; AIRUDDER_E6004_INVALID_SCHEME, AIRUDDER_E1010_INVALID_REQUEST.
///
///     airudder_sign("hmac-sha256:hex:body", secret, NULL, NULL, 0, body, body_len, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_sign(
    scheme: Text<'_>,
    secret: Text<'_>,
    key: Text<'_>,
    headers: FieldList<'_>,
    header_count: Length,
    body: Bytes<'_>,
    body_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let (headers, body) = (headers.get(header_count)?, body.get(body_len, "body")?);
        let (secret, key) = (secret.get("secret")?, key.optional("key")?);
        memory::to_work_on(body.len())?;
        let scheme: Scheme = scheme.get("scheme")?.parse()?;
        let signature =
            scheme.sign(&SigningInput { secret, key, delivery: Delivery::new(body, &headers), plain: None })?;
        *buffer = BUFFERS.insert(Buffer::of(signature)?);
        Ok(())
    })
}

/// Checks a signature, in constant time.
///
/// @param signature     The signature that came.
/// @param scheme        The scheme, as for airudder_sign().
/// @param secret        The secret.
/// @param key           The sign key, or NULL.
/// @param headers       The header fields.
/// @param header_count  How many.
/// @param body          The body's bytes as they came.
/// @param body_len      How many.
/// @param error         Receives the error, which does not tell the right signature; may be NULL.
/// @return 0 if it is right; AIRUDDER_E5002_SIGNATURE_MISMATCH, AIRUDDER_E6004_INVALID_SCHEME.
///
///     if (airudder_verify(signature, "hmac-sha256:hex:body", secret, NULL, NULL, 0, body, body_len, &err)) return 400;
#[unsafe(no_mangle)]
pub extern "C" fn airudder_verify(
    signature: Text<'_>,
    scheme: Text<'_>,
    secret: Text<'_>,
    key: Text<'_>,
    headers: FieldList<'_>,
    header_count: Length,
    body: Bytes<'_>,
    body_len: Length,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let (headers, body) = (headers.get(header_count)?, body.get(body_len, "body")?);
        let (signature, secret, key) = (signature.get("signature")?, secret.get("secret")?, key.optional("key")?);
        memory::to_work_on(body.len())?;
        let scheme: Scheme = scheme.get("scheme")?.parse()?;
        scheme.verify(signature, &SigningInput { secret, key, delivery: Delivery::new(body, &headers), plain: None })
    })
}

/// Finds out from one captured delivery how AI Rudder signs and encrypts, which it does not publish: tries
/// every known scheme and cipher.
///
/// @param headers       The header fields of the delivery.
/// @param header_count  How many.
/// @param body          The body's bytes as they came, at most 65 536.
/// @param body_len      How many.
/// @param secret        The secret, for the signature; or NULL.
/// @param key           The key, for the cipher; or NULL.
/// @param found         Receives what was found.
/// @param buffer        Receives the buffer that the texts belong to, to be freed with airudder_buffer_free();
///                      0 if it fails.
/// @param error         Receives the error; may be NULL.
/// @return 0, also if nothing was found; AIRUDDER_E5003_BODY_TOO_LARGE, AIRUDDER_E6001_INVALID_KEY.
///
///     airudder_detect(headers, header_count, body, body_len, secret, key, &found, &buffer, &err);
///     puts(found.notes.data);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_detect(
    headers: FieldList<'_>,
    header_count: Length,
    body: Bytes<'_>,
    body_len: Length,
    secret: Text<'_>,
    key: Text<'_>,
    found: Out<'_, airudder_detection>,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let (found, buffer) = (output(found, "found", airudder_detection::NONE)?, output(buffer, "buffer", 0)?);
        let (headers, body) = (headers.get(header_count)?, body.get(body_len, "body")?);
        let captured = Captured::new(Delivery::new(body, &headers));
        let (secret, encryption_key) = (secret.optional("secret")?, key.optional("key")?);
        (*found, *buffer) = detected(&Captured { secret, encryption_key, ..captured })?;
        Ok(())
    })
}

/// The same of a delivery with its method and URL, and with a sign key: schemes that sign these are found, too.
///
/// @param delivery  The delivery, with a body of at most 65 536 bytes.
/// @param secret    The secret, for the signature; or NULL.
/// @param sign_key  The sign key; NULL: the one that the delivery names.
/// @param key       The key, for the cipher; or NULL.
/// @param found     Receives what was found.
/// @param buffer    Receives the buffer that the texts belong to, to be freed with airudder_buffer_free(); 0 if it
///                  fails.
/// @param error     Receives the error; may be NULL.
/// @return 0, also if nothing was found; AIRUDDER_E5003_BODY_TOO_LARGE, AIRUDDER_E6001_INVALID_KEY.
///
///     delivery.url = "https://hooks.example.test/airudder?tenant=1";
///     airudder_detect_delivery(&delivery, secret, NULL, key, &found, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_detect_delivery(
    delivery: DeliveryPointer<'_>,
    secret: Text<'_>,
    sign_key: Text<'_>,
    key: Text<'_>,
    found: Out<'_, airudder_detection>,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let (found, buffer) = (output(found, "found", airudder_detection::NONE)?, output(buffer, "buffer", 0)?);
        let mut headers = Headers::new();
        let captured = Captured {
            delivery: delivery.get("delivery")?.read(&mut headers)?,
            secret: secret.optional("secret")?,
            sign_key: sign_key.optional("sign_key")?,
            encryption_key: key.optional("key")?,
        };
        (*found, *buffer) = detected(&captured)?;
        Ok(())
    })
}

/// The findings, and the buffer that holds their texts.
fn detected(captured: &Captured<'_>) -> Result<(airudder_detection, airudder_buffer), Error> {
    let detection = crypto::detect(captured)?;
    let mut kept = Buffer::of(detection.notes.join("\n"))?;
    let mut keep = |text: Option<String>| text.map_or(Ok(airudder_text::NONE), |text| kept.keep(text));
    let scheme = keep(detection.scheme.map(|scheme| scheme.to_string()))?;
    let cipher = keep(detection.cipher.map(|cipher| cipher.to_string()))?;
    let found = airudder_detection { scheme, cipher, notes: kept.data() };
    Ok((found, BUFFERS.insert(kept)))
}

/// An initialization vector, if there is one.
pub(crate) fn block(iv: &[u8]) -> Result<Option<[u8; 16]>, Error> {
    if iv.is_empty() {
        return Ok(None);
    }
    iv.try_into().map(Some).map_err(|_| Error::new(ErrorCode::IvRequired, "the iv has 16 bytes"))
}
