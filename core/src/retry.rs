//! When to send again: exponential delays with full jitter, `Retry-After`, and a budget for the whole client.

use crate::calendar::http_date;

const BASE_MS: u64 = 250;
const CAP_MS: u64 = 20_000;
/// The longest time that is read, which in milliseconds is still a whole number in JavaScript.
const LONGEST_SECONDS: u64 = 1 << 42;

/// Random-looking numbers from a seed that the host gives, so that the same inputs give the same delays (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The pause after so many failures in a row: none after none, else at least half of an exponentially growing bound.
    pub(crate) fn pause_ms(&mut self, failures: u32) -> u64 {
        if failures == 0 {
            return 0;
        }
        let half = BASE_MS.saturating_mul(1 << (failures - 1).min(16)).min(CAP_MS / 4);
        half + self.next() % (half + 1)
    }

    /// The delay before the retry of this number (0 is the first): anything up to an exponentially growing bound.
    pub(crate) fn delay_ms(&mut self, retry: u32) -> u64 {
        let bound = BASE_MS.saturating_mul(1 << retry.min(16)).min(CAP_MS);
        self.next() % (bound + 1)
    }
}

/// A client's allowance of retries: when many requests fail, sending more of them would make it worse.
#[derive(Clone, Debug)]
pub(crate) struct Budget(u32);

impl Budget {
    const FULL: u32 = 400;
    const COST: u32 = 2;
    const REFUND: u32 = 1;

    pub(crate) const fn full() -> Self {
        Self(Self::FULL)
    }

    /// Takes one retry out, if there is one left.
    pub(crate) fn spend(&mut self) -> bool {
        match self.0.checked_sub(Self::COST) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// A request succeeded.
    pub(crate) fn refund(&mut self) {
        self.0 = (self.0 + Self::REFUND).min(Self::FULL);
    }
}

/// The wait that a `Retry-After` asks for, in milliseconds from now: seconds, or an HTTP date.
pub(crate) fn retry_after_ms(value: &str, now_ms: u64) -> Option<u64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(LONGEST_SECONDS, |seconds: u64| seconds.min(LONGEST_SECONDS)) * 1000);
    }
    Some(http_date(value)?.saturating_mul(1000).saturating_sub(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_cap_and_depend_on_the_seed_alone() {
        let delays = |seed| {
            let mut jitter = Jitter::new(seed);
            (0..40).map(|retry| jitter.delay_ms(retry)).collect::<Vec<_>>()
        };
        assert_eq!(delays(7), delays(7));
        assert_ne!(delays(7), delays(8));
        assert!(delays(7).iter().enumerate().all(|(n, delay)| *delay <= (BASE_MS << n.min(16)).min(CAP_MS)));
    }

    #[test]
    fn pauses_grow_to_a_cap_and_are_never_short() {
        let mut jitter = Jitter::new(7);
        assert_eq!(jitter.pause_ms(0), 0);
        assert!((1..40).all(|failures| {
            let half = (BASE_MS << (failures - 1).min(16)).min(5000);
            (half..=2 * half).contains(&jitter.pause_ms(failures))
        }));
    }

    #[test]
    fn the_budget_runs_dry_and_fills_again() {
        let mut budget = Budget::full();
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 200);
        budget.refund();
        assert!(!budget.spend());
        budget.refund();
        assert!(budget.spend());
    }

    #[test]
    fn retry_after_in_both_forms() {
        assert_eq!(retry_after_ms(" 3 ", 0), Some(3000));
        assert_eq!(retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_776_000), Some(1000));
        assert_eq!(retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", 984_111_776_000), Some(0));
        assert_eq!(retry_after_ms("99999999999999999999", 0), Some(LONGEST_SECONDS * 1000));
        assert_eq!(retry_after_ms("9999999999", 0), Some(9_999_999_999_000));
        assert!(["soon", "", "+3", "-3", "3.5"].iter().all(|odd| retry_after_ms(odd, 0).is_none()));
    }
}
