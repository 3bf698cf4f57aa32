//! Ways of the model on the real `Campaign`: at each step, the two must write, send, look up and report the same.

mod machine;

use std::fmt::Debug;

use airudder_core::Failure;
use serde_json::json;

use self::machine::{Machine, STEP_MS, World, model_lines};
use crate::{
    api::{Answer, Found},
    assumptions::Assumption,
    check::Way,
    journal::{Line, Worker},
    model::{Action, State},
    run::{Lookup, Run, Stage},
    settings::{Kind, Settings},
};

/// The world of a way, and the real campaigns of its workers.
struct Replay<'a> {
    settings: &'a Settings,
    world: World,
    machines: [Option<Machine>; 2],
}

/// Does on real campaigns what happens on a way of the model. Fails where they differ, and says at which step.
pub(crate) fn replay(way: &Way) -> Result<(), String> {
    // Two contacts of a sample are random. Where it matters that one is not among them, some seeds are tried.
    let seeds = if way.settings.holds(Assumption::RefusalShows) { 0..1 } else { 0..16 };
    let mut result = Ok(());
    for seed in seeds {
        result = replay_with(way, seed);
        if result.is_ok() {
            break;
        }
    }
    result
}

fn replay_with(way: &Way, seed: u64) -> Result<(), String> {
    let mut replay = Replay { settings: &way.settings, world: World::new(&way.settings, seed), machines: [None, None] };
    let after = way.steps.iter().skip(1).map(|(state, _)| state).chain([&way.last]);
    for (number, ((before, action), after)) in way.steps.iter().zip(after).enumerate() {
        replay.step(before, action, after).map_err(|why| {
            let actions: Vec<&Action> = way.steps.iter().map(|(_, action)| action).take(number + 1).collect();
            format!("step {number}, {action:?}: {why}\nafter {actions:?}\nwith {:?}", way.settings)
        })?;
    }
    Ok(())
}

impl Replay<'_> {
    fn step(&mut self, before: &State, action: &Action, after: &State) -> Result<(), String> {
        match *action {
            Action::Start(worker) => {
                self.machines[worker as usize] = Some(self.world.start()?);
                self.go_on(worker, after)
            }
            Action::Wake(worker) => self.go_on(worker, after),
            Action::Append(worker) => self.append(worker, before, after),
            Action::Receive(worker) => {
                let stage = before.run(worker).and_then(|run| run.upload.as_ref()).map(|upload| upload.stage);
                let Some(Stage::Answered(answer)) = stage else { return Err("there is no answer".into()) };
                let Some(machine) = &mut self.machines[worker as usize] else { return Err("it does not run".into()) };
                machine.end_upload(&self.world, answer_of(answer))?;
                self.go_on(worker, after)
            }
            Action::LookUp(worker, found) => {
                let Some(machine) = &mut self.machines[worker as usize] else { return Err("it does not run".into()) };
                let contact = machine.looked_up().ok_or("there is no lookup")?;
                let rows = match found {
                    Found::Ours => json!([{"workflow_id": self.world.workflow_of(contact), "workflow_name": "july"}]),
                    Found::Nowhere => json!([]),
                    Found::Unclear => json!([{"status": "finished"}]),
                };
                machine.end_lookup(&self.world, &rows)?;
                self.go_on(worker, after)
            }
            Action::Finish(worker) => {
                let (Some(machine), Some(run)) = (self.machines[worker as usize].take(), before.run(worker)) else {
                    return Err("it does not run".into());
                };
                same("the report", &machine.report(), &(run.accepted.len(), run.rejected, run.doubtful))
            }
            Action::Crash(worker) => {
                self.machines[worker as usize] = None;
                Ok(())
            }
            Action::PowerLoss(worker) => {
                self.machines[worker as usize] = None;
                self.world.keep_lines(after.journal.lines.len());
                Ok(())
            }
            Action::Restore(lines) => {
                self.world.keep_lines(lines);
                Ok(())
            }
            Action::Tick => {
                self.world.now_ms += STEP_MS;
                Ok(())
            }
            // These are the host's, the network's and the API's.
            Action::Renew(_)
            | Action::Ask(_)
            | Action::Send(_)
            | Action::GiveUp(_)
            | Action::Deal(..)
            | Action::Repeat(_)
            | Action::Take(_)
            | Action::Show(_) => Ok(()),
        }
    }

    /// Appends what the campaign wants to, as a host does, or stops it.
    fn append(&mut self, worker: Worker, before: &State, after: &State) -> Result<(), String> {
        let Some(machine) = &mut self.machines[worker as usize] else { return Err("it does not run".into()) };
        let Some((lines, at)) = machine.lines.take() else { return Err("it has no lines".into()) };
        let is_own = self.settings.kind == Kind::Lock || before.journal.holder == Some(worker);
        let may_append = is_own && at == self.world.journal.len() as u64;
        if self.settings.holds(Assumption::Fence) {
            same("whether it may append", &may_append, &after.run(worker).is_some())?;
        }
        if after.run(worker).is_none() {
            self.machines[worker as usize] = None;
            return Ok(());
        }
        self.world.append(&lines);
        machine.written()?;
        self.go_on(worker, after)
    }

    /// Polls the campaign until it waits, and compares it with the model's run.
    fn go_on(&mut self, worker: Worker, after: &State) -> Result<(), String> {
        let (Some(machine), Some(run)) = (&mut self.machines[worker as usize], after.run(worker)) else {
            return Err("it does not run in both".into());
        };
        machine.go_on(&mut self.world, run.lookup.as_ref().map(Lookup::contact))?;
        compare(machine, run)
    }
}

fn compare(machine: &Machine, run: &Run) -> Result<(), String> {
    let lines: Vec<Line> = machine.lines.iter().flat_map(|(lines, _)| model_lines(lines)).collect();
    same("the lines to append", &lines, &run.lines)?;
    if run.lines.is_empty() {
        let upload = run.upload.as_ref().map(|upload| upload.contacts.clone());
        same("the upload", &machine.uploaded(), &upload)?;
        same("the lookup", &machine.looked_up(), &run.lookup.as_ref().map(Lookup::contact))?;
        same("whether it is over", &machine.is_done, &run.is_done())?;
    }
    same("the progress", &machine.progress(), &(run.accepted.len(), run.rejected.len(), run.in_doubt()))
}

fn same<T: PartialEq + Debug>(what: &str, real: &T, model: &T) -> Result<(), String> {
    if real == model { Ok(()) } else { Err(format!("{what}: the campaign has {real:?}, the model {model:?}")) }
}

/// What a program is told of an upload: the status and the envelope's code, or how it failed.
fn answer_of(answer: Answer) -> Result<(u16, u16), Failure> {
    match answer {
        Answer::Success => Ok((200, 200)),
        Answer::Refused => Ok((200, 403)),
        Answer::NotNow => Ok((429, 429)),
        Answer::Nothing => Err(Failure::Reset),
        Answer::NotSent => Err(Failure::ConnectFailed),
    }
}
