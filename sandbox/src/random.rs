//! Numbers that look random and repeat for the same seed, and ids that never repeat.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A small seeded generator (`SplitMix64`). Not for secrets; the sandbox has none worth guarding.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The generator of one thing among many, so that its numbers do not depend on the order of work.
    pub(crate) fn of(seed: u64, id: i64) -> Self {
        let mut random = Self(seed ^ id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15));
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.next() % span).unwrap_or_default()
    }

    /// True with this probability, which is cut to 0..1.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        let roll = u32::try_from(self.next() >> 32).unwrap_or_default();
        f64::from(roll) < probability * (f64::from(u32::MAX) + 1.0)
    }

    /// 32 hex digits.
    pub(crate) fn hex_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }
}

/// 32 hex digits that no other run has given out, so that a database file may be opened again and again.
pub(crate) fn fresh_id() -> String {
    format!("{:032x}", u128::from_be_bytes(fresh_block()))
}

/// 16 bytes that no other run has given out.
pub(crate) fn fresh_block() -> [u8; 16] {
    let fresh = || u128::from(RandomState::new().build_hasher().finish());
    ((fresh() << 64) | fresh()).to_be_bytes()
}
