//! The vendor's encryption, and what it does not publish: signatures and event ciphers as configuration.
//!
//! Requests and responses are sealed as documented: [`encrypt`], [`decrypt`] and [`digest`]. How events are signed and
//! encrypted is unknown, so a [`Scheme`] and a [`Cipher`] are short texts that [`detect`] can find out.

mod aes;
mod cipher;
mod cursor;
mod detect;
mod encoding;
mod key;
mod names;
mod provider;
mod scheme;

pub use cipher::Cipher;
pub use detect::{Captured, Detection, MAX_DETECT_BYTES, detect};
pub use key::EncryptionKey;
pub use names::{SIGN_HEADER, SIGN_KEY_HEADER};
pub use provider::{BuiltIn, Provider};
pub(crate) use scheme::single;
pub use scheme::{Scheme, SigningInput};

use crate::{
    error::{Error, ErrorCode},
    http::Headers,
};

/// The assumed signature scheme: the vendor does not publish it.
pub const DEFAULT_SIGN_SCHEME: &str = "hmac-sha256:hex:body";

/// The assumed event cipher: that of requests and responses, which is documented.
pub const DEFAULT_CIPHER: &str = "aes-ecb:zero:base64";

/// Encrypts as the vendor documents: AES-ECB, 16 − len % 16 zero bytes of padding, Base64 on one line.
///
/// ECB shows where blocks of 16 bytes repeat; that is the vendor's choice, and TLS is what protects the traffic.
/// A text that ends in a zero byte is refused (E6006), since decrypting would strip it.
pub fn encrypt(plain: &[u8], key: &EncryptionKey) -> Result<String, Error> {
    encrypt_with(&BuiltIn, plain, key)
}

/// Decrypts what [`encrypt`] made: all trailing zero bytes are stripped.
pub fn decrypt(text: &[u8], key: &EncryptionKey) -> Result<Vec<u8>, Error> {
    decrypt_with(&BuiltIn, text, key)
}

/// The lower-case hex SHA-256 of the plain text, for the `Signed` header. It is unkeyed: it shows accidents, not attackers.
#[must_use]
pub fn digest(plain: &[u8]) -> String {
    digest_with(&BuiltIn, plain)
}

/// The bytes of a Base64 text.
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    encoding::Encoding::Base64.decode(text)
}

pub(crate) fn encrypt_with(provider: &dyn Provider, plain: &[u8], key: &EncryptionKey) -> Result<String, Error> {
    let body = Cipher::default().seal(provider, plain, key, &mut Headers::new(), None)?;
    String::from_utf8(body).map_err(|_| Error::new(ErrorCode::Internal, "Base64 is text"))
}

pub(crate) fn decrypt_with(provider: &dyn Provider, text: &[u8], key: &EncryptionKey) -> Result<Vec<u8>, Error> {
    Cipher::default().decrypt_with(provider, text, key, &Headers::new())
}

pub(crate) fn digest_with(provider: &dyn Provider, plain: &[u8]) -> String {
    base16ct::lower::encode_string(&provider.sha256(plain))
}
