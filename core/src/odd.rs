//! Characters that nobody means to write: invisible ones, spaces of other kinds, and full-width forms.

/// Why a text is not what somebody meant to write, for an error that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Odd {
    character: char,
    /// Counted from 1.
    position: usize,
}

impl Odd {
    /// The first character of the text that is odd by this rule.
    pub(crate) fn find(text: &str, is_odd: impl Fn(char) -> bool) -> Option<Self> {
        let (index, character) = text.chars().enumerate().find(|(_, character)| is_odd(*character))?;
        Some(Self { character, position: index + 1 })
    }

    /// The first character that cannot be seen: a control character, a space other than U+0020, a mark of direction.
    pub(crate) fn invisible(text: &str) -> Option<Self> {
        let is_all_visible_ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~')); // as most texts are
        if is_all_visible_ascii { None } else { Self::find(text, is_invisible) }
    }
}

/// Names the character by its code alone: the character itself would not be seen, or would look like another one.
impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { character, position } = self;
        let kind = match character {
            ' ' => "a space",
            '\t' => "a tab",
            '\r' | '\n' => "a line break",
            _ if is_invisible(*character) => "an invisible character",
            _ if is_full_width(*character) => "a full-width character",
            _ if is_digit(*character) => "a digit of another script",
            _ => return write!(f, "U+{:04X} at character {position}", u32::from(*character)),
        };
        write!(f, "U+{:04X} ({kind}) at character {position}", u32::from(*character))
    }
}

/// Control and format characters of Unicode, and its spaces but for U+0020.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A decimal digit in a script that numbers are written in. (All of Unicode's would take tables into the module.)
pub(crate) fn is_digit(character: char) -> bool {
    const ZEROS: [char; 10] =
        ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{ed0}', '\u{1040}', '\u{17e0}', '\u{ff10}'];
    ZEROS.iter().any(|zero| (0..10).contains(&u32::from(character).wrapping_sub(u32::from(*zero))))
}

/// The forms that East Asian input methods write for ASCII characters.
pub(crate) fn is_full_width(character: char) -> bool {
    matches!(character, '\u{ff01}'..='\u{ff5e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_named_with_their_place() {
        for (text, name) in [
            ("\u{202a}+62", "U+202A (an invisible character) at character 1"),
            ("+62\u{a0}8", "U+00A0 (an invisible character) at character 4"),
            ("c-1\u{200b}", "U+200B (an invisible character) at character 4"),
            ("a\tb", "U+0009 (a tab) at character 2"),
            ("测试\n", "U+000A (a line break) at character 3"),
        ] {
            assert_eq!(Odd::invisible(text).unwrap().to_string(), name);
        }
        assert_eq!(Odd::invisible("c 1 测试 é😀"), None);
        let full = Odd::find("+６2", is_full_width).unwrap();
        assert_eq!(full.to_string(), "U+FF16 (a full-width character) at character 2");
    }
}
