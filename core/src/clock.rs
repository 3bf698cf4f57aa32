//! The time, as a host tells it.

/// The time by two clocks. People and time servers set the first one, so it may jump; the second one never does.
///
/// A campaign counts waits by the second clock, and never faster than the first one goes forward. A host that has one
/// clock alone gives its Unix time, by `From<u64>`: that one must not jump while contacts are in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Unix time in milliseconds.
    pub unix_ms: u64,
    /// Milliseconds since any fixed moment, by a clock that nobody sets and that goes on while the machine sleeps where
    /// there is one (`CLOCK_BOOTTIME`).
    pub monotonic_ms: Option<u64>,
}

impl Now {
    /// The time by both clocks.
    #[must_use]
    pub const fn new(unix_ms: u64, monotonic_ms: u64) -> Self {
        Self { unix_ms, monotonic_ms: Some(monotonic_ms) }
    }
}

impl From<u64> for Now {
    fn from(unix_ms: u64) -> Self {
        Self { unix_ms, monotonic_ms: None }
    }
}
