//! Numbers that JavaScript cannot represent.

use airudder_core::json::tokens;

/// The largest integer up to which every one has its own float: 2^53 − 1.
const MAX_SAFE: &str = "9007199254740991";

/// The largest float has so many digits before the point; a number that has as many may be larger.
const MAX_EXPONENT: i64 = 308;

/// The same JSON text, with each number that `JSON.parse` would change as a string: an integer beyond 2^53 − 1, and a
/// number of 10^308 and more. The text must be JSON.
pub(crate) fn keep(text: &str) -> String {
    let mut out = String::new();
    let mut copied = 0;
    for token in tokens(text).filter(|token| is_inexact(token.text)) {
        out.push_str(text.get(copied..token.start).unwrap_or_default());
        out.push('"');
        out.push_str(token.text);
        out.push('"');
        copied = token.end();
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

fn is_inexact(token: &str) -> bool {
    if !token.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return false;
    }
    let digits = token.trim_start_matches('-');
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return (digits.len(), digits) > (MAX_SAFE.len(), MAX_SAFE);
    }
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let whole = mantissa.split('.').next().unwrap_or_default().trim_start_matches('0').len();
    let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
    i64::try_from(whole).unwrap_or(i64::MAX).saturating_add(exponent) > MAX_EXPONENT
}
