//! Integers that JavaScript has as floats.

/// An integer that JavaScript has as a float: a time in milliseconds, or a seed.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, which is right here")]
pub(crate) const fn whole(number: f64) -> u64 {
    number as u64
}
