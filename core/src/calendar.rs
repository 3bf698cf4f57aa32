//! Times as the API and HTTP write them. A few rules of the calendar are all it takes.

const DAY_SECONDS: u64 = 24 * 60 * 60;
/// The zone of the documented examples.
const ZONE: &str = "+08:00";
const ZONE_SECONDS: u64 = 8 * 60 * 60;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns whether it is a time without a zone, as `2022-12-19 15:14:52`.
pub(crate) fn is_local(text: &str) -> bool {
    let Some((date, time)) = text.split_once(' ') else { return false };
    let mut parts = date.splitn(3, '-');
    let mut next = |digits| parts.next().and_then(|part| number(part, digits));
    let (year, month, day) = (next(4), next(2), next(2));
    is_date(year, month, day) && seconds_of_day(time).is_some()
}

/// Returns whether it is a time with its zone, as `2023-09-01 00:00:00+08:00`.
pub(crate) fn is_zoned(text: &str) -> bool {
    let Some(sign) = text.rfind(['+', '-']).filter(|sign| *sign >= "2023-09-01 ".len()) else { return false };
    let (local, zone) = text.split_at(sign);
    let offset = zone.get(1..).and_then(|zone| zone.split_once(':'));
    let is_offset = offset.is_some_and(|(hours, minutes)| {
        number(hours, 2).is_some_and(|hours| hours < 24) && number(minutes, 2).is_some_and(|minutes| minutes < 60)
    });
    is_offset && is_local(local)
}

/// The Unix time in milliseconds of a time in the form of [`is_zoned`], from 1970 on.
pub(crate) fn zoned_ms(text: &str) -> Option<u64> {
    if !is_zoned(text) {
        return None;
    }
    let (local, zone) = text.split_at(text.rfind(['+', '-'])?);
    let (date, time) = local.split_once(' ')?;
    let mut parts = date.splitn(3, '-');
    let mut next = |digits| parts.next().and_then(|part| number(part, digits));
    let seconds = days_before(next(4)?, next(2)?, next(2)?)? * DAY_SECONDS + seconds_of_day(time)?;
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let offset = number(hours, 2)? * 3600 + number(minutes, 2)? * 60;
    let utc = if zone.starts_with('-') { seconds.checked_add(offset) } else { seconds.checked_sub(offset) };
    utc?.checked_mul(1000)
}

/// The Unix time in milliseconds of a time in UTC as the API writes it: `2023-09-11T06:19:27Z`.
pub(crate) fn utc_ms(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    zoned_ms(&format!("{date} {time}+00:00"))
}

/// The Unix time in milliseconds of a time as RFC 3339 has it, with a fraction of a second or without.
pub(crate) fn rfc3339_ms(text: &str) -> Option<u64> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let (time, behind) = rest.split_at_checked("00:00:00".len())?;
    let (fraction, zone) = behind.split_at(behind.find(|c: char| c != '.' && !c.is_ascii_digit())?);
    let zone = if zone.eq_ignore_ascii_case("z") { "+00:00" } else { zone };
    let digits = fraction.strip_prefix('.').unwrap_or("0");
    let thousandths = digits.chars().chain("00".chars()).take(3).collect::<String>().parse::<u64>().ok()?;
    zoned_ms(&format!("{date} {time}{zone}"))?.checked_add(thousandths)
}

/// The number of days from the beginning of 1970 to this date.
fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    let days =
        (1970..year).map(days_in_year).sum::<u64>() + (1..month).map(|month| days_in_month(year, month)).sum::<u64>();
    (year >= 1970).then_some(days + day.checked_sub(1)?)
}

/// A Unix time in milliseconds in the form of [`is_zoned`]; nothing behind the year 9999.
pub(crate) fn zoned(ms: u64) -> Option<String> {
    let local = (ms / 1000).checked_add(ZONE_SECONDS)?;
    let (mut days, second) = (local / DAY_SECONDS, local % DAY_SECONDS);
    let mut year = 1970;
    while days >= days_in_year(year) {
        days -= days_in_year(year);
        year += 1;
        if year > 9999 {
            return None;
        }
    }
    let mut month = 1;
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    Some(format!("{year:04}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02}{ZONE}", days + 1))
}

