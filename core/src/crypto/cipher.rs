//! Ciphers as configuration: mode, padding, encoding and initialization vector in one short text.

use std::{fmt, str::FromStr};

use super::{
    encoding::Encoding,
    key::EncryptionKey,
    provider::{BLOCK, Block, BuiltIn, Provider, decrypt_cbc, encrypt_cbc},
};
use crate::error::{Error, ErrorCode};

/// A cipher: `<mode>:<padding>:<encoding>`, for CBC with `:iv=<form>` behind it.
///
/// - mode `aes-ecb` or `aes-cbc`; 16-, 24- or 32-byte keys
/// - padding `zero` (the vendor's: always 1 to 16 zero bytes) or `pkcs7`
/// - encoding `base64` or `hex`
/// - IV form `prefix` (the first block of the data), `key` (the first 16 bytes of the key) or 32 hex digits
///
/// The default, `aes-ecb:zero:base64`, is documented for requests and responses; for events it is assumed.
///
/// ```
/// # use airudder_core::crypto::Cipher;
/// let cipher: Cipher = "aes-cbc:pkcs7:base64:iv=prefix".parse()?;
/// assert_eq!(cipher.to_string(), "aes-cbc:pkcs7:base64:iv=prefix");
/// # Ok::<(), airudder_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cipher {
    pub(super) mode: Mode,
    pub(super) padding: Padding,
    pub(super) encoding: Encoding,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Ecb,
    Cbc(Iv),
}

/// Where CBC's initialization vector comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Iv {
    Prefix,
    Key,
    Fixed(Block),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Padding {
    #[default]
    Zero,
    Pkcs7,
}

/// The size of the buffer for a large text, in bytes: whole blocks, and whole groups of Base64.
const CHUNK: usize = 3 * BLOCK * 2048;

impl Cipher {
    /// Returns whether each message needs an initialization vector of its own: 16 random bytes from the host.
    #[must_use]
    pub const fn needs_iv(&self) -> bool {
        matches!(self.mode, Mode::Cbc(Iv::Prefix))
    }

    /// Encrypts a text. `iv` is needed where [`needs_iv`](Self::needs_iv) says so, and ignored elsewhere.
    pub fn encrypt(&self, plain: &[u8], key: &EncryptionKey, iv: Option<[u8; 16]>) -> Result<String, Error> {
        self.encrypt_with(&BuiltIn, plain, key, iv)
    }

    /// Decrypts a text; white space around it is ignored.
    pub fn decrypt(&self, text: &[u8], key: &EncryptionKey) -> Result<Vec<u8>, Error> {
        self.decrypt_with(&BuiltIn, text, key)
    }

    pub(super) fn encrypt_with(
        &self,
        provider: &dyn Provider,
        plain: &[u8],
        key: &EncryptionKey,
        iv: Option<Block>,
    ) -> Result<String, Error> {
        let padding = self.padding.of(plain)?;
        let form = match &self.mode {
            Mode::Ecb => return self.encrypt_ecb(provider, plain, &padding, key),
            Mode::Cbc(form) => form,
        };
        let mut data = [plain, &padding].concat();
        match form {
            Iv::Prefix => {
                let iv = iv.ok_or_else(|| {
                    Error::new(ErrorCode::IvRequired, "a cipher with iv=prefix needs 16 random bytes for each message")
                })?;
                encrypt_cbc(key, &iv, &mut data)?;
                data.splice(..0, iv);
            }
            Iv::Key => encrypt_cbc(key, &key_iv(key), &mut data)?,
            Iv::Fixed(iv) => encrypt_cbc(key, iv, &mut data)?,
        }
        Ok(self.encoding.encode(&data))
    }

    /// Blocks are independent of each other, so a large text goes through one small buffer, which stays in the cache.
    fn encrypt_ecb(
        &self,
        provider: &dyn Provider,
        plain: &[u8],
        padding: &[u8],
        key: &EncryptionKey,
    ) -> Result<String, Error> {
        let mut text = String::with_capacity(self.encoding.encoded_length(plain.len() + padding.len()));
        let mut buffer = Vec::with_capacity(CHUNK.min(plain.len()) + padding.len());
        let mut chunks = plain.chunks(CHUNK).peekable();
        loop {
            let chunk = chunks.next().unwrap_or_default();
            let is_last = chunks.peek().is_none();
            buffer.clear();
            buffer.extend_from_slice(chunk);
            if is_last {
                buffer.extend_from_slice(padding);
            }
            provider.encrypt_blocks(key, &mut buffer)?;
            self.encoding.encode_into(&buffer, &mut text);
            if is_last {
                return Ok(text);
            }
        }
    }

    pub(crate) fn decrypt_with(
        &self,
        provider: &dyn Provider,
        text: &[u8],
        key: &EncryptionKey,
    ) -> Result<Vec<u8>, Error> {
        let mut data = self.decrypt_padded(provider, text, key)?;
        let length = self.padding.text_length(&data).ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidPadding,
                "the decrypted text does not end in PKCS#7 padding: wrong key or cipher",
            )
        })?;
        data.truncate(length);
        Ok(data)
    }

    /// The decrypted blocks with their padding.
    pub(super) fn decrypt_padded(
        &self,
        provider: &dyn Provider,
        text: &[u8],
        key: &EncryptionKey,
    ) -> Result<Vec<u8>, Error> {
        let mut data = self.encoding.decode(text).ok_or_else(|| {
            let message = format!("the text is not {}; it may be truncated", self.encoding.as_str());
            Error::new(ErrorCode::InvalidCiphertext, message)
        })?;
        let iv = match &self.mode {
            Mode::Ecb => None,
            Mode::Cbc(Iv::Prefix) => {
                let (first, rest) = data.split_first_chunk::<BLOCK>().ok_or_else(not_whole_blocks)?;
                let iv = *first;
                data = rest.to_vec();
                Some(iv)
            }
            Mode::Cbc(Iv::Key) => Some(key_iv(key)),
            Mode::Cbc(Iv::Fixed(iv)) => Some(*iv),
        };
        if data.is_empty() || data.len() % BLOCK != 0 {
            return Err(not_whole_blocks());
        }
        match iv {
            None => provider.decrypt_blocks(key, &mut data)?,
            Some(iv) => decrypt_cbc(key, &iv, &mut data)?,
        }
        Ok(data)
    }
}

