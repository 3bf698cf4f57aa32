//! Memory whose size the caller decides: where there is none, that is an error, and not the end of the program.

use std::{hint::black_box, io};

use airudder_core::{Error, ErrorCode};

use crate::ffi::allocator::is_low;

/// The memory that reading, encrypting or decrypting takes, as a multiple of the input. Measured, with room
/// to spare; a test tries every amount of memory.
const COPIES: usize = 8;

/// What needs less is not asked for: it comes from what is kept for errors.
const LITTLE: usize = 1024;

/// Fails where there is no memory for working on an input of this length. The core, like most of Rust, ends the program
/// where an allocation fails, so this is asked before it begins.
pub(crate) fn to_work_on(length: usize) -> Result<(), Error> {
    room(length.saturating_mul(COPIES))
}

/// Fails where there are not so many bytes.
pub(crate) fn room(bytes: usize) -> Result<(), Error> {
    let mut memory = Vec::<u8>::new();
    let room = if bytes < LITTLE { left(true) } else { reserve(&mut memory, bytes) };
    // An allocation that nobody looks at need not be made.
    drop(black_box(memory));
    room
}

/// A copy.
pub(crate) fn copy(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    reserve(&mut copy, bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// A copy of a text.
pub(crate) fn text(text: &str) -> Result<String, Error> {
    let mut copy = String::new();
    left(copy.try_reserve_exact(text.len()).is_ok())?;
    copy.push_str(text);
    Ok(copy)
}

/// Room for so many more, and no more than these.
pub(crate) fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<(), Error> {
    left(list.try_reserve_exact(more).is_ok())
}

/// One more.
pub(crate) fn push<T>(list: &mut Vec<T>, value: T) -> Result<(), Error> {
    left(list.try_reserve(1).is_ok())?;
    list.push(value);
    Ok(())
}

/// A text that is written piece by piece.
#[derive(Default)]
pub(crate) struct Sink(pub(crate) Vec<u8>);

impl Sink {
    /// Appends a piece.
    pub(crate) fn put(&mut self, piece: &[u8]) -> Result<(), Error> {
        left(self.0.try_reserve(piece.len()).is_ok())?;
        self.0.extend_from_slice(piece);
        Ok(())
    }

    /// Appends a text as a JSON string.
    pub(crate) fn put_string(&mut self, text: &str) -> Result<(), Error> {
        serde_json::to_writer(self, text).map_err(|_| none())
    }

    /// The text.
    pub(crate) fn text(self) -> Result<String, Error> {
        String::from_utf8(self.0).map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))
    }
}

impl io::Write for Sink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.put(piece).map_err(|_| io::ErrorKind::OutOfMemory)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns whether a reservation was made, and that not from the last that there is.
fn left(reserved: bool) -> Result<(), Error> {
    if reserved && !is_low() { Ok(()) } else { Err(none()) }
}

/// There is no memory.
pub(crate) fn none() -> Error {
    Error::new(ErrorCode::OutOfMemory, "there is no memory for this; nothing was done")
}
