//! The simulated operations: each parses with the core's check and struct, and changes the state in one transaction.

use airudder_core::operations::auth::FetchToken;
use airudder_core::operations::process::QueryTaskQian;
use airudder_core::operations::robots::ListRobots;
use airudder_core::operations::sms::SendSms;
use airudder_core::operations::workflow::{CreateInstance, Detail, DetailInstances, UploadDetails, VerifyApiNodePush};
use airudder_core::{Auth, OperationInfo};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::clock;
use crate::random::fresh_id;
use crate::store::{self, NewContact, NewWorkflow, StoreError};
use crate::wire::{self, Answer, Inbound};
use crate::{chat, tasks};

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

/// Processes one request to an operation of the catalogue.
pub(crate) async fn process(
    app: &App,
    operation: &'static OperationInfo,
    headers: &HeaderMap,
    inbound: &Inbound,
) -> Answer {
    let done = match operation.name {
        "auth.token" => fetch_token(app, operation, headers, &inbound.text).await,
        "workflow.create_instance" => create_instance(app, operation, headers, &inbound.text).await,
        "workflow.upload_details" => upload_details(app, operation, headers, &inbound.text).await,
        "workflow.detail_instances" => detail_instances(app, operation, headers, &inbound.text).await,
        "workflow.verify_api_node_push" => verify_api_node_push(app, operation, headers, &inbound.text).await,
        "workflow.task_detail" => tasks::workflow_detail(app, operation, headers, &inbound.text).await,
        "tasks.create" => tasks::create(app, operation, headers, &inbound.text).await,
        "tasks.list" => tasks::list(app, operation, headers, &inbound.text).await,
        "tasks.stop" => tasks::stop(app, operation, headers, &inbound.text).await,
        "tasks.cancel_call" => tasks::cancel_call(app, operation, headers, &inbound.text).await,
        "tasks.detail" => tasks::detail(app, operation, headers, &inbound.text).await,
        "tasks.recording" => tasks::recording(app, operation, headers, &inbound.text).await,
        "tasks.recordings" => tasks::recordings(app, operation, headers, &inbound.text).await,
        "robots.list" => robots(app, operation, headers, &inbound.text).await,
        "sms.send" => send_sms(app, operation, headers, &inbound.text).await,
        "chat.session_messages" => chat::session_messages(app, operation, headers, inbound).await,
        "chat.huawei_message" => chat::huawei_message(app, operation, headers, inbound).await,
        "process.query_task_qian" => query_task_qian(operation, &inbound.text),
        _ => Err(Answer::not_found()),
    };
    done.unwrap_or_else(|refusal| refusal)
}

/// Reads parameters as the library's users must write them: an error names the field.
pub(crate) fn parse<'a, T: Deserialize<'a>>(operation: &OperationInfo, text: &'a str) -> Result<T, Answer> {
    (operation.check)(text).map_err(|error| Answer::refused(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| Answer::refused(error.to_string()))
}

/// The parameters of a GET request as the JSON text that they were made from. All are texts but those of `numbers`.
pub(crate) fn query_as_json(query: &str, numbers: &[&str]) -> String {
    let fields = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
        let number = numbers.contains(&&*name).then(|| value.parse::<i64>().ok()).flatten();
        (name.into_owned(), number.map_or_else(|| value.into_owned().into(), serde_json::Value::from))
    });
    serde_json::Value::Object(fields.collect()).to_string()
}

pub(crate) async fn authorise(app: &App, operation: &OperationInfo, headers: &HeaderMap) -> Result<(), Answer> {
    if operation.auth != Auth::Token {
        return Ok(());
    }
    let token = wire::token(headers).ok_or_else(Answer::unauthorized)?.to_owned();
    let works = app.store.transact(move |db| store::token_works(db, &token, clock::now_ms())).await?;
    if works { Ok(()) } else { Err(Answer::unauthorized()) }
}

