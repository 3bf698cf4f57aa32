//! Why a text is not a phone number as the API takes it, in words that tell how it came to be so.

use std::borrow::Cow;

use crate::odd::Odd;

/// The fault of a string, without the string: it may be personal.
pub(crate) type Fault = Cow<'static, str>;

const RULE: &str = "a phone number is `+`, country code and digits without spaces, for instance `+6212345678`";

/// Country codes behind which no number begins with 0: one that stands there is dialled within the country only. In others,
/// such as Italy (39) and Ivory Coast (225), it belongs to the number. From the national numbering plans (ITU-T E.164).
const WITHOUT_ZERO: [&str; 28] = [
    "20", "27", "31", "33", "44", "49", "52", "55", "57", "60", "61", "62", "63", "66", "81", "82", "84", "86", "90",
    "91", "92", "94", "234", "254", "855", "880", "886", "966",
];

/// The fault of a phone number.
pub(super) fn fault(text: &str) -> Option<Fault> {
    if is_phone(text) {
        return None;
    }
    let why = if text.strip_prefix('\'').is_some_and(is_phone) {
        "this one begins with the apostrophe by which spreadsheets mark a text: remove it".to_owned()
    } else if is_scientific(text) {
        "this one was written as 6.2E+11 by a spreadsheet, which lost digits: format the column as text, and export it again"
            .to_owned()
    } else if let Some(odd) = Odd::find(text, |character| !character.is_ascii_digit() && character != '+') {
        format!("this one holds {odd}")
    } else if text.bytes().any(|byte| byte == b'+') {
        "this one has no digits, or a `+` in another place than the first".to_owned()
    } else if text.starts_with("00") {
        "this one begins with 00: write `+` in its place".to_owned()
    } else if text.starts_with('0') {
        "this one is a national number: write `+` and the country code in the place of its first 0".to_owned()
    } else if text.is_empty() {
        "this one is empty".to_owned()
    } else {
        "this one lacks the `+`: write it before the country code, or both if the number has none".to_owned()
    };
    Some(format!("{RULE}; {why}").into())
}

fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(are_digits)
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The fault of a phone number that is to be called.
pub(crate) fn fault_of_callee(text: &str) -> Option<Fault> {
    fault(text).or_else(|| {
        let digits = text.strip_prefix('+')?;
        let national = WITHOUT_ZERO.iter().find_map(|country| digits.strip_prefix(country))?;
        // Two zeros are no such number either, but no slip of this kind.
        let kept = national.starts_with('0') && !national.starts_with("00") && national.len() > 1;
        kept.then_some(
            "a phone number has no 0 behind its country code: remove it, it is dialled within the country only".into(),
        )
    })
}

/// A number as spreadsheets show long ones: `6.28123E+11`, with a comma in some languages.
fn is_scientific(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    are_digits(exponent) && are_digits(&digits.replacen(['.', ','], "", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_tells_how_it_came_to_be_so() {
        for (text, why) in [
            ("", "is empty"),
            ("+", "no digits"),
            ("62+812", "in another place"),
            ("6.28E+11", "by a spreadsheet"),
            ("6,28123456789e11", "by a spreadsheet"),
            ("'+6281234567", "apostrophe"),
            ("6281234567", "lacks the `+`"),
            ("081234567", "national number"),
            ("006281234567", "begins with 00"),
            ("+62 812", "U+0020 (a space) at character 4"),
            ("+62-812", "U+002D at character 4"),
            ("\u{202a}+62812", "U+202A (an invisible character) at character 1"),
            ("+62812\u{a0}", "U+00A0 (an invisible character) at character 7"),
            ("+62\u{ff18}12", "U+FF18 (a full-width character) at character 4"),
            ("\u{ff0b}62812", "U+FF0B (a full-width character) at character 1"),
            ("+٦٢", "U+0666 (a digit of another script) at character 2"),
        ] {
            let fault = fault(text).expect(text);
            assert!(fault.starts_with(RULE) && fault.contains(why), "{text}: {fault}");
            assert!(!fault.contains("81234"), "{fault}");
        }
        assert_eq!(fault("+6212345678"), None);
    }

    #[test]
    fn a_zero_behind_the_country_code_is_kept_by_mistake_where_no_number_has_one() {
        for (text, refused) in [
            ("+6281234567", false),
            ("+62081234567", true),
            ("+910987654321", true),
            ("+8801012345", false),
            ("+88001712345", true),
            ("+390612345678", false),
            ("+2250712345678", false),
            ("+6200012345678", false),
            ("+620", false),
            ("+62", false),
        ] {
            assert_eq!(fault_of_callee(text).is_some(), refused, "{text}");
        }
        assert!(fault_of_callee("0812").expect("it has no +").contains("national"));
    }
}
