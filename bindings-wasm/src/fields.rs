//! Header fields, as the facade writes them.

use airudder_core::Headers;

/// Header fields from names and values by turns, each with a zero character behind it.
#[cfg(any(feature = "client", feature = "receive"))]
pub(crate) fn headers(fields: &str) -> Headers {
    by_turns(fields.split_terminator('\0'))
}

/// Header fields from names and values by turns.
pub(crate) fn by_turns<'a>(mut parts: impl Iterator<Item = &'a str>) -> Headers {
    std::iter::from_fn(|| parts.next().zip(parts.next())).collect()
}
