//! The dialogue with the host: its tasks, and its failures.

use crate::{
    error::{Error, ErrorCode},
    http::Request,
};

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this, and report what came of it.
    Send(Request),
    /// Poll again at this time; earlier is harmless.
    Wait {
        /// Unix time in milliseconds.
        until_ms: u64,
        /// The reason.
        why: WaitReason,
    },
    /// There is a result.
    Done,
}

/// The reason of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// Another call is fetching the token.
    Token,
    /// The delay before a retry.
    Retry,
    /// As many requests as may be were sent just now: [`requests_per_second`](crate::ClientConfig::requests_per_second).
    Pace,
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

impl Failure {
    /// The error of a request to this address without a response.
    pub(super) fn error(self, base_url: &str, message: &str) -> Error {
        let (code, what) = match self {
            Self::ConnectFailed => (ErrorCode::ConnectFailed, format!("no connection could be made to {base_url}")),
            Self::Timeout => (ErrorCode::Timeout, "no answer came in time".to_owned()),
            Self::Reset => (ErrorCode::ConnectionReset, "the connection broke off".to_owned()),
            Self::Other => (ErrorCode::TransportFailed, "the request failed".to_owned()),
        };
        let message = if message.is_empty() { what } else { format!("{what} ({message})") };
        Error::new(code, message)
    }
}
