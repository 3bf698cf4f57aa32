//! The time of a campaign, and how long it has waited, by clocks that may be wrong.

use crate::clock::Now;

pub(super) const HOUR_MS: u64 = 60 * 60 * 1000;
pub(super) const DAY_MS: u64 = 24 * HOUR_MS;

/// A moment by the host's clock, and by the API's where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) host_ms: u64,
    pub(super) service_ms: Option<u64>,
}

impl Moment {
    /// Unix milliseconds by the API's clock, or, where that is not known, by the host's.
    pub(super) fn best_ms(self) -> u64 {
        self.service_ms.unwrap_or(self.host_ms)
    }
}

/// The time of a campaign.
#[derive(Debug, Default)]
pub(super) struct Clock {
    pub(super) waited: Waited,
    host_ms: u64,
    /// How far the API's clock is ahead of the host's, as its last answer said.
    offset_ms: Option<i64>,
    /// The latest time so far, by the API's clock as far as it is known.
    latest_ms: u64,
}

impl Clock {
    /// Takes note of the time, and of the difference between the clocks.
    pub(super) fn tick(&mut self, now: Now, offset_ms: Option<i64>) {
        self.waited.tick(now);
        self.host_ms = now.unix_ms;
        self.offset_ms = offset_ms;
        self.latest_ms = self.latest_ms.max(self.now().best_ms());
    }

    pub(super) fn now(&self) -> Moment {
        let service_ms = self.offset_ms.and_then(|offset_ms| self.host_ms.checked_add_signed(offset_ms));
        Moment { host_ms: self.host_ms, service_ms }
    }

    /// Milliseconds by the clock that nobody sets, or, where there is none, by the host's.
    pub(super) fn steady_ms(&self) -> u64 {
        self.waited.last.map_or(0, |now| now.monotonic_ms.unwrap_or(now.unix_ms))
    }

    pub(super) const fn latest_ms(&self) -> u64 {
        self.latest_ms
    }
}

/// Counts the time for which waiting counts. It begins at 0, and never runs faster than real time.
#[derive(Debug, Default)]
pub(super) struct Waited {
    last: Option<Now>,
    /// Until which Unix time the host was asked to wait.
    asked_until_ms: Option<u64>,
    ms: u64,
}

impl Waited {
    /// Takes note of the time.
    ///
    /// By two clocks, what the monotonic one measured counts, and no more than the other went forward: one that was set
    /// back or stands still says nothing. By one clock, only the time counts for which the host was asked to wait: such a
    /// clock may have been set forward while something else was done.
    pub(super) fn tick(&mut self, now: Now) {
        let asked_until_ms = self.asked_until_ms.take();
        let Some(last) = self.last.replace(now) else { return };
        self.ms += match (last.monotonic_ms, now.monotonic_ms) {
            (Some(before), Some(after)) => {
                let steady_ms = after.saturating_sub(before);
                match now.unix_ms.saturating_sub(last.unix_ms) {
                    0 => steady_ms,
                    wall_ms => steady_ms.min(wall_ms),
                }
            }
            _ => asked_until_ms.map_or(0, |until_ms| now.unix_ms.min(until_ms).saturating_sub(last.unix_ms)),
        };
    }

    /// The time that has counted so far.
    pub(super) const fn ms(&self) -> u64 {
        self.ms
    }

    /// The host is asked to wait until this much has counted; gives the Unix time for that.
    pub(super) fn ask(&mut self, until: u64) -> u64 {
        let until_ms = self.when(until);
        self.asked_until_ms = Some(until_ms);
        until_ms
    }

    /// The Unix time at which this much will have counted, if no clock is set.
    pub(super) fn when(&self, until: u64) -> u64 {
        let now_ms = self.last.map_or(0, |now| now.unix_ms);
        now_ms.saturating_add(until.saturating_sub(self.ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waited(times: &[(u64, u64)]) -> u64 {
        let mut waited = Waited::default();
        for (unix_ms, monotonic_ms) in times {
            waited.tick(Now::new(*unix_ms, *monotonic_ms));
        }
        waited.ms()
    }

    #[test]
    fn a_clock_that_jumps_or_stands_still_neither_shortens_nor_prolongs_a_wait() {
        assert_eq!(waited(&[(1000, 5), (1100, 105)]), 100);
        assert_eq!(waited(&[(1000, 5), (9_001_000, 105)]), 100, "set forward");
        assert_eq!(waited(&[(9_000_000, 5), (1000, 105), (1050, 155)]), 150, "set back");
        assert_eq!(waited(&[(1000, 5), (1000, 105), (1000, 205)]), 200, "stands still");
        assert_eq!(waited(&[(1000, 5), (61_000, 6)]), 1, "the machine slept");
        assert_eq!(waited(&[(1000, 5), (1001, 900)]), 1, "the monotonic one is wrong");
        assert_eq!(waited(&[(1000, 500), (1001, 5)]), 0);
    }

    #[test]
    fn by_one_clock_only_a_wait_that_was_asked_for_counts() {
        let mut waited = Waited::default();
        waited.tick(1000.into());
        waited.tick(3_000_000.into());
        assert_eq!(waited.ms(), 0);
        assert_eq!(waited.ask(60_000), 3_060_000);
        waited.tick(3_020_000.into());
        assert_eq!(waited.ms(), 20_000);
        waited.tick(3_900_000.into());
        assert_eq!(waited.ms(), 20_000, "nothing was asked for");
        assert_eq!(waited.ask(60_000), 3_940_000);
        waited.tick(9_000_000.into());
        assert_eq!(waited.ms(), 60_000);
    }
}
