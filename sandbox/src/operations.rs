//! The simulated operations: each parses with the core's check and struct, and changes the state in one transaction.

use std::borrow::Cow;

use airudder_core::OperationInfo;
use airudder_core::operations::auth::FetchToken;
use airudder_core::operations::process::QueryTaskQian;
use airudder_core::operations::robots::ListRobots;
use airudder_core::operations::sms::SendSms;
use airudder_core::operations::workflow::{CreateInstance, Detail, DetailInstances, UploadDetails, VerifyApiNodePush};
use axum::body::Bytes;
use axum::http::{HeaderMap, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorize::authorize;
use crate::clock;
use crate::faults::{Plan, Strike};
use crate::random::fresh_id;
use crate::state::App;
use crate::store::{self, NewContact, NewWorkflow, StoreError};
use crate::wire::{Answer, Inbound};
use crate::{chat, form, tasks};

impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(message) => Self::refused(message),
            StoreError::Sqlite(_) | StoreError::Aborted => {
                tracing::error!(%error, "a request could not be processed");
                Self::failed()
            }
        }
    }
}

/// A request to an operation of the catalog, decrypted.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a App,
    operation: &'static OperationInfo,
    /// The parameters' JSON text.
    text: Cow<'a, str>,
    plan: &'a Plan,
}

impl Asked<'_> {
    /// The parameters as the library's users must write them: an error names the field.
    pub(crate) fn params<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Answer> {
        (self.operation.check)(&self.text).map_err(|error| Answer::refused(error.to_string()))?;
        serde_json::from_str(&self.text).map_err(|error| Answer::refused(error.to_string()))
    }

    /// What of these contacts is taken, and how the request is refused for the others.
    fn part_of(&self, contacts: &mut Vec<NewContact>) -> Result<(), Answer> {
        let Some(Strike::RefuseAfterPart { status, part }) = self.plan.fault else { return Ok(()) };
        let count = u32::try_from(contacts.len()).unwrap_or(u32::MAX);
        contacts.truncate(share(count, part));
        Err(Answer::refused_with(status, "a fault that was ordered: a part of the contacts was taken"))
    }
}

/// Processes one request to an operation of the catalog.
pub(crate) async fn process(
    app: &App,
    operation: &'static OperationInfo,
    request: &Request<Bytes>,
    inbound: &Inbound,
    plan: &Plan,
) -> Answer {
    let answer = async {
        authorize(app, operation.auth, request, inbound).await?;
        let text = json_text(app, operation, request.headers(), &inbound.text).await?;
        answer(&Asked { app, operation, text, plan }).await
    };
    answer.await.unwrap_or_else(|refusal| refusal)
}

async fn answer(asked: &Asked<'_>) -> Result<Answer, Answer> {
    match asked.operation.name {
        "auth.token" => fetch_token(asked).await,
        "workflow.create_instance" => create_instance(asked).await,
        "workflow.upload_details" => upload_details(asked).await,
        "workflow.detail_instances" => detail_instances(asked).await,
        "workflow.verify_api_node_push" => verify_api_node_push(asked),
        "workflow.task_detail" => tasks::workflow_detail(asked).await,
        "tasks.create" => tasks::create(asked).await,
        "tasks.list" => tasks::list(asked).await,
        "tasks.stop" => tasks::stop(asked).await,
        "tasks.cancel_call" => tasks::cancel_call(asked).await,
        "tasks.detail" => tasks::detail(asked).await,
        "tasks.recording" => tasks::recording(asked).await,
        "tasks.recordings" => tasks::recordings(asked).await,
        "robots.list" => robots(asked),
        "sms.send" => send_sms(asked),
        "chat.session_messages" => chat::session_messages(asked).await,
        "chat.huawei_message" => chat::huawei_message(asked).await,
        "process.query_task_qian" => query_task_qian(asked),
        _ => accept(asked),
    }
}

/// An operation behind which nothing is simulated yet: its parameters are checked, and that is all.
fn accept(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let _: serde::de::IgnoredAny = asked.params()?;
    Ok(Answer::ok("{}".into()))
}

/// The parameters as JSON text, made from what was sent where that is a query or a form.
async fn json_text<'a>(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    text: &'a str,
) -> Result<Cow<'a, str>, Answer> {
    if let Some(json) = form::as_json(operation, headers, text).await? {
        return Ok(Cow::Owned(json));
    }
    if app.config.allow_missing_platform
        && operation.name.starts_with("workflow.")
        && let Some(filled) = with_platforms(text)
    {
        return Ok(Cow::Owned(filled));
    }
    Ok(Cow::Borrowed(text))
}

/// The same contacts, with a platform where they have none; nothing where none lacks it.
fn with_platforms(text: &str) -> Option<String> {
    let mut params: Value = serde_json::from_str(text).ok()?;
    let details = params.get_mut("details")?.as_array_mut()?.iter_mut().filter_map(Value::as_object_mut);
    let mut lacking = details.filter(|detail| !detail.contains_key("platform")).peekable();
    lacking.peek()?;
    for detail in lacking {
        detail.insert("platform".into(), "(none)".into());
    }
    Some(params.to_string())
}

