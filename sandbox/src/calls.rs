//! The calls: takes waiting contacts at the configured speed and makes up how each call went.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock;
use crate::random::Random;
use crate::state::App;
use crate::store::{self, Waiting};

const TICK: Duration = Duration::from_millis(10);
/// At most so many calls in one transaction, so that requests are not kept waiting.
const MAX_BATCH: u32 = 2000;
const CALLER: &str = "+62777888888";

/// Calls contacts until the stop.
pub(crate) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let speed = f64::from(app.config.speed);
    let mut allowance = 0.0;
    let mut last = Instant::now();
    let mut idle = false;
    loop {
        if idle {
            tokio::select! {
                _ = stop.changed() => return,
                () = app.contacts_waiting.notified() => {}
            }
            // What was not used up before does not make the next calls faster.
            allowance = 0.0;
            last = Instant::now();
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(TICK) => {}
        }
        allowance = f64::min(allowance + speed * last.elapsed().as_secs_f64(), speed.max(1.0));
        last = Instant::now();
        idle = app.paused.load(Ordering::Relaxed);
        let limit = whole_calls(allowance);
        if idle || limit == 0 {
            continue;
        }
        match call(&app, limit).await {
            Ok(called) => {
                allowance -= f64::from(called);
                idle = called == 0;
                if called > 0 {
                    app.events_waiting.notify_one();
                }
            }
            Err(error) => tracing::error!(%error, "no contact could be called"),
        }
    }
}

/// The number of whole calls that the allowance is worth.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates, which is what is meant.
fn whole_calls(allowance: f64) -> u32 {
    (allowance as u32).min(MAX_BATCH)
}

async fn call(app: &Arc<App>, limit: u32) -> Result<u32, store::StoreError> {
    let seed = app.config.seed;
    let has_receiver = app.receiver.is_known();
    let shared = Arc::clone(app);
    let called = app
        .store
        .transact(move |db| {
            // Nobody is called any more once the pause was answered.
            if shared.paused.load(Ordering::Relaxed) {
                return Ok(0);
            }
            let now_ms = shared.clock.now_ms();
            let event = move |contact: &Waiting| {
                let kind = if contact.is_task { "call.finished" } else { "workflow.call.finished" };
                (kind, finished_call(contact, seed, now_ms).to_string())
            };
            store::call_contacts(db, limit, now_ms, has_receiver.then_some(&event))
        })
        .await?;
    Ok(u32::try_from(called).unwrap_or(u32::MAX))
}

/// The event of a call that is over, in the shape of the reference. The same seed and contact give the same outcome.
pub(crate) fn finished_call(contact: &Waiting, seed: u64, now_ms: i64) -> Value {
    let mut random = Random::of(seed, contact.id);
    let outcome = Outcome::draw(&mut random);
    let ended_ms = now_ms;
    let started_ms = ended_ms - i64::from(outcome.ring_time + outcome.duration) * 1000;
    let redials: Vec<Value> = (0..outcome.redials).map(|_| redial(contact, &mut random, started_ms)).collect();
    let variables: Value = serde_json::from_str(&contact.variables).unwrap_or_default();
    let mut detail = json!({
        "id": contact.id,
        "callee": contact.callee,
        "result": if outcome.answered { "finished" } else { "failed" },
        "result_label": outcome.label,
        "intention_description": outcome.intention,
        "duration": outcome.duration,
        "hangup_type": outcome.hangup_type,
        "ring_type": outcome.ring_type,
        "variables": variables,
        "robot_hash": id_of(&contact.workflow_id, "robot"),
        "call_id": random.hex_id(),
        "call_times": outcome.redials + 1,
        "call_start_time": clock::local(started_ms),
        "call_end_time": clock::local(ended_ms),
        "ring_time": outcome.ring_time,
        "talk_round": outcome.talk_round,
        "redail_call": redials,
        "caller_number": CALLER,
    });
    // Collection and telemarketing calls ask no questions; a few of them do here, so that receivers meet both.
    if let (true, Some(fields)) = (outcome.answered && random.chance(0.05), detail.as_object_mut()) {
        fields.insert("question_answer".into(), json!([question(&mut random)]));
    }
    let (task_id, task_name) = if contact.is_task {
        (contact.workflow_id.clone(), contact.workflow_name.clone())
    } else {
        (id_of(&contact.workflow_id, "task"), format!("{}_task", contact.workflow_name))
    };
    let mut event = json!({
        "task_id": task_id,
        "task_name": task_name,
        "status": "calling",
        "created_at": clock::local(contact.workflow_created_ms),
        "repeat_interval": 10,
        "repeat_number": 2,
        "robot_hash": id_of(&contact.workflow_id, "robot"),
        "robot_method": "single",
        "sip_line": "SANDBOX_LINE",
        "schedule_start_time": clock::local(contact.workflow_created_ms),
        // A task's time is local already.
        "schedule_end_time": clock::parse_zoned(&contact.end_time).map_or_else(|| contact.end_time.clone(), clock::local),
        "details": [detail],
    });
    if let (false, Some(fields)) = (contact.is_task, event.as_object_mut()) {
        fields.insert("workflow_id".into(), contact.workflow_id.clone().into());
        fields.insert("workflow_name".into(), contact.workflow_name.clone().into());
        fields.insert("nodetask_id".into(), id_of(&contact.workflow_id, "node").into());
        fields.insert("nodetask_name".into(), "AI call".into());
        fields.insert("case_id".into(), contact.caseid.as_deref().unwrap_or_default().into());
    }
    event
}

