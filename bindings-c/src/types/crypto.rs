//! The types of the crypto functions.

use crate::types::text::airudder_text;

/// The findings of airudder_detect() and airudder_detect_delivery(). The texts belong to its buffer.
#[repr(C)]
pub struct airudder_detection {
    /// The signature scheme that fits; data is NULL where none does.
    pub scheme: airudder_text,
    /// The cipher that fits; data is NULL where none does, or the body is plain.
    pub cipher: airudder_text,
    /// The findings, and the remedies for what was not found: a line each, for people.
    pub notes: airudder_text,
}

impl airudder_detection {
    pub(crate) const NONE: Self =
        Self { scheme: airudder_text::NONE, cipher: airudder_text::NONE, notes: airudder_text::NONE };
}
