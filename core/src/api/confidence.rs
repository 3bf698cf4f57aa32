//! The confidence in a fact about the API.

/// Where a fact about the API comes from. AI Rudder publishes little, so each operation and event says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Read in the vendor's documentation.
    Documented,
    /// Seen only in a public third-party client.
    Observed,
    /// This project's reading; it may be wrong.
    Assumed,
}
