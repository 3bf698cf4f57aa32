//! How fast things may follow one another.

/// Takes so many of something a second, on average over a few takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    free_at_ms: u64,
    /// The time that the last ones take.
    step_ms: u64,
}

impl Pace {
    /// How long the next ones are to wait. Never longer than the last ones take, even where the clock was set back.
    pub(crate) fn wait_ms(&mut self, now_ms: u64) -> u64 {
        self.free_at_ms = self.free_at_ms.min(now_ms.saturating_add(self.step_ms));
        self.free_at_ms.saturating_sub(now_ms)
    }

    /// So many go now, at this rate a second.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "of numbers this large, some are enough; the rate is positive, and the cast saturates"
    )]
    pub(crate) fn take(&mut self, now_ms: u64, count: usize, rate: f64) {
        self.step_ms = (count as f64 * 1000.0 / rate).ceil() as u64;
        self.free_at_ms = now_ms.saturating_add(self.step_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_go_a_second() {
        let mut pace = Pace::default();
        assert_eq!(pace.wait_ms(5000), 0);
        pace.take(5000, 1000, 50.0);
        assert_eq!((pace.wait_ms(5000), pace.wait_ms(24_999), pace.wait_ms(25_000)), (20_000, 1, 0));
        pace.take(1_000_000, 1, 3.0);
        assert_eq!(pace.wait_ms(1_000_000), 334);
        assert_eq!((pace.wait_ms(7), pace.wait_ms(8)), (334, 333), "the clock was set back");
        pace.take(0, 10, 1e-300);
        assert_eq!(pace.wait_ms(1), u64::MAX - 1);
    }
}
