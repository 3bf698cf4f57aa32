//! Every order of a content and a number of values around it, with one separator between them.

use std::ops::ControlFlow::Continue;

use super::{
    contents::Content,
    engine::Engine,
    trial::{Flow, Keying, Search},
    values::Value,
};
use crate::crypto::scheme::part::Part;

/// What may stand before the secret at the end of sorted parameters.
const NAMES: [&str; 4] = ["&key=", "&secret=", "&appSecret=", "&app_secret="];

/// One digest, one content, one separator.
pub(super) struct Orders<'o> {
    pub(super) keying: &'o Keying,
    pub(super) content: &'o Content,
    pub(super) separator: &'o str,
    pub(super) values: &'o [Value],
    /// The number of values around the content.
    pub(super) number: usize,
}

impl Orders<'_> {
    pub(super) fn run(&self, search: &mut Search<'_>) -> Flow {
        self.before(search, &mut Vec::with_capacity(self.number), &self.keying.engine())
    }

    /// Puts the content behind the chosen values, and then further values before it.
    fn before(&self, search: &mut Search<'_>, chosen: &mut Vec<usize>, state: &Engine) -> Flow {
        let content = &self.content.value.bytes;
        let is_last = chosen.len() == self.number;
        if !is_last || self.may_sign(chosen) {
            search.spend(content.len())?;
            let mut state = state.clone();
            state.update(content);
            self.behind(search, chosen, chosen.len(), &state)?;
        }
        if is_last || self.content.value.parts.is_empty() {
            return Continue(());
        }
        self.each_other(search, chosen, |search, chosen, value| {
            let mut state = state.clone();
            state.update(value);
            state.update(self.separator.as_bytes());
            search.spend(value.len())?;
            self.before(search, chosen, &state)
        })
    }

    /// Puts values behind the content, until there are as many as there should be.
    fn behind(&self, search: &mut Search<'_>, chosen: &mut Vec<usize>, split: usize, state: &Engine) -> Flow {
        if chosen.len() == self.number {
            return self.finish(search, chosen, split, state);
        }
        let is_first = chosen.is_empty() && self.content.value.parts.is_empty();
        self.each_other(search, chosen, |search, chosen, value| {
            let mut state = state.clone();
            if !is_first {
                state.update(self.separator.as_bytes());
            }
            state.update(value);
            search.spend(value.len())?;
            self.behind(search, chosen, split, &state)
        })
    }

    fn each_other(
        &self,
        search: &mut Search<'_>,
        chosen: &mut Vec<usize>,
        mut run: impl FnMut(&mut Search<'_>, &mut Vec<usize>, &[u8]) -> Flow,
    ) -> Flow {
        for (index, value) in self.values.iter().enumerate() {
            if chosen.contains(&index) {
                continue;
            }
            chosen.push(index);
            let flow = run(search, chosen, &value.bytes);
            chosen.pop();
            flow?;
        }
        Continue(())
    }

    /// Compares the signature of what was put together, and of it with an end that some have.
    fn finish(&self, search: &mut Search<'_>, chosen: &[usize], split: usize, state: &Engine) -> Flow {
        if self.may_sign(chosen) {
            self.check(search, chosen, split, state, &[])?;
        }
        let literal = |text: &str| Part::Literal(text.to_owned());
        if self.separator == "\n" {
            self.check(search, chosen, split, state, &[literal("\n")])?;
        }
        let secret_first = split > 0 && chosen.first().is_some_and(|index| self.is_secret(*index));
        if secret_first {
            let separator = (!self.separator.is_empty()).then(|| literal(self.separator));
            let end: Vec<Part> = separator.into_iter().chain([Part::Secret]).collect();
            self.check(search, chosen, split, state, &end)?;
        }
        if self.separator.is_empty() && self.number < 2 && search.has_secret() && !self.content.value.parts.is_empty() {
            for name in NAMES {
                self.check(search, chosen, split, state, &[literal(name), Part::Secret])?;
            }
        }
        Continue(())
    }

    fn check(&self, search: &mut Search<'_>, chosen: &[usize], split: usize, state: &Engine, end: &[Part]) -> Flow {
        let Some(bytes) = search.bytes(end) else { return Continue(()) };
        search.spend(self.keying.cost())?;
        let mut state = state.clone();
        state.update(&bytes);
        search.check(&state.finish(), self.keying, || self.message(chosen, split, end))
    }

    /// Without a secret, only the simplest checksums are worth a note.
    fn may_sign(&self, chosen: &[usize]) -> bool {
        self.keying.is_keyed() || self.number < 2 || chosen.iter().any(|index| self.is_secret(*index))
    }

    fn is_secret(&self, index: usize) -> bool {
        self.values.get(index).is_some_and(Value::has_secret)
    }

    fn message(&self, chosen: &[usize], split: usize, end: &[Part]) -> Vec<Part> {
        let parts = |indices: &[usize]| -> Vec<Vec<Part>> {
            indices.iter().filter_map(|index| Some(self.values.get(*index)?.parts.clone())).collect()
        };
        let (before, behind) = chosen.split_at_checked(split).unwrap_or((chosen, &[]));
        let mut groups = parts(before);
        groups.push(self.content.value.parts.clone());
        groups.extend(parts(behind));
        groups.retain(|group| !group.is_empty());
        let separator = [Part::Literal(self.separator.to_owned())];
        let mut message = groups.join(&separator[..]);
        message.extend_from_slice(end);
        message
    }
}

/// Every way to choose a number of the items, in their order.
pub(super) fn subsets<T: Clone>(items: &[T], number: usize) -> Vec<Vec<T>> {
    let Some(left) = number.checked_sub(1) else { return vec![Vec::new()] };
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        for mut rest in subsets(items.get(index + 1..).unwrap_or_default(), left) {
            rest.insert(0, item.clone());
            found.push(rest);
        }
    }
    found
}
