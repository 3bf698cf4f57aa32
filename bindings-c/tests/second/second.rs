//! A Rust library of somebody else's, which catches panics of its own.

use std::panic::{catch_unwind, resume_unwind};

/// The number of digits of the numbers below `end` have; 0 where that panics, which it does beyond a hundred.
#[unsafe(no_mangle)]
pub extern "C" fn second_digits(end: u32) -> u32 {
    catch_unwind(|| {
        if end > 100 {
            resume_unwind(Box::new("too many"));
        }
        (0..end).map(|number| number.to_string().len() as u32).sum()
    })
    .unwrap_or(0)
}
