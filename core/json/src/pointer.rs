//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// Appends a segment to a JSON pointer (RFC 6901).
pub fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}

/// The name or number that a segment of a JSON pointer (RFC 6901) stands for.
#[must_use]
pub fn read_segment(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') { segment.replace("~1", "/").replace("~0", "~").into() } else { segment.into() }
}
