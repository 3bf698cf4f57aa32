//! The result of a search.

use crate::crypto::{cipher::Cipher, scheme::Scheme};

/// The result of [`detect`](super::detect).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detection {
    /// The signature scheme that fits. Never an unkeyed one: that would authenticate nothing.
    pub scheme: Option<Scheme>,
    /// The cipher that fits; absent for a plain body.
    pub cipher: Option<Cipher>,
    /// The findings, and the remedies for what was not found, in sentences for people.
    pub notes: Vec<String>,
}
