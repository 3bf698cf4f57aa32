//! One call as a state machine: the host sends, sleeps and tells the time; the call decides.
//!
//! ```text
//! loop {
//!     match call.poll(now_ms)? {
//!         Step::Send(request) => send it, then call.on_response(now_ms, response) or call.on_failure(now_ms, failure, "")
//!         Step::Wait { until_ms, .. } => sleep until then
//!         Step::Done => break
//!     }
//! }
//! call.take_result()
//! ```
//!
//! The contracts: one request is outstanding at a time; after every answer the call is polled again; polling earlier
//! than asked is harmless; a call made in the wrong order is an error ([`ErrorCode::Misuse`]) and changes nothing; the
//! same inputs give the same outputs. `now_ms` is Unix time in milliseconds.

use std::fmt;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Auth, Envelope, Error, ErrorCode, Headers, Method, Operation, OperationInfo, Outcome, Replay, Request, Response,
    Secret, Session, catalog,
    classify::Class,
    config::{DEFAULT_BASE_URL, check_base_url, is_header_value},
    mask::secret_of,
    operations::auth::FetchToken,
    params, query,
    retry::{Jitter, retry_after_ms},
    session::TokenStep,
    wire::{self, Verdict},
};

/// Settings of one call; what is absent comes from the client.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// How long one request may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// How long the whole call may take, with waits and retries, in milliseconds.
    pub deadline_ms: Option<u64>,
    /// How often a request is sent again at most.
    pub max_retries: Option<u32>,
    /// Whether the parameters are checked.
    pub strict: Option<bool>,
    /// Another host.
    pub base_url: Option<String>,
    /// Further header fields; they replace the library's own of the same name.
    pub headers: Headers,
    /// Where the jitter of the delays begins; a random number from the host.
    pub seed: u64,
}

/// A request that the library does not type. Token, encryption, retries and envelope still apply.
#[derive(Clone)]
pub struct RawRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path from `/`, without a query.
    pub path: String,
    /// The query without `?`, already percent-encoded.
    pub query: String,
    /// The JSON text of the body; empty for none.
    pub body: String,
    /// How it is authorised.
    pub auth: Auth,
    /// Whether it may be repeated; [`Replay::Never`] unless the caller knows better.
    pub replay: Replay,
    /// Whether a response that is not JSON is a file, such as a recording.
    pub file: bool,
}

/// Shows query and body by their lengths alone: both may hold personal data.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query_bytes", &self.query.len())
            .field("body_bytes", &self.body.len())
            .field("auth", &self.auth)
            .field("replay", &self.replay)
            .field("file", &self.file)
            .finish()
    }
}

/// What matters of the answer to the request for a token.
#[derive(Deserialize)]
struct Given {
    token: Option<String>,
}

/// What whoever sends a request sets by itself.
const CONNECTION_HEADERS: [&str; 8] =
    ["Connection", "Content-Length", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade"];

/// A call does not wait longer than this where a `Retry-After` asks for it.
const LONGEST_WAIT_MS: u64 = 5 * 60 * 1000;

/// What a call sends, apart from the token.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) base_url: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
    pub(crate) auth: Auth,
    pub(crate) envelope: Envelope,
    pub(crate) replay: Replay,
    pub(crate) file: bool,
    pub(crate) find_out: &'static str,
    pub(crate) headers: Headers,
    pub(crate) timeout_ms: u64,
}

impl Plan {
    /// The request for a token.
    fn token(session: &Session, timeout_ms: u64) -> Self {
        let settings = &session.config().settings;
        let text =
            |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default();
        let params =
            FetchToken { app_key: text(&settings.app_key).into(), app_secret: text(&settings.app_secret).into() };
        let info = FetchToken::INFO;
        Self {
            name: info.name.to_owned(),
            method: info.method,
            base_url: settings.base_url.clone().unwrap_or_else(|| DEFAULT_BASE_URL.to_owned()),
            path: info.path.to_owned(),
            query: String::new(),
            body: serde_json::to_string(&params).unwrap_or_default(),
            auth: info.auth,
            envelope: info.envelope,
            replay: info.replay,
            file: info.file,
            find_out: info.find_out,
            headers: Headers::new(),
            timeout_ms,
        }
    }
}

