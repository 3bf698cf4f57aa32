//! A JSON text that is parsed when something is first asked of it.

use std::collections::BTreeMap;

use airudder_core::Error;

use super::{
    node::Node,
    reader::{parse, whole_pairs},
};
use crate::{
    ffi::{memory, terminated::Terminated},
    types::text::airudder_text,
};

/// A JSON text that is parsed when something is first asked of it.
pub(crate) struct Document {
    text: Terminated,
    root: Option<Node>,
    /// The texts of the parts that were asked for.
    parts: BTreeMap<String, Terminated>,
}

impl Document {
    /// Takes a text over, which need not be JSON until it is asked for something.
    pub(crate) fn new(text: Terminated) -> Self {
        Self { text, root: None, parts: BTreeMap::new() }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> airudder_text {
        self.text.view()
    }

    /// The value that the pointer leads to.
    pub(crate) fn get(&mut self, pointer: &str) -> Result<&Node, Error> {
        let root = if let Some(root) = self.root.take() {
            root
        } else {
            let text = self.text.text();
            // For the copy that a broken surrogate pair needs.
            memory::room(text.len().saturating_mul(3))?;
            parse(&whole_pairs(&text))?
        };
        self.root.insert(root).get(pointer)
    }

    /// The JSON text of what the pointer leads to. It is kept, so asking again costs nothing.
    pub(crate) fn json(&mut self, pointer: &str) -> Result<airudder_text, Error> {
        if let Some(part) = self.parts.get(pointer) {
            return Ok(part.view());
        }
        let part = Terminated::new(self.get(pointer)?.json()?)?;
        Ok(self.parts.entry(pointer.to_owned()).or_insert(part).view())
    }
}
