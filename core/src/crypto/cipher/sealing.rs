//! From a plain text to a body.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    model::{Cipher, Mode},
    opening::exactly,
    place::{Iv, Place, bytes_in},
};
use crate::{
    crypto::{
        aes::{Aes, BLOCK, Block},
        encoding::Encoding,
        key::EncryptionKey,
        provider::{BuiltIn, Provider},
    },
    error::{Error, ErrorCode},
    http::Headers,
    members,
};

/// The size of the buffer for a large text, in bytes: whole blocks, and whole groups of Base64.
const CHUNK: usize = 3 * BLOCK * 2048;

impl Cipher {
    /// Encrypts a text. `random` is 16 random bytes, where the cipher writes an initialization vector or a frame (E6007), and is
    /// ignored elsewhere. With `wrap` the result is a JSON body.
    ///
    /// An initialization vector that stands in a header field is taken from `headers`, and must be there (E6007). `raw` is
    /// refused (E6005), since it gives no text.
    pub fn encrypt(
        &self,
        plain: &[u8],
        key: &EncryptionKey,
        headers: &Headers,
        random: Option<[u8; 16]>,
    ) -> Result<String, Error> {
        if let Some(Iv::At(place @ Place::Header(name))) = &self.iv
            && headers.get(name).is_none()
        {
            return Err(Error::new(ErrorCode::IvRequired, format!("{place} is missing, which holds the iv")));
        }
        if self.encoding.is_none() {
            let why = "`raw` gives bytes, where a text is asked for: take base64 or hex";
            return Err(Error::new(ErrorCode::InvalidCipher, why));
        }
        let body = self.seal(&BuiltIn, plain, key, &mut headers.clone(), random)?;
        String::from_utf8(body).map_err(|_| Error::new(ErrorCode::Internal, "an encoding gives text"))
    }

    /// Encrypts to a body. An initialization vector that stands in a header field is put there, if it is not there yet.
    pub(crate) fn seal(
        &self,
        provider: &dyn Provider,
        plain: &[u8],
        key: &EncryptionKey,
        headers: &mut Headers,
        random: Option<Block>,
    ) -> Result<Vec<u8>, Error> {
        let plain = match &self.frame {
            Some(frame) => Cow::Owned(frame.around(plain, random.ok_or_else(no_random)?)?),
            None => Cow::Borrowed(plain),
        };
        let padding = self.padding.of(&plain)?;
        let iv = self.iv_for(key, headers, random)?;
        let mut body = if let (Mode::Ecb, Some(encoding)) = (self.mode, self.encoding) {
            encrypt_ecb(provider, encoding, &plain, &padding, key)?.into_bytes()
        } else {
            let data = self.encrypt_bytes(provider, [&plain[..], &padding].concat(), key, &iv, headers)?;
            self.encoding.map(|encoding| encoding.encode(&data).into_bytes()).unwrap_or(data)
        };
        let mut wrapper = Map::new();
        if let Some(pointer) = &self.wrap {
            put(&mut wrapper, pointer, String::from_utf8_lossy(&body).into_owned())?;
        }
        match &self.iv {
            Some(Iv::At(Place::Header(name))) if headers.get(name).is_none() => {
                headers.set(name.as_str(), Encoding::Hex.encode(&iv));
            }
            Some(Iv::At(Place::Field(pointer))) => put(&mut wrapper, pointer, Encoding::Hex.encode(&iv))?,
            _ => {}
        }
        if !wrapper.is_empty() {
            body = Value::Object(wrapper).to_string().into_bytes();
        }
        Ok(body)
    }

