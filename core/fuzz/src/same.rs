//! Comparing what came with what a struct made of it.

use serde_json::Value;

/// Whether the values say the same, where a field that is null is one that is missing, and 1 is 1.0.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys());
            names
                .into_iter()
                .all(|name| same(one.get(name).unwrap_or(&Value::Null), other.get(name).unwrap_or(&Value::Null)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}
