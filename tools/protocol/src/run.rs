//! One run of the campaign by one worker: what it knows, and what it does next.
//!
//! It is the library's part of the protocol, and decides as `airudder_core::Campaign` does with one upload and one lookup at
//! a time: each step of it is compared with the real one in `replay`.

use crate::{
    api::{Answer, Found, sample},
    contacts::{Contact, Set},
    journal::{BatchState, Line},
    settings::{Age, Settings},
};

/// What a run knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    /// How many lines the journal has, as far as this run knows.
    pub(crate) known: usize,
    /// How long ago this run renewed its lease.
    pub(crate) renewed: Age,
    pub(crate) accepted: Set,
    pub(crate) rejected: Set,
    /// Those of whom nothing more is to be learned in this run.
    pub(crate) doubtful: Set,
    /// Those who are to be sent, in this order.
    pub(crate) pending: Vec<Contact>,
    /// Those who are to be looked up, in this order.
    pub(crate) doubts: Vec<Doubt>,
    /// Since when contacts of a batch in doubt have been looked up.
    settling: Vec<(u8, Age)>,
    /// Batches that the API refused, and who of them is still to be looked up.
    pub(crate) refused: Vec<Refused>,
    workflow: Workflow,
    next_batch: u8,
    /// What lookups showed, and does not stand in the journal yet.
    found: Set,
    unsent: Set,
    /// What is to be appended before anything else is done.
    pub(crate) lines: Vec<Line>,
    pub(crate) upload: Option<Upload>,
    pub(crate) lookup: Option<Lookup>,
    outage: Outage,
    /// The last upload failed.
    has_failed: bool,
    /// A lookup that only asks whether the API is back is made as soon as the lines stand in the journal.
    asks: bool,
}

/// A contact in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Doubt {
    pub(crate) contact: Contact,
    batch: u8,
    /// It was looked up once, and is looked up again after `settle`.
    pub(crate) is_second: bool,
}

/// A batch that the API refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Refused {
    batch: u8,
    pub(crate) contacts: Vec<Contact>,
    /// Who is still to be looked up, and since when that is known.
    sample: Vec<Contact>,
    since: Option<Age>,
}

/// The workflow that the next batch goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Workflow {
    /// One that is to be created.
    #[default]
    New,
    /// An earlier run created it: a refusal may mean that it has ended.
    Earlier,
    Own,
}

/// Whether the API seems to be away: an upload failed, and no lookup was answered since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Outage {
    #[default]
    No,
    /// A lookup may ask at once whether it is back.
    AsksNow,
    /// After a pause, which begins when the lines stand in the journal: the API asked for one, or uploads fail again and again.
    AsksLater,
}

/// An upload under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Upload {
    batch: u8,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) stage: Stage,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    /// Its line is to be written.
    Planned,
    /// Its line stands in the journal.
    Journaled,
    /// The lease was asked about, and there was time enough.
    Asked,
    OnNetwork,
    Answered(Answer),
}

/// A lookup under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lookup {
    Doubt(Doubt),
    Sample { batch: u8, contact: Contact },
}

impl Lookup {
    pub(crate) fn contact(&self) -> Contact {
        match self {
            Self::Doubt(doubt) => doubt.contact,
            Self::Sample { contact, .. } => *contact,
        }
    }
}

impl Run {
    /// Takes up what the journal says.
    pub(crate) fn resume(lines: &[Line], settings: &Settings) -> Self {
        let mut run = Self { known: lines.len(), ..Self::default() };
        let mut past = vec![None; settings.contacts];
        let mut sampled = Vec::new();
        for line in lines {
            match line {
                Line::Creating => {}
                Line::Created => run.workflow = Workflow::Earlier,
                Line::Sent { batch, contacts } => {
                    for contact in contacts {
                        past[*contact] = Some((*batch, BatchState::Doubtful));
                    }
                    run.next_batch = run.next_batch.max(batch + 1);
                }
                Line::Outcome { batch, state, closes } => {
                    let of_batch = past.iter_mut().flatten().filter(|(other, _)| other == batch);
                    of_batch.for_each(|(_, before)| *before = *state);
                    if *closes {
                        run.workflow = Workflow::New;
                    }
                }
                Line::Sampled { batch } => sampled.push(*batch),
                Line::Settled { accepted, unsent } => {
                    for (contacts, state) in [(accepted, BatchState::Accepted), (unsent, BatchState::Unsent)] {
                        for contact in contacts {
                            past[*contact] = past[*contact].map(|(batch, _)| (batch, state));
                        }
                    }
                }
            }
        }
        for (contact, past) in past.into_iter().enumerate() {
            run.take_up(contact, past, &sampled);
        }
        run.refused.sort_by_key(|refused| refused.batch);
        run
    }

