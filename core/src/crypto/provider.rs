//! The primitives that a host may replace by faster ones of its own.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac, digest::Output};
use sha2::{Digest, Sha256};

use super::{aes::Aes, key::EncryptionKey};
use crate::error::{Error, ErrorCode};

/// AES, SHA-256 and HMAC, which seal requests, open responses, and verify deliveries.
///
/// In WebAssembly the host's own implementation is several times faster for large bodies; [`BuiltIn`] serves everywhere.
pub trait Provider: fmt::Debug + Send + Sync {
    /// Encrypts each block of 16 bytes by itself (ECB), in place. Fails only where the length is not whole blocks.
    fn encrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error>;

    /// Decrypts what [`encrypt_blocks`](Self::encrypt_blocks) made.
    fn decrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error>;

    /// The SHA-256 of the data.
    fn sha256(&self, data: &[u8]) -> [u8; 32];

    /// The HMAC-SHA-256 of the parts of a message, one behind the other. A key of any length is right.
    fn hmac_sha256(&self, key: &[u8], message: &[&[u8]]) -> Result<[u8; 32], Error>;
}

/// The primitives of the `RustCrypto` crates.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl Provider for BuiltIn {
    fn encrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error> {
        Aes::new(key)?.encrypt(blocks)
    }

    fn decrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error> {
        Aes::new(key)?.decrypt(blocks)
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }

    fn hmac_sha256(&self, key: &[u8], message: &[&[u8]]) -> Result<[u8; 32], Error> {
        hmac::<Hmac<Sha256>>(key, message).map(Into::into)
    }
}

/// The HMAC of the parts of a message, one behind the other.
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[&[u8]]) -> Result<Output<M>, Error> {
    let mut mac = <M as KeyInit>::new_from_slice(key)
        .map_err(|_| Error::new(ErrorCode::Internal, "HMAC takes a key of any length"))?;
    for part in message {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes())
}
