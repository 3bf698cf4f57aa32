//! Values by number, of which most are added behind the last one and taken from the front.

use std::{collections::VecDeque, mem, ops::Range};

/// A sorted map of numbers. Unlike a tree it is dense, and unlike one long list it needs no second copy to grow: of millions
/// of contacts, that is half the memory.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    /// None of them is empty.
    chunks: VecDeque<Vec<(u64, T)>>,
    len: usize,
}

/// The length at which a chunk is full.
const CHUNK: usize = 256;

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), len: 0 }
    }
}

impl<T> Numbered<T> {
    /// The chunk that a number is in or belongs to, and its place there.
    fn find(&self, number: u64) -> (usize, Result<usize, usize>) {
        let starts_before = |chunk: &Vec<(u64, T)>| chunk.first().is_some_and(|(first, _)| *first <= number);
        let at = self.chunks.partition_point(starts_before).saturating_sub(1);
        let place = self.chunks.get(at).map_or(Err(0), |chunk| chunk.binary_search_by_key(&number, |(key, _)| *key));
        (at, place)
    }

    pub(super) fn get(&self, number: u64) -> Option<&T> {
        let (at, place) = self.find(number);
        self.chunks.get(at)?.get(place.ok()?).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let (at, place) = self.find(number);
        self.chunks.get_mut(at)?.get_mut(place.ok()?).map(|(_, value)| value)
    }

    /// Puts a value in; gives the one that it replaces.
    pub(super) fn insert(&mut self, number: u64, value: T) -> Option<T> {
        let (at, place) = self.find(number);
        let place = match place {
            Ok(place) => {
                let (_, before) = self.chunks.get_mut(at)?.get_mut(place)?;
                return Some(mem::replace(before, value));
            }
            Err(place) => place,
        };
        match self.chunks.get_mut(at) {
            Some(chunk) if chunk.len() < CHUNK => chunk.insert(place, (number, value)),
            Some(chunk) if place < CHUNK => {
                let behind = chunk.split_off(CHUNK / 2);
                self.chunks.insert(at + 1, behind);
                return self.insert(number, value);
            }
            chunk => {
                let behind = usize::from(chunk.is_some());
                self.chunks.insert(at + behind, vec![(number, value)]);
            }
        }
        self.len += 1;
        None
    }

    pub(super) fn get_or_insert_with(&mut self, number: u64, new: impl FnOnce() -> T) -> Option<&mut T> {
        if self.get(number).is_none() {
            self.insert(number, new());
        }
        self.get_mut(number)
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<T> {
        let (at, place) = self.find(number);
        let chunk = self.chunks.get_mut(at)?;
        let (_, value) = chunk.remove(place.ok()?);
        if chunk.is_empty() {
            self.chunks.remove(at);
        }
        self.len -= 1;
        Some(value)
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        self.chunks.iter().flatten().map(|(number, value)| (*number, value))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten().map(|(_, value)| value)
    }

    /// The numbers in a range that have a value.
    pub(super) fn numbers_in(&self, range: Range<u64>) -> impl Iterator<Item = u64> {
        let (first, _) = self.find(range.start);
        let rest = self.chunks.range(first.min(self.chunks.len())..).flatten().map(|(number, _)| *number);
        let end = range.end;
        rest.skip_while(move |number| *number < range.start).take_while(move |number| *number < end)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Change {
        Insert(u64),
        Append(u16),
        Remove(u64),
        RemoveFirst(u16),
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            (0..3000_u64).prop_map(Change::Insert),
            (0..700_u16).prop_map(Change::Append),
            (0..3000_u64).prop_map(Change::Remove),
            (0..700_u16).prop_map(Change::RemoveFirst),
        ]
    }

    proptest! {
        #[test]
        fn it_holds_what_a_tree_holds(changes in prop::collection::vec(change(), 0..60), start in 0..3000_u64) {
            let (mut map, mut tree) = (Numbered::default(), BTreeMap::new());
            for (value, change) in changes.into_iter().enumerate() {
                match change {
                    Change::Insert(number) => prop_assert_eq!(map.insert(number, value), tree.insert(number, value)),
                    Change::Append(count) => for _ in 0..count {
                        let number = tree.last_key_value().map_or(0, |(last, _)| last + 1);
                        prop_assert_eq!(map.insert(number, value), tree.insert(number, value));
                    },
                    Change::Remove(number) => prop_assert_eq!(map.remove(number), tree.remove(&number)),
                    Change::RemoveFirst(count) => for _ in 0..count {
                        let Some((first, value)) = tree.pop_first() else { break };
                        prop_assert_eq!(map.remove(first), Some(value));
                    },
                }
                prop_assert_eq!((map.len(), map.is_empty()), (tree.len(), tree.is_empty()));
            }
            prop_assert!(map.iter().eq(tree.iter().map(|(number, value)| (*number, value))));
            prop_assert!(map.chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
            let range = start..start + 500;
            prop_assert!(map.numbers_in(range.clone()).eq(tree.range(range).map(|(number, _)| *number)));
            for number in start..start + 20 {
                prop_assert_eq!(map.get(number), tree.get(&number));
                prop_assert_eq!(map.get_mut(number).copied(), tree.get(&number).copied());
            }
        }
    }
}