    fn take_up(&mut self, contact: Contact, past: Option<(u8, BatchState)>, sampled: &[u8]) {
        match past {
            None | Some((_, BatchState::Unsent)) => self.pending.push(contact),
            Some((_, BatchState::Accepted)) => self.accepted.add(contact),
            Some((batch, BatchState::Doubtful)) => self.doubt(contact, batch),
            Some((batch, BatchState::Rejected)) if sampled.contains(&batch) => self.rejected.add(contact),
            Some((batch, BatchState::Rejected)) => {
                match self.refused.iter_mut().find(|refused| refused.batch == batch) {
                    Some(refused) => refused.contacts.push(contact),
                    None => self.refused.push(Refused::new(batch, vec![contact])),
                }
            }
        }
    }

    fn doubt(&mut self, contact: Contact, batch: u8) {
        self.doubts.push(Doubt { contact, batch, is_second: false });
    }

    /// Decides what is done next. It begins once the lines stand in the journal.
    pub(crate) fn plan(&mut self, settings: &Settings) {
        for refused in &mut self.refused {
            refused.since.get_or_insert_with(|| {
                refused.sample = sample(&refused.contacts);
                0
            });
        }
        let asks_later = self.outage == Outage::AsksLater && !self.lines.is_empty();
        if self.lookup.is_none() && !asks_later {
            self.lookup = self.next_lookup(settings);
        }
        // A batch that is not full waits for lookups, which may bring more.
        let is_complete = self.lookup.is_none() || self.pending.len() >= settings.batch_size;
        let may_upload = self.upload.is_none() && !self.pending.is_empty() && is_complete;
        // During an outage, a lookup has to be answered first: where none is due, one that only asks for that.
        let is_away = self.outage != Outage::No;
        self.asks = may_upload && is_away && self.lookup.is_none() && !asks_later;
        if may_upload && (!is_away || (self.asks && self.lines.is_empty())) {
            (self.outage, self.asks) = (Outage::No, false);
            self.write_settled();
            if self.workflow == Workflow::New {
                self.lines.push(Line::Creating);
            } else {
                self.start_upload(settings);
            }
        } else if self.upload.is_none() && self.lookup.is_none() && !self.asks {
            self.write_settled();
        }
    }

    fn next_lookup(&mut self, settings: &Settings) -> Option<Lookup> {
        let settling = &self.settling;
        let since = |batch| settling.iter().find(|(other, _)| *other == batch).map(|(_, age)| *age);
        let is_due = |doubt: &Doubt| !doubt.is_second || since(doubt.batch) >= Some(settings.settle);
        if let Some(index) = self.doubts.iter().position(is_due) {
            let doubt = self.doubts.remove(index);
            if since(doubt.batch).is_none() {
                self.settling.push((doubt.batch, 0));
            }
            return Some(Lookup::Doubt(doubt));
        }
        let is_due = |refused: &&mut Refused| !refused.sample.is_empty() && refused.since >= Some(settings.settle);
        let refused = self.refused.iter_mut().find(is_due)?;
        Some(Lookup::Sample { batch: refused.batch, contact: refused.sample.remove(0) })
    }

    fn write_settled(&mut self) {
        if !self.found.is_empty() || !self.unsent.is_empty() {
            self.lines.push(Line::Settled { accepted: self.found.take(), unsent: self.unsent.take() });
        }
    }

    fn start_upload(&mut self, settings: &Settings) {
        let contacts: Vec<Contact> = self.pending.drain(..self.pending.len().min(settings.batch_size)).collect();
        let batch = self.next_batch;
        self.next_batch += 1;
        self.lines.push(Line::Sent { batch, contacts: contacts.clone() });
        self.upload = Some(Upload { batch, contacts, stage: Stage::Planned });
    }

    /// The lines stand in the journal.
    pub(crate) fn written(&mut self) {
        self.known += self.lines.len();
        if std::mem::take(&mut self.asks) {
            self.outage = Outage::No;
        }
        let creates = self.lines.contains(&Line::Creating);
        self.lines.clear();
        if creates {
            self.has_failed = false;
            self.workflow = Workflow::Own;
            self.lines.push(Line::Created);
        }
        if let Some(upload) = self.upload.as_mut().filter(|upload| upload.stage == Stage::Planned) {
            upload.stage = Stage::Journaled;
        }
    }

