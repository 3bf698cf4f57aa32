//! The search for the construction of a signature, the simple first.

use std::ops::ControlFlow::Continue;

use super::{
    contents::{self, Content},
    known::KNOWN,
    order::Orders,
    signatures::{self, Spot},
    templates,
    trial::{Flow, Keying, Outcome, Search, each},
    values::{self, Value},
};
use crate::crypto::{
    encoding::Encoding,
    scheme::{
        Scheme, SigningInput,
        model::Digest,
        part::{Context, Part},
        secret::SecretForm,
    },
};

/// What stands between the parts of a signed text.
const SEPARATORS: [&str; 9] = ["", ".", ":", "&", "|", "-", "\n", "_", ","];
/// How many of the values are tried, the likely ones being first: by the number of them around a content of at most so many
/// bytes. Of a large one, all that can be hashed is less.
const VALUES: [(usize, [usize; 5]); 3] =
    [(4 * 1024, [0, 20, 14, 9, 8]), (16 * 1024, [0, 16, 9, 6, 8]), (usize::MAX, [0, 12, 7, 4, 8])];
/// The same for four values around a body.
const VALUES_OF_FOUR: usize = 5;
/// The same for what is unlikely.
const UNLIKELY_VALUES: usize = 8;

/// Searches all of the delivery.
pub(super) fn run(input: &SigningInput<'_>) -> Outcome {
    let spots = signatures::spots(&input.delivery);
    let mut search = Search::new(input, signatures::candidates(&spots));
    if all(&mut search, &spots).is_continue() && search.has_secret() {
        find_token(&mut search, &spots);
    }
    search.outcome
}

fn all(search: &mut Search<'_>, spots: &[Spot<'_>]) -> Flow {
    if search.has_secret() {
        spelled(search)?;
    }
    let context = Context { input: search.input, secret: search.input.secret.as_bytes(), own: None };
    let mut values = values::of(spots, context);
    if !search.has_secret() {
        values.retain(|value| !value.has_secret());
    }
    let contents = contents::of(search.input, search.input.secret.as_bytes(), spots, &search.candidates);
    let likely = |keying: &Keying, content: &Content| keying.is_main && content.is_main;
    level(search, 0, &contents, &values, |_, _| true)?;
    level(search, 1, &contents, &values, likely)?;
    if search.has_secret() {
        templates::run(search, spots, &values)?;
    }
    level(search, 2, &contents, &values, likely)?;
    level(search, 1, &contents, &values, |keying, content| !likely(keying, content))?;
    level(search, 3, &contents, &values, |keying, content| keying.is_main && content.is_whole())?;
    level(search, 2, &contents, &values, |keying, content| keying.is_main != content.is_main)?;
    level(search, 3, &contents, &values, |keying, content| likely(keying, content) && !content.is_whole())?;
    level(search, 4, &contents, &values, |keying, content| keying.is_main && content.is_whole())
}

/// Presets, and what is known beside them.
fn spelled(search: &mut Search<'_>) -> Flow {
    let spellings: Vec<&str> = Scheme::presets().map(|(_, spelling)| spelling).chain(KNOWN).collect();
    each(spellings, |spelling| {
        let Ok(scheme) = spelling.parse::<Scheme>() else { return Continue(()) };
        if scheme.signature(&search.input.delivery).is_none() {
            return Continue(());
        }
        search.try_scheme(scheme)
    })
}

/// All orders of a content with a number of values around it.
fn level(
    search: &mut Search<'_>,
    number: usize,
    contents: &[Content],
    values: &[Value],
    takes: impl Fn(&Keying, &Content) -> bool,
) -> Flow {
    let separators = if number == 0 { &SEPARATORS[..1] } else { &SEPARATORS[..] };
    for hash in search.hashes.clone() {
        for keying in &search.keyings(hash) {
            for content in contents.iter().filter(|content| takes(keying, content)) {
                let is_likely = keying.is_main && content.is_main;
                let values = values.get(..most(number, content, is_likely)).unwrap_or(values);
                each(separators, |separator| Orders { keying, content, separator, values, number }.run(search))?;
            }
        }
    }
    Continue(())
}

/// Finds the secret itself, sent as it is.
fn find_token(search: &mut Search<'_>, spots: &[Spot<'_>]) {
    for spot in spots.iter().filter(|spot| spot.text == search.input.secret) {
        let scheme = Scheme {
            digest: Digest::None,
            encoding: Encoding::Text,
            message: vec![Part::Secret],
            place: spot.place.clone(),
            prefix: spot.prefix.clone(),
            secret: SecretForm::default(),
            weak: true,
        };
        if search.confirm(scheme).is_break() {
            return;
        }
    }
}

/// The number of values that are tried around a content.
fn most(number: usize, content: &Content, is_likely: bool) -> usize {
    let row = VALUES.iter().find(|(length, _)| content.value.bytes.len() <= *length);
    let most = row.and_then(|(_, most)| most.get(number)).copied().unwrap_or_default();
    match (is_likely, number) {
        (true, 4) if !content.value.parts.is_empty() => most.min(VALUES_OF_FOUR),
        (true, _) => most,
        (false, _) => most.min(UNLIKELY_VALUES),
    }
}