    /// The encrypted bytes of a padded text, with what stands before or behind them.
    fn encrypt_bytes(
        &self,
        provider: &dyn Provider,
        mut data: Vec<u8>,
        key: &EncryptionKey,
        iv: &[u8],
        headers: &Headers,
    ) -> Result<Vec<u8>, Error> {
        match self.mode {
            Mode::Ecb => provider.encrypt_blocks(key, &mut data)?,
            Mode::Cbc => Aes::new(key)?.encrypt_cbc(exactly(iv)?, &mut data)?,
            Mode::Gcm => {
                let aad = self.aad.as_ref().map(|aad| aad.bytes(&[], headers)).unwrap_or_default();
                let tag = Aes::new(key)?.encrypt_gcm(exactly(iv)?, &aad, &mut data)?;
                data.extend(tag);
            }
        }
        if self.iv == Some(Iv::Prefix) {
            data.splice(..0, iv.iter().copied());
        }
        Ok(data)
    }

    /// The initialization vector for a new text; empty in ECB.
    fn iv_for(&self, key: &EncryptionKey, headers: &Headers, random: Option<Block>) -> Result<Vec<u8>, Error> {
        let length = self.mode.iv_length();
        let new = || Ok(random.ok_or_else(no_random)?.into_iter().take(length).collect());
        match &self.iv {
            None => Ok(Vec::new()),
            Some(Iv::Key) => Ok(key.expose().iter().copied().take(length).collect()),
            Some(Iv::Fixed(iv)) => Ok(iv.clone()),
            Some(Iv::At(place @ Place::Header(name))) => match headers.get(name) {
                Some(given) => bytes_in(given.trim(), length).ok_or_else(|| {
                    let forms = format!("neither {length} characters, nor as many bytes in hex or Base64");
                    Error::new(ErrorCode::IvRequired, format!("{place} is no iv: {forms}"))
                }),
                None => new(),
            },
            Some(Iv::Prefix | Iv::At(Place::Field(_))) => new(),
        }
    }
}

fn no_random() -> Error {
    Error::new(ErrorCode::IvRequired, "this cipher needs 16 random bytes for each text")
}

/// Blocks are independent of each other, so a large text goes through one small buffer, which stays in the cache.
fn encrypt_ecb(
    provider: &dyn Provider,
    encoding: Encoding,
    plain: &[u8],
    padding: &[u8],
    key: &EncryptionKey,
) -> Result<String, Error> {
    let mut text = String::with_capacity(encoding.encoded_length(plain.len() + padding.len()));
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
        encoding.encode_into(&buffer, &mut text);
        if is_last {
            return Ok(text);
        }
    }
}

/// Puts a string into a body that is being made, at a JSON pointer; what is missing on the way are objects.
fn put(body: &mut Map<String, Value>, pointer: &str, text: String) -> Result<(), Error> {
    let mut segments: Vec<_> = members::segments(pointer).collect();
    let last = segments.pop().unwrap_or_default();
    let mut object = body;
    for segment in segments {
        let inner = object.entry(segment).or_insert_with(|| Map::new().into());
        object = inner.as_object_mut().ok_or_else(|| {
            Error::new(ErrorCode::InvalidCipher, format!("the pointer {pointer} leads through a field that is a text"))
        })?;
    }
    object.insert(last.into_owned(), text.into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "texts of several parts are too long to be interpreted")]
    fn a_text_in_several_parts_is_encrypted_as_a_whole() {
        let key = EncryptionKey::new("fake-key-16bytes").unwrap();
        let none = Headers::new();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
            let plain: Vec<u8> = (1..=251).cycle().take(length).collect();
            for cipher in ["aes-ecb:zero:base64", "aes-ecb:pkcs7:hex", "aes-ecb:pkcs7-32:base64url"] {
                let cipher: Cipher = cipher.parse().unwrap();
                let mut whole = [&plain[..], &cipher.padding.of(&plain).unwrap()].concat();
                BuiltIn.encrypt_blocks(&key, &mut whole).unwrap();
                let text = cipher.encrypt(&plain, &key, &none, None).unwrap();
                assert_eq!(text, cipher.encoding.unwrap().encode(&whole), "{length}");
                assert_eq!(cipher.decrypt(text.as_bytes(), &key, &none).unwrap(), plain, "{length}");
            }
        }
    }
}
