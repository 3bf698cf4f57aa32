//! Numbers that JavaScript cannot hold.

use airudder_core::json::string_length;

/// The largest integer up to which every one has its own float: 2^53 − 1.
const MAX_SAFE: &str = "9007199254740991";

/// The largest float has so many digits before the point; a number that has as many may be larger.
const MAX_EXPONENT: i64 = 308;

/// The same JSON text, with each number as text that `JSON.parse` would change: a whole number beyond 2^53 − 1, and one
/// of 10^308 and more. The text must be JSON.
pub(crate) fn keep(text: &str) -> String {
    let mut out = String::new();
    let mut copied = 0;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        let token = rest.split_at(start).1;
        let length = if token.starts_with('"') { string_length(token) } else { number(token) };
        let (token, behind) = token.split_at(length);
        if is_inexact(token) {
            let at = text.len() - behind.len() - token.len();
            out.push_str(text.get(copied..at).unwrap_or_default());
            out.push('"');
            out.push_str(token);
            out.push('"');
            copied = text.len() - behind.len();
        }
        rest = behind;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

/// The length of the number that the text begins with.
fn number(text: &str) -> usize {
    text.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).unwrap_or(text.len())
}

fn is_inexact(token: &str) -> bool {
    if token.starts_with('"') {
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
