//! Hides secrets and the middle of phone numbers in what people are shown.

use std::borrow::Cow;

use crate::json::string_end;

/// What stands in the names of header fields that carry a secret, the caller's own among them. `Signed` is none.
const SECRET_HEADERS: [&str; 6] = ["authorization", "cookie", "key", "secret", "token", "x-airudder-sign"];
const SECRET_FIELDS: [&str; 3] = ["\"APPKey\"", "\"APPSecret\"", "\"token\""];
pub(crate) const MASK: &str = "***";

/// The value of a header field, with its secret masked.
pub(crate) fn mask_header<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match secret_of(name, value) {
        Some(secret) => Cow::Owned(format!("{}{MASK}", value.strip_suffix(secret).unwrap_or_default())),
        None => Cow::Borrowed(value),
    }
}

/// What is secret of a header field's value, if anything.
pub(crate) fn secret_of<'a>(name: &str, value: &'a str) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let is_secret = SECRET_HEADERS.iter().any(|secret| name.contains(secret));
    is_secret.then(|| match value.split_once(' ') {
        // The scheme word is no secret, and wrong schemes are a common mistake worth seeing.
        Some((_, secret)) if name.contains("authorization") => secret,
        _ => value,
    })
}

/// A JSON body with app key, app secret and tokens hidden, and the middle of phone numbers starred.
pub(crate) fn mask_body(text: &str) -> String {
    let mut masked = mask_phones(text);
    for field in SECRET_FIELDS {
        masked = mask_field(&masked, field);
    }
    masked
}

/// A message of the API's as it may be kept: digits that may be a phone number are starred.
pub(crate) fn message(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|char: char| char.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let (digits, after) = from.split_at(from.find(|char: char| !char.is_ascii_digit()).unwrap_or(from.len()));
        masked.push_str(before);
        masked.push_str(if digits.len() < 6 { digits } else { MASK });
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Replaces the string value that follows each occurrence of the quoted field name.
fn mask_field(text: &str, field: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(field) {
        out.push_str(before);
        out.push_str(field);
        rest = after;
        let value = after.trim_start().strip_prefix(':').map(str::trim_start).and_then(|value| value.strip_prefix('"'));
        if let Some(value) = value {
            out.push_str(":\"");
            out.push_str(MASK);
            rest = value.get(string_end(value)..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// Stars all but the first three and last two digits of every `+` number of at least six digits, as it stands in a body or
/// in a query.
fn mask_phones(text: &str) -> String {
    ["+", "%2B", "%2b"].iter().fold(text.to_owned(), |text, plus| mask_numbers(&text, plus))
}

fn mask_numbers(text: &str, plus: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split(plus);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(plus);
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits < 6 {
            out.push_str(part);
            continue;
        }
        let (number, after) = part.split_at(digits);
        out.push_str(number.get(..3).unwrap_or_default());
        out.extend(std::iter::repeat_n('*', digits - 5));
        out.push_str(number.get(digits - 2..).unwrap_or_default());
        out.push_str(after);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_masked_whatever_their_spacing_and_escapes() {
        let masked = mask_body(r#"{"APPSecret" : "a\"b\\", "x": 1, "APPKey":"k", "token": null}"#);
        assert_eq!(masked, r#"{"APPSecret":"***", "x": 1, "APPKey":"***", "token": null}"#);
    }

    #[test]
    fn base64_pluses_and_short_numbers_stay() {
        assert_eq!(mask_body("ab+cd+12345 +8618116123456"), "ab+cd+12345 +861********56");
    }

    #[test]
    fn a_phone_number_in_a_query_is_masked_too() {
        assert_eq!(mask_body("?TaskID=1234567&Callee=%2B6212345678"), "?TaskID=1234567&Callee=%2B621*****78");
    }

    #[test]
    fn of_a_secret_header_only_the_scheme_of_an_authorization_is_shown() {
        for (name, value, shown) in [
            ("Authorization", "Token fake-token", "Token ***"),
            ("Authorization", "fake-token", "***"),
            ("Cookie", "session=fake-1; other=fake-2", "***"),
            ("X-Api-Key", "fake key", "***"),
            ("X-Api-Key", "", "***"),
            ("Signed", "0a1b", "0a1b"),
        ] {
            assert_eq!(mask_header(name, value), shown);
        }
    }
}
