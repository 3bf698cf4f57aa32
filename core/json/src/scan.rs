//! Where strings, numbers and literals end.

const ONES: u64 = u64::MAX / 255;
const HIGH_BITS: u64 = ONES << 7;

/// The number of bytes before the first quote, backslash or control character; all of them where there is none.
///
/// It looks at eight bytes at a time. In the lowest byte that is marked no mark is a false one, and the lowest is the
/// first.
#[must_use]
#[inline]
pub fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let marks = (zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c)) | controls(word)) & HIGH_BITS;
        if marks != 0 {
            return length + marks.trailing_zeros() as usize / 8;
        }
        length += 8;
        rest = behind;
    }
    length + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

/// Marks the bytes that are zero.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

/// Marks the bytes below 0x20.
const fn controls(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word
}

/// The escapes in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// There are none.
    None,
    /// Those alone that a string needs, each in its canonical form.
    Needed,
    /// Others.
    Others,
}

/// The length of the string that the bytes begin with, without its quotes, and its escapes; `None` where the string is
/// malformed. A lone surrogate does not make it so.
#[inline]
pub(super) fn string(bytes: &[u8]) -> Option<(usize, Escapes)> {
    let length = plain_length(bytes.get(1..)?);
    match bytes.get(length + 1)? {
        b'"' => Some((length, Escapes::None)),
        _ => string_with_escapes(bytes, length + 1),
    }
}

#[cold]
fn string_with_escapes(bytes: &[u8], mut at: usize) -> Option<(usize, Escapes)> {
    let mut escapes = Escapes::None;
    loop {
        at += plain_length(bytes.get(at..)?);
        match bytes.get(at)? {
            b'"' => return Some((at - 1, escapes)),
            b'\\' => {
                let (length, needed) = escape(bytes.get(at + 1..)?)?;
                escapes = if needed && escapes != Escapes::Others { Escapes::Needed } else { Escapes::Others };
                at += 1 + length;
            }
            _ => return None,
        }
    }
}

/// The length of an escape behind its backslash, and whether a canonical text has it.
fn escape(bytes: &[u8]) -> Option<(usize, bool)> {
    match bytes.first()? {
        b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some((1, true)),
        b'/' => Some((1, false)),
        b'u' => {
            let digits = bytes.get(1..5)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            let needed = match digits {
                [b'0', b'0', b'0', low] => matches!(low, b'0'..=b'7' | b'b' | b'e' | b'f'),
                [b'0', b'0', b'1', low] => matches!(low, b'0'..=b'9' | b'a'..=b'f'),
                _ => false,
            };
            Some((5, needed))
        }
        _ => None,
    }
}

/// The longest number, in digits, of which every float of 64 bits holds all.
const EXACT_DIGITS: usize = 15;

/// The length of the number that the bytes begin with, and whether any reader of JSON holds it exactly: it is short, and
/// has no exponent. `None` where they begin with none.
pub(super) fn number(bytes: &[u8]) -> Option<(usize, bool)> {
    let digits =
        |at: usize| bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let integer = match bytes.get(sign)? {
        b'0' => 1,
        _ => digits(sign),
    };
    let mut at = sign + integer;
    let mut complete = integer > 0;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        complete &= fraction > 0;
        at += 1 + fraction;
    }
    let has_exponent = matches!(bytes.get(at), Some(b'e' | b'E'));
    if has_exponent {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        complete &= exponent > 0;
        at += 1 + sign + exponent;
    }
    complete.then_some((at, at <= EXACT_DIGITS && !has_exponent))
}
