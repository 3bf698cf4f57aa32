//! Contacts, by their position in the campaign's list, and sets of them.

use std::fmt;

/// A contact: its position in the list.
pub(crate) type Contact = usize;

/// A set of contacts.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Set(u8);

impl Set {
    pub(crate) fn has(self, contact: Contact) -> bool {
        self.0 & (1 << contact) != 0
    }

    pub(crate) fn add(&mut self, contact: Contact) {
        self.0 |= 1 << contact;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// All of these contacts, in their order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Contact> {
        (0..8).filter(move |contact| self.has(*contact))
    }

    /// Takes them all out.
    pub(crate) fn take(&mut self) -> Vec<Contact> {
        std::mem::take(self).iter().collect()
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Every set of some, all or none of these contacts.
    pub(crate) fn subsets(self) -> impl Iterator<Item = Self> {
        (0..=self.0).map(Self).filter(move |set| set.0 & !self.0 == 0)
    }
}

impl FromIterator<Contact> for Set {
    fn from_iter<I: IntoIterator<Item = Contact>>(contacts: I) -> Self {
        let mut set = Self::default();
        contacts.into_iter().for_each(|contact| set.add(contact));
        set
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
