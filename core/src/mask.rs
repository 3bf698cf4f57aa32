//! Hides secrets, the middle of phone numbers and what else is personal in what people are shown.

use std::borrow::Cow;

use airudder_json::tokens;

use crate::odd::is_digit;

pub(crate) const MASK: &str = "***";

/// Header fields that carry no secret. The values of all others are hidden: a gateway's own fields may be anything.
const HARMLESS_HEADERS: [&str; 18] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "host",
    "is-encrypted",
    "retry-after",
    "server",
    "signed",
    "tenantid",
    "transfer-encoding",
    "user-agent",
];
/// Parameters of a query that are neither secret nor personal.
const HARMLESS_PARAMETERS: [&str; 5] = ["taskid", "number", "page", "type", "size"];
/// Parameters of a query that are phone numbers.
const PHONE_PARAMETERS: [&str; 4] = ["callee", "calleenumber", "callee_number", "mobile"];
/// Parts of the names of JSON fields that are secret, in lower case and without `_` and `-`.
const SECRET_FIELDS: [&str; 11] = [
    "secret",
    "token",
    "passw",
    "appkey",
    "apikey",
    "signkey",
    "accesskey",
    "privatekey",
    "encryptionkey",
    "authorization",
    "signature",
];
/// The shortest run of digits that may be a phone number, or an account's.
const MANY_DIGITS: usize = 6;

/// The value of a header field, with its secret masked.
pub(crate) fn mask_header<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match secret_of(name, value) {
        Some(secret) => Cow::Owned(format!("{}{MASK}", value.strip_suffix(secret).unwrap_or_default())),
        None => Cow::Borrowed(value),
    }
}

/// The part of a header field's value that may be secret, if any.
pub(crate) fn secret_of<'a>(name: &str, value: &'a str) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    (!HARMLESS_HEADERS.contains(&name.as_str())).then(|| match value.split_once(' ') {
        // The scheme word is no secret, and wrong schemes are a common mistake worth seeing.
        Some((_, secret)) if name.contains("authorization") => secret,
        _ => value,
    })
}

/// A URL with the middle of numbers starred, and the values of unknown parameters hidden. An encrypted query, which has no
/// parameters, stays.
pub(crate) fn mask_url(url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut out = mask_numbers(path);
    for (index, parameter) in query.split('&').enumerate().filter(|(_, parameter)| !parameter.is_empty()) {
        out.push(if index == 0 { '?' } else { '&' });
        out.push_str(&mask_parameter(parameter));
    }
    out
}

fn mask_parameter(parameter: &str) -> Cow<'_, str> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let lower = name.to_ascii_lowercase();
    // What follows the text of an encrypted query is padding.
    if value.bytes().all(|byte| byte == b'=') || HARMLESS_PARAMETERS.contains(&lower.as_str()) {
        Cow::Borrowed(parameter)
    } else if PHONE_PARAMETERS.contains(&lower.as_str()) {
        Cow::Owned(format!("{name}={}", mask_numbers(value)))
    } else {
        Cow::Owned(format!("{name}={MASK}"))
    }
}

/// A JSON body with its secrets hidden, and the middle of numbers starred.
pub(crate) fn mask_body(text: &str) -> String {
    mask_numbers(&mask_fields(text))
}

