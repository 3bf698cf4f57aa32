//! The request for a token, which a call makes for all calls of its session.

use serde::Deserialize;

use super::{
    classify::Class,
    plan::Plan,
    request,
    response::Verdict,
    state::{Call, State},
    step::Step,
};
use crate::{
    api::{operation::Operation, operations::auth::FetchToken},
    error::{Error, ErrorCode, Outcome},
    http::{Response, is_header_value},
    secret::Secret,
};

/// The answer to the request for a token, as far as a call needs it.
#[derive(Deserialize)]
struct FetchedToken {
    token: Option<String>,
}

impl Call {
    pub(super) fn send_token_request(&mut self) -> Step {
        let plan = Plan::token(self.session.config(), self.plan.timeout_ms);
        match request::build(self.session.config(), &plan, None, 0) {
            Ok(request) => {
                self.state = State::SentToken;
                self.outstanding(request)
            }
            Err(error) => self.finish(Err(error)),
        }
    }

    pub(super) fn on_token_verdict(&mut self, now_ms: u64, verdict: Verdict, response: &Response) {
        match verdict {
            Verdict::Accepted(output) => {
                match self.note_service(now_ms, &output).parse::<FetchedToken>().ok().and_then(|fetched| fetched.token)
                {
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
    pub(super) fn token_failed(&mut self, now_ms: u64, error: Error) {
        let error = error.in_operation(FetchToken::INFO.name).with_outcome(Outcome::NotSent);
        self.session.token_fetched(self.id, now_ms, Err(error.clone()));
        self.token_error = Some(error);
        self.state = State::Ready;
    }
}
