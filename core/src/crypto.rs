//! The vendor's encryption and signatures.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use aes::{Aes128, Aes192, Aes256};
use base64::{Engine, engine::general_purpose::STANDARD};
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U16};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Error, ErrorCode, Headers};

/// An AES key of 16, 24 or 32 bytes: the UTF-8 bytes of the text that AI Rudder gave.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<Vec<u8>>);

impl EncryptionKey {
    /// Takes the key's text.
    pub fn new(text: &str) -> Result<Self, Error> {
        match text.len() {
            16 | 24 | 32 => Ok(Self(Zeroizing::new(text.as_bytes().to_vec()))),
            other => {
                Err(Error::new(ErrorCode::InvalidKey, format!("an AES key has 16, 24 or 32 bytes, this one {other}")))
            }
        }
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Encrypts as the vendor documents: AES-ECB, 16 − len % 16 zero bytes of padding, Base64.
pub fn encrypt(plain: &[u8], key: &EncryptionKey) -> Result<String, Error> {
    if plain.last() == Some(&0) {
        return Err(Error::new(
            ErrorCode::UnencryptableText,
            "the plain text ends in a zero byte, which the padding would lose",
        ));
    }
    let mut data = plain.to_vec();
    data.resize(plain.len() + 16 - plain.len() % 16, 0);
    let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(&mut data);
    match key.0.len() {
        16 => Aes128::new_from_slice(&key.0).map(|aes| aes.encrypt_blocks(blocks)),
        24 => Aes192::new_from_slice(&key.0).map(|aes| aes.encrypt_blocks(blocks)),
        _ => Aes256::new_from_slice(&key.0).map(|aes| aes.encrypt_blocks(blocks)),
    }
    .map_err(|_| Error::new(ErrorCode::Internal, "the key's length was checked"))?;
    Ok(STANDARD.encode(data))
}

/// Decrypts what [`encrypt`] made: all trailing zero bytes are stripped.
pub fn decrypt(text: &[u8], key: &EncryptionKey) -> Result<Vec<u8>, Error> {
    let mut data = STANDARD
        .decode(text.trim_ascii())
        .map_err(|_| Error::new(ErrorCode::InvalidCiphertext, "the text is not Base64; it may be truncated"))?;
    let (blocks, rest) = Array::<u8, U16>::slice_as_chunks_mut(&mut data);
    if blocks.is_empty() || !rest.is_empty() {
        return Err(Error::new(
            ErrorCode::InvalidCiphertext,
            "the text is not made of whole AES blocks; it may be truncated",
        ));
    }
    match key.0.len() {
        16 => Aes128::new_from_slice(&key.0).map(|aes| aes.decrypt_blocks(blocks)),
        24 => Aes192::new_from_slice(&key.0).map(|aes| aes.decrypt_blocks(blocks)),
        _ => Aes256::new_from_slice(&key.0).map(|aes| aes.decrypt_blocks(blocks)),
    }
    .map_err(|_| Error::new(ErrorCode::Internal, "the key's length was checked"))?;
    data.truncate(data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    Ok(data)
}

/// The lower-case hex SHA-256 of the plain text, for the `Signed` header. It is unkeyed: it shows accidents, not attackers.
#[must_use]
pub fn digest(plain: &[u8]) -> String {
    hex(&Sha256::digest(plain))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How `X-AIRudder-Sign` is computed. The vendor does not publish it; `hmac-sha256:hex:body` is an assumption.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scheme;

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hmac-sha256:hex:body")
    }
}

impl FromStr for Scheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "hmac-sha256:hex:body" => Ok(Self),
            _ => Err(Error::new(ErrorCode::InvalidScheme, "the scheme is not known; write hmac-sha256:hex:body")),
        }
    }
}

/// What a signature is computed from.
pub struct SigningInput<'a> {
    /// The secret.
    pub secret: &'a str,
    /// The sign key.
    pub key: Option<&'a str>,
    /// The header fields.
    pub headers: &'a Headers,
    /// The body as it is sent.
    pub body: &'a [u8],
}

impl Scheme {
    /// The signature of this input.
    pub fn sign(&self, input: &SigningInput<'_>) -> Result<String, Error> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(input.secret.as_bytes())
            .map_err(|_| Error::new(ErrorCode::Internal, "HMAC takes a key of any length"))?;
        mac.update(input.body);
        Ok(hex(&mac.finalize().into_bytes()))
    }
}
