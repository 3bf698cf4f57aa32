//! A way of the model in plain sentences.

use crate::{
    api::{Answer, Found},
    assumptions::{Assumption, DENIED, LOST, TWICE},
    check::Way,
    contacts::Contact,
    journal::{BatchState, Line, Worker},
    model::{Action, State},
    run::{Lookup, Run, Stage},
    settings::{Kind, Settings},
};

/// What happens on the way, one sentence or two a step, and what comes of it.
pub(crate) fn story(way: &Way) -> Vec<String> {
    let mut told = Vec::new();
    let (mut ticks, mut part) = (0, 0);
    let after = way.steps.iter().skip(1).map(|(state, _)| state).chain([&way.last]);
    for ((before, action), after) in way.steps.iter().zip(after) {
        if *action == Action::Tick {
            ticks += 1;
            continue;
        }
        if ticks > 0 {
            told.push(time(&way.settings, std::mem::take(&mut ticks), &mut part).into());
        }
        told.push(step(&way.settings, before, action, after));
    }
    told
}

/// What came of it, for a way that breaks this invariant.
pub(crate) fn outcome(way: &Way, invariant: &str) -> String {
    let State { api, told_accepted, told_rejected, .. } = &way.last;
    match invariant {
        TWICE => format!("AI Rudder has {} twice.", contacts(api.taken_twice.iter())),
        LOST => {
            let missing = told_accepted.iter().filter(|contact| !api.taken.has(*contact));
            format!("Nobody calls {}, and the report counts it as accepted.", contacts(missing))
        }
        DENIED => {
            let called = told_rejected.iter().filter(|contact| api.taken.has(*contact));
            format!("{} is called, and the report names it as rejected.", capital(&contacts(called)))
        }
        other => other.to_owned(),
    }
}

fn step(settings: &Settings, before: &State, action: &Action, after: &State) -> String {
    match *action {
        Action::Start(worker) => start(settings, before, worker, after),
        Action::Wake(worker) => format!("{} goes on.", name(worker)),
        Action::Append(worker) => append(before, worker, after),
        Action::Renew(worker) => format!("{} renews its lease.", name(worker)),
        Action::Ask(worker) => {
            format!("{} sees that it still has the lease. Then it stands still.", name(worker))
        }
        Action::Send(worker) => send(settings, before, worker, after),
        Action::Receive(worker) => receive(before, worker),
        Action::GiveUp(worker) => format!("{} gives its request up. It is still on its way.", name(worker)),
        Action::LookUp(worker, found) => look_up(before, worker, found),
        Action::Finish(worker) => finish(before, worker),
        Action::Crash(worker) => format!("{} is killed.", name(worker)),
        Action::PowerLoss(worker) => {
            format!("The machine of {} loses power, and the last line of the journal with it.", lower(worker))
        }
        Action::Deal(index, answer, some) => {
            let request = &before.api.network[index];
            let told = deal(&request.contacts, answer, &some.iter().collect::<Vec<_>>());
            let whose = if request.sender.is_some() { "" } else { " Nobody hears that." };
            format!("{told}{whose}{}", again(before, after))
        }
        Action::Repeat(_) => "Something between the library and the API repeats the request.".into(),
        Action::Take(index) => {
            let (contact, _) = before.api.queue[index];
            format!("The API takes {} from its queue.{}", one(contact), again(before, after))
        }
        Action::Show(index) => {
            let (contact, _) = before.api.unseen[index];
            format!("From now on the API's lookups could show {}.", one(contact))
        }
        Action::Restore(0) => "The journal is gone, or is not where the campaign is run again.".into(),
        Action::Restore(_) => "An older copy of the journal is put in its place, without the last line.".into(),
        Action::Tick => String::new(),
    }
}

/// How long so many steps of the clock are; `part` is how much of `settle` was told before.
fn time(settings: &Settings, ticks: u8, part: &mut u8) -> &'static str {
    *part += ticks;
    if settings.kind == Kind::Lease && ticks >= settings.lease() {
        "So much time passes that the lease runs out."
    } else if ticks >= settings.settle {
        "`settle` passes."
    } else if *part < settings.settle {
        "A part of `settle` passes."
    } else {
        *part = 0;
        "The rest of `settle` passes."
    }
}

