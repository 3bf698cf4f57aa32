//! Where the values of a text stand, to tell which of several faults comes first.

use std::collections::BTreeMap;

use super::walk::{Edge, walk};

/// Where a value begins and ends, counted in values.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The places of the values at these pointers.
pub(super) fn places<'a>(text: &str, pointers: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Place> {
    let mut places: BTreeMap<_, _> =
        pointers.map(|pointer| (pointer, Place { start: usize::MAX, end: usize::MAX })).collect();
    let mut count = 0;
    walk(text, |pointer, edge| {
        count += 1;
        let Some(place) = places.get_mut(pointer) else { return };
        place.end = count;
        if matches!(edge, Edge::Start(_)) {
            place.start = count;
        }
    });
    places
}
