//! Fingerprints of contacts and accounts, which name nobody.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    crypto::{BuiltIn, Provider},
    error::{Error, ErrorCode},
    secret::Secret,
};

/// Makes the fingerprints of one journal.
#[derive(Clone)]
pub(super) enum Fingerprints {
    /// Of a journal of version 0.1.0: unkeyed digests, from which numbers can be guessed.
    Plain,
    /// Keyed by the app secret and the journal's salt.
    Keyed(Hmac<Sha256>),
}

impl Fingerprints {
    pub(super) fn keyed(secret: &Secret, salt: &str) -> Result<Self, Error> {
        // A key of its own, so that nothing in a journal equals what the secret signs elsewhere.
        let key = mac(secret.expose().as_bytes())?.chain_update("airudder journal ").chain_update(salt).finalize();
        Ok(Self::Keyed(mac(&key.into_bytes())?))
    }

    /// Shows whether a contact changed between two runs: 32 bits.
    pub(super) fn of_contact(&self, text: &str) -> u32 {
        self.bytes(text).first_chunk().copied().map_or(0, u32::from_be_bytes)
    }

    /// Shows whether a setting is still what it was, in 16 hex digits.
    pub(super) fn of_setting(&self, name: &str, value: &str) -> String {
        let bytes = self.bytes(&format!("{name}\0{value}"));
        base16ct::lower::encode_string(bytes.first_chunk::<8>().map_or(&[], |half| half.as_slice()))
    }

    fn bytes(&self, text: &str) -> [u8; 32] {
        match self {
            Self::Plain => BuiltIn.sha256(text.as_bytes()),
            Self::Keyed(mac) => mac.clone().chain_update(text).finalize().into_bytes().into(),
        }
    }
}

fn mac(key: &[u8]) -> Result<Hmac<Sha256>, Error> {
    Hmac::new_from_slice(key).map_err(|_| Error::new(ErrorCode::Internal, "HMAC takes a key of any length"))
}

/// Shows no key.
impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "Fingerprints::Plain",
            Self::Keyed(_) => "Fingerprints::Keyed",
        })
    }
}
