//! The fields that an object may have, for the error about one that it may not have.

use std::collections::BTreeSet;

use serde_json::Value;

use super::resolve;

/// The sentence about an unknown field: the nearest known one first.
pub(super) fn unknown_field(document: &Value, schema: &str, name: &str) -> String {
    let mut known = Vec::new();
    if let Some(schema) = document.pointer(schema) {
        collect(document, schema, &mut BTreeSet::new(), &mut known);
    }
    let near = known.iter().map(|known| (distance(known, name), *known)).min();
    let near = near.filter(|(distance, known)| *distance <= 1 + known.chars().count() / 4);
    let hint = near.map(|(_, known)| format!(" (did you mean `{known}`?)")).unwrap_or_default();
    let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    let expected = match &known[..] {
        [] => "there are no fields".to_owned(),
        [one] => format!("expected {one}"),
        _ => format!("expected one of {}", known.join(", ")),
    };
    format!("unknown field `{name}`{hint}, {expected}")
}

/// Collects the names of the fields of an object, also of its parts. `seen` has the references that were followed.
fn collect<'a>(document: &'a Value, schema: &'a Value, seen: &mut BTreeSet<&'a str>, known: &mut Vec<&'a str>) {
    for name in schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|fields| fields.keys()) {
        if !known.contains(&name.as_str()) {
            known.push(name);
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for part in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            collect(document, part, seen, known);
        }
    }
    for part in ["then", "else"].iter().filter_map(|keyword| schema.get(*keyword)) {
        collect(document, part, seen, known);
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && seen.len() < 64
        && seen.insert(reference)
        && let Some(part) = resolve::pointer(reference).and_then(|pointer| document.pointer(&pointer))
    {
        collect(document, part, seen, known);
    }
}

/// The number of characters to insert, remove, replace, or exchange with the next one, without regard to case.
fn distance(one: &str, other: &str) -> usize {
    const LONGEST: usize = 64;
    let lower = |text: &str| text.chars().take(LONGEST).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (one, other) = (lower(one), lower(other));
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, left) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, right) in other.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, column) + usize::from(left != right);
            let mut cost = replaced.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let is_exchange =
                row > 0 && column > 0 && one.get(row - 1) == Some(right) && other.get(column - 1) == Some(left);
            if is_exchange {
                cost = cost.min(at(&before, column - 1) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn slips_of_the_hand_are_near() {
        for (one, other, expected) in
            [("title", "titel", 1), ("title", "Title", 0), ("title", "titles", 1), ("a", "xyz", 3), ("", "ab", 2)]
        {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
