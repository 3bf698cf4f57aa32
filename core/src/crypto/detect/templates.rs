//! Messages that are more than one content with values around it.

use super::{
    contents::long_fields,
    order::subsets,
    signatures::{Spot, fields},
    trial::{Flow, Search, each},
    values::{Value, is_time},
};
use crate::crypto::{
    encoding::Encoding,
    scheme::{
        digest::Hash,
        form,
        part::{Function, Params, Part},
    },
};

const MAX_SORTED: usize = 7;
const MAX_PAIRS: usize = 6;

/// Names of the sign key among sorted parameters, of which they come first.
const KEY_NAMES: [&str; 4] = ["accessKey", "appKey", "app_key", "key"];
/// More fields than this are no list that somebody signs.
const MAX_FIELDS: usize = 16;

/// Tries all of them.
pub(super) fn run(search: &mut Search<'_>, spots: &[Spot<'_>], values: &[Value]) -> Flow {
    let times: Vec<Part> =
        values.iter().filter(|value| value.is_time()).flat_map(|value| value.parts.clone()).collect();
    let named: Vec<Part> = values.iter().flat_map(|value| value.parts.clone()).filter(is_named).collect();
    let contents = if search.has_plain() { vec![Part::Plain, Part::Body] } else { vec![Part::Body] };
    versions(search, &times, &contents)?;
    requests(search, &times, &named, &contents)?;
    parameters(search)?;
    sorted(search, spots, &named)?;
    pairs(search, &named)?;
    percent(search, spots, &times)?;
    all_fields(search)?;
    each(&times, |time| {
        search.try_message(&[literal("")], Some(&[time.clone(), literal("\n"), Part::Secret]))?;
        search.try_message(&[literal("")], Some(&[time.clone(), Part::Secret]))
    })
}

/// A version before the time: `v0:time:body`.
fn versions(search: &mut Search<'_>, times: &[Part], contents: &[Part]) -> Flow {
    each(times, |time| {
        each(contents, |content| {
            each(["v0:", "v1:", "v0.", "v1."], |version| {
                let separator = version.get(2..).unwrap_or_default();
                let message = vec![literal(version), time.clone(), literal(separator), content.clone()];
                search.try_message(&message, None)
            })
        })
    })
}

/// A request in lines: method, path, time, nonce, body or its digest.
fn requests(search: &mut Search<'_>, times: &[Part], named: &[Part], contents: &[Part]) -> Flow {
    let digest = |content: &Part| {
        let hashes = [Hash::Sha256, Hash::Md5].into_iter();
        let digests = hashes.map(|hash| Part::Apply(Function::Digest(hash, Encoding::Hex), vec![content.clone()]));
        [content.clone()].into_iter().chain(digests).collect::<Vec<Part>>()
    };
    let contents: Vec<Part> = contents.iter().flat_map(digest).collect();
    let nonces: Vec<&Part> = named.iter().filter(|part| !times.contains(part)).take(3).collect();
    each(times, |time| {
        each(&nonces, |nonce| {
            each(&contents, |content| {
                each(["\n", "", "&"], |separator| {
                    let separator = literal(separator);
                    for line in [[time, *nonce], [*nonce, time]] {
                        let parts = [&Part::Method, &Part::Path, line[0], line[1], content];
                        let mut message = parts.map(|part| vec![part.clone()]).join(&separator);
                        search.try_message(&message, None)?;
                        message.push(separator.clone());
                        search.try_message(&message, None)?;
                    }
                    Flow::Continue(())
                })
            })
        })
    })
}

/// Sorted parameters of the query, with or without those of the body or the body itself.
fn parameters(search: &mut Search<'_>) -> Flow {
    let params = |separator: &str, assign: &str, of_query: bool| {
        Part::Params(Params { separator: separator.into(), assign: assign.into(), of_query, all: false })
    };
    let body = params("&", "=", false);
    let mut messages = vec![
        vec![Part::Url, literal("?"), body.clone(), Part::Secret],
        vec![Part::Url, literal("?"), body.clone()],
        vec![literal("&"), body, Part::Secret],
    ];
    for name in KEY_NAMES {
        for all in [true, false] {
            let fields = Part::Params(Params { separator: "&".into(), assign: "=".into(), of_query: false, all });
            messages.push(vec![literal(&format!("{name}=")), Part::Key, literal("&"), fields]);
        }
    }
    if !form::query(search.url()).is_empty() {
        for query in [params("&", "=", true), params("", "", true)] {
            messages.extend([
                vec![Part::Secret, query.clone(), Part::Body, Part::Secret],
                vec![query.clone(), Part::Body, Part::Secret],
                vec![Part::Secret, query.clone(), Part::Body],
                vec![query.clone(), literal("&"), Part::Body],
                vec![query.clone(), Part::Body],
                vec![literal("&"), query, Part::Secret],
            ]);
        }
    }
    each(messages, |message| search.try_message(&message, None))
}