    /// The upload has ended.
    pub(crate) fn uploaded(&mut self, answer: Answer) {
        let Some(Upload { batch, contacts, .. }) = self.upload.take() else { return };
        let mut closes = false;
        let state = match answer {
            Answer::Success => BatchState::Accepted,
            Answer::NotNow | Answer::NotSent => BatchState::Unsent,
            Answer::Refused if self.workflow != Workflow::Earlier => BatchState::Rejected,
            Answer::Refused => {
                (closes, self.workflow) = (true, Workflow::New);
                BatchState::Doubtful
            }
            Answer::Nothing => BatchState::Doubtful,
        };
        self.lines.push(Line::Outcome { batch, state, closes });
        match state {
            BatchState::Accepted => contacts.into_iter().for_each(|contact| self.accepted.add(contact)),
            BatchState::Rejected => self.refused.push(Refused::new(batch, contacts)),
            BatchState::Unsent => {
                self.pending.splice(0..0, contacts);
            }
            BatchState::Doubtful => contacts.into_iter().for_each(|contact| self.doubt(contact, batch)),
        }
        match answer {
            Answer::Success => self.has_failed = false,
            Answer::Refused => {}
            Answer::NotNow | Answer::NotSent | Answer::Nothing => {
                let is_later = std::mem::replace(&mut self.has_failed, true) || answer == Answer::NotNow;
                if is_later || self.outage == Outage::No {
                    self.outage = if is_later { Outage::AsksLater } else { Outage::AsksNow };
                }
            }
        }
    }

    /// The lookup has ended.
    pub(crate) fn looked_up(&mut self, found: Found) {
        self.outage = Outage::No;
        match self.lookup.take() {
            Some(Lookup::Doubt(doubt)) => self.looked_up_doubt(doubt, found),
            Some(Lookup::Sample { batch, .. }) => self.looked_up_sample(batch, found),
            None => {}
        }
    }

    fn looked_up_doubt(&mut self, doubt: Doubt, found: Found) {
        let Doubt { contact, batch, is_second } = doubt;
        match found {
            Found::Ours => {
                self.has_failed = false;
                self.accepted.add(contact);
                self.found.add(contact);
            }
            Found::Unclear => self.doubtful.add(contact),
            Found::Nowhere if is_second => {
                self.unsent.add(contact);
                self.pending.push(contact);
            }
            // Before those who were not looked up yet.
            Found::Nowhere => {
                let others = self.doubts.iter().take_while(|other| other.is_second).count();
                self.doubts.insert(others, Doubt { is_second: true, ..doubt });
            }
        }
        if self.doubts.iter().all(|doubt| doubt.batch != batch) {
            self.settling.retain(|(other, _)| *other != batch);
        }
    }

    fn looked_up_sample(&mut self, batch: u8, found: Found) {
        let Some(index) = self.refused.iter().position(|refused| refused.batch == batch) else { return };
        if found != Found::Nowhere {
            self.lines.push(Line::Outcome { batch, state: BatchState::Doubtful, closes: false });
            self.refused.remove(index).contacts.into_iter().for_each(|contact| self.doubt(contact, batch));
        } else if self.refused[index].sample.is_empty() {
            self.lines.push(Line::Sampled { batch });
            self.refused.remove(index).contacts.into_iter().for_each(|contact| self.rejected.add(contact));
        }
    }

    /// Returns whether everybody is accepted, rejected, or named as doubtful.
    pub(crate) fn is_done(&self) -> bool {
        let waits = self.pending.len() + self.doubts.len() + self.refused.len() + self.lines.len();
        waits == 0 && self.upload.is_none() && self.lookup.is_none()
    }

    /// How many are not settled: those who would be named as doubtful if the campaign stopped now.
    pub(crate) fn in_doubt(&self) -> usize {
        let under_way = usize::from(matches!(self.lookup, Some(Lookup::Doubt(_))));
        let refused: usize = self.refused.iter().map(|refused| refused.contacts.len()).sum();
        self.doubtful.len() + self.doubts.len() + under_way + refused
    }

    pub(crate) fn pass(&mut self, settings: &Settings) {
        self.renewed = settings.older(self.renewed);
        let since = self.refused.iter_mut().filter_map(|refused| refused.since.as_mut());
        self.settling.iter_mut().map(|(_, age)| age).chain(since).for_each(|age| *age = settings.older(*age));
    }
}

impl Refused {
    fn new(batch: u8, contacts: Vec<Contact>) -> Self {
        Self { batch, contacts, sample: Vec::new(), since: None }
    }
}