/// Shows neither query nor body: both may hold personal data, and the body of the request for a token holds secrets.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .field("query_bytes", &self.query.len())
            .field("body_bytes", &self.body.len())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this, and report what came of it.
    Send(Request),
    /// Poll again at this time; earlier is harmless.
    Wait {
        /// Unix time in milliseconds.
        until_ms: u64,
        /// What for.
        why: WaitReason,
    },
    /// There is a result.
    Done,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// Another call is fetching the token.
    Token,
    /// The delay before a retry.
    Retry,
}

/// Why the host has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection was made: nothing was sent. Report this only when it is sure.
    ConnectFailed,
    /// No answer in time.
    Timeout,
    /// The connection broke off.
    Reset,
    /// Something else.
    Other,
}

/// The result of a call.
#[derive(Clone, PartialEq, Eq)]
pub struct Output {
    /// The JSON text of the envelope's `data`; `null` where there is none.
    pub data: String,
    /// The HTTP status.
    pub http_status: u16,
    /// The API's id of the request, where the envelope carries one.
    pub request_id: Option<String>,
    /// The whole plain text of the response; empty for a file.
    pub body: String,
    /// The response is a file: its bytes are the body of the response, as the host has it.
    pub file: Option<File>,
    /// The API's time when it answered, in Unix milliseconds, by its `Date`.
    pub service_ms: Option<u64>,
}

/// A file that came in place of a JSON result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// The `Content-Type` of the response, for instance `audio/wav`.
    pub content_type: String,
}

impl Output {
    /// The result of a call that only fetched the token.
    fn nothing() -> Self {
        let (data, body) = ("null".to_owned(), String::new());
        Self { data, http_status: 200, request_id: None, body, file: None, service_ms: None }
    }

    /// The typed result.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.data).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(ErrorCode::UnreadableResponse, format!("the result has another shape than documented ({place})"))
        })
    }
}

/// Shows sizes alone: a result may hold personal data or a token.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("http_status", &self.http_status)
            .field("request_id", &self.request_id)
            .field("data_bytes", &self.data.len())
            .finish_non_exhaustive()
    }
}

/// One call, from its parameters to its result.
#[derive(Debug)]
pub struct Call {
    session: Session,
    id: u64,
    plan: Plan,
    state: State,
    /// What the last request proved itself by: nothing that people are shown may quote it.
    sent: Vec<Secret>,
    jitter: Jitter,
    max_retries: u32,
    retries: u32,
    token_renewed: bool,
    purpose: Purpose,
    /// An earlier request of a call that may be repeated was lost: what comes later says nothing of that one's effect.
    earlier_unknown: bool,
    /// Why this call could not fetch the token: it does not try again by itself, however late it is polled next.
    token_error: Option<Error>,
    deadline_ms: Option<u64>,
    started_ms: Option<u64>,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Result,
    /// The same, by one request: it is not sent again after a 401.
    ResultOnce,
    /// It ends as soon as the session has a token.
    Token,
}

#[derive(Debug)]
enum State {
    Ready,
    Waiting { until_ms: u64 },
    SentToken,
    Sent { epoch: u64 },
    Done(Result<Output, Error>),
    Taken,
}

impl Call {
    /// A call of this name with its parameters as JSON text, which are checked now and sent as they are.
    pub fn new(session: &Session, operation: &str, params: &str, options: &CallOptions) -> Result<Self, Error> {
        let info = catalog::operation(operation).ok_or_else(|| {
            let names = catalog::operations().map(|row| row.name).collect::<Vec<_>>().join(", ");
            Error::new(ErrorCode::UnknownOperation, format!("there is no operation `{operation}`; there are {names}"))
        })?;
        Self::of(session, info, params, options)
    }

