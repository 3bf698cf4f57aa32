//! From a body to its plain text.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::{
    model::{Cipher, Mode},
    place::{Iv, bytes_in, string},
};
use crate::{
    crypto::{
        aes::{Aes, BLOCK, TAG},
        key::EncryptionKey,
        provider::{BuiltIn, Provider},
    },
    error::{Error, ErrorCode},
    http::Headers,
};

impl Cipher {
    /// Decrypts a body, or what [`encrypt`](Self::encrypt) made: with `wrap` the JSON object around the encrypted text, or
    /// this text alone; a JSON string, too. `headers` are for what the cipher reads there.
    ///
    /// Errors: E6002 encoding, blocks or initialization vector; E6003 padding; E6008 tag; E6009 frame. Whoever sent a text
    /// that nothing authenticates must not be told which of them it was.
    pub fn decrypt(&self, body: &[u8], key: &EncryptionKey, headers: &Headers) -> Result<Vec<u8>, Error> {
        self.decrypt_with(&BuiltIn, body, key, headers)
    }

    pub(crate) fn decrypt_with(
        &self,
        provider: &dyn Provider,
        body: &[u8],
        key: &EncryptionKey,
        headers: &Headers,
    ) -> Result<Vec<u8>, Error> {
        let mut data = self.decode(body)?;
        let iv = self.iv_of(&mut data, body, key, headers)?;
        if self.mode == Mode::Gcm {
            let tag = data.split_off(data.len().saturating_sub(TAG));
            let aad = self.aad.as_ref().map(|aad| aad.bytes(body, headers)).unwrap_or_default();
            Aes::new(key)?.decrypt_gcm(exactly(&iv)?, &aad, &mut data, exactly(&tag)?)?;
        } else if data.is_empty() || data.len() % BLOCK != 0 {
            return Err(invalid("the text is not made of whole AES blocks; it may be truncated"));
        } else if self.mode == Mode::Cbc {
            Aes::new(key)?.decrypt_cbc(exactly(&iv)?, &mut data)?;
        } else {
            provider.decrypt_blocks(key, &mut data)?;
        }
        let length = self.padding.text_length(&data).ok_or_else(|| {
            let why = "the decrypted text does not end in PKCS#7 padding: wrong key or cipher";
            Error::new(ErrorCode::InvalidPadding, why)
        })?;
        data.truncate(length);
        if let Some(frame) = &self.frame {
            frame.remove(&mut data)?;
        }
        Ok(data)
    }

    /// Returns whether only who has the key can have made a text: in GCM, whose tag protects it.
    pub(crate) fn authenticates(&self) -> bool {
        self.mode == Mode::Gcm
    }

    /// Returns whether a body is a JSON object that is not encrypted. Without a wrapper its first character tells, but for raw
    /// bytes, which may begin with any.
    pub(crate) fn is_plain(&self, body: &[u8]) -> bool {
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        text.starts_with(b"{")
            && match &self.wrap {
                Some(pointer) => string(text, pointer).is_none(),
                None => self.encoding.is_some() || serde_json::from_slice::<IgnoredAny>(text).is_ok(),
            }
    }

    /// The encrypted bytes in a body.
    fn decode(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let Some(encoding) = self.encoding else { return Ok(body.to_vec()) };
        encoding
            .decode(&self.text_in(body))
            .ok_or_else(|| invalid(&format!("the text is not {}; it may be truncated", encoding.as_str())))
    }

    /// The encrypted text in a body.
    fn text_in<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        let wrapped = self.wrap.as_ref().and_then(|pointer| string(body, pointer));
        match wrapped.or_else(|| serde_json::from_slice::<String>(body).ok().map(Cow::Owned)) {
            Some(Cow::Owned(text)) => text.into_bytes().into(),
            Some(Cow::Borrowed(text)) => text.as_bytes().into(),
            None => body.into(),
        }
    }

    /// The initialization vector, which is taken off the data where it stands before it; empty in ECB.
    fn iv_of(&self, data: &mut Vec<u8>, body: &[u8], key: &EncryptionKey, headers: &Headers) -> Result<Vec<u8>, Error> {
        let length = self.mode.iv_length();
        match &self.iv {
            None => Ok(Vec::new()),
            Some(Iv::Prefix) if data.len() < length => {
                Err(invalid("the text is shorter than its iv; it may be truncated"))
            }
            Some(Iv::Prefix) => Ok(data.drain(..length).collect()),
            Some(Iv::Key) => Ok(key.expose().iter().copied().take(length).collect()),
            Some(Iv::Fixed(iv)) => Ok(iv.clone()),
            Some(Iv::At(place)) => {
                let text = place
                    .text(body, headers)
                    .ok_or_else(|| invalid(&format!("{place} is missing, which holds the iv")))?;
                let wrong = || {
                    invalid(&format!(
                        "{place} is no iv: neither {length} characters, nor as many bytes in hex or Base64"
                    ))
                };
                bytes_in(&text, length).ok_or_else(wrong)
            }
        }
    }
}

/// Bytes whose number the cipher says.
pub(super) fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_| invalid(&format!("there are {} bytes, where the cipher needs {N}", bytes.len())))
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorCode::InvalidCiphertext, why)
}
