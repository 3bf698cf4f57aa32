//! The frame around a text that some senders encrypt with it.

use crate::{
    crypto::aes::Block,
    error::{Error, ErrorCode},
};

/// `WeChat`'s frame: 16 random bytes, the length of the text in four bytes, the text, and the id of the receiver. With an id
/// here, one for another receiver is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::crypto) struct Frame {
    pub(in crate::crypto) id: Option<String>,
}

/// The length of what stands before the text, in bytes.
const HEAD: usize = 20;

impl Frame {
    pub(super) fn around(&self, plain: &[u8], random: Block) -> Result<Vec<u8>, Error> {
        let length = u32::try_from(plain.len()).map_err(|_| wrong("a framed text has less than 4 GiB"))?;
        Ok([&random[..], &length.to_be_bytes(), plain, self.id.as_deref().unwrap_or_default().as_bytes()].concat())
    }

    /// Takes the frame off (E6009).
    pub(super) fn remove(&self, data: &mut Vec<u8>) -> Result<(), Error> {
        let (text, id) = parts(data)
            .ok_or_else(|| wrong("the decrypted text has no frame, or a wrong one: another key or cipher"))?;
        if self.id.as_ref().is_some_and(|own| own.as_bytes() != id) {
            return Err(wrong("the decrypted text is for another receiver: its id is not the one in the cipher"));
        }
        let length = text.len();
        data.drain(..HEAD);
        data.truncate(length);
        Ok(())
    }
}

/// The text in a frame, and the id behind it.
fn parts(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = data.split_first_chunk::<HEAD>()?;
    let length = u32::from_be_bytes(*head.last_chunk()?);
    rest.split_at_checked(usize::try_from(length).ok()?)
}

fn wrong(why: &str) -> Error {
    Error::new(ErrorCode::WrongFrame, why)
}