    /// A call with typed parameters.
    pub fn typed<T: Operation>(session: &Session, params: &T, options: &CallOptions) -> Result<Self, Error> {
        let text = serde_json::to_string(params)
            .map_err(|error| Error::new(ErrorCode::Internal, format!("the parameters do not serialize: {error}")))?;
        Self::of(session, T::INFO, &text, options)
    }

    fn of(session: &Session, info: &OperationInfo, params: &str, options: &CallOptions) -> Result<Self, Error> {
        let checked = if options.strict.unwrap_or(session.config().settings.strict) {
            (info.check)(params)
        } else {
            params::check_object(params)
        };
        let plan = checked.and_then(|()| {
            let (query, body) = match info.method {
                Method::Get => (query::write(params)?, String::new()),
                _ => (String::new(), params.to_owned()),
            };
            Ok(Plan {
                name: info.name.to_owned(),
                method: info.method,
                base_url: base_url(session, options, info.auth)?,
                path: info.path.to_owned(),
                query,
                body,
                auth: info.auth,
                envelope: info.envelope,
                replay: info.replay,
                file: info.file,
                find_out: info.find_out,
                headers: check_headers(&options.headers)?,
                timeout_ms: options.timeout_ms.unwrap_or(session.config().settings.timeout_ms),
            })
        });
        Self::start(session, plan.map_err(|error| error.in_operation(info.name))?, options)
    }

    /// A call that sees to it that the session has a token, and sends nothing else.
    pub(crate) fn token(session: &Session, seed: u64) -> Result<Self, Error> {
        let options = CallOptions { seed, ..CallOptions::default() };
        let plan = Plan { auth: Auth::Token, ..Plan::token(session, session.config().settings.timeout_ms) };
        let mut call = Self::start(session, plan, &options)?;
        call.purpose = Purpose::Token;
        Ok(call)
    }

    /// The same call, which sends its request once, also where the API refuses the token: that is no proof that it did
    /// nothing.
    pub(crate) fn once_per_token(mut self) -> Self {
        self.purpose = Purpose::ResultOnce;
        self
    }

    /// A call that the library does not type.
    pub fn raw(session: &Session, request: RawRequest, options: &CallOptions) -> Result<Self, Error> {
        let bad = |why: &str, field: &str| Err(Error::new(ErrorCode::InvalidRequest, why).at(field));
        let is_graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !request.path.starts_with('/') || !is_graphic(&request.path) || request.path.contains(['?', '#']) {
            return bad("the path begins with `/`, is percent-encoded, and holds neither `?` nor `#`", "/path");
        }
        if !is_graphic(&request.query) || request.query.contains('#') {
            return bad("the query must be percent-encoded", "/query");
        }
        if request.method == Method::Get && !request.body.is_empty() {
            return bad("a GET request has no body: put the parameters into the query", "/json");
        }
        if !request.body.is_empty() && serde_json::from_str::<&serde_json::value::RawValue>(&request.body).is_err() {
            return bad("the body is not JSON", "/json");
        }
        let plan = Plan {
            name: format!("{} {}", request.method.as_str(), request.path),
            method: request.method,
            base_url: base_url(session, options, request.auth)?,
            envelope: Envelope::of_path(&request.path),
            path: request.path,
            query: request.query,
            body: request.body,
            auth: request.auth,
            replay: request.replay,
            file: request.file,
            find_out: "",
            headers: check_headers(&options.headers)?,
            timeout_ms: options.timeout_ms.unwrap_or(session.config().settings.timeout_ms),
        };
        Self::start(session, plan, options)
    }

