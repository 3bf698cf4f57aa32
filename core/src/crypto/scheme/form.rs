//! Forms, queries, and lists in header fields: `name=value` pairs.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::members;

/// Names and values, decoded.
pub(in crate::crypto) type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The query of a URL, without `?`; empty where there is none.
pub(in crate::crypto) fn query(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?').map_or("", |(_, query)| query)
}

/// The path of a URL that is whole, or begins with its path.
pub(in crate::crypto) fn path(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/"),
        None => url,
    }
}

/// The pairs of a form.
pub(in crate::crypto) fn pairs(form: &str) -> Pairs<'_> {
    let pairs = form.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The value of the first pair of this name in a form.
pub(in crate::crypto) fn value<'a>(form: &'a str, name: &str) -> Option<Cow<'a, str>> {
    pairs(form).into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
}

/// The pairs of a body that is a JSON object, whose values are texts where they are strings and else as they are written, or
/// that is a form.
pub(in crate::crypto) fn of_body(body: &[u8]) -> Pairs<'_> {
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    if !is_json(text) {
        return pairs(text.trim());
    }
    let members = members::of(text).into_iter();
    members.filter_map(|(name, value)| Some((name, members::text_of(value)?))).collect()
}

pub(in crate::crypto) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The values of one name in a list such as `t=1,v1=ab,v1=cd`, with commas or semicolons between.
pub(in crate::crypto) fn items<'a>(list: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let items = list.split([',', ';']).map(str::trim);
    items.filter_map(move |item| item.strip_prefix(name)?.strip_prefix('=')).map(|value| value.trim_matches('"'))
}

fn decoded(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| matches!(byte, b'+' | b'%')) {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    }
    Cow::Borrowed(text)
}