/// The Unix time in seconds of an HTTP date, as `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(text: &str) -> Option<u64> {
    let (_, date) = text.split_once(", ")?;
    let mut parts = date.splitn(5, ' ');
    let day = number(parts.next()?, 2)?;
    let name = parts.next()?;
    let month = (1..).zip(MONTHS).find(|(_, month)| *month == name)?.0;
    let year = number(parts.next()?, 4)?;
    let second = seconds_of_day(parts.next()?)?;
    if parts.next()? != "GMT" || year < 1970 || !is_date(Some(year), Some(month), Some(day)) {
        return None;
    }
    Some(days_before(year, month, day)? * DAY_SECONDS + second)
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_date(year: Option<u64>, month: Option<u64>, day: Option<u64>) -> bool {
    match (year, month, day) {
        (Some(year), Some(month @ 1..=12), Some(day)) => (1..=days_in_month(year, month)).contains(&day),
        _ => false,
    }
}

/// The seconds since midnight of `15:14:52`.
fn seconds_of_day(time: &str) -> Option<u64> {
    let mut parts = time.splitn(3, ':');
    let mut next = |below| parts.next().and_then(|part| number(part, 2)).filter(|number| *number < below);
    Some(next(24)? * 3600 + next(60)? * 60 + next(60)?)
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

    use super::*;

    proptest! {
        /// Days and hours beyond their limits are tried, too.
        #[test]
        fn it_agrees_with_a_calendar_library(
            (year, month, day) in (0_u32..3000, 0_u32..14, 0_u32..33),
            (hour, minute, second) in (0_u32..25, 0_u32..61, 0_u32..61),
            ms in 0_u64..253_402_271_999_000,
        ) {
            let local = format_description!(version = 2, "[year]-[month]-[day] [hour]:[minute]:[second]");
            let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
            prop_assert_eq!(is_local(&text), PrimitiveDateTime::parse(&text, local).is_ok(), "{}", text);

            let there = time::macros::offset!(+8);
            let known = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap().to_offset(there);
            prop_assert_eq!(zoned(ms).unwrap(), format!("{}+08:00", known.format(local).unwrap()));
            prop_assert_eq!(zoned_ms(&zoned(ms).unwrap()), Some(ms / 1000 * 1000));
            let elsewhere = known.to_offset(time::macros::offset!(-11:30));
            let text = format!("{}-11:30", elsewhere.format(local).unwrap());
            prop_assert!(elsewhere.year() < 1970 || zoned_ms(&text) == Some(ms / 1000 * 1000), "{}", text);

            let http = format_description!(
                version = 2,
                "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
            );
            let known = known.to_offset(time::UtcOffset::UTC);
            prop_assert_eq!(http_date(&known.format(http).unwrap()), Some(ms / 1000));
        }
    }

    #[test]
    fn local_times() {
        for good in ["2022-12-19 15:14:52", "2024-02-29 00:00:00", "2000-02-29 23:59:59"] {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "2022-12-19",
            "2022-12-19T15:14:52",
            "2023-02-29 00:00:00",
            "1900-02-29 00:00:00",
            "2022-13-01 00:00:00",
            "2022-00-01 00:00:00",
            "2022-01-00 00:00:00",
            "2022-01-01 24:00:00",
            "2022-01-01 00:60:00",
            "2022-01-01 00:00:60",
            "2022-1-01 00:00:00",
            "2022-01-01 00:00:00 ",
            "2022-01-01 00:00:00+08:00",
            "+022-01-01 00:00:00",
        ] {
            assert!(!is_local(bad), "{bad}");
        }
    }

    #[test]
    fn zoned_times() {
        for good in ["2023-09-01 00:00:00+08:00", "2023-09-01 00:00:00-11:30"] {
            assert!(is_zoned(good), "{good}");
        }
        for bad in ["2023-09-01", "2023-09-01 00:00:00", "2023-09-01 00:00:00Z", "2023-09-01 00:00:00+8:00", "é+08:00"]
        {
            assert!(!is_zoned(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_and_known_dates_are_right() {
        for (ms, text) in [
            (0, "1970-01-01 08:00:00+08:00"),
            (1_709_222_399_000, "2024-02-29 23:59:59+08:00"),
            (4_102_415_999_999, "2099-12-31 23:59:59+08:00"),
        ] {
            assert_eq!(zoned(ms).as_deref(), Some(text));
            assert_eq!(zoned_ms(text), Some(ms / 1000 * 1000));
            assert!(is_zoned(text));
        }
        assert_eq!(zoned(u64::MAX), None);
    }

    #[test]
    fn http_dates() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        for bad in [
            "",
            "soon",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Apr 2024 00:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
        ] {
            assert_eq!(http_date(bad), None, "{bad}");
        }
    }
}
