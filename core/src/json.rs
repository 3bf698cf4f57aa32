//! What reading JSON text token by token takes. For this crate and its bindings; everything else is `serde_json`'s.

/// The length of the JSON string that the text begins with, quotes included; the whole text if it does not end.
#[must_use]
pub fn string_length(text: &str) -> usize {
    let inside = text.get(1..).unwrap_or_default();
    (string_end(inside) + 2).min(text.len())
}

/// Where a JSON string ends whose opening quote is before the text: the index of its closing quote, or the text's end.
pub(crate) fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index,
            _ => {}
        }
    }
    text.len()
}

/// Appends a segment to a JSON pointer (RFC 6901).
pub fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}
