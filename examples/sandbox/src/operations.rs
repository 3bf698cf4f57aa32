//! The simulated operations: each parses with the core's check and struct, and changes the state in one transaction.

use std::borrow::Cow;

use airudder_core::operations::auth::FetchToken;
use airudder_core::operations::process::QueryTaskQian;
use airudder_core::operations::robots::ListRobots;
use airudder_core::operations::sms::SendSms;
use airudder_core::operations::workflow::{CreateInstance, Detail, DetailInstances, UploadDetails, VerifyApiNodePush};
use airudder_core::{Auth, Method, OperationInfo};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::clock;
use crate::random::fresh_id;
use crate::store::{self, NewContact, NewWorkflow, StoreError};
use crate::wire::{self, Answer, Inbound};
use crate::{chat, sealing, tasks};

/// The only parameters of GET requests that are no texts.
const NUMBERS: [&str; 2] = ["Number", "Page"];

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

/// A request to an operation of the catalogue, decrypted.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a App,
    operation: &'static OperationInfo,
    headers: &'a HeaderMap,
    /// The parameters' JSON text.
    text: Cow<'a, str>,
    /// The body as it was sent, for the signature.
    sent: &'a [u8],
}

impl Asked<'_> {
    /// The parameters as the library's users must write them: an error names the field.
    pub(crate) fn params<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Answer> {
        (self.operation.check)(&self.text).map_err(|error| Answer::refused(error.to_string()))?;
        serde_json::from_str(&self.text).map_err(|error| Answer::refused(error.to_string()))
    }

    async fn authorise(&self) -> Result<(), Answer> {
        let good = match self.operation.auth {
            Auth::None | Auth::CallerHeaders => true,
            Auth::Token => {
                let token = wire::token(self.headers).ok_or_else(Answer::unauthorized)?.to_owned();
                self.app.store.transact(move |db| store::token_works(db, &token, clock::now_ms())).await?
            }
            Auth::Sign => sealing::is_signed(&self.app.config, self.headers, self.sent),
        };
        if good { Ok(()) } else { Err(Answer::unauthorized()) }
    }
}

/// Processes one request to an operation of the catalogue.
pub(crate) async fn process(
    app: &App,
    operation: &'static OperationInfo,
    headers: &HeaderMap,
    inbound: &Inbound,
) -> Answer {
    let asked =
        Asked { app, operation, headers, text: json_text(operation, headers, &inbound.text), sent: &inbound.sent };
    answer(&asked).await.unwrap_or_else(|refusal| refusal)
}

async fn answer(asked: &Asked<'_>) -> Result<Answer, Answer> {
    asked.authorise().await?;
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

/// The parameters as JSON text, which for GET requests and forms is made from what was sent.
fn json_text<'a>(operation: &OperationInfo, headers: &HeaderMap, text: &'a str) -> Cow<'a, str> {
    let is_form = wire::header_text(headers, "content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if operation.method == Method::Get || (is_form && operation.auth == Auth::None) {
        Cow::Owned(form_as_json(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Fields as an object of texts, but for the numbers that the catalogue knows.
fn form_as_json(text: &str) -> String {
    let fields = form_urlencoded::parse(text.as_bytes()).map(|(name, value)| {
        let number = NUMBERS.contains(&&*name).then(|| value.parse::<i64>().ok()).flatten();
        (name.into_owned(), number.map_or_else(|| value.into_owned().into(), serde_json::Value::from))
    });
    serde_json::Value::Object(fields.collect()).to_string()
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
    asked.app.store.transact(move |db| store::add_token(db, &token, clock::now_ms(), ttl_ms)).await?;
    Ok(Answer::ok(data))
}

async fn create_instance(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: CreateInstance<'_> = asked.params()?;
    let contacts = new_contacts(given.details.as_deref().unwrap_or_default())?;
    let workflow = NewWorkflow {
        workflow_id: fresh_id(),
        is_task: false,
        name: given.name.to_string(),
        template_id: given.workflow_template_id,
        end_time: given.end_time.to_string(),
    };
    let data = json!({ "workflow_id": workflow.workflow_id }).to_string();
    asked.app.store.transact(move |db| store::add_workflow(db, &workflow, &contacts)).await?;
    asked.app.contacts_waiting.notify_one();
    Ok(Answer::ok(data))
}

async fn upload_details(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: UploadDetails<'_> = asked.params()?;
    let contacts = new_contacts(&given.details)?;
    let workflow_id = given.workflow_id.to_string();
    let data = json!({ "workflow_id": workflow_id }).to_string();
    asked.app.store.transact(move |db| store::add_contacts(db, &workflow_id, &contacts)).await?;
    asked.app.contacts_waiting.notify_one();
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

async fn detail_instances(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: DetailInstances<'_> = asked.params()?;
    let bound = |text: &str| {
        clock::parse_zoned(text).ok_or_else(|| Answer::refused(format!("{text:?} is not a time with its zone")))
    };
    // The bounds are whole seconds, and rows show whole seconds: the last second counts as a whole.
    let window = (bound(&given.start_time)?, bound(&given.end_time)?.saturating_add(999));
    let caseid = given.case_id.as_deref().map(str::to_owned);
    let callee = given.callee.as_deref().map(str::to_owned);
    let rows = asked
        .app
        .store
        .transact(move |db| store::instances_of(db, caseid.as_deref(), callee.as_deref(), window))
        .await?;
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