fn start(settings: &Settings, before: &State, worker: Worker, after: &State) -> String {
    let who = name(worker);
    let why = match before.journal.holder {
        None => String::new(),
        Some(other) if settings.kind == Kind::Lock => {
            format!(", and gets the journal, though {} has it", lower(other))
        }
        Some(other) => format!(", and takes the journal over from {}", lower(other)),
    };
    let why = if before.starts > 0 && worker == Worker::A { format!(" again{why}") } else { why };
    let Some(run) = after.run(worker) else { return format!("{who} starts{why}.") };
    if before.journal.lines.is_empty() {
        let anew = if before.sends > 0 { " It finds nothing in the journal, and begins anew." } else { "" };
        return format!("{who} starts{why}.{anew}");
    }
    format!("{who} starts{why}. {}", knows(run))
}

/// What a run has read in the journal.
fn knows(run: &Run) -> String {
    let doubts: Vec<Contact> =
        run.lookup.iter().map(Lookup::contact).chain(run.doubts.iter().map(|doubt| doubt.contact)).collect();
    if doubts.is_empty() {
        return "By the journal nobody was sent yet.".into();
    }
    format!("By the journal {} was sent, with an unknown outcome: it is to be looked up.", contacts(doubts))
}

fn append(before: &State, worker: Worker, after: &State) -> String {
    let Some(run) = before.run(worker) else { return String::new() };
    let lines: Vec<String> = run.lines.iter().map(line).collect();
    if after.run(worker).is_none() {
        return format!("{} may not append to the journal any more, and stops.", name(worker));
    }
    let is_own = before.journal.lines.len() == run.known && before.journal.holder == Some(worker);
    let late = if is_own { "" } else { ", which is not its own any more" };
    format!("{} appends to the journal{late}: {}.", name(worker), lines.join("; "))
}

fn line(line: &Line) -> String {
    match line {
        Line::Creating => "a workflow is about to be created".into(),
        Line::Created => "the workflow was created".into(),
        Line::Sent { batch, contacts: sent } => {
            format!("batch {} is about to be sent, with {}", batch + 1, contacts(sent.iter().copied()))
        }
        Line::Outcome { batch, state, closes } => {
            let closes = if *closes { ", and its workflow takes no more" } else { "" };
            let state = match state {
                BatchState::Accepted => "was accepted",
                BatchState::Rejected => "was refused",
                BatchState::Unsent => "was not sent, or turned away for now",
                BatchState::Doubtful => "is in doubt",
            };
            format!("batch {} {state}{closes}", batch + 1)
        }
        Line::Sampled { batch } => format!("none of the sample of batch {} was found", batch + 1),
        Line::Settled { accepted, unsent } => {
            let parts = [(accepted, "is accepted"), (unsent, "is to be sent again")];
            let told = parts.iter().filter(|(some, _)| !some.is_empty());
            let told = told.map(|(some, what)| format!("{} {what}", contacts(some.iter().copied())));
            told.collect::<Vec<_>>().join(", ")
        }
    }
}

fn send(settings: &Settings, before: &State, worker: Worker, after: &State) -> String {
    let Some(run) = before.run(worker) else { return String::new() };
    let sent: Vec<Contact> = run.upload.iter().flat_map(|upload| upload.contacts.iter().copied()).collect();
    if after.api.network.len() == before.api.network.len() {
        return format!("{} no longer knows whether it has the lease, and sends nothing.", name(worker));
    }
    let is_asked = run.upload.as_ref().is_some_and(|upload| upload.stage == Stage::Asked);
    let how = if is_asked {
        " wakes up and"
    } else if !settings.holds(Assumption::AskedBeforeSending) && before.journal.holder != Some(worker) {
        " does not look whether it still has the lease, and"
    } else {
        ""
    };
    format!("{}{how} hands the upload of {} to the network.", name(worker), contacts(sent))
}

