//! The primitives that a host may replace by faster ones of its own.

use std::fmt;

use aes::{Aes128, Aes192, Aes256};
use cbc::{Decryptor, Encryptor};
use cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InvalidLength, KeyInit,
    KeyIvInit, consts::U16,
};
use hmac::{Hmac, Mac, digest::Output};
use sha2::{Digest, Sha256};

use super::key::EncryptionKey;
use crate::error::{Error, ErrorCode};

/// The length of an AES block, in bytes.
pub(crate) const BLOCK: usize = 16;
pub(crate) type Block = [u8; BLOCK];

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

/// Runs an expression with the AES type that fits the key's length.
macro_rules! with_aes {
    ($key:expr, $aes:ident => $run:expr) => {
        match $key.expose().len() {
            16 => {
                type $aes = Aes128;
                $run
            }
            24 => {
                type $aes = Aes192;
                $run
            }
            _ => {
                type $aes = Aes256;
                $run
            }
        }
    };
}

impl Provider for BuiltIn {
    fn encrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error> {
        let blocks = whole_blocks(blocks)?;
        with_aes!(key, Aes => Aes::new_from_slice(key.expose()).map(|aes| aes.encrypt_blocks(blocks))).map_err(length)
    }

    fn decrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error> {
        let blocks = whole_blocks(blocks)?;
        with_aes!(key, Aes => Aes::new_from_slice(key.expose()).map(|aes| aes.decrypt_blocks(blocks))).map_err(length)
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

/// Encrypts whole blocks in CBC mode, in place.
pub(crate) fn encrypt_cbc(key: &EncryptionKey, iv: &Block, blocks: &mut [u8]) -> Result<(), Error> {
    let blocks = whole_blocks(blocks)?;
    with_aes!(key, Aes => Encryptor::<Aes>::new_from_slices(key.expose(), iv).map(|mut cbc| cbc.encrypt_blocks(blocks)))
        .map_err(length)
}

/// Decrypts whole blocks in CBC mode, in place.
pub(crate) fn decrypt_cbc(key: &EncryptionKey, iv: &Block, blocks: &mut [u8]) -> Result<(), Error> {
    let blocks = whole_blocks(blocks)?;
    with_aes!(key, Aes => Decryptor::<Aes>::new_from_slices(key.expose(), iv).map(|mut cbc| cbc.decrypt_blocks(blocks)))
        .map_err(length)
}

fn whole_blocks(data: &mut [u8]) -> Result<&mut [Array<u8, U16>], Error> {
    match Array::slice_as_chunks_mut(data) {
        (blocks, []) => Ok(blocks),
        _ => Err(Error::new(ErrorCode::Internal, "the data is not made of whole AES blocks")),
    }
}

fn length(_: InvalidLength) -> Error {
    Error::new(ErrorCode::Internal, "the key's length was checked")
}