    fn start(session: &Session, plan: Plan, options: &CallOptions) -> Result<Self, Error> {
        let settings = &session.config().settings;
        if plan.auth == Auth::Token && settings.app_key.is_none() {
            let error =
                Error::new(ErrorCode::CredentialsMissing, "this operation needs a token: give app_key and app_secret");
            return Err(error.at("/app_key").in_operation(plan.name));
        }
        Ok(Self {
            session: session.clone(),
            id: session.register_call(),
            plan,
            state: State::Ready,
            sent: Vec::new(),
            jitter: Jitter::new(options.seed),
            max_retries: options.max_retries.unwrap_or(settings.max_retries),
            retries: 0,
            token_renewed: false,
            purpose: Purpose::Result,
            earlier_unknown: false,
            token_error: None,
            deadline_ms: options.deadline_ms,
            started_ms: None,
        })
    }

    /// The operation's name; method and path for a raw request.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.plan.name
    }

    /// The request as it would be sent, without a token: for showing it. Nothing is sent.
    pub fn prepare(&self) -> Result<Request, Error> {
        wire::build(self.session.config(), &self.plan, None)
    }

    /// What to do next.
    pub fn poll(&mut self, now_ms: u64) -> Result<Step, Error> {
        let started_ms = *self.started_ms.get_or_insert(now_ms);
        match self.state {
            State::Done(_) | State::Taken => return Ok(Step::Done),
            State::SentToken | State::Sent { .. } => {
                return Err(misuse("a request is outstanding: report its response or failure before polling again"));
            }
            // No wait is so long: the host's clock was set back.
            State::Waiting { until_ms } if until_ms.saturating_sub(now_ms) > 2 * LONGEST_WAIT_MS => {
                self.state = State::Ready;
            }
            State::Waiting { until_ms } if now_ms < until_ms => {
                return Ok(Step::Wait { until_ms, why: WaitReason::Retry });
            }
            State::Waiting { .. } | State::Ready => self.state = State::Ready,
        }
        if self.deadline_ms.is_some_and(|deadline_ms| now_ms.saturating_sub(started_ms) >= deadline_ms) {
            let error = Error::new(ErrorCode::DeadlineExceeded, "the deadline passed before the request could be sent");
            return Ok(self.finish(Err(error.with_outcome(Outcome::NotSent))));
        }
        if self.plan.auth != Auth::Token {
            return Ok(self.send(None, 0));
        }
        match self.session.token(self.id, now_ms, self.token_error.take()) {
            TokenStep::Use { .. } if self.purpose == Purpose::Token => Ok(self.finish(Ok(Output::nothing()))),
            TokenStep::Use { token, epoch } => Ok(self.send(Some(&token), epoch)),
            TokenStep::Fetch => Ok(self.send_token_request()),
            TokenStep::Wait { until_ms } => Ok(Step::Wait { until_ms, why: WaitReason::Token }),
            TokenStep::Failed(error) => Ok(self.finish(Err(error))),
        }
    }

    /// The host has the response to the outstanding request. Where the result turns out to be a [`File`], its bytes stay
    /// with the host: they are not read here, so the body may be left empty: [`is_file`](Self::is_file) tells before.
    pub fn on_response(&mut self, now_ms: u64, response: &Response) -> Result<(), Error> {
        let config = self.session.config();
        match self.state {
            State::SentToken => {
                self.on_token_verdict(
                    now_ms,
                    wire::read(config, Envelope::Cloud, false, response, &self.sent),
                    response,
                );
            }
            State::Sent { epoch } => {
                let verdict = wire::read(config, self.plan.envelope, self.plan.file, response, &self.sent);
                self.on_verdict(now_ms, epoch, verdict, response);
            }
            _ => return Err(misuse("no request is outstanding, so there can be no response")),
        }
        Ok(())
    }

    /// Whether a response with this head is the call's [`File`], so that the host need not hand over the body.
    #[must_use]
    pub fn is_file(&self, status: u16, headers: &Headers) -> bool {
        matches!(self.state, State::Sent { .. }) && self.plan.file && wire::file(status, headers).is_some()
    }

    /// Whether the operation's own request is outstanding and must not be sent twice: a host that gives up now reports
    /// [`Failure::Other`] and takes the result, which says that the outcome is unknown.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.state, State::Sent { .. }) && self.plan.replay == Replay::Never
    }

    /// A text of the host's, such as an error of its transport, without the client's secrets and without those of the last
    /// request: token, signature, and what the caller's own header fields carry.
    #[must_use]
    pub fn without_secrets(&self, text: &str) -> String {
        self.session.config().without_secrets(text.to_owned(), &self.sent)
    }

    /// The host has no response to the outstanding request. `message` is shown to people, without secrets.
    pub fn on_failure(&mut self, now_ms: u64, failure: Failure, message: &str) -> Result<(), Error> {
        let error = transport_error(failure, &self.without_secrets(message));
        match self.state {
            State::SentToken => {
                if !self.retry(now_ms, None) {
                    self.token_failed(now_ms, error);
                }
            }
            State::Sent { .. } => {
                let not_sent = failure == Failure::ConnectFailed;
                let harmless = not_sent || self.plan.replay == Replay::Safe;
                if harmless && self.retry(now_ms, None) {
                    self.earlier_unknown |= !not_sent;
                } else {
                    let error = if harmless { error } else { self.unknown(&error) };
                    let outcome = if not_sent { Outcome::NotSent } else { Outcome::Unknown };
                    self.finish(Err(error.with_outcome(outcome)));
                }
            }
            _ => return Err(misuse("no request is outstanding, so none can have failed")),
        }
        Ok(())
    }

    /// The result, once [`Step::Done`] was polled.
    pub fn take_result(&mut self) -> Result<Output, Error> {
        match std::mem::replace(&mut self.state, State::Taken) {
            State::Done(result) => result,
            State::Taken => Err(misuse("the result was taken already")),
            unfinished => {
                self.state = unfinished;
                Err(misuse("the call is not done: poll it until it says so"))
            }
        }
    }

    fn send(&mut self, token: Option<&Secret>, epoch: u64) -> Step {
        match wire::build(self.session.config(), &self.plan, token) {
            Ok(request) => {
                self.state = State::Sent { epoch };
                self.outstanding(request)
            }
            Err(error) => self.finish(Err(error.with_outcome(Outcome::NotSent))),
        }
    }

    fn outstanding(&mut self, request: Request) -> Step {
        let secrets = request.headers.iter().filter_map(|(name, value)| secret_of(name, value));
        self.sent = secrets.map(Secret::new).collect();
        Step::Send(request)
    }

    fn send_token_request(&mut self) -> Step {
        let plan = Plan::token(&self.session, self.plan.timeout_ms);
        match wire::build(self.session.config(), &plan, None) {
            Ok(request) => {
                self.state = State::SentToken;
                self.outstanding(request)
            }
            Err(error) => self.finish(Err(error)),
        }
    }

    fn on_token_verdict(&mut self, now_ms: u64, verdict: Verdict, response: &Response) {
        match verdict {
            Verdict::Accepted(output) => {
                match self.note_service(now_ms, &output).parse::<Given>().ok().and_then(|given| given.token) {
                    Some(token) if !token.is_empty() && is_header_value(&token) => {
                        self.session.token_fetched(self.id, now_ms, Ok(Secret::new(token)));
                        self.session.refund_retry();
                        self.state = State::Ready;
                    }
                    _ => self.token_failed(
                        now_ms,
                        Error::new(ErrorCode::UnreadableResponse, "the API answered without a usable token"),
                    ),
                }
            }
            Verdict::Failed(Class::Refused(_) | Class::TokenRefused, mut error) => {
                error.details_mut().code = ErrorCode::CredentialsRefused;
                self.token_failed(now_ms, error);
            }
            Verdict::Failed(Class::Foreign(_) | Class::NotForwarded, error) => self.token_failed(now_ms, error),
            Verdict::Failed(_, error) => {
                if !self.retry(now_ms, response.headers.get("Retry-After")) {
                    self.token_failed(now_ms, error);
                }
            }
        }
    }

    /// The session remembers the failure; an older token that still works is used, else the call ends with it.
    fn token_failed(&mut self, now_ms: u64, error: Error) {
        let error = error.in_operation(FetchToken::INFO.name).with_outcome(Outcome::NotSent);
        self.session.token_fetched(self.id, now_ms, Err(error.clone()));
        self.token_error = Some(error);
        self.state = State::Ready;
    }

    fn on_verdict(&mut self, now_ms: u64, epoch: u64, verdict: Verdict, response: &Response) {
        match verdict {
            Verdict::Accepted(output) if names_another_workflow(&self.plan, &output) => {
                let why =
                    "the answer names another workflow than the one that was asked for: it may be another request's";
                let mut error = Error::new(ErrorCode::UnreadableResponse, why);
                error.details_mut().http_status = Some(output.http_status);
                let error = self.unknown(&error);
                self.finish(Err(error));
            }
            Verdict::Accepted(output) => {
                self.note_service(now_ms, &output);
                self.session.refund_retry();
                self.finish(Ok(output));
            }
            Verdict::Failed(Class::TokenRefused, error) if self.plan.auth == Auth::Token && !self.token_renewed => {
                self.session.token_refused(epoch);
                if self.purpose == Purpose::ResultOnce {
                    let error = self.unknown(&error);
                    self.finish(Err(error));
                } else {
                    self.token_renewed = true;
                    self.state = State::Ready;
                }
            }
            Verdict::Failed(Class::TokenRefused | Class::Refused(_) | Class::NotForwarded, error) => {
                self.finish(Err(error));
            }
            Verdict::Failed(Class::RateLimited | Class::Unavailable, error) => {
                let retry_after = response.headers.get("Retry-After");
                if !self.retry(now_ms, retry_after) {
                    let after_ms = retry_after.and_then(|value| retry_after_ms(value, now_ms)).unwrap_or(1000);
                    self.finish(Err(error.retry_after_ms(after_ms)));
                }
            }
            Verdict::Failed(class, error) => {
                if response.status == 401 {
                    self.session.token_refused(epoch);
                }
                if self.plan.replay == Replay::Never {
                    let error = self.unknown(&error);
                    self.finish(Err(error));
                } else if matches!(class, Class::Foreign(_)) {
                    self.finish(Err(error.with_outcome(Outcome::Unknown)));
                } else if self.retry(now_ms, response.headers.get("Retry-After")) {
                    self.earlier_unknown = true;
                } else {
                    self.finish(Err(error.with_outcome(Outcome::Unknown)));
                }
            }
        }
    }

    /// Remembers how far the API's clock is from the host's.
    fn note_service<'a>(&self, now_ms: u64, output: &'a Output) -> &'a Output {
        if let Some(service_ms) = output.service_ms {
            self.session.note_service(now_ms, service_ms);
        }
        output
    }

    /// Plans a retry, if the call's and the client's allowance and the deadline permit it.
    fn retry(&mut self, now_ms: u64, retry_after: Option<&str>) -> bool {
        if self.retries >= self.max_retries {
            return false;
        }
        let asked_ms = retry_after.and_then(|value| retry_after_ms(value, now_ms)).unwrap_or(0);
        if asked_ms > LONGEST_WAIT_MS {
            return false; // the error says how long, and whoever made the call decides
        }
        let until_ms = now_ms.saturating_add(self.jitter.delay_ms(self.retries).max(asked_ms));
        let end_ms = self.deadline_ms.map(|deadline_ms| self.started_ms.unwrap_or(now_ms).saturating_add(deadline_ms));
        if end_ms.is_some_and(|end_ms| until_ms >= end_ms) || !self.session.spend_retry() {
            return false;
        }
        self.retries += 1;
        self.state = State::Waiting { until_ms };
        true
    }

    /// The request was sent, must not be sent twice, and nothing tells what became of it.
    fn unknown(&self, cause: &Error) -> Error {
        let how = match self.plan.find_out {
            "" => "find out by other means before sending it again".to_owned(),
            operation => format!("find out with `{operation}` before sending it again"),
        };
        let mut error = Error::new(
            ErrorCode::OutcomeUnknown,
            format!("{}; whether the request was carried out is unknown: {how}", cause.details().message),
        );
        let cause = cause.details();
        let details = error.details_mut();
        details.http_status = cause.http_status;
        details.api_code = cause.api_code;
        details.api_message.clone_from(&cause.api_message);
        details.request_id.clone_from(&cause.request_id);
        error.with_outcome(Outcome::Unknown)
    }

    fn finish(&mut self, result: Result<Output, Error>) -> Step {
        self.session.release(self.id);
        self.state = State::Done(result.map_err(|mut error| {
            let details = error.details_mut();
            details.operation.get_or_insert_with(|| self.plan.name.clone());
            if self.earlier_unknown {
                details.outcome = Some(Outcome::Unknown);
            }
            error
        }));
        Step::Done
    }
}

