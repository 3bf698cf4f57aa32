//! The result of a search.

use crate::crypto::{cipher::Cipher, scheme::Scheme};

/// The result of [`detect`](super::detect).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detection {
    /// The signature scheme that fits. Never one that authenticates nobody; one that is weak ends in `;weak`.
    pub scheme: Option<Scheme>,
    /// The cipher that fits; absent for a plain body.
    pub cipher: Option<Cipher>,
    /// What the scheme does not protect, in a sentence; `None` where nothing is known, or no scheme was found.
    pub weakness: Option<&'static str>,
    /// The number of signatures that were computed.
    pub tried: u64,
    /// The findings, what was tried, and the remedies for what was not found, in sentences for people.
    pub notes: Vec<String>,
}
