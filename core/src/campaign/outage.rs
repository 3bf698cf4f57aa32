//! Failures in a row: while the API seems to be away, a campaign uploads nothing and asks now and then whether it is back.

use crate::{
    error::{Error, ErrorCode, RetryAdvice},
    retry::Jitter,
};

/// So many lookups that fail one after the other mean an outage; fewer are looked up again at once.
const FAILED_LOOKUPS: u32 = 3;

/// Failures in a row of one kind of call.
#[derive(Clone, Copy, Debug, Default)]
struct Streak {
    failures: u32,
    /// How much waiting had counted when the first of them ended.
    since: u64,
}

impl Streak {
    fn add(&mut self, now: u64) {
        if self.failures == 0 {
            self.since = now;
        }
        self.failures = self.failures.saturating_add(1);
    }
}

/// What is known of an outage. Times are counted as waiting is.
#[derive(Debug, Default)]
pub(super) struct Outage {
    uploads: Streak,
    lookups: Streak,
    /// During an outage, when the next lookup may ask whether it is over.
    asks_at: Option<u64>,
}

impl Outage {
    /// Returns whether there is one, as far as is known.
    pub(super) const fn is_on(&self) -> bool {
        self.asks_at.is_some()
    }

    /// When a lookup may start: without an outage at any time.
    pub(super) fn asks_at(&self) -> u64 {
        self.asks_at.unwrap_or(0)
    }

    /// An upload or a creation failed. Gives how long it will have been so when a lookup asks.
    pub(super) fn upload_failed(&mut self, now: u64, error: &Error, jitter: &mut Jitter) -> u64 {
        self.uploads.add(now);
        // The first lookup may ask at once: most failures are over by then.
        self.begin(now, error, self.uploads.failures - 1, jitter);
        self.asks_at().saturating_sub(self.uploads.since)
    }

    /// A lookup failed. Gives how long it will have been so when the next one asks.
    pub(super) fn lookup_failed(&mut self, now: u64, error: &Error, jitter: &mut Jitter) -> u64 {
        self.lookups.add(now);
        if self.is_on() || self.lookups.failures >= FAILED_LOOKUPS || error.code() == ErrorCode::RateLimited {
            self.begin(now, error, self.lookups.failures, jitter);
        }
        self.asks_at().max(now).saturating_sub(self.lookups.since)
    }

    fn begin(&mut self, now: u64, error: &Error, failures: u32, jitter: &mut Jitter) {
        let asked_ms = match error.details().retry {
            RetryAdvice::AfterMs(ms) => ms,
            RetryAdvice::Never => 0,
        };
        let pause_ms = jitter.pause_ms(failures).max(asked_ms);
        self.asks_at = Some(self.asks_at().max(now.saturating_add(pause_ms)));
    }

    /// The API has carried out an upload or a creation.
    pub(super) fn upload_succeeded(&mut self) {
        self.uploads = Streak::default();
    }

    /// The API has answered a lookup: it is back.
    pub(super) fn lookup_succeeded(&mut self) {
        self.lookups = Streak::default();
        self.asks_at = None;
    }
}

/// Returns whether a call that ends so may succeed later, with nothing changed here.
pub(super) fn may_pass(error: &Error) -> bool {
    let code = error.code();
    matches!(
        code,
        ErrorCode::RateLimited
            | ErrorCode::ServerError
            | ErrorCode::UnreadableResponse
            | ErrorCode::ConnectFailed
            | ErrorCode::Timeout
            | ErrorCode::ConnectionReset
            | ErrorCode::TransportFailed
            | ErrorCode::DeadlineExceeded
    ) || error.details().http_status == Some(408)
}
