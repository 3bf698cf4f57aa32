//! The network and the API, which holds the truth: whom it has taken, and how often.

use crate::{
    assumptions::Assumption,
    contacts::{Contact, Set},
    journal::Worker,
    settings::{Age, Settings},
};

/// An upload that was handed to the network, and has not reached the API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    pub(crate) contacts: Vec<Contact>,
    /// Who waits for the answer; nobody, where that program is dead or has given the request up, or somebody repeated it.
    pub(crate) sender: Option<Worker>,
    /// Since it was handed to the network.
    pub(crate) age: Age,
}

/// What a program is told about its upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Success,
    Refused,
    /// A 429, or a 503 that says so itself.
    NotNow,
    /// The connection broke, or the answer tells nothing.
    Nothing,
    /// It did not leave the program.
    NotSent,
}

/// What a lookup says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Found {
    Ours,
    Nowhere,
    /// A row that may be the contact, and may be another campaign's.
    Unclear,
}

/// The network and the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Api {
    pub(crate) network: Vec<Request>,
    /// What has reached the API and is not taken up yet: whom, and since when it was sent.
    pub(crate) queue: Vec<(Contact, Age)>,
    /// Who was taken, and is not shown by lookups yet.
    pub(crate) unseen: Vec<(Contact, Age)>,
    pub(crate) shown: Set,
    pub(crate) taken: Set,
    pub(crate) taken_twice: Set,
}

impl Api {
    /// The ways in which the API may deal with a request: its answer, and whom of the request it takes, now or later.
    pub(crate) fn ways(request: &Request, settings: &Settings) -> Vec<(Answer, Set)> {
        let all: Set = request.contacts.iter().copied().collect();
        let looked_up: Set = sample(&request.contacts).into_iter().collect();
        let mut ways = Vec::new();
        for some in all.subsets() {
            ways.push((Answer::Nothing, some));
            if some == all || !settings.holds(Assumption::SuccessMeansAll) {
                ways.push((Answer::Success, some));
            }
            if some.is_empty() || some.overlaps(looked_up) || !settings.holds(Assumption::RefusalShows) {
                ways.push((Answer::Refused, some));
            }
            if some.is_empty() || !settings.holds(Assumption::TurnedAwayUntouched) {
                ways.push((Answer::NotNow, some));
            }
        }
        ways
    }

    /// Deals with a request. Success is said of those who are taken already; others are taken when their turn comes.
    pub(crate) fn deal(&mut self, request: &Request, answer: Answer, some: Set, settings: &Settings) {
        let age = settings.age_after(request.age);
        for contact in some.iter() {
            if answer == Answer::Success {
                self.take(contact, age);
            } else {
                put(&mut self.queue, (contact, age));
            }
        }
    }

    pub(crate) fn take(&mut self, contact: Contact, age: Age) {
        if self.taken.has(contact) {
            self.taken_twice.add(contact);
        }
        self.taken.add(contact);
        if !self.shown.has(contact) {
            put(&mut self.unseen, (contact, age));
        }
    }

    /// What a lookup may say.
    pub(crate) fn lookup(&self, contact: Contact, settings: &Settings) -> Vec<Found> {
        let is_shown = self.shown.has(contact);
        let mut says = vec![Found::Unclear];
        if is_shown || !settings.holds(Assumption::LookupsExact) {
            says.push(Found::Ours);
        }
        if !is_shown || !settings.holds(Assumption::LookupsComplete) {
            says.push(Found::Nowhere);
        }
        says
    }

    /// Returns whether something has to happen before more time passes.
    pub(crate) fn is_due(&self, settings: &Settings) -> bool {
        let is_at = |age: Age, limit: Age| age + 1 >= limit;
        (settings.holds(Assumption::RequestEnds)
            && self.network.iter().any(|request| is_at(request.age, settings.limit)))
            || (settings.holds(Assumption::TakenUpInTime)
                && self.queue.iter().any(|(_, age)| is_at(*age, settings.settle)))
            || (settings.holds(Assumption::ShownInTime)
                && self.unseen.iter().any(|(_, age)| is_at(*age, settings.settle)))
    }

    pub(crate) fn pass(&mut self, settings: &Settings) {
        let network = self.network.iter_mut().map(|request| &mut request.age);
        let ages = self.queue.iter_mut().chain(&mut self.unseen).map(|(_, age)| age);
        network.chain(ages).for_each(|age| *age = settings.older(*age));
    }
}

/// Who of a refused batch is looked up. (Two more at random may be any of these.)
pub(crate) fn sample(contacts: &[Contact]) -> Vec<Contact> {
    let mut indexes = vec![0, contacts.len() / 2, contacts.len() - 1];
    indexes.dedup();
    indexes.into_iter().map(|index| contacts[index]).collect()
}

/// In an order that does not depend on the one in which they came.
fn put(list: &mut Vec<(Contact, Age)>, entry: (Contact, Age)) {
    let index = list.partition_point(|other| *other <= entry);
    list.insert(index, entry);
}