/// The first 16 bytes of the key. A key has at least as many.
fn key_iv(key: &EncryptionKey) -> Block {
    key.expose().first_chunk().copied().unwrap_or_default()
}

fn not_whole_blocks() -> Error {
    Error::new(ErrorCode::InvalidCiphertext, "the text is not made of whole AES blocks; it may be truncated")
}

impl Padding {
    /// The padding of a text, 1 to 16 bytes: an aligned text gets a whole block.
    fn of(self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let missing = BLOCK - plain.len() % BLOCK;
        let byte = match self {
            Self::Zero if plain.last() == Some(&0) => {
                return Err(Error::new(
                    ErrorCode::UnencryptableText,
                    "the plain text ends in a zero byte, which the padding would lose",
                ));
            }
            Self::Zero => 0,
            Self::Pkcs7 => u8::try_from(missing).unwrap_or_default(),
        };
        Ok(vec![byte; missing])
    }

    /// The length of the text in decrypted blocks. Zero padding that is missing is let pass: the digest, or the JSON
    /// that should be there, says more.
    pub(super) fn text_length(self, data: &[u8]) -> Option<usize> {
        match self {
            Self::Zero => Some(data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)),
            Self::Pkcs7 => pkcs7_length(data),
        }
    }
}

/// The length of the text before its PKCS#7 padding: n bytes of the value n, n from 1 to 16.
fn pkcs7_length(data: &[u8]) -> Option<usize> {
    let last = *data.last()?;
    let length = data.len().checked_sub(usize::from(last))?;
    let padding = data.get(length..)?;
    ((1..=16).contains(&last) && padding.iter().all(|byte| *byte == last)).then_some(length)
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.mode == Mode::Ecb { "aes-ecb" } else { "aes-cbc" };
        let padding = if self.padding == Padding::Zero { "zero" } else { "pkcs7" };
        write!(f, "{mode}:{padding}:{}", self.encoding.as_str())?;
        match &self.mode {
            Mode::Ecb => Ok(()),
            Mode::Cbc(Iv::Prefix) => f.write_str(":iv=prefix"),
            Mode::Cbc(Iv::Key) => f.write_str(":iv=key"),
            Mode::Cbc(Iv::Fixed(iv)) => write!(f, ":iv={}", Encoding::Hex.encode(iv)),
        }
    }
}

impl FromStr for Cipher {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.split(':');
        let mode = parts.next().unwrap_or_default();
        let padding = match parts.next() {
            Some("zero") => Padding::Zero,
            Some("pkcs7") => Padding::Pkcs7,
            _ => return Err(invalid("the padding is zero or pkcs7")),
        };
        let encoding = parts.next().and_then(encoding_of).ok_or_else(|| invalid("the encoding is base64 or hex"))?;
        let mode = match (mode, parts.next()) {
            ("aes-ecb", None) => Mode::Ecb,
            ("aes-ecb", Some(_)) => return Err(invalid("aes-ecb has no iv")),
            ("aes-cbc", Some(iv)) => Mode::Cbc(iv.parse()?),
            ("aes-cbc", None) => return Err(invalid("aes-cbc needs iv=prefix, iv=key or iv=<32 hex digits>")),
            _ => return Err(invalid("the mode is aes-ecb or aes-cbc")),
        };
        match parts.next() {
            None => Ok(Self { mode, padding, encoding }),
            Some(_) => Err(invalid("the cipher has more parts than it should")),
        }
    }
}

fn encoding_of(name: &str) -> Option<Encoding> {
    Encoding::from_name(name).filter(|encoding| matches!(encoding, Encoding::Base64 | Encoding::Hex))
}

impl FromStr for Iv {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.strip_prefix("iv=") {
            Some("prefix") => Some(Self::Prefix),
            Some("key") => Some(Self::Key),
            Some(hex) => Encoding::Hex.decode(hex.as_bytes()).and_then(|iv| iv.try_into().ok()).map(Self::Fixed),
            None => None,
        }
        .ok_or_else(|| invalid("the iv is iv=prefix, iv=key or iv=<32 hex digits>"))
    }
}

fn invalid(why: &str) -> Error {
    let example = "for instance aes-ecb:zero:base64 or aes-cbc:pkcs7:base64:iv=prefix";
    Error::new(ErrorCode::InvalidCipher, format!("{why}; {example}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_several_parts_is_encrypted_as_a_whole() {
        let key = EncryptionKey::new("fake-key-16bytes").unwrap();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
            let plain: Vec<u8> = (1..=251).cycle().take(length).collect();
            for cipher in ["aes-ecb:zero:base64", "aes-ecb:pkcs7:hex"] {
                let cipher: Cipher = cipher.parse().unwrap();
                let mut whole = [&plain[..], &cipher.padding.of(&plain).unwrap()].concat();
                BuiltIn.encrypt_blocks(&key, &mut whole).unwrap();
                let text = cipher.encrypt(&plain, &key, None).unwrap();
                assert_eq!(text, cipher.encoding.encode(&whole), "{length}");
                assert_eq!(cipher.decrypt(text.as_bytes(), &key).unwrap(), plain, "{length}");
            }
        }
    }
}
