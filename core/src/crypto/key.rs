//! AES keys, and the forms in which they are given.

use std::fmt;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use md5::Md5;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::encoding::Encoding;
use crate::{
    error::{Error, ErrorCode},
    secret::fault_of,
};

/// Also reads the keys of `WeChat`: 43 characters, of which the last one has bits that count for nothing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// An AES key of 16, 24 or 32 bytes. Wiped from memory when dropped.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<Vec<u8>>);

/// How the text of a key becomes the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum KeyForm {
    /// The text's UTF-8 bytes.
    #[default]
    Text,
    Hex,
    Base64,
    /// The digest of the text.
    Sha256,
    Md5,
}

impl EncryptionKey {
    /// Takes the key's text, whose UTF-8 bytes are the key, as for requests and responses. 16 bytes are documented; 24 and 32
    /// are assumed. One that is blank, has white space around it or holds invisible characters is refused (E6001), whatever
    /// its length. A [`Cipher`](super::Cipher) may name another form; its key is made by [`Cipher::key`](super::Cipher::key).
    pub fn new(text: &str) -> Result<Self, Error> {
        KeyForm::Text.key(text)
    }

    /// The key's bytes, for a [`Provider`](super::Provider).
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl KeyForm {
    pub(super) const ALL: [Self; 5] = [Self::Text, Self::Hex, Self::Base64, Self::Sha256, Self::Md5];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Sha256 => "sha256",
            Self::Md5 => "md5",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == name)
    }

    /// The key that a text of this form stands for (E6001).
    pub(super) fn key(self, text: &str) -> Result<EncryptionKey, Error> {
        let invalid = |why: String| Error::new(ErrorCode::InvalidKey, why);
        if let Some(fault) = fault_of(text) {
            return Err(invalid(format!("the AES key {fault}")));
        }
        let key = match self {
            Self::Text => Some(text.as_bytes().to_vec()),
            Self::Hex => Encoding::Hex.decode(text.as_bytes()),
            Self::Base64 => LENIENT.decode(text.replace('-', "+").replace('_', "/")).ok(),
            Self::Sha256 => Some(Sha256::digest(text).to_vec()),
            Self::Md5 => Some(Md5::digest(text).to_vec()),
        };
        let key =
            Zeroizing::new(key.ok_or_else(|| {
                invalid(format!("the AES key is not {}, as the cipher says (key={0})", self.as_str()))
            })?);
        match (key.len(), self) {
            (16 | 24 | 32, _) => Ok(EncryptionKey(key)),
            (other, Self::Text) => Err(invalid(format!("an AES key has 16, 24 or 32 bytes, this one {other}"))),
            (other, _) => {
                let form = self.as_str();
                Err(invalid(format!("an AES key in {form} stands for 16, 24 or 32 bytes, this one for {other}")))
            }
        }
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_its_form() {
        let wechat = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
        assert_eq!(KeyForm::Base64.key(wechat).unwrap().expose().len(), 32);
        assert_eq!(KeyForm::Base64.key(&format!("{wechat}=")).unwrap().expose().len(), 32);
        let hex = "000102030405060708090A0b0c0d0e0f";
        assert_eq!(KeyForm::Hex.key(hex).unwrap().expose()[10..12], [10, 11]);
        assert_eq!(KeyForm::Text.key(hex).unwrap().expose(), hex.as_bytes());
        assert_eq!(KeyForm::Md5.key("fake").unwrap().expose().len(), 16);
        for (form, text, why) in [
            (KeyForm::Hex, "fake-key-16bytes", "not hex, as the cipher says (key=hex)"),
            (KeyForm::Hex, "0001", "stands for 16, 24 or 32 bytes, this one for 2"),
            (KeyForm::Base64, "fake key", "not base64"),
            (KeyForm::Text, "fake-key", "this one 8"),
            (KeyForm::Sha256, " ", "is blank"),
        ] {
            let error = form.key(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidKey);
            assert!(error.to_string().contains(why), "{error}");
            assert!(!error.to_string().contains(text) || text.trim().is_empty(), "{error}");
        }
    }
}
