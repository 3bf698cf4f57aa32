//! How sure a fact about the API is.

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