fn deal(all: &[Contact], answer: Answer, some: &[Contact]) -> String {
    let whole = contacts(all.iter().copied());
    let part = contacts(some.iter().copied());
    match (answer, some.is_empty()) {
        (Answer::Success, true) => "The API says success, and takes nobody.".into(),
        (Answer::Success, false) if some.len() < all.len() => {
            format!("The API gets the upload of {whole}, takes {part} alone, and says success.")
        }
        (Answer::Success, false) => format!("The API gets the upload, takes {part}, and says success."),
        (Answer::Refused, true) => "The API refuses the upload.".into(),
        (Answer::Refused, false) => format!("The API refuses the upload of {whole}, and keeps {part} all the same."),
        (Answer::NotNow, true) => "The API turns the upload away for now (429).".into(),
        (Answer::NotNow, false) => {
            format!("The API turns the upload away for now (429), and keeps {part} in a queue all the same.")
        }
        (_, true) => "The upload is lost on its way.".into(),
        (_, false) => format!("The API gets the upload, and puts {part} in a queue. Its answer is lost."),
    }
}

fn receive(before: &State, worker: Worker) -> String {
    let who = name(worker);
    let upload = before.run(worker).and_then(|run| run.upload.as_ref());
    let Some(Stage::Answered(answer)) = upload.map(|upload| upload.stage) else { return String::new() };
    match answer {
        Answer::Success => format!("{who} hears success."),
        Answer::Refused => format!("{who} hears that the upload was refused: it is to look some of the batch up."),
        Answer::NotNow => format!("{who} hears that it is to send the upload later."),
        Answer::Nothing => format!("{who} hears nothing: its upload is in doubt."),
        Answer::NotSent => format!("{who} goes on: its upload was not sent."),
    }
}

fn look_up(before: &State, worker: Worker, found: Found) -> String {
    let Some(lookup) = before.run(worker).and_then(|run| run.lookup.as_ref()) else { return String::new() };
    let who = format!("{} looks {} up", name(worker), one(lookup.contact()));
    let there = if before.api.shown.has(lookup.contact()) { ", though it is there" } else { "" };
    match (lookup, found) {
        (_, Found::Ours) if there.is_empty() => format!("{who}: found, though it is not there, and so accepted."),
        (Lookup::Doubt(_), Found::Ours) => format!("{who}: found, and so accepted."),
        (Lookup::Doubt(_), Found::Unclear) => format!("{who}: that is unclear, so it stays doubtful."),
        (Lookup::Sample { .. }, Found::Nowhere) => format!("{who}, as one of the sample: not found{there}."),
        (Lookup::Sample { .. }, _) => format!("{who}, as one of the sample: found, so the batch is in doubt."),
        (Lookup::Doubt(doubt), Found::Nowhere) if doubt.is_second => {
            format!("{who} for the second time: not found{there}, so it is to be sent again.")
        }
        (Lookup::Doubt(_), Found::Nowhere) => format!("{who}: not found{there}."),
    }
}

fn finish(before: &State, worker: Worker) -> String {
    let Some(run) = before.run(worker) else { return String::new() };
    let parts = [(run.accepted, "accepted"), (run.rejected, "rejected"), (run.doubtful, "doubtful")];
    let told = parts.iter().filter(|(some, _)| !some.is_empty());
    let told: Vec<String> = told.map(|(some, what)| format!("{} as {what}", contacts(some.iter()))).collect();
    format!("{} ends. It reports {}.", name(worker), told.join(", "))
}

fn again(before: &State, after: &State) -> &'static str {
    if before.api.taken_twice == after.api.taken_twice { "" } else { " It is the second time." }
}

fn name(worker: Worker) -> String {
    format!("Worker {worker:?}")
}

fn lower(worker: Worker) -> String {
    format!("worker {worker:?}")
}

fn one(contact: Contact) -> String {
    format!("contact {}", contact + 1)
}

fn contacts(some: impl IntoIterator<Item = Contact>) -> String {
    let mut numbers: Vec<String> = some.into_iter().map(|contact| (contact + 1).to_string()).collect();
    match (numbers.pop(), numbers.is_empty()) {
        (None, _) => "nobody".into(),
        (Some(last), true) => format!("contact {last}"),
        (Some(last), false) => format!("contacts {} and {last}", numbers.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
