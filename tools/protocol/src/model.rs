//! The protocol: what can happen next in a campaign that two workers may run, and what must never come of it.

use stateright::{Model, Property};

use crate::{
    api::{Answer, Api, Found, Request},
    assumptions::{Assumption, DENIED, LOST, TWICE},
    contacts::Set,
    journal::{Journal, Line, Worker},
    run::{Run, Stage},
    settings::{Kind, Settings},
};

/// Everything there is: the journal, the API, and what each worker does, if it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) journal: Journal,
    pub(crate) api: Api,
    pub(crate) runs: [Option<Run>; 2],
    /// Whom the last report named as accepted, and as rejected.
    pub(crate) told_accepted: Set,
    pub(crate) told_rejected: Set,
    pub(crate) starts: u8,
    pub(crate) sends: u8,
}

/// What can happen. Whatever a worker can do, it can also leave: so it is paused, for as long as one likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It takes the journal, and reads it.
    Start(Worker),
    /// It notices that time has passed.
    Wake(Worker),
    /// It appends its lines; or stops, where they may not be appended.
    Append(Worker),
    /// It renews its lease.
    Renew(Worker),
    /// It asks whether the journal is still its own, and stands still before it sends.
    Ask(Worker),
    /// It hands its upload to the network, if the journal is still its own.
    Send(Worker),
    /// It learns what came of its upload.
    Receive(Worker),
    /// It gives its upload up after the time limit, while the request is still on its way.
    GiveUp(Worker),
    /// Its lookup is answered.
    LookUp(Worker, Found),
    /// It ends with its report.
    Finish(Worker),
    /// It dies.
    Crash(Worker),
    /// Its machine loses power, and its last line with it.
    PowerLoss(Worker),
    /// The API gets the request of this number, answers, and takes these now or later.
    Deal(usize, Answer, Set),
    /// Something on the way repeats the request of this number.
    Repeat(usize),
    /// The API takes one of whom it knows.
    Take(usize),
    /// Lookups show one whom the API has taken.
    Show(usize),
    /// An older copy of the journal is put in its place: its first lines.
    Restore(usize),
    /// One step of the clock.
    Tick,
}

impl State {
    pub(crate) fn run(&self, worker: Worker) -> Option<&Run> {
        self.runs[worker as usize].as_ref()
    }

    /// Lets a run do something, and then plan what is next.
    fn with(&mut self, worker: Worker, settings: &Settings, act: impl FnOnce(&mut Run)) {
        if let Some(run) = &mut self.runs[worker as usize] {
            let sent = |run: &Run| run.lines.iter().any(|line| matches!(line, Line::Sent { .. }));
            act(run);
            let before = sent(run);
            run.plan(settings);
            self.sends += u8::from(!before && sent(run));
        }
    }

    /// The worker runs no more. What it has handed to the network is on its way all the same.
    fn end(&mut self, worker: Worker, gives_back: bool) {
        self.runs[worker as usize] = None;
        self.orphan(worker);
        if gives_back {
            self.journal.give_back(worker);
        }
    }

    fn orphan(&mut self, worker: Worker) {
        let own = self.api.network.iter_mut().filter(|request| request.sender == Some(worker));
        own.for_each(|request| request.sender = None);
    }

    fn settle_upload(&mut self, worker: Worker, stage: Stage) {
        if let Some(upload) = self.runs[worker as usize].as_mut().and_then(|run| run.upload.as_mut()) {
            upload.stage = stage;
        }
    }
}

impl Settings {
    /// Returns whether the journal is still the worker's own, as far as it can tell without asking the database.
    fn is_held(&self, run: &Run) -> bool {
        self.kind == Kind::Lock || !self.holds(Assumption::AskedBeforeSending) || run.renewed < self.third
    }

    /// Returns whether a worker may append. A lock only tells while it is held; the length of a file tells always.
    pub(crate) fn may_append(&self, journal: &Journal, worker: Worker, run: &Run) -> bool {
        let is_own = self.kind == Kind::Lock || journal.holder == Some(worker);
        !self.holds(Assumption::Fence) || (is_own && journal.lines.len() == run.known)
    }

