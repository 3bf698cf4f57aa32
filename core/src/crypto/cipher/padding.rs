//! What fills the last AES block.

use crate::{
    crypto::aes::BLOCK,
    error::{Error, ErrorCode},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::crypto) enum Padding {
    /// The vendor's: 1 to 16 zero bytes.
    #[default]
    Zero,
    Pkcs7,
    /// PKCS#7 for blocks of 32 bytes, as `WeChat` pads.
    Pkcs7Of32,
    /// For GCM, which needs no whole blocks.
    None,
}

impl Padding {
    pub(in crate::crypto) const ALL: [Self; 4] = [Self::Zero, Self::Pkcs7, Self::Pkcs7Of32, Self::None];

    pub(in crate::crypto) const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Pkcs7 => "pkcs7",
            Self::Pkcs7Of32 => "pkcs7-32",
            Self::None => "none",
        }
    }

    /// The padding of a text: where it is aligned already, a whole block.
    pub(super) fn of(self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let block = if self == Self::Pkcs7Of32 { 2 * BLOCK } else { BLOCK };
        let missing = block - plain.len() % block;
        let byte = match self {
            Self::None => return Ok(Vec::new()),
            Self::Zero if plain.last() == Some(&0) => {
                return Err(Error::new(
                    ErrorCode::UnencryptableText,
                    "the plain text ends in a zero byte, which the padding would lose",
                ));
            }
            Self::Zero => 0,
            Self::Pkcs7 | Self::Pkcs7Of32 => u8::try_from(missing).unwrap_or_default(),
        };
        Ok(vec![byte; missing])
    }

    /// The length of the text in decrypted blocks. Zero padding that is missing is let pass: the digest, or the JSON
    /// that should be there, says more.
    pub(in crate::crypto) fn text_length(self, data: &[u8]) -> Option<usize> {
        match self {
            Self::Zero => Some(data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)),
            Self::Pkcs7 => pkcs7_length(data, 16),
            Self::Pkcs7Of32 => pkcs7_length(data, 32),
            Self::None => Some(data.len()),
        }
    }
}

/// The length of the text before its PKCS#7 padding: n bytes of the value n, n from 1 to the length of a block.
fn pkcs7_length(data: &[u8], block: u8) -> Option<usize> {
    let last = *data.last()?;
    let length = data.len().checked_sub(usize::from(last))?;
    let padding = data.get(length..)?;
    ((1..=block).contains(&last) && padding.iter().all(|byte| *byte == last)).then_some(length)
}
