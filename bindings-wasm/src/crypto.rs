//! The vendor's encryption, for those who only need this.

use airudder_core::{
    Error, ErrorCode,
    crypto::{Cipher, Scheme, SigningInput},
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{errors::Fallible, fields::headers, head::Head};

/// Encrypts to a text, as the cipher says. `iv` is 16 random bytes, for ciphers that need them.
#[wasm_bindgen]
pub fn encrypt(plain: &[u8], key: &str, cipher: &str, iv: Option<Vec<u8>>, fields: &str) -> Fallible<String> {
    let iv = iv.as_deref().map(block).transpose()?;
    let cipher: Cipher = cipher.parse()?;
    Ok(cipher.encrypt(plain, &cipher.key(key)?, &headers(fields), iv)?)
}

/// Decrypts to the plain bytes.
#[wasm_bindgen]
pub fn decrypt(text: &[u8], key: &str, cipher: &str, fields: &str) -> Fallible<Vec<u8>> {
    let cipher: Cipher = cipher.parse()?;
    Ok(cipher.decrypt(text, &cipher.key(key)?, &headers(fields))?)
}

/// The lower-case hex SHA-256 of the plain bytes.
#[wasm_bindgen]
#[must_use]
pub fn digest(plain: &[u8]) -> String {
    airudder_core::crypto::digest(plain)
}

/// The signature that a scheme gives. `head` is method, URL and header fields.
#[wasm_bindgen]
pub fn sign(
    body: &[u8],
    secret: &str,
    scheme: &str,
    key: Option<String>,
    head: &str,
    plain: Option<Vec<u8>>,
) -> Fallible<String> {
    let head = Head::read(head);
    let input =
        SigningInput { secret, key: key.as_deref(), delivery: head.delivery(body, 0.0), plain: plain.as_deref() };
    Ok(scheme.parse::<Scheme>()?.sign(&input)?)
}

/// Fails unless the signature is the one that the scheme gives. `head` is method, URL and header fields.
#[wasm_bindgen]
pub fn verify(
    signature: &str,
    body: &[u8],
    secret: &str,
    scheme: &str,
    key: Option<String>,
    head: &str,
    plain: Option<Vec<u8>>,
) -> Fallible<()> {
    let head = Head::read(head);
    let input =
        SigningInput { secret, key: key.as_deref(), delivery: head.delivery(body, 0.0), plain: plain.as_deref() };
    Ok(scheme.parse::<Scheme>()?.verify(signature, &input)?)
}

/// An initialization vector.
pub(crate) fn block(iv: &[u8]) -> Result<[u8; 16], Error> {
    iv.try_into().map_err(|_| Error::new(ErrorCode::IvRequired, "the iv has 16 bytes"))
}
