//! The characters of a string that is written with escapes.

/// Decodes a string that was checked before, without its quotes; `None` where a surrogate in it is alone.
#[cold]
pub(super) fn decode(written: &str) -> Option<String> {
    let mut decoded = String::with_capacity(written.len());
    each_part(written, |part| match part {
        Part::Plain(text) => decoded.push_str(text),
        Part::Escaped(character) => decoded.push(character),
    })?;
    Some(decoded)
}

/// Writes the string with the escapes alone that it needs, in their shortest form; `None` where a surrogate in it is
/// alone, and then what was written is of no use.
pub(super) fn write_canonical(written: &str, out: &mut String) -> Option<()> {
    each_part(written, |part| match part {
        Part::Plain(text) => out.push_str(text),
        Part::Escaped(character) => push_escaped(character, out),
    })
}

enum Part<'a> {
    Plain(&'a str),
    Escaped(char),
}

fn each_part<'a>(written: &'a str, mut take: impl FnMut(Part<'a>)) -> Option<()> {
    let mut rest = written;
    while let Some((plain, escape)) = rest.split_once('\\') {
        take(Part::Plain(plain));
        let (character, behind) = read_escape(escape)?;
        take(Part::Escaped(character));
        rest = behind;
    }
    take(Part::Plain(rest));
    Some(())
}

/// The character of an escape without its backslash, and the text behind it.
fn read_escape(escape: &str) -> Option<(char, &str)> {
    let (kind, behind) = escape.split_at_checked(1)?;
    let character = match kind {
        "b" => '\u{8}',
        "f" => '\u{c}',
        "n" => '\n',
        "r" => '\r',
        "t" => '\t',
        "u" => return read_code_unit(behind),
        _ => kind.chars().next()?,
    };
    Some((character, behind))
}

fn read_code_unit(digits: &str) -> Option<(char, &str)> {
    let (unit, behind) = hex(digits)?;
    if !(0xd800..0xdc00).contains(&unit) {
        return Some((char::from_u32(unit)?, behind));
    }
    let (low, behind) = hex(behind.strip_prefix("\\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)?, behind))
}

fn hex(text: &str) -> Option<(u32, &str)> {
    let (digits, behind) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, behind))
}

fn push_escaped(character: char, out: &mut String) {
    let escape = match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\0'..'\u{20}' => {
            let code = character as u32;
            out.push_str("\\u00");
            out.extend([code / 16, code % 16].iter().filter_map(|digit| char::from_digit(*digit, 16)));
            return;
        }
        _ => return out.push(character),
    };
    out.push_str(escape);
}
