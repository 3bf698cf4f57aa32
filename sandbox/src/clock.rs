//! The service's clock, and the time in the forms that the API uses.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, UtcOffset};

const LOCAL: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const UTC: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const ZONED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second][offset_hour sign:mandatory]:[offset_minute]");
/// The account's zone. The vendor states none; this is the one of its examples.
const ACCOUNT_ZONE: UtcOffset = offset!(+8);

const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// The service's clock, which may be off: what it says is in tokens, rows, events and `Date`.
#[derive(Debug)]
pub(crate) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    /// A clock that is so many seconds ahead of this machine's.
    pub(crate) const fn new(offset_s: i64) -> Self {
        Self { offset_ms: AtomicI64::new(offset_s.saturating_mul(1000)) }
    }

    /// Sets it so many seconds ahead of this machine's clock.
    pub(crate) fn set(&self, offset_s: i64) {
        self.offset_ms.store(offset_s.saturating_mul(1000), Ordering::Relaxed);
    }

    /// How many seconds it is ahead of this machine's clock.
    pub(crate) fn offset_s(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed) / 1000
    }

    /// The service's time in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        host_ms().saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }
}

/// This machine's time in milliseconds since 1970, for what is waited for.
pub(crate) fn host_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// `2023-09-11T06:19:27Z`
pub(crate) fn utc(ms: i64) -> String {
    moment(ms).format(&UTC).unwrap_or_default()
}

/// `2022-12-19 15:14:52`, in the account's zone.
pub(crate) fn local(ms: i64) -> String {
    moment(ms).to_offset(ACCOUNT_ZONE).format(&LOCAL).unwrap_or_default()
}

/// `Mon, 11 Sep 2023 06:19:27 GMT`
pub(crate) fn http_date(ms: i64) -> String {
    moment(ms).format(&HTTP_DATE).unwrap_or_default()
}

/// Reads `2023-09-01 00:00:00+08:00` into milliseconds since 1970.
pub(crate) fn parse_zoned(text: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(text, &ZONED).ok()?;
    moment.unix_timestamp().checked_mul(1000)
}

fn moment(ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_forms_agree() {
        let ms = super::parse_zoned("2023-09-11 14:19:27+08:00").expect("a time with zone");
        assert_eq!(super::utc(ms), "2023-09-11T06:19:27Z");
        assert_eq!(super::local(ms), "2023-09-11 14:19:27");
        assert_eq!(super::http_date(ms), "Mon, 11 Sep 2023 06:19:27 GMT");
        assert_eq!(super::parse_zoned("2023-09-11 14:19:27"), None);
    }
}