/// A call that is dropped in the middle must not keep the others waiting for its token.
impl Drop for Call {
    fn drop(&mut self) {
        self.session.release(self.id);
    }
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorCode::Misuse, message)
}

fn transport_error(failure: Failure, message: &str) -> Error {
    let (code, what) = match failure {
        Failure::ConnectFailed => (ErrorCode::ConnectFailed, "no connection could be made"),
        Failure::Timeout => (ErrorCode::Timeout, "no answer came in time"),
        Failure::Reset => (ErrorCode::ConnectionReset, "the connection broke off"),
        Failure::Other => (ErrorCode::TransportFailed, "the request failed"),
    };
    let message = if message.is_empty() { what.to_owned() } else { format!("{what} ({message})") };
    Error::new(code, message)
}

/// Whether the answer to an upload is about another workflow, as one is that a broken proxy or transport gives to the wrong
/// request. An answer that names none says nothing.
fn names_another_workflow(plan: &Plan, output: &Output) -> bool {
    #[derive(Deserialize)]
    struct Named {
        workflow_id: Option<String>,
    }
    let named = |json: &str| serde_json::from_str::<Named>(json).ok().and_then(|named| named.workflow_id);
    plan.name == "workflow.upload_details"
        && named(&output.data)
            .filter(|id| !id.is_empty())
            .is_some_and(|answered| named(&plan.body).is_some_and(|asked| asked != answered))
}

/// The host of a call: its own, the client's, or the documented one where the operation lives there.
fn base_url(session: &Session, options: &CallOptions, auth: Auth) -> Result<String, Error> {
    if let Some(url) = &options.base_url {
        return check_base_url(url);
    }
    match &session.config().settings.base_url {
        Some(url) => Ok(url.clone()),
        None if auth == Auth::CallerHeaders => Err(Error::new(
            ErrorCode::MissingBaseUrl,
            "the host of this operation is not public: give base_url with the call or in the configuration",
        )),
        None => Ok(DEFAULT_BASE_URL.to_owned()),
    }
}

fn check_headers(headers: &Headers) -> Result<Headers, Error> {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let bad = |name: &str, why: &str| {
        let message = format!("the header field `{}` {why}", name.escape_default());
        Err(Error::new(ErrorCode::InvalidRequest, message).at("/headers"))
    };
    for (name, value) in headers.iter() {
        if !is_name(name) || !is_header_value(value) {
            return bad(name, "has an invalid name or value");
        }
        // With these, a request could be read as two, or end up on another host.
        if CONNECTION_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return bad(name, "is the host's own: leave it out");
        }
    }
    Ok(headers.clone())
}
