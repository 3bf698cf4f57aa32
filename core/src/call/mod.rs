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

mod classify;
mod output;
mod plan;
mod request;
mod response;
mod state;
mod step;
mod token;

use self::{
    classify::Class,
    plan::Plan,
    response::Verdict,
    state::{Purpose, State},
};
pub use self::{
    output::{Answer, File, Output},
    plan::CallOptions,
    state::Call,
    step::{Failure, Step, WaitReason},
};
use crate::{
    api::{
        catalog,
        envelope::Envelope,
        operation::{Auth, Operation, Replay},
        params::{self, Rule},
        raw::RawRequest,
    },
    error::{Error, ErrorCode, Outcome},
    http::{Headers, Request, Response},
    mask::secret_of,
    retry::{Jitter, retry_after_ms},
    secret::Secret,
    session::{Session, TokenStep},
};

/// A call does not wait longer than this where a `Retry-After` asks for it.
const LONGEST_WAIT_MS: u64 = 5 * 60 * 1000;

impl Call {
    /// A call of this name with its parameters as JSON text, which are checked now and sent as they are.
    pub fn new(
        session: &Session,
        operation: &str,
        params: impl Into<String>,
        options: &CallOptions,
    ) -> Result<Self, Error> {
        Self::writing(session, operation, options, |rule| {
            params::checked(params.into(), rule).map_err(|error| error.in_operation(operation))
        })
    }

    /// A call of this name with parameters that are written now, by somebody who checks them by this rule: for bindings, whose
    /// writers see each value of their language once.
    #[doc(hidden)]
    pub fn writing<E: From<Error>>(
        session: &Session,
        operation: &str,
        options: &CallOptions,
        write: impl FnOnce(&Rule) -> Result<String, E>,
    ) -> Result<Self, E> {
        let is_strict = options.strict.unwrap_or(session.config().settings.strict);
        session.check_operation(operation)?;
        #[cfg(feature = "catalog")]
        if let (Some(own), None) = (&session.config().settings.catalog, catalog::operation(operation)) {
            let params = write(&Rule::AnyObject)?;
            if is_strict {
                own.check(operation, &params)?;
            }
            return Ok(Self::raw(session, own.request(operation, params)?, options)?);
        }
        let info = catalog::required(operation)?;
        let params = write(if is_strict { &info.rule } else { &Rule::AnyObject })?;
        let plan = Plan::operation(session.config(), info, params, options);
        Ok(Self::start(session, plan.map_err(|error| error.in_operation(info.name))?, options)?)
    }

    /// A call with typed parameters.
    pub fn typed<T: Operation>(session: &Session, params: &T, options: &CallOptions) -> Result<Self, Error> {
        let text = serde_json::to_string(params)
            .map_err(|error| Error::new(ErrorCode::Internal, format!("the parameters do not serialize: {error}")))?;
        Self::new(session, T::INFO.name, text, options)
    }

    /// A call that sees to it that the session has a token, and sends nothing else.
    pub(crate) fn token(session: &Session, seed: u64) -> Result<Self, Error> {
        let options = CallOptions { seed, ..CallOptions::default() };
        let plan = Plan { auth: Auth::Token, ..Plan::token(session.config(), session.config().settings.timeout_ms) };
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
        let plan = Plan::raw(session.config(), request, options)?;
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
            last_answer: None,
            deadline_ms: options.deadline_ms,
            started_ms: None,
        })
    }

    /// The operation's name; method and path for a raw request.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.plan.name
    }

    /// The request as it would be sent, without a token, and signed in 1970 where the scheme signs a time: for showing it.
    /// Nothing is sent.
    pub fn prepare(&self) -> Result<Request, Error> {
        request::build(self.session.config(), &self.plan, None, 0)
    }

    /// The next step.
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
            return Ok(self.in_turn(now_ms, |call| call.send(now_ms, None, 0)));
        }
        match self.session.token(self.id, now_ms, self.token_error.take()) {
            TokenStep::Use { .. } if self.purpose == Purpose::Token => Ok(self.finish(Ok(Output::nothing()))),
            TokenStep::Use { token, epoch } => Ok(self.in_turn(now_ms, |call| call.send(now_ms, Some(&token), epoch))),
            TokenStep::Fetch => Ok(self.in_turn(now_ms, Self::send_token_request)),
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
                let verdict = response::read(config, Envelope::Cloud, false, response, &self.sent);
                self.last_answer = Some(verdict.answer());
                self.on_token_verdict(now_ms, verdict, response);
            }
            State::Sent { epoch } => {
                let verdict = response::read(config, self.plan.envelope, self.plan.file, response, &self.sent);
                self.last_answer = Some(verdict.answer());
                self.on_verdict(now_ms, epoch, verdict, response);
            }
            _ => return Err(misuse("no request is outstanding, so there can be no response")),
        }
        Ok(())
    }

    /// Returns whether a response with this head is the call's [`File`], so that the host need not hand over the body.
    #[must_use]
    pub fn is_file(&self, status: u16, headers: &Headers) -> bool {
        matches!(self.state, State::Sent { .. }) && self.plan.file && response::file(status, headers).is_some()
    }

    /// Returns whether the operation's own request is outstanding and must not be sent twice: a host that gives up now
    /// reports [`Failure::Other`] and takes the result, which says that the outcome is unknown.
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
        let is_for_token = match self.state {
            State::SentToken => true,
            State::Sent { .. } => false,
            _ => return Err(misuse("no request is outstanding, so none can have failed")),
        };
        let base_url = if is_for_token { self.session.config().base_url() } else { &self.plan.base_url };
        let error = failure.error(base_url, &self.without_secrets(message));
        self.last_answer = Some(Answer { error: Some(error.code()), api_code: None, request_id: None });
        if is_for_token {
            if !self.retry(now_ms, None) {
                self.token_failed(now_ms, error);
            }
            return Ok(());
        }
        let not_sent = failure == Failure::ConnectFailed;
        let harmless = not_sent || self.plan.replay == Replay::Safe;
        if harmless && self.retry(now_ms, None) {
            self.earlier_unknown |= !not_sent;
        } else {
            let error = if harmless { error } else { self.unknown(&error) };
            let outcome = if not_sent { Outcome::NotSent } else { Outcome::Unknown };
            self.finish(Err(error.with_outcome(outcome)));
        }
        Ok(())
    }

    /// What became of the last request, also of one for a token: for logs and traces.
    #[must_use]
    pub const fn last_answer(&self) -> Option<&Answer> {
        self.last_answer.as_ref()
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

    /// Sends a request, unless it must wait for those that the client's pace lets go before it.
    fn in_turn(&mut self, now_ms: u64, send: impl FnOnce(&mut Self) -> Step) -> Step {
        match self.session.wait_for_turn(now_ms) {
            Some(until_ms) => Step::Wait { until_ms, why: WaitReason::Pace },
            None => send(self),
        }
    }

    fn send(&mut self, now_ms: u64, token: Option<&Secret>, epoch: u64) -> Step {
        match request::build(self.session.config(), &self.plan, token, now_ms) {
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

    fn on_verdict(&mut self, now_ms: u64, epoch: u64, verdict: Verdict, response: &Response) {
        match verdict {
            Verdict::Accepted(output) if self.plan.is_of_another_workflow(&output.data) => {
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
        let how = match self.plan.find_out.as_str() {
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
