//! Who is in a campaign already: a table of fingerprints, since there may be millions.

use std::fmt;

use super::identity::{Identity, NUMBER};
use crate::crypto::{BuiltIn, Provider};

/// The contacts of a campaign by who they are.
///
/// A fingerprint has 64 bits of a digest with a random key: of ten million contacts, one is taken for a repetition with a
/// probability below 10⁻⁵, and nobody can make two that are.
pub(super) struct Identities {
    key: [u8; 16],
    /// Each grows by itself, so that little memory is needed twice meanwhile.
    parts: Vec<Part>,
}

/// The fingerprint of a contact, and of what it may be taken for.
pub(super) type Traces = (u64, Option<u64>);

/// The number of parts.
const PARTS: u64 = 64;

/// A hash table with linear probing. A place with nothing in `seen` is free.
#[derive(Default)]
struct Part {
    fingerprints: Vec<u64>,
    seen: Vec<Seen>,
    used: usize,
}

/// The number of contacts of one identity, in one byte. Counting ends at 3: that there are others is what matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen(u8);

impl Seen {
    const MOST: u8 = 3;

    const fn times(self) -> u8 {
        self.0 & 3
    }

    /// The number of others that a lookup may take for them.
    const fn alike(self) -> u8 {
        self.0 >> 2 & 3
    }

    /// The journal knows one of them.
    const fn is_journaled(self) -> bool {
        self.0 & 16 != 0
    }

    const fn count(&mut self) {
        if self.times() < Self::MOST {
            self.0 += 1;
        }
    }

    const fn count_alike(&mut self) {
        if self.alike() < Self::MOST {
            self.0 += 4;
        }
    }

    const fn journal(&mut self) {
        self.0 |= 16;
    }
}

impl Identities {
    pub(super) fn new(seed: u64) -> Self {
        let key = BuiltIn.sha256(format!("airudder identities {seed}").as_bytes());
        Self {
            key: key.first_chunk().copied().unwrap_or_default(),
            parts: (0..PARTS).map(|_| Part::default()).collect(),
        }
    }

    pub(super) fn note(&mut self, identity: &Identity) {
        self.note_by(identity, Seen::count);
    }

    /// Notes a contact that was sent in an earlier run.
    pub(super) fn note_journaled(&mut self, identity: &Identity) {
        self.note_by(identity, |seen| {
            seen.count();
            seen.journal();
        });
    }

    fn note_by(&mut self, identity: &Identity, change: fn(&mut Seen)) {
        for other in [self.fingerprint_of_number(identity), self.fingerprint_of_folded(identity)].into_iter().flatten()
        {
            self.change(other, Seen::count_alike);
        }
        self.change(self.fingerprint(identity.key()), change);
    }

    /// The number of contacts of this identity, itself included; 3 where there are more.
    pub(super) fn times(&self, identity: &Identity) -> u8 {
        self.seen(self.fingerprint(identity.key())).times()
    }

    pub(super) fn is_journaled(&self, identity: &Identity) -> bool {
        self.seen(self.fingerprint(identity.key())).is_journaled()
    }

    /// Returns whether a lookup of this contact, which is noted, can find no other contact of this campaign.
    pub(super) fn is_alone(&self, identity: &Identity) -> bool {
        self.is_alone_by(self.traces(identity))
    }

    /// What tells later whether a contact is alone.
    pub(super) fn traces(&self, identity: &Identity) -> Traces {
        (self.fingerprint(identity.key()), self.fingerprint_of_folded(identity))
    }

    pub(super) fn is_alone_by(&self, (own, folded): Traces) -> bool {
        let seen = self.seen(own);
        // A folded identity counts all that fold to it, this one among them.
        let folded = folded.is_none_or(|folded| {
            let all = self.seen(folded);
            all.times() + all.alike() <= seen.times()
        });
        seen.times() <= 1 && seen.alike() == 0 && folded
    }

    fn fingerprint(&self, (kind, value): (&str, &str)) -> u64 {
        let text = [&self.key, kind.as_bytes(), b"\0", value.as_bytes()].concat();
        BuiltIn.sha256(&text).first_chunk().copied().map_or(0, u64::from_le_bytes)
    }

    /// The identity of a contact with the same number and no case id, if this one has a case id: who looks that one up finds
    /// this one, too.
    fn fingerprint_of_number(&self, identity: &Identity) -> Option<u64> {
        identity.case_id().and(identity.callee()).map(|callee| self.fingerprint((NUMBER, callee)))
    }

    /// The identity of the contact that this one may be taken for by a service that folds ids, if it is another.
    fn fingerprint_of_folded(&self, identity: &Identity) -> Option<u64> {
        let (kind, value) = identity.key();
        let folded = folded(value);
        (folded != value).then(|| self.fingerprint((kind, &folded)))
    }

    fn seen(&self, fingerprint: u64) -> Seen {
        let part = self.parts.get(part_of(fingerprint));
        part.and_then(|part| part.seen.get(part.place(fingerprint)?)).copied().unwrap_or_default()
    }

    fn change(&mut self, fingerprint: u64, change: fn(&mut Seen)) {
        if let Some(part) = self.parts.get_mut(part_of(fingerprint)) {
            part.change(fingerprint, change);
        }
    }
}

/// Shows the number of fingerprints alone.
impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used: usize = self.parts.iter().map(|part| part.used).sum();
        f.debug_struct("Identities").field("used", &used).finish_non_exhaustive()
    }
}

