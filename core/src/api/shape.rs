//! The top level of a JSON body, by which events are told apart.

use airudder_json::{Document, string_length};

/// The fields of an object, to tell an event by.
pub(crate) struct Shape<'a>(&'a Document<'a>);

impl<'a> Shape<'a> {
    /// The shape of a body.
    pub(crate) const fn of(document: &'a Document<'a>) -> Self {
        Self(document)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.value(field).is_some()
    }

    /// Returns whether one of the fields is there.
    pub(crate) fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.has(field))
    }

    pub(crate) fn is_array(&self, field: &str) -> bool {
        self.0.value(field).is_some_and(|value| value.text.starts_with('['))
    }

    pub(crate) fn is_object(&self, field: &str) -> bool {
        self.0.value(field).is_some_and(|value| value.text.starts_with('{'))
    }

    /// Returns whether the first element of an array is an object with one of the fields.
    pub(crate) fn first_has_any(&self, array: &str, fields: &[&str]) -> bool {
        self.is_array(array) && self.inner_has_any(array, fields)
    }

    /// Returns whether a field is an object with one of the fields.
    pub(crate) fn object_has_any(&self, object: &str, fields: &[&str]) -> bool {
        self.is_object(object) && self.inner_has_any(object, fields)
    }

    fn inner_has_any(&self, field: &str, fields: &[&str]) -> bool {
        self.0.value(field).is_some_and(|value| self.0.names_in(value).any(|name| fields.contains(&name)))
    }

    /// The text of a field that is a string.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        let text = self.0.value(field)?.text;
        serde_json::from_str(text.get(..string_length(text)).filter(|text| text.starts_with('"'))?).ok()
    }
}
