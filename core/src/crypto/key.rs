//! AES keys.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorCode},
    secret::fault_of,
};

/// An AES key of 16, 24 or 32 bytes: the UTF-8 bytes of the text that AI Rudder gave. Wiped from memory when dropped.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<Vec<u8>>);

impl EncryptionKey {
    /// Takes the key's text. 16 bytes are documented; 24 and 32 are assumed. One that is blank, has white space around it
    /// or holds invisible characters is refused, whatever its length.
    pub fn new(text: &str) -> Result<Self, Error> {
        if let Some(fault) = fault_of(text) {
            return Err(Error::new(ErrorCode::InvalidKey, format!("the AES key {fault}")));
        }
        match text.len() {
            16 | 24 | 32 => Ok(Self(Zeroizing::new(text.as_bytes().to_vec()))),
            other => {
                Err(Error::new(ErrorCode::InvalidKey, format!("an AES key has 16, 24 or 32 bytes, this one {other}")))
            }
        }
    }

    /// The key's bytes, for a [`Provider`](super::Provider).
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
