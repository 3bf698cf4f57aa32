//! What a call knows of itself.

use super::{
    output::{Answer, Output},
    plan::Plan,
};
use crate::{error::Error, retry::Jitter, secret::Secret, session::Session};

/// One call, from its parameters to its result.
#[derive(Debug)]
pub struct Call {
    pub(super) session: Session,
    pub(super) id: u64,
    pub(super) plan: Plan,
    pub(super) state: State,
    /// The credentials of the last request: nothing that people are shown may quote it.
    pub(super) sent: Vec<Secret>,
    pub(super) jitter: Jitter,
    pub(super) max_retries: u32,
    pub(super) retries: u32,
    pub(super) token_renewed: bool,
    pub(super) purpose: Purpose,
    /// An earlier request of a call that may be repeated was lost: what comes later says nothing of that one's effect.
    pub(super) earlier_unknown: bool,
    /// Why this call could not fetch the token: it does not try again by itself, however late it is polled next.
    pub(super) token_error: Option<Error>,
    pub(super) last_answer: Option<Answer>,
    pub(super) deadline_ms: Option<u64>,
    pub(super) started_ms: Option<u64>,
}

/// The purpose of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Result,
    /// The same, by one request: it is not sent again after a 401.
    ResultOnce,
    /// It ends as soon as the session has a token.
    Token,
}

/// What a call waits for.
#[derive(Debug)]
pub(super) enum State {
    Ready,
    Waiting { until_ms: u64 },
    SentToken,
    Sent { epoch: u64 },
    Done(Result<Output, Error>),
    Taken,
}