async fn fetch_token(app: &App, operation: &OperationInfo, headers: &HeaderMap, text: &str) -> Result<Answer, Answer> {
    let is_form = wire::header_text(headers, "content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let text = if is_form { form_as_json(text) } else { text.to_owned() };
    let given: FetchToken<'_> = parse(operation, &text)?;
    let right = match &app.config.credentials {
        Some((key, secret)) => *given.app_key == *key.expose() && *given.app_secret == *secret.expose(),
        None => !given.app_key.is_empty() && !given.app_secret.is_empty(),
    };
    if !right {
        return Err(Answer::credentials_refused());
    }
    let token = fresh_id();
    let data = json!({ "token": token }).to_string();
    let ttl_ms = i64::try_from(app.config.token_ttl.as_millis()).unwrap_or(i64::MAX);
    app.store.transact(move |db| store::add_token(db, &token, clock::now_ms(), ttl_ms)).await?;
    Ok(Answer::ok(data))
}

fn form_as_json(text: &str) -> String {
    let fields = form_urlencoded::parse(text.as_bytes());
    let fields: serde_json::Map<_, _> = fields.map(|(name, value)| (name.into_owned(), value.into())).collect();
    serde_json::Value::Object(fields).to_string()
}

async fn create_instance(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    text: &str,
) -> Result<Answer, Answer> {
    authorise(app, operation, headers).await?;
    let given: CreateInstance<'_> = parse(operation, text)?;
    let contacts = new_contacts(given.details.as_deref().unwrap_or_default())?;
    let workflow = NewWorkflow {
        workflow_id: fresh_id(),
        is_task: false,
        name: given.name.to_string(),
        template_id: given.workflow_template_id,
        end_time: given.end_time.to_string(),
    };
    let data = json!({ "workflow_id": workflow.workflow_id }).to_string();
    app.store.transact(move |db| store::add_workflow(db, &workflow, &contacts)).await?;
    app.contacts_waiting.notify_one();
    Ok(Answer::ok(data))
}

async fn upload_details(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    text: &str,
) -> Result<Answer, Answer> {
    authorise(app, operation, headers).await?;
    let given: UploadDetails<'_> = parse(operation, text)?;
    let contacts = new_contacts(&given.details)?;
    let workflow_id = given.workflow_id.to_string();
    let data = json!({ "workflow_id": workflow_id }).to_string();
    app.store.transact(move |db| store::add_contacts(db, &workflow_id, &contacts)).await?;
    app.contacts_waiting.notify_one();
    Ok(Answer::ok(data))
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

async fn detail_instances(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    text: &str,
) -> Result<Answer, Answer> {
    authorise(app, operation, headers).await?;
    let given: DetailInstances<'_> = parse(operation, text)?;
    let bound = |text: &str| {
        clock::parse_zoned(text).ok_or_else(|| Answer::refused(format!("{text:?} is not a time with its zone")))
    };
    // The bounds are whole seconds, and rows show whole seconds: the last second counts as a whole.
    let window = (bound(&given.start_time)?, bound(&given.end_time)?.saturating_add(999));
    let caseid = given.case_id.as_deref().map(str::to_owned);
    let callee = given.callee.as_deref().map(str::to_owned);
    let rows =
        app.store.transact(move |db| store::instances_of(db, caseid.as_deref(), callee.as_deref(), window)).await?;
    Ok(Answer::ok(json!({ "rows": rows }).to_string()))
}

/// Nothing is simulated behind this one: no node has been pushed.
async fn verify_api_node_push(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    text: &str,
) -> Result<Answer, Answer> {
    authorise(app, operation, headers).await?;
    let _: VerifyApiNodePush<'_> = parse(operation, text)?;
    Ok(Answer::ok(json!({}).to_string()))
}

async fn robots(app: &App, operation: &OperationInfo, headers: &HeaderMap, text: &str) -> Result<Answer, Answer> {
    authorise(app, operation, headers).await?;
    let _: ListRobots = parse(operation, &query_as_json(text, &[]))?;
    Ok(Answer::ok(json!([{ "RobotID": "sandbox-robot" }]).to_string()))
}

/// Nobody gets a message.
async fn send_sms(app: &App, operation: &OperationInfo, headers: &HeaderMap, text: &str) -> Result<Answer, Answer> {
    authorise(app, operation, headers).await?;
    let _: SendSms<'_> = parse(operation, text)?;
    Ok(Answer::ok(json!({ "messageId": fresh_id() }).to_string()))
}

/// Nothing is simulated behind this one: the task that is asked for has not been read.
fn query_task_qian(operation: &OperationInfo, text: &str) -> Result<Answer, Answer> {
    let given: QueryTaskQian<'_> = parse(operation, text)?;
    let unread: Vec<&str> = [&*given.payload.task_key].into_iter().filter(|key| !key.is_empty()).collect();
    let data = json!({ "read": [], "unRead": unread }).to_string();
    Ok(Answer::ok(data).with_trace_id(&given.header.trace_id))
}
