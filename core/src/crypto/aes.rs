//! AES and its modes, in place.

use ::aes::{Aes128, Aes192, Aes256};
use aes_gcm::{AeadInOut, AesGcm};
use cbc::{Decryptor, Encryptor};
use cipher::{
    Array, Block as BlockOf, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, InOut, InOutBuf,
    InnerIvInit, KeyInit, ParBlocks, ParBlocksSizeUser,
    consts::{U12, U16, U32},
};

use super::key::EncryptionKey;
use crate::error::{Error, ErrorCode};

/// The length of an AES block, in bytes.
pub(crate) const BLOCK: usize = 16;
pub(crate) type Block = [u8; BLOCK];
/// The length of the nonce of GCM, in bytes.
pub(super) const NONCE: usize = 12;
/// The length of the tag behind a text in GCM, in bytes.
pub(super) const TAG: usize = 16;

/// AES with a key of any of its lengths. It is one type, so that each mode is compiled once.
pub(super) enum Aes {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

/// Runs an expression with the cipher that fits the key.
macro_rules! with {
    ($any:expr, $aes:ident => $run:expr) => {
        match $any {
            Aes::Aes128($aes) => $run,
            Aes::Aes192($aes) => $run,
            Aes::Aes256($aes) => $run,
        }
    };
}

impl Aes {
    pub(super) fn new(key: &EncryptionKey) -> Result<Self, Error> {
        let key = key.expose();
        match key.len() {
            16 => Aes128::new_from_slice(key).map(Self::Aes128),
            24 => Aes192::new_from_slice(key).map(Self::Aes192),
            _ => Aes256::new_from_slice(key).map(Self::Aes256),
        }
        .map_err(|_| internal("the key's length was checked"))
    }

    /// Encrypts each block by itself (ECB).
    pub(super) fn encrypt(&self, data: &mut [u8]) -> Result<(), Error> {
        let blocks = whole_blocks(data)?;
        with!(self, aes => aes.encrypt_blocks(blocks));
        Ok(())
    }

    /// Decrypts each block by itself (ECB).
    pub(super) fn decrypt(&self, data: &mut [u8]) -> Result<(), Error> {
        let blocks = whole_blocks(data)?;
        with!(self, aes => aes.decrypt_blocks(blocks));
        Ok(())
    }

    pub(super) fn encrypt_cbc(self, iv: Block, data: &mut [u8]) -> Result<(), Error> {
        Encryptor::inner_iv_init(self, &iv.into()).encrypt_blocks(whole_blocks(data)?);
        Ok(())
    }

    pub(super) fn decrypt_cbc(self, iv: Block, data: &mut [u8]) -> Result<(), Error> {
        Decryptor::inner_iv_init(self, &iv.into()).decrypt_blocks(whole_blocks(data)?);
        Ok(())
    }

    /// Encrypts in GCM, and returns the tag.
    pub(super) fn encrypt_gcm(self, nonce: [u8; NONCE], aad: &[u8], data: &mut [u8]) -> Result<[u8; TAG], Error> {
        let gcm = AesGcm::<Self, U12>::from(self);
        let tag = gcm.encrypt_inout_detached(&nonce.into(), aad, data.into());
        tag.map(Into::into).map_err(|_| internal("GCM takes 64 GiB, and a body has less"))
    }

    /// Checks the tag, and then decrypts in GCM; where the tag is wrong (E6008) the data stays as it is.
    pub(super) fn decrypt_gcm(
        self,
        nonce: [u8; NONCE],
        aad: &[u8],
        data: &mut [u8],
        tag: [u8; TAG],
    ) -> Result<(), Error> {
        let gcm = AesGcm::<Self, U12>::from(self);
        gcm.decrypt_inout_detached(&nonce.into(), aad, data.into(), &tag.into()).map_err(|_| {
            let why = "the tag is wrong: the text, its nonce or its additional data was changed, or the key is another";
            Error::new(ErrorCode::WrongTag, why)
        })
    }
}

fn whole_blocks(data: &mut [u8]) -> Result<&mut [Array<u8, U16>], Error> {
    match Array::slice_as_chunks_mut(data) {
        (blocks, []) => Ok(blocks),
        _ => Err(internal("the data is not made of whole AES blocks")),
    }
}

fn internal(why: &str) -> Error {
    Error::new(ErrorCode::Internal, why)
}

impl BlockSizeUser for Aes {
    type BlockSize = U16;
}

/// The modes hand over so many blocks at once, enough for every implementation of AES to work on several in parallel.
impl ParBlocksSizeUser for Aes {
    type ParBlocksSize = U32;
}

impl BlockCipherEncrypt for Aes {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherDecrypt for Aes {
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherEncBackend for Aes {
    fn encrypt_block(&self, block: InOut<'_, '_, BlockOf<Self>>) {
        with!(self, aes => aes.encrypt_block_inout(block));
    }

    fn encrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        self.encrypt_tail_blocks(blocks.into_buf());
    }

    fn encrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, BlockOf<Self>>) {
        with!(self, aes => aes.encrypt_blocks_inout(blocks));
    }
}

impl BlockCipherDecBackend for Aes {
    fn decrypt_block(&self, block: InOut<'_, '_, BlockOf<Self>>) {
        with!(self, aes => aes.decrypt_block_inout(block));
    }

    fn decrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        self.decrypt_tail_blocks(blocks.into_buf());
    }

    fn decrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, BlockOf<Self>>) {
        with!(self, aes => aes.decrypt_blocks_inout(blocks));
    }
}
