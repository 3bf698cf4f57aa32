//! Tasks: their contacts are called like those of workflows. What the results look like is not published, so beyond what
//! the reference has they are this sandbox's own.

use airudder_core::operations::tasks::{
    CancelCall, CreateTask, ListTasks, Recording, Recordings, StopTask, TaskDetail, TaskDetails,
};
use airudder_core::operations::workflow::WorkflowTaskDetail;
use serde_json::{Value, json};

use crate::calls::finished_call;
use crate::operations::Asked;
use crate::random::fresh_id;
use crate::store::{self, NewContact, NewWorkflow, Waiting};
use crate::wire::Answer;

const PAGE: i64 = 20;

pub(crate) async fn create(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: CreateTask<'_> = asked.params()?;
    let contact = |detail: &TaskDetail<'_>| NewContact {
        callee: detail.mobile.to_string(),
        caseid: None,
        platform: detail.platform.to_string(),
        variables: Value::Object(detail.variables.clone()).to_string(),
        pds_variables: None,
    };
    let contacts: Vec<NewContact> = given.details.iter().map(contact).collect();
    let task = NewWorkflow {
        workflow_id: fresh_id(),
        is_task: true,
        name: given.task_name.to_string(),
        template_id: 0,
        end_time: given.schedule_end_time.to_string(),
    };
    let data = json!({ "TaskID": task.workflow_id }).to_string();
    let now_ms = asked.app.clock.now_ms();
    asked.app.store.transact(move |db| store::add_workflow(db, &task, &contacts, now_ms)).await?;
    asked.app.contacts_waiting.notify_one();
    Ok(Answer::ok(data))
}

pub(crate) async fn list(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: ListTasks<'_> = asked.params()?;
    let size = given.number.unwrap_or(PAGE).clamp(1, 1000);
    let before = given.page.unwrap_or(1).max(1).saturating_sub(1).saturating_mul(size);
    let tasks = asked.app.store.transact(move |db| store::tasks(db, size, before)).await?;
    let rows: Vec<Value> = tasks
        .into_iter()
        .map(|(id, name, status)| json!({ "TaskID": id, "TaskName": name, "Status": status }))
        .collect();
    Ok(Answer::ok(json!({ "Tasks": rows }).to_string()))
}

pub(crate) async fn stop(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: StopTask<'_> = asked.params()?;
    if &*given.action != "Stop" {
        return Err(Answer::refused("the Action is Stop"));
    }
    let id = given.task_id.to_string();
    let found = asked.app.store.transact(move |db| store::set_workflow_status(db, &id, "cancelled")).await?;
    if found { Ok(Answer::ok(json!({}).to_string())) } else { Err(unknown(&given.task_id)) }
}

pub(crate) async fn cancel_call(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: CancelCall<'_> = asked.params()?;
    let (id, callee) = (given.task_id.to_string(), given.callee_number.to_string());
    let cancelled = asked.app.store.transact(move |db| store::cancel_call(db, &id, &callee)).await?;
    if cancelled {
        Ok(Answer::ok(json!({}).to_string()))
    } else {
        Err(Answer::refused("this number does not wait in this task"))
    }
}

pub(crate) async fn detail(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: TaskDetails<'_> = asked.params()?;
    Ok(Answer::ok(Value::from(calls(asked, &given.task_id).await?).to_string()))
}

/// Which field names the workflow is not published; here it is `workflow_id`.
pub(crate) async fn workflow_detail(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: WorkflowTaskDetail = asked.params()?;
    let id = given.fields.get("workflow_id").and_then(Value::as_str).unwrap_or_default();
    Ok(Answer::ok(Value::from(calls(asked, id).await?).to_string()))
}

pub(crate) async fn recording(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: Recording<'_> = asked.params()?;
    let calls = calls(asked, &given.task_id).await?;
    if calls.iter().any(|call| call.get("callee").and_then(Value::as_str) == Some(&*given.callee)) {
        Ok(Answer::file("audio/x-wav", silence()))
    } else {
        Err(Answer::refused("this number was not called by this task"))
    }
}

pub(crate) async fn recordings(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: Recordings<'_> = asked.params()?;
    if calls(asked, &given.task_id).await?.is_empty() {
        return Err(unknown(&given.task_id));
    }
    Ok(Answer::file("application/zip", EMPTY_ZIP.to_vec()))
}

/// The calls that are over, as their events told them.
async fn calls(asked: &Asked<'_>, id: &str) -> Result<Vec<Value>, Answer> {
    let (id, seed) = (id.to_owned(), asked.app.config.seed);
    let called = asked.app.store.transact(move |db| store::called(db, &id)).await?;
    let call = |contact: &Waiting| {
        let mut event = finished_call(contact, seed, contact.workflow_created_ms);
        event.pointer_mut("/details/0").map(Value::take).unwrap_or_default()
    };
    Ok(called.iter().map(call).collect())
}

fn unknown(task_id: &str) -> Answer {
    Answer::refused(format!("there is no task {task_id:?}, or it has called nobody"))
}

/// The end of a zip file without files, which is all that such a file has.
const EMPTY_ZIP: &[u8; 22] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// One second of silence as a WAV file: 8000 samples of 8 bits.
fn silence() -> Vec<u8> {
    const SAMPLES: u32 = 8000;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + SAMPLES).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1_u8, 0, 1, 0]);
    wav.extend(SAMPLES.to_le_bytes());
    wav.extend(SAMPLES.to_le_bytes());
    wav.extend([1_u8, 0, 8, 0]);
    wav.extend(b"data");
    wav.extend(SAMPLES.to_le_bytes());
    wav.resize(44 + SAMPLES as usize, 0x80);
    wav
}