/// How the call of a contact went, in short: what its event says, too.
pub(crate) fn outcome(seed: u64, contact: i64) -> Value {
    let Outcome { answered, ring_type, label, intention, duration, .. } = Outcome::draw(&mut Random::of(seed, contact));
    json!({
        "answered": answered,
        "result_label": label,
        "intention": intention,
        "ring_type": ring_type,
        "duration": duration,
    })
}

/// The end of a call.
struct Outcome {
    answered: bool,
    ring_type: &'static str,
    hangup_type: &'static str,
    label: &'static str,
    intention: &'static str,
    duration: u32,
    ring_time: u32,
    talk_round: u32,
    redials: u32,
}

impl Outcome {
    fn draw(random: &mut Random) -> Self {
        let ring_type = match random.between(1, 100) {
            1..=58 => "normal",
            59..=73 => "busy",
            74..=83 => "switchoff",
            84..=91 => "outofarea",
            92..=94 => "holdline",
            95..=96 => "wrongnum",
            97..=98 => "unregister",
            _ => "cantuse",
        };
        let answered = ring_type == "normal";
        if !answered {
            // A call that did not get through was repeated as often as the task allows.
            let redials = if matches!(ring_type, "wrongnum" | "unregister") { 0 } else { 2 };
            return Self {
                answered,
                ring_type,
                hangup_type: "Canceled",
                label: "F",
                intention: "",
                duration: 0,
                ring_time: random.between(0, 30),
                talk_round: 0,
                redials,
            };
        }
        let (label, intention) = match random.between(1, 10) {
            1..=4 => ("A", "promises to pay"),
            5..=7 => ("B", "asks for time"),
            8..=9 => ("C", "is not interested"),
            _ => ("D", "is another person"),
        };
        let talk_round = random.between(1, 9);
        Self {
            answered,
            ring_type,
            hangup_type: if random.chance(0.6) { "ByCallee" } else { "ByRobot" },
            label,
            intention,
            duration: talk_round * random.between(4, 12),
            ring_time: random.between(2, 20),
            talk_round,
            redials: u32::from(random.chance(0.25)),
        }
    }
}

fn redial(contact: &Waiting, random: &mut Random, before_ms: i64) -> Value {
    json!({
        "CallID": random.hex_id(),
        "CallStartTime": clock::local(before_ms - i64::from(random.between(600, 1200)) * 1000),
        "RingType": if random.chance(0.5) { "busy" } else { "" },
        "RingTime": random.between(1, 30),
        "HangupType": "Canceled",
        "ResultLabel": "F",
        "caller_number": CALLER,
        "callee_number": contact.callee,
    })
}

fn question(random: &mut Random) -> Value {
    let yes = random.chance(0.7);
    json!({
        "question_name": "Q1",
        "answer": if yes { "Yes" } else { "No" },
        "answer_text": if yes { "yes I will" } else { "no" },
        "status": "Completed",
        "answer_text_slot": "-",
        "var": "-",
        "verification_results": "-",
        "question_content": "Willingness Check",
        "question_type": "whether",
        "whether_answer": "Answered",
    })
}

/// An id that belongs to the workflow and is the same in all its events.
fn id_of(workflow_id: &str, what: &str) -> String {
    let sum = |text: &str| {
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    Random::new(sum(workflow_id) ^ sum(what)).hex_id()
}