    fn worker_actions(&self, state: &State, worker: Worker, actions: &mut Vec<Action>) {
        let Some(run) = state.run(worker) else {
            let is_free =
                state.journal.is_free(self) || (self.kind == Kind::Lock && !self.holds(Assumption::LockHolds));
            if is_free && (worker == Worker::A || state.starts > 0) {
                actions.push(Action::Start(worker));
            }
            return;
        };
        actions.push(Action::Crash(worker));
        if !self.holds(Assumption::Durable) && run.known == state.journal.lines.len() && run.known > 0 {
            actions.push(Action::PowerLoss(worker));
        }
        if self.kind == Kind::Lease && state.journal.holder == Some(worker) && run.renewed > 0 {
            actions.push(Action::Renew(worker));
        }
        let upload = run.upload.as_ref().map(|upload| upload.stage);
        match upload {
            Some(Stage::Journaled) => {
                actions.push(Action::Send(worker));
                if !self.holds(Assumption::NoPauseAtSending) && self.is_held(run) {
                    actions.push(Action::Ask(worker));
                }
            }
            Some(Stage::Asked) => actions.push(Action::Send(worker)),
            Some(Stage::OnNetwork) if !self.holds(Assumption::RequestEnds) => {
                let own = |request: &&Request| request.sender == Some(worker);
                if state.api.network.iter().find(own).is_some_and(|request| request.age >= self.limit) {
                    actions.push(Action::GiveUp(worker));
                }
            }
            _ => {}
        }
        if !run.lines.is_empty() {
            actions.push(Action::Append(worker));
            return;
        }
        if matches!(upload, Some(Stage::Answered(_))) {
            actions.push(Action::Receive(worker));
        }
        if let Some(lookup) = &run.lookup {
            let says = state.api.lookup(lookup.contact(), self);
            actions.extend(says.into_iter().map(|found| Action::LookUp(worker, found)));
        }
        if run.is_done() {
            actions.push(Action::Finish(worker));
        }
        let mut planned = run.clone();
        planned.plan(self);
        if planned != *run {
            actions.push(Action::Wake(worker));
        }
    }

    fn api_actions(&self, api: &Api, actions: &mut Vec<Action>) {
        for (index, request) in api.network.iter().enumerate() {
            let ways = Api::ways(request, self).into_iter();
            actions.extend(ways.map(|(answer, some)| Action::Deal(index, answer, some)));
            if !self.holds(Assumption::SentOnce) && api.network.len() == 1 {
                actions.push(Action::Repeat(index));
            }
        }
        actions.extend((0..api.queue.len()).map(Action::Take));
        actions.extend((0..api.unseen.len()).map(Action::Show));
    }

    fn act(&self, state: &mut State, action: &Action) {
        match *action {
            Action::Start(worker) => {
                state.starts += 1;
                state.journal.take(worker);
                state.runs[worker as usize] = Some(Run::resume(&state.journal.lines, self));
                state.with(worker, self, |_| {});
            }
            Action::Wake(worker) => state.with(worker, self, |_| {}),
            Action::Append(worker) => self.append(state, worker),
            Action::Renew(worker) => {
                state.journal.renewed = 0;
                state.runs[worker as usize].iter_mut().for_each(|run| run.renewed = 0);
            }
            Action::Ask(worker) => state.settle_upload(worker, Stage::Asked),
            Action::Send(worker) => self.send(state, worker),
            Action::Receive(worker) => state.with(worker, self, |run| {
                if let Some(Stage::Answered(answer)) = run.upload.as_ref().map(|upload| upload.stage) {
                    run.uploaded(answer);
                }
            }),
            Action::GiveUp(worker) => {
                state.orphan(worker);
                state.settle_upload(worker, Stage::Answered(Answer::Nothing));
            }
            Action::LookUp(worker, found) => state.with(worker, self, |run| run.looked_up(found)),
            Action::Finish(worker) => {
                if let Some(run) = state.run(worker) {
                    (state.told_accepted, state.told_rejected) = (run.accepted, run.rejected);
                }
                state.end(worker, true);
            }
            Action::Crash(worker) => state.end(worker, self.kind == Kind::Lock),
            Action::PowerLoss(worker) => {
                state.journal.lines.pop();
                state.end(worker, self.kind == Kind::Lock);
            }
            Action::Deal(..) | Action::Repeat(_) | Action::Take(_) | Action::Show(_) => self.act_api(state, action),
            Action::Restore(lines) => state.journal.lines.truncate(lines),
            Action::Tick => {
                state.journal.renewed = self.older(state.journal.renewed);
                state.api.pass(self);
                state.runs.iter_mut().flatten().for_each(|run| run.pass(self));
            }
        }
    }