/// Replaces the values of fields that are secret by their name.
fn mask_fields(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let mut all = tokens(text);
    while let Some(name) = all.next() {
        let mut behind = all.clone();
        let is_field = name.first() == b'"' && behind.next().is_some_and(|token| token.text == ":");
        let Some(value) = behind.next().filter(|_| is_field && is_secret_field(name.text)) else { continue };
        if matches!(value.first(), b'"' | b'-' | b'0'..=b'9') {
            out.push_str(text.get(copied..name.end()).unwrap_or_default());
            out.push_str(":\"");
            out.push_str(MASK);
            out.push('"');
            copied = value.end();
            all = behind;
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

fn is_secret_field(name: &str) -> bool {
    let name = serde_json::from_str::<String>(name).unwrap_or_default().to_ascii_lowercase().replace(['_', '-'], "");
    SECRET_FIELDS.iter().any(|secret| name.contains(secret))
}

/// Stars all but the first three and last two digits of every number of at least six digits.
fn mask_numbers(text: &str) -> String {
    replace_numbers(text, |digits, out| {
        let last = digits.len() - 2;
        out.extend(
            digits.iter().enumerate().map(|(index, digit)| if (3..last).contains(&index) { '*' } else { *digit }),
        );
    })
}

/// A message of the API's without what may be personal: numbers of six digits and more, of phone numbers also those in
/// groups, and addresses with an `@`.
pub(crate) fn message(text: &str) -> String {
    let ends_word = |character: char| character.is_whitespace() || "\"'()<>[]{},;".contains(character);
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(ends_word) {
        let end = word.char_indices().next_back().filter(|(_, last)| ends_word(*last)).map_or(word.len(), |(at, _)| at);
        let (word, end) = word.split_at(end);
        let is_address = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        out.push_str(if is_address { MASK } else { word });
        out.push_str(end);
    }
    replace_numbers(&mask_groups(&out), |_, out| out.push_str(MASK))
}

/// Hides what follows a `+` and is digits in groups: `+62 812-3456-789`.
fn mask_groups(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('+');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let groups = part.find(|character: char| !(is_digit(character) || " -.()".contains(character)));
        let groups =
            part.get(..groups.unwrap_or(part.len())).unwrap_or_default().trim_end_matches([' ', '-', '.', '(']);
        out.push('+');
        let is_number = groups.chars().filter(|character| is_digit(*character)).count() >= MANY_DIGITS;
        out.push_str(if is_number { MASK } else { groups });
        out.push_str(part.get(groups.len()..).unwrap_or_default());
    }
    out
}

/// Has every run of at least six digits, of any script, written by `replace`.
fn replace_numbers(text: &str, replace: impl Fn(&[char], &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = Vec::new();
    let write = |digits: &mut Vec<char>, out: &mut String| {
        if digits.len() >= MANY_DIGITS {
            replace(digits, out);
        } else {
            out.extend(digits.iter());
        }
        digits.clear();
    };
    for character in text.chars() {
        if is_digit(character) {
            digits.push(character);
        } else {
            write(&mut digits, &mut out);
            out.push(character);
        }
    }
    write(&mut digits, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_masked_whatever_their_spacing_and_escapes() {
        let masked = mask_body(r#"{"APPSecret" : "a\"b\\", "x": 1, "APPKey":"k", "token": null}"#);
        assert_eq!(masked, r#"{"APPSecret":"***", "x": 1, "APPKey":"***", "token": null}"#);
        let masked = mask_body(r#"{"api_key":123,"app\u005fsecret":"s","my-Password":"p","taskKey":"k","a":"token"}"#);
        assert_eq!(
            masked,
            r#"{"api_key":"***","app\u005fsecret":"***","my-Password":"***","taskKey":"k","a":"token"}"#
        );
    }

    #[test]
    fn base64_pluses_and_short_numbers_stay() {
        assert_eq!(mask_body("ab+cd+12345 +8618116123456"), "ab+cd+12345 +861********56");
    }

    #[test]
    fn numbers_are_masked_without_a_plus_too() {
        assert_eq!(
            mask_body(r#"{"callee":6212345678,"to":["08123456"]}"#),
            r#"{"callee":621*****78,"to":["081***56"]}"#
        );
        assert_eq!(mask_body("６２８１２３４５"), "６２８***４５");
    }

    #[test]
    fn of_a_query_only_known_parameters_are_shown() {
        for (url, shown) in [
            ("/detail?TaskID=1234567&Callee=%2B6212345678", "/detail?TaskID=1234567&Callee=%2B621*****78"),
            ("/any?page=2&access_token=fake-token&q=Ana", "/any?page=2&access_token=***&q=***"),
            ("/any/6212345678?callee=6212345678", "/any/621*****78?callee=621*****78"),
            ("/any?6eK3sOQOSuWBIj7Fj0MdEg==", "/any?6eK3sOQOSuWBIj7Fj0MdEg=="),
            ("/any", "/any"),
        ] {
            assert_eq!(mask_url(url), shown);
        }
    }

    #[test]
    fn of_a_header_field_that_is_not_known_only_the_scheme_of_an_authorization_is_shown() {
        for (name, value, shown) in [
            ("Authorization", "Token fake-token", "Token ***"),
            ("Authorization", "fake-token", "***"),
            ("Cookie", "session=fake-1; other=fake-2", "***"),
            ("X-Api-Key", "fake key", "***"),
            ("X-Api-Key", "", "***"),
            ("X-Gateway-Pass", "fake", "***"),
            ("Signed", "0a1b", "0a1b"),
            ("content-type", "application/json", "application/json"),
        ] {
            assert_eq!(mask_header(name, value), shown);
        }
    }

    #[test]
    fn a_message_keeps_its_words_alone() {
        for (text, shown) in [
            ("invalid callee +6212345678", "invalid callee +***"),
            ("callee 6212345678 (c-1) is blocked", "callee *** (c-1) is blocked"),
            ("call +62 812-3456-789, please", "call +***, please"),
            ("number +62 (812) 345.678.", "number +***."),
            ("mail ana@example.test; now", "mail ***; now"),
            ("＋６２８１２３４５６", "＋***"),
            ("code 40001: at most 10000 details on 2026-11-26", "code 40001: at most 10000 details on 2026-11-26"),
            ("a + b @ c", "a + b @ c"),
            ("", ""),
        ] {
            assert_eq!(message(text), shown);
        }
    }
}
