//! A cipher that was read.

use super::{
    frame::Frame,
    padding::Padding,
    place::{Aad, Iv, Place},
    presets::PRESETS,
};
use crate::{
    crypto::{
        aes::{BLOCK, NONCE},
        encoding::Encoding,
        key::{EncryptionKey, KeyForm},
    },
    error::Error,
};

/// A cipher: `<mode>:<padding>:<encoding>`, and options behind it, or the name of a preset ([`Cipher::presets`]).
///
/// - mode `aes-ecb`, `aes-cbc` or `aes-gcm`; keys of 16, 24 or 32 bytes
/// - padding `zero` (the vendor's: always 1 to 16 zero bytes), `pkcs7`, `pkcs7-32` (for blocks of 32 bytes), or `none` for
///   GCM
/// - encoding `base64`, `base64url`, `hex`, or `raw` (the bytes themselves); what is read may be in lines, and Base64 in
///   either alphabet
/// - `iv=` the initialization vector of CBC and GCM: `prefix` (it stands before the data), `key` (the first bytes of the
///   key), hex digits, `header(Name)` or `field(/pointer)`; 16 bytes, for GCM 12
/// - `key=` the form of the key: `text` (the default), `hex`, `base64`, or `sha256` or `md5` (its digest is the key)
/// - `aad=` the additional data of GCM: `header(Name)`, `field(/pointer)` or `'text'`; a field that is missing is empty
/// - `wrap=/pointer` the encrypted text is this string in a JSON body
/// - `frame=wechat` or `frame=wechat('receiver id')` around the text, inside
///
/// A pointer is one of RFC 6901; one with `:` or `)` in it stands in quotes. The default, `aes-ecb:zero:base64`, is
/// documented for requests and responses; for events it is assumed. Of all modes only GCM tells that a text was changed.
///
/// ```
/// # use airudder_core::crypto::Cipher;
/// let cipher: Cipher = "feishu".parse()?;
/// assert_eq!(cipher.to_string(), "aes-cbc:pkcs7:base64:iv=prefix:key=sha256:wrap=/encrypt");
/// # Ok::<(), airudder_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cipher {
    pub(in crate::crypto) mode: Mode,
    pub(in crate::crypto) padding: Padding,
    /// `None`: the bytes themselves.
    pub(in crate::crypto) encoding: Option<Encoding>,
    /// Absent in ECB only.
    pub(in crate::crypto) iv: Option<Iv>,
    pub(in crate::crypto) key: KeyForm,
    pub(in crate::crypto) aad: Option<Aad>,
    /// The JSON pointer of the encrypted text in the body.
    pub(in crate::crypto) wrap: Option<String>,
    pub(in crate::crypto) frame: Option<Frame>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Mode {
    Ecb,
    Cbc,
    Gcm,
}

impl Cipher {
    /// The names of well-known senders that stand for ciphers, and what they stand for.
    #[must_use]
    pub const fn presets() -> &'static [(&'static str, &'static str)] {
        &PRESETS
    }

    /// The key that a text stands for, in the form that the cipher names. The error (E6001) says what was expected.
    pub fn key(&self, text: &str) -> Result<EncryptionKey, Error> {
        self.key.key(text)
    }

    /// The names of the header fields that the cipher reads.
    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        let iv = match &self.iv {
            Some(Iv::At(place)) => Some(place),
            _ => None,
        };
        let aad = match &self.aad {
            Some(Aad::At(place)) => Some(place),
            _ => None,
        };
        iv.into_iter().chain(aad).filter_map(|place| match place {
            Place::Header(name) => Some(name.as_str()),
            Place::Field(_) => None,
        })
    }
}

impl Default for Cipher {
    fn default() -> Self {
        Self {
            mode: Mode::Ecb,
            padding: Padding::Zero,
            encoding: Some(Encoding::Base64),
            iv: None,
            key: KeyForm::Text,
            aad: None,
            wrap: None,
            frame: None,
        }
    }
}

impl Mode {
    pub(in crate::crypto) const ALL: [Self; 3] = [Self::Ecb, Self::Cbc, Self::Gcm];

    pub(in crate::crypto) const fn as_str(self) -> &'static str {
        match self {
            Self::Ecb => "aes-ecb",
            Self::Cbc => "aes-cbc",
            Self::Gcm => "aes-gcm",
        }
    }

    /// The length of the initialization vector, in bytes.
    pub(in crate::crypto) const fn iv_length(self) -> usize {
        match self {
            Self::Ecb => 0,
            Self::Cbc => BLOCK,
            Self::Gcm => NONCE,
        }
    }
}