    fn act_api(&self, state: &mut State, action: &Action) {
        match *action {
            Action::Deal(index, answer, some) => {
                let request = state.api.network.remove(index);
                state.api.deal(&request, answer, some, self);
                if let Some(sender) = request.sender {
                    state.settle_upload(sender, Stage::Answered(answer));
                }
            }
            Action::Repeat(index) => {
                let request = Request { sender: None, ..state.api.network[index].clone() };
                state.api.network.push(request);
            }
            Action::Take(index) => {
                let (contact, age) = state.api.queue.remove(index);
                state.api.take(contact, self.age_after(age));
            }
            Action::Show(index) => {
                let (contact, _) = state.api.unseen.remove(index);
                state.api.shown.add(contact);
            }
            _ => {}
        }
    }

    fn append(&self, state: &mut State, worker: Worker) {
        let Some(run) = state.runs[worker as usize].as_ref() else { return };
        if !self.may_append(&state.journal, worker, run) {
            state.end(worker, self.kind == Kind::Lock);
            return;
        }
        state.journal.lines.extend(run.lines.iter().cloned());
        if state.journal.holder == Some(worker) {
            state.journal.renewed = 0;
        }
        state.with(worker, self, |run| {
            run.renewed = 0;
            run.written();
        });
    }

    fn send(&self, state: &mut State, worker: Worker) {
        let Some(run) = state.runs[worker as usize].as_mut() else { return };
        let is_held = self.is_held(run);
        let Some(upload) = run.upload.as_mut() else { return };
        if is_held || upload.stage == Stage::Asked {
            upload.stage = Stage::OnNetwork;
            let request = Request { contacts: upload.contacts.clone(), sender: Some(worker), age: 0 };
            state.api.network.push(request);
        } else {
            upload.stage = Stage::Answered(Answer::NotSent);
        }
    }
}

impl Model for Settings {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for worker in Worker::BOTH {
            self.worker_actions(state, worker, actions);
        }
        self.api_actions(&state.api, actions);
        let lines = state.journal.lines.len();
        if state.runs == [None, None] && lines > 0 {
            if !self.holds(Assumption::NewestJournal) {
                actions.extend((1..lines).map(Action::Restore));
            }
            if !self.holds(Assumption::JournalIsFound) {
                actions.push(Action::Restore(0));
            }
        }
        if !state.api.is_due(self) {
            actions.push(Action::Tick);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        self.act(&mut next, &action);
        (next != *state).then_some(next)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.starts <= self.starts && state.sends <= self.sends
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(TWICE, |_, state: &State| state.api.taken_twice.is_empty()),
            Property::always(LOST, |_, state: &State| {
                state.told_accepted.iter().all(|contact| state.api.taken.has(contact))
            }),
            Property::always(DENIED, |_, state: &State| !state.told_rejected.overlaps(state.api.taken)),
            Property::sometimes("all are accepted at last, after a doubt", |settings: &Self, state: &State| {
                let unsent = |line: &Line| matches!(line, Line::Settled { unsent, .. } if !unsent.is_empty());
                state.told_accepted.len() == settings.contacts && state.journal.lines.iter().any(unsent)
            }),
            Property::sometimes("a refused batch is rejected at last", |_, state: &State| {
                !state.told_rejected.is_empty()
            }),
            Property::sometimes("two workers run at once", |settings: &Self, state: &State| {
                settings.kind == Kind::Lock || state.runs.iter().all(Option::is_some)
            }),
        ]
    }
}
