use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::{
    document::{Document, Refused},
    token::{Token, tokens},
};

fn write(text: &str) -> String {
    Document::read(text, 100).unwrap_or_else(|_| panic!("{text}")).canonical().into_owned()
}

#[test]
fn texts_that_say_the_same_become_one() {
    let canonical = write(r#"{"b":[1,{"d":"é","c":1.0}],"a":null}"#);
    assert_eq!(canonical, r#"{"a":null,"b":[1,{"c":1.0,"d":"é"}]}"#);
    let other = " {\t\"a\" : null,\n \"b\": [ 1 , {\"c\":1.0,\"d\":\"\\u00e9\"} ] }\r\n";
    assert_eq!(write(other), canonical);
}

#[test]
fn what_differs_stays_different() {
    for (one, other) in [
        (r#"{"a":12345678901234567890123}"#, r#"{"a":12345678901234567890124}"#),
        (r#"{"a":"1"}"#, r#"{"a":1}"#),
        (r#"{"a":"\ud800"}"#, r#"{"a":"\ud801"}"#),
        (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
    ] {
        assert_ne!(write(one), write(other));
    }
}

/// Each rule by itself. The keys that receivers have stored rest on these texts.
#[test]
fn the_canonical_text_is_pinned() {
    for (text, canonical) in [
        (r#"{"b":1,"a":2,"b":3}"#, r#"{"a":2,"b":3}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#"{"b":{"d":1,"c":{"f":1,"e":2}},"a":0}"#, r#"{"a":0,"b":{"c":{"e":2,"f":1},"d":1}}"#),
        (r#"{"b":0,"a":[{"h":1,"g":2},[]]}"#, r#"{"a":[{"g":2,"h":1},[]],"b":0}"#),
        (r#"{"b":{"y":1,"x":2},"a":0,"b":{"w":1,"v":2}}"#, r#"{"a":0,"b":{"v":2,"w":1}}"#),
        (r#"{"\u0062":1,"a":2}"#, r#"{"a":2,"b":1}"#),
        (r#"["\/\u007F\u0008\f\n\r\t\u001F\"\\"]"#, "[\"/\u{7f}\\b\\f\\n\\r\\t\\u001f\\\"\\\\\"]"),
        (r#"["\ud83d\ude00"]"#, r#"["😀"]"#),
        (r#"{"b": "\ud800 ", "a":1}"#, r#"{"a":1,"b":"\ud800 "}"#),
        (r#"{"b":{"d": 1, "\ud800": { }, "c":3}, "a": [ ]}"#, r#"{"a":[],"b":{"d": 1, "\ud800": { }, "c":3}}"#),
        (r#"{"\ud800": {"\ud801": 1, "a": 2}, "a": 1}"#, r#"{"\ud800": {"\ud801": 1, "a": 2}, "a": 1}"#),
        (" [ ] ", "[]"),
        (" -1.50E+3 ", "-1.50E+3"),
        (r#" "\u00e9" "#, r#""é""#),
    ] {
        assert_eq!(write(text), canonical, "{text}");
    }
}

/// The same as plainly as can be said. It recurses, and reads each level again for the one above.
fn reference(text: &str) -> String {
    match text.as_bytes().first() {
        Some(b'{') => match serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
            Ok(fields) => {
                let write = |(name, value): (&String, &&RawValue)| {
                    format!("{}:{}", serde_json::to_string(name).unwrap(), reference(value.get()))
                };
                format!("{{{}}}", fields.iter().map(write).collect::<Vec<_>>().join(","))
            }
            Err(_) => text.to_owned(),
        },
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap();
            let elements: Vec<String> = elements.iter().map(|element| reference(element.get())).collect();
            format!("[{}]", elements.join(","))
        }
        Some(b'"') => match serde_json::from_str::<String>(text) {
            Ok(string) => serde_json::to_string(&string).unwrap(),
            Err(_) => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

fn space() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 1 => "[ \t\r\n]{1,3}"]
}

const ESCAPES: [&str; 11] = ["\\n", "\\t", "\\b", "\\f", "\\r", "\\/", "\\\"", "\\\\", "\\u0061", "\\u00E9", "\\u001F"];

/// A string as somebody might write it: plain, with escapes of all kinds, with surrogates in pairs and alone.
fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-c]{1,2}",
        2 => "[^\"\\\\\\x00-\\x1f]{1,3}",
        2 => prop::sample::select(ESCAPES.to_vec()).prop_map(str::to_owned),
        1 => Just("\\ud83d\\ude00".to_owned()),
        1 => prop::sample::select(vec!["\\ud83d", "\\ude00", "\\uD83d\\u0061"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A JSON text, with white space wherever it may stand, and names that repeat.
fn document() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        prop::sample::select(vec!["null", "true", "false", "0", "-1.50", "1E+400", "12345678901234567890123"])
            .prop_map(str::to_owned),
        string(),
    ];
    scalar.prop_recursive(6, 40, 5, |value| {
        let element = spaced(value).boxed();
        let field = (spaced(string()), element.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        let elements = (space(), prop::collection::vec(element, 0..5));
        let fields = (space(), prop::collection::vec(field, 0..6));
        prop_oneof![
            1 => elements.prop_map(|(space, elements)| format!("[{space}{}]", elements.join(","))),
            2 => fields.prop_map(|(space, fields)| format!("{{{space}{}}}", fields.join(","))),
        ]
    })
}

fn spaced(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (space(), value, space()).prop_map(|(before, value, behind)| format!("{before}{value}{behind}"))
}

proptest! {
    #[test]
    fn it_writes_what_the_plain_one_writes(before in space(), text in document(), behind in space()) {
        prop_assert_eq!(write(&format!("{before}{text}{behind}")), reference(&text));
    }

    /// Takes away, puts in and repeats bytes of a document: most of what comes of it is no JSON any more.
    #[test]
    fn it_takes_what_serde_json_takes(
        text in document(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8, "[\"\\\\{}\\[\\],:0-9.eE+\\-u\\x00-\\x20a-f]{1,3}"), 0..4),
    ) {
        let text = changes.into_iter().fold(text, |text, (place, length, inserted)| {
            let mut at = place.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let behind: String = text[at..].chars().skip(length.into()).collect();
            format!("{}{inserted}{behind}", &text[..at])
        });
        let judged = Document::read(&text, usize::MAX).is_ok();
        prop_assert_eq!(judged, serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{}", text);
        if let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(&text) {
            let document = Document::read(&text, usize::MAX).ok().unwrap();
            for (name, written) in &fields {
                let value = document.value(name).unwrap();
                prop_assert!(value.text.starts_with(written.get()), "{} {}", value.text, written);
                let inner: BTreeSet<String> = document.names_in(value).map(str::to_owned).collect();
                prop_assert_eq!(inner, names_in(written.get()), "{}", text);
            }
        }
    }

    #[test]
    fn it_is_refused_from_the_level_on_that_is_too_deep(text in document(), max_depth in 0..8_usize) {
        let depth = deepest(&text);
        let refused = Document::read(&text, max_depth).err();
        prop_assert_eq!(refused, (depth > max_depth).then_some(Refused::TooDeep), "{}", text);
    }
}

/// The names in an object, or in the first element of an array.
fn names_in(text: &str) -> BTreeSet<String> {
    if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(text) {
        return elements
            .first()
            .filter(|first| first.get().starts_with('{'))
            .map_or_else(BTreeSet::new, |first| names_in(first.get()));
    }
    serde_json::from_str::<BTreeMap<Name, &RawValue>>(text)
        .unwrap_or_default()
        .into_keys()
        .filter_map(|name| name.0)
        .collect()
}

/// A name; none where a surrogate in it is alone.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(Option<String>);

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|name| Self(serde_json::from_str(name.get()).ok()))
    }
}

fn deepest(text: &str) -> usize {
    let mut depth = 0_usize;
    let step = |token: Token<'_>| {
        match token.first() {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        depth
    };
    tokens(text).map(step).max().unwrap_or_default()
}