/// Values with the secret among them, sorted. With one value beside it, a fixed order is likelier.
fn sorted(search: &mut Search<'_>, spots: &[Spot<'_>], named: &[Part]) -> Flow {
    let mut pool: Vec<Part> = named.iter().take(MAX_SORTED).cloned().collect();
    pool.extend(long_fields(spots).filter(|field| !named.contains(field)));
    let with_secret = |parts: Vec<Part>| {
        let parts = [Part::Secret].into_iter().chain(parts).collect();
        [Part::Apply(Function::Sorted, parts)]
    };
    for number in 2..=3 {
        each(subsets(&pool, number), |parts| search.try_message(&with_secret(parts), None))?;
    }
    each(search.own(), |own| {
        let fields = fields_but(search, own.as_deref()).into_iter().map(|(_, part)| part).collect();
        search.try_message(&with_secret(fields), None)
    })
}

/// Header fields as `name=value`, sorted by name, before body and secret.
fn pairs(search: &mut Search<'_>, named: &[Part]) -> Flow {
    let mut fields: Vec<(String, Part)> = named
        .iter()
        .filter_map(|part| match part {
            Part::Header(name, None) => Some((name.clone(), part.clone())),
            Part::Time(inner) => match &**inner {
                Part::Header(name, None) => Some((name.clone(), part.clone())),
                _ => None,
            },
            _ => None,
        })
        .take(MAX_PAIRS)
        .collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    for number in 2..=fields.len() {
        each(subsets(&fields, number), |chosen| {
            let mut message = Vec::new();
            for (index, (name, part)) in chosen.into_iter().enumerate() {
                let joint = if index > 0 { "&" } else { "" };
                message.extend([literal(&format!("{joint}{name}=")), part]);
            }
            message.push(Part::Body);
            search.try_message(&message, None)?;
            message.push(Part::Secret);
            search.try_message(&message, None)
        })?;
    }
    Flow::Continue(())
}

/// A content with time and secret, percent-encoded.
fn percent(search: &mut Search<'_>, spots: &[Spot<'_>], times: &[Part]) -> Flow {
    let contents: Vec<Part> = [Part::Body].into_iter().chain(long_fields(spots)).collect();
    // A time is not looked for inside of what is percent-encoded: it would be read encoded.
    let times: Vec<Vec<Part>> = times.iter().map(|time| vec![time.clone()]).chain([Vec::new()]).collect();
    each(&contents, |content| {
        each(&times, |time| {
            let mut parts = vec![content.clone()];
            parts.extend(time.clone());
            parts.push(Part::Secret);
            search.try_message(&[Part::Apply(Function::Percent, parts)], None)
        })
    })
}

/// The values of all top-level fields, in the order of the body or of their names.
fn all_fields(search: &mut Search<'_>) -> Flow {
    each(search.own(), |own| {
        let in_order = fields_but(search, own.as_deref());
        let mut by_name = in_order.clone();
        by_name.sort_by(|(one, _), (other, _)| one.cmp(other));
        each([in_order, by_name], |parts| {
            each(["", "&", "|", ","], |separator| {
                let parts: Vec<Vec<Part>> = parts.iter().map(|(_, part)| vec![part.clone()]).collect();
                let message = parts.join(&literal(separator));
                search.try_message(&message, None)?;
                let ends = [Vec::new(), vec![literal(separator)]];
                each(ends, |end| search.try_message(&[message.clone(), end, vec![Part::Secret]].concat(), None))
            })
        })
    })
}

/// The top-level fields of the body with their pointers, but for the one that holds the signature.
fn fields_but(search: &Search<'_>, own: Option<&str>) -> Vec<(String, Part)> {
    let fields = fields(search.body(), 1).into_iter();
    let others = fields.filter(|(pointer, _)| pointer.strip_prefix('/') != own).take(MAX_FIELDS);
    let parts = others.map(|(pointer, text)| {
        let field = Part::Field(pointer.clone());
        (pointer, if is_time(&text) { Part::Time(Box::new(field)) } else { field })
    });
    parts.collect()
}

fn is_named(part: &Part) -> bool {
    match part {
        Part::Header(name, _) => name != "Host",
        Part::Time(_) | Part::Query(_) | Part::Field(_) | Part::Key => true,
        _ => false,
    }
}

fn literal(text: &str) -> Part {
    Part::Literal(text.to_owned())
}