/// So much of a whole, rounded down.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates, which is what is meant.
fn share(whole: u32, part: f64) -> usize {
    (f64::from(whole) * part) as usize
}

async fn fetch_token(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: FetchToken<'_> = asked.params()?;
    let right = match &asked.app.config.credentials {
        Some((key, secret)) => *given.app_key == *key.expose() && *given.app_secret == *secret.expose(),
        None => !given.app_key.is_empty() && !given.app_secret.is_empty(),
    };
    if !right {
        return Err(Answer::credentials_refused());
    }
    let token = fresh_id();
    let data = json!({ "token": token }).to_string();
    let ttl_ms = i64::try_from(asked.app.config.token_ttl.as_millis()).unwrap_or(i64::MAX);
    let now_ms = asked.app.clock.now_ms();
    asked.app.store.transact(move |db| store::add_token(db, &token, now_ms, ttl_ms)).await?;
    Ok(Answer::ok(data))
}

async fn create_instance(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: CreateInstance<'_> = asked.params()?;
    let mut contacts = new_contacts(given.details.as_deref().unwrap_or_default())?;
    let verdict = asked.part_of(&mut contacts);
    let workflow = NewWorkflow {
        workflow_id: fresh_id(),
        is_task: false,
        name: given.name.to_string(),
        template_id: given.workflow_template_id,
        end_time: given.end_time.to_string(),
    };
    let data = json!({ "workflow_id": workflow.workflow_id }).to_string();
    let now_ms = asked.app.clock.now_ms();
    asked.app.store.transact(move |db| store::add_workflow(db, &workflow, &contacts, now_ms)).await?;
    asked.app.contacts_waiting.notify_one();
    verdict.map(|()| Answer::ok(data))
}

async fn upload_details(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: UploadDetails<'_> = asked.params()?;
    let mut contacts = new_contacts(&given.details)?;
    let verdict = asked.part_of(&mut contacts);
    let workflow_id = given.workflow_id.to_string();
    let data = json!({ "workflow_id": workflow_id }).to_string();
    let now_ms = asked.app.clock.now_ms();
    asked.app.store.transact(move |db| store::add_contacts(db, &workflow_id, &contacts, now_ms)).await?;
    asked.app.contacts_waiting.notify_one();
    verdict.map(|()| Answer::ok(data))
}

fn new_contacts(details: &[Detail<'_>]) -> Result<Vec<NewContact>, Answer> {
    let contact = |detail: &Detail<'_>| {
        Ok(NewContact {
            callee: detail.callee.to_string(),
            caseid: detail.caseid.as_deref().map(str::to_owned),
            platform: detail.platform.to_string(),
            variables: serde_json::to_string(&detail.variables)?,
            pds_variables: detail.pds_variables.as_ref().map(serde_json::to_string).transpose()?,
        })
    };
    let contacts = details.iter().map(contact).collect::<serde_json::Result<_>>();
    contacts.map_err(|error| Answer::refused(error.to_string()))
}

async fn detail_instances(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: DetailInstances<'_> = asked.params()?;
    let bound = |text: &str| {
        clock::parse_zoned(text).ok_or_else(|| Answer::refused(format!("{text:?} is not a time with its zone")))
    };
    // The bounds are whole seconds, and rows show whole seconds: the last second counts as a whole.
    let window = (bound(&given.start_time)?, bound(&given.end_time)?.saturating_add(999));
    let caseid = given.case_id.as_deref().map(str::to_owned);
    let callee = given.callee.as_deref().map(str::to_owned);
    let lag_ms = i64::try_from(asked.plan.lag.as_millis()).unwrap_or(i64::MAX);
    let (seen_until_ms, now_ms) = (clock::host_ms().saturating_sub(lag_ms), asked.app.clock.now_ms());
    let rows = asked.app.store.transact(move |db| {
        store::instances_of(db, caseid.as_deref(), callee.as_deref(), window, seen_until_ms, now_ms)
    });
    let rows = rows.await?;
    Ok(Answer::ok(json!({ "rows": rows }).to_string()))
}

/// Nothing is simulated behind this one: no node has been pushed.
fn verify_api_node_push(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let _: VerifyApiNodePush<'_> = asked.params()?;
    Ok(Answer::ok(json!({}).to_string()))
}

fn robots(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let _: ListRobots = asked.params()?;
    Ok(Answer::ok(json!([{ "RobotID": "sandbox-robot" }]).to_string()))
}

/// Nobody gets a message.
fn send_sms(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let _: SendSms<'_> = asked.params()?;
    Ok(Answer::ok(json!({ "messageId": fresh_id() }).to_string()))
}

/// Nothing is simulated behind this one: the task that is asked for has not been read.
fn query_task_qian(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: QueryTaskQian<'_> = asked.params()?;
    let unread: Vec<&str> = [&*given.payload.task_key].into_iter().filter(|key| !key.is_empty()).collect();
    let data = json!({ "read": [], "unRead": unread }).to_string();
    Ok(Answer::ok(data).with_trace_id(&given.header.trace_id))
}
