//! The form in which a secret is handed out.

use std::borrow::Cow;

use crate::{
    crypto::encoding::Encoding,
    error::{Error, ErrorCode},
};

/// The bytes behind the text of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) struct SecretForm {
    /// Dropped from the beginning where it is there.
    pub(in crate::crypto) prefix: String,
    /// [`Encoding::Text`] for the text itself.
    pub(in crate::crypto) encoding: Encoding,
}

impl Default for SecretForm {
    fn default() -> Self {
        Self { prefix: String::new(), encoding: Encoding::Text }
    }
}

impl SecretForm {
    pub(in crate::crypto) fn bytes<'a>(&self, secret: &'a str, name: &str) -> Result<Cow<'a, [u8]>, Error> {
        let text = secret.strip_prefix(&self.prefix).unwrap_or(secret);
        if self.encoding == Encoding::Text {
            return Ok(text.as_bytes().into());
        }
        self.encoding.decode(text.as_bytes()).filter(|bytes| !bytes.is_empty()).map(Cow::Owned).ok_or_else(|| {
            let why = format!("{name} is not {}, as the scheme says", self.encoding.as_str());
            Error::new(ErrorCode::InvalidConfig, why).at(format!("/{name}"))
        })
    }
}
