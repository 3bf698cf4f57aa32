//! The digests, with a secret and without.

use hmac::Hmac;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::{
    crypto::provider::{Provider, hmac},
    error::Error,
};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Hash {
    Sha256,
    Sha1,
    Md5,
    Sha384,
    Sha512,
}

impl Hash {
    pub(in crate::crypto) const ALL: [Self; 5] = [Self::Sha256, Self::Sha1, Self::Md5, Self::Sha384, Self::Sha512];

    pub(in crate::crypto) const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.as_str() == name)
    }

    /// The digest of the parts of a message, one behind the other.
    pub(in crate::crypto) fn digest(self, message: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha256 => digest::<Sha256>(message),
            Self::Sha1 => digest::<Sha1>(message),
            Self::Md5 => digest::<Md5>(message),
            Self::Sha384 => digest::<Sha384>(message),
            Self::Sha512 => digest::<Sha512>(message),
        }
    }

    /// The HMAC of the parts of a message, one behind the other. A key of any length is right.
    pub(in crate::crypto) fn hmac(
        self,
        provider: &dyn Provider,
        key: &[u8],
        message: &[&[u8]],
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Sha256 => provider.hmac_sha256(key, message).map(Into::into),
            Self::Sha1 => hmac::<Hmac<Sha1>>(key, message).map(|mac| mac.to_vec()),
            Self::Md5 => hmac::<Hmac<Md5>>(key, message).map(|mac| mac.to_vec()),
            Self::Sha384 => hmac::<Hmac<Sha384>>(key, message).map(|mac| mac.to_vec()),
            Self::Sha512 => hmac::<Hmac<Sha512>>(key, message).map(|mac| mac.to_vec()),
        }
    }
}

fn digest<D: Digest>(message: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in message {
        digest.update(part);
    }
    digest.finalize().to_vec()
}
