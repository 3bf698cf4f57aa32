//! A time that is signed.

use crate::{
    calendar,
    error::{Error, ErrorCode},
};

/// Numbers below are seconds, in the years that anybody signs in; above, they are milliseconds.
const SECONDS_BELOW: u64 = 100_000_000_000;

/// The Unix time in milliseconds of a number of seconds or milliseconds, of RFC 3339, or of the form of HTTP's `Date`.
pub(in crate::crypto) fn ms(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u64>() {
        return if number < SECONDS_BELOW { number.checked_mul(1000) } else { Some(number) };
    }
    calendar::rfc3339_ms(text).or_else(|| calendar::http_date(text)?.checked_mul(1000))
}

/// Fails (E5007) where a signed time is farther from the time of receipt than the tolerance, in milliseconds.
pub(in crate::crypto) fn check(signed: &str, received_ms: u64, tolerance_ms: u64) -> Result<(), Error> {
    let too_old = |why: String| Error::new(ErrorCode::SignatureTooOld, why);
    let Some(signed) = ms(signed) else {
        return Err(too_old(
            "the time that is signed cannot be read: seconds, milliseconds or RFC 3339 are known".into(),
        ));
    };
    if signed.abs_diff(received_ms) <= tolerance_ms {
        return Ok(());
    }
    let seconds = signed.abs_diff(received_ms) / 1000;
    let direction = if signed < received_ms { "before" } else { "after" };
    let limit = tolerance_ms / 1000;
    Err(too_old(format!("the delivery was signed {seconds} s {direction} it came; {limit} s are tolerated")))
}
