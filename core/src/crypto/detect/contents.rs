//! What a signature may be about: the body in one form or another.

use super::{
    signatures::{Candidate, Spot},
    values::Value,
};
use crate::crypto::{
    encoding::Encoding,
    scheme::{
        SigningInput,
        digest::Hash,
        form,
        part::{Context, Function, Params, Part},
        place::Place,
    },
};

/// The number of signatures in query and body that are left out of sorted parameters in turn.
const MAX_OWN: usize = 4;
/// The number of fields that are taken for the whole content, such as `encrypt` or `msg`.
const MAX_FIELDS: usize = 3;
/// The least length of such a field, in bytes.
const LONG: usize = 16;

/// The content of a delivery in one form. Without parts it is that nothing of the body is signed.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) value: Value,
    /// It is tried with more around it than the unlikely ones.
    pub(super) is_main: bool,
}

impl Content {
    /// Returns whether it is the body itself, the decrypted text, or nothing of them.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.value.parts.as_slice(), [] | [Part::Body | Part::Plain])
    }
}

/// All forms, the likely ones first.
pub(super) fn of(
    input: &SigningInput<'_>,
    secret: &[u8],
    spots: &[Spot<'_>],
    candidates: &[Candidate],
) -> Vec<Content> {
    let mut contents: Vec<Content> = Vec::new();
    let mut add = |part: Part, own: Option<&str>, is_main: bool| {
        let value = Value::of(vec![part], Context { input, secret, own });
        let Some(value) = value.filter(|value| !value.bytes.is_empty()) else { return };
        if contents.iter().all(|earlier| earlier.value.bytes != value.bytes) {
            contents.push(Content { value, is_main });
        }
    };
    let texts: &[Part] = if input.plain.is_some() { &[Part::Plain, Part::Body] } else { &[Part::Body] };
    for text in texts {
        add(text.clone(), None, true);
    }
    let own = own(candidates);
    for own in &own {
        for (params, is_main) in params(input) {
            add(Part::Params(params), own.as_deref(), is_main);
        }
    }
    for text in texts {
        for hash in [Hash::Sha256, Hash::Md5, Hash::Sha1, Hash::Sha512] {
            for encoding in [Encoding::Hex, Encoding::Base64, Encoding::HexUpper] {
                let digest = Part::Apply(Function::Digest(hash, encoding), vec![text.clone()]);
                add(digest, None, encoding == Encoding::Hex && hash != Hash::Sha512);
            }
        }
        add(Part::Apply(Function::Base64, vec![text.clone()]), None, false);
    }
    for field in long_fields(spots) {
        add(field, None, false);
    }
    contents.push(Content { value: Value { parts: Vec::new(), bytes: Vec::new() }, is_main: true });
    contents
}

/// Parameters that hold a signature, and so are not signed; `None` for a signature in a header field.
pub(super) fn own(candidates: &[Candidate]) -> Vec<Option<String>> {
    let mut own: Vec<Option<String>> = Vec::new();
    for candidate in candidates {
        let name = candidate.place.parameter().map(str::to_owned);
        if own.len() < MAX_OWN && !own.contains(&name) {
            own.push(name);
        }
    }
    own
}

/// Fields of the body that are long enough to be all that matters in it.
pub(super) fn long_fields(spots: &[Spot<'_>]) -> impl Iterator<Item = Part> {
    let mut fields: Vec<(usize, &str)> = spots
        .iter()
        .filter(|spot| spot.text.len() >= LONG && !spot.is_likely())
        .filter_map(|spot| match &spot.place {
            Place::Field(pointer) => Some((spot.text.len(), pointer.as_str())),
            Place::Header(..) | Place::Query(_) => None,
        })
        .collect();
    fields.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    fields.into_iter().take(MAX_FIELDS).map(|(_, pointer)| Part::Field(pointer.to_owned()))
}

fn params(input: &SigningInput<'_>) -> Vec<(Params, bool)> {
    let forms = [("&", "=", false, true), ("", "", false, true), ("", "=", false, false)];
    let all = [("&", "=", true, false), ("", "", true, false)];
    let of_query = [false, true].into_iter().filter(|of_query| {
        if *of_query {
            !form::query(input.delivery.url).is_empty()
        } else {
            !form::of_body(input.delivery.body).is_empty()
        }
    });
    let params = of_query.flat_map(|of_query| {
        forms.into_iter().chain(all).map(move |(separator, assign, all, is_main)| {
            (Params { separator: separator.into(), assign: assign.into(), of_query, all }, is_main && !of_query)
        })
    });
    params.collect()
}
