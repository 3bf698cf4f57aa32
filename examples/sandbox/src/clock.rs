//! The time, in the forms that the API uses.

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

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
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
    fn the_three_forms_agree() {
        let ms = super::parse_zoned("2023-09-11 14:19:27+08:00").expect("a time with zone");
        assert_eq!(super::utc(ms), "2023-09-11T06:19:27Z");
        assert_eq!(super::local(ms), "2023-09-11 14:19:27");
        assert_eq!(super::parse_zoned("2023-09-11 14:19:27"), None);
    }
}