/// The part that a fingerprint is in, by its lowest bits: the places in it are by the highest ones.
fn part_of(fingerprint: u64) -> usize {
    usize::try_from(fingerprint % PARTS).unwrap_or_default()
}

impl Part {
    /// Where a fingerprint is, or is to be put; `None` in a table without a place.
    fn place(&self, fingerprint: u64) -> Option<usize> {
        let size = self.seen.len();
        let high = fingerprint >> 32;
        let first = usize::try_from((high * size as u64) >> 32).ok()?;
        let is_place = |at: &usize| {
            self.seen.get(*at) == Some(&Seen::default()) || self.fingerprints.get(*at) == Some(&fingerprint)
        };
        (first..size).chain(0..first).find(is_place)
    }

    fn change(&mut self, fingerprint: u64, change: fn(&mut Seen)) {
        if self.used * 5 >= self.seen.len() * 4 {
            self.grow();
        }
        let Some(place) = self.place(fingerprint) else { return };
        let (Some(known), Some(seen)) = (self.fingerprints.get_mut(place), self.seen.get_mut(place)) else { return };
        self.used += usize::from(*seen == Seen::default());
        *known = fingerprint;
        change(seen);
    }

    /// Makes half as much room again.
    fn grow(&mut self) {
        let size = (self.seen.len() * 3 / 2).max(8);
        let larger = Self { fingerprints: vec![0; size], seen: vec![Seen::default(); size], used: self.used };
        let before = std::mem::replace(self, larger);
        for (fingerprint, seen) in before.fingerprints.into_iter().zip(before.seen) {
            if seen != Seen::default()
                && let Some(place) = self.place(fingerprint)
                && let (Some(known), Some(free)) = (self.fingerprints.get_mut(place), self.seen.get_mut(place))
            {
                (*known, *free) = (fingerprint, seen);
            }
        }
    }
}

/// The part of an id that is left where case, white space and everything beyond ASCII make no difference.
///
/// Some services compare ids in this or a narrower way. Characters beyond ASCII are left out, with the letter that a
/// combining mark belongs to, so that composed and decomposed forms are alike; a table of all their forms would make the npm
/// package larger by more than it is worth.
pub(super) fn folded(value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            '\u{300}'..='\u{36f}' if folded.ends_with(|last: char| last.is_ascii_alphabetic()) => {
                folded.pop();
            }
            // Full-width forms of ASCII.
            '\u{ff01}'..='\u{ff5e}' => folded.extend(char::from_u32(u32::from(char) - 0xfee0)),
            _ if char.is_ascii_graphic() => folded.push(char),
            _ => {}
        }
    }
    folded.make_ascii_lowercase();
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(caseid: &str) -> Identity {
        Identity::of(&serde_json::json!({"callee": "+6200012345", "caseid": caseid}).to_string()).unwrap()
    }

    #[test]
    fn ids_that_a_service_may_take_for_one_another_are_alike() {
        for (one, other) in [
            ("c-1", "C-1"),
            ("C-1", "c -1"),
            ("A b", "a\u{a0}B"),
            ("é1", "e\u{301}1"),
            ("Ａ１", "a1"),
            ("张-7", "李-7"),
            ("É", "è"),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                let mut identities = Identities::new(7);
                identities.note(&identity(first));
                assert!(identities.is_alone(&identity(first)), "{first}");
                identities.note(&identity(second));
                assert!(
                    !identities.is_alone(&identity(first)) && !identities.is_alone(&identity(second)),
                    "{first} {second}"
                );
                assert_eq!((identities.times(&identity(first)), identities.times(&identity(second))), (1, 1));
            }
        }
    }

    #[test]
    fn other_ids_are_not_alike() {
        let all = ["c-1", "c-2", "C1", "E", "e-1", "张-8", ""].map(identity);
        let mut identities = Identities::new(7);
        for one in &all {
            identities.note(one);
        }
        // The one without a case id is recognized by its number, which the others have, too.
        assert!(all[..6].iter().all(|one| identities.is_alone(one)));
        assert!(!identities.is_alone(&all[6]));
    }

    #[test]
    fn a_repeated_id_is_not_alone_however_it_is_written() {
        for id in ["c-1", "C-1", "É"] {
            let mut identities = Identities::new(7);
            identities.note(&identity(id));
            identities.note(&identity(id));
            assert!(!identities.is_alone(&identity(id)), "{id}");
            assert_eq!(identities.times(&identity(id)), 2);
        }
    }

    #[test]
    fn thousands_of_contacts_are_each_found_again() {
        let all: Vec<Identity> = (0..20_000).map(|number| identity(&format!("c-{number}"))).collect();
        let mut identities = Identities::new(7);
        for (index, one) in all.iter().enumerate() {
            assert_eq!(identities.times(one), 0);
            if index % 2 == 0 { identities.note(one) } else { identities.note_journaled(one) }
        }
        for (index, one) in all.iter().enumerate() {
            assert_eq!((identities.times(one), identities.is_journaled(one)), (1, index % 2 == 1));
            assert!(identities.is_alone(one));
        }
        let places: usize = identities.parts.iter().map(|part| part.seen.len()).sum();
        assert!(places < 2 * 20_001, "{places} places");
    }

    #[test]
    fn counting_ends_at_three() {
        let mut identities = Identities::new(7);
        for times in [1, 2, 3, 3] {
            identities.note(&identity("c-1"));
            assert_eq!(identities.times(&identity("c-1")), times);
        }
        assert!(!identities.is_journaled(&identity("c-1")));
    }
}
