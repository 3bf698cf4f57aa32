//! What an answer says about the effect of a request, by its HTTP status and its envelope alone.

use crate::api::envelope::Envelope;

/// What an envelope says of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnvelopeCode {
    /// The code that means success.
    Success,
    /// Any other code.
    Failure(i64),
    /// There is a code, and it is no integer.
    Odd,
    /// There is no code; `with_data` tells whether there is a result.
    Missing { with_data: bool },
    /// The body is no envelope, or cannot be read.
    Unreadable,
}

impl EnvelopeCode {
    pub(super) fn of(envelope: Envelope, code: Option<i64>, odd: bool, with_data: bool) -> Self {
        match code {
            Some(code) if code == envelope.success() => Self::Success,
            Some(code) => Self::Failure(code),
            None if odd => Self::Odd,
            None => Self::Missing { with_data },
        }
    }
}

/// The effect of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It was carried out.
    Accepted,
    /// The API refused its token; a new one may help.
    TokenRefused,
    /// It was refused for now: 429.
    RateLimited,
    /// It was refused for now: a 503 that says that it had no effect.
    Unavailable,
    /// The API refused it for good, with this status or code.
    Refused(i64),
    /// Something between this machine and the API refused it with this status. Whether the API had it before is unknown.
    Foreign(u16),
    /// A proxy asks for its own credentials (407), which it does before it forwards anything.
    NotForwarded,
    /// The API failed, with this status or code: nothing tells whether it was carried out.
    Failed,
    /// The answer says nothing of the effect.
    Unclear,
}

/// `can_wait` says whether the answer names a time to try again (`Retry-After`).
///
/// HTTP status and envelope code are separate, and each of them can signal failure. Where they contradict each other, what
/// tells less counts.
pub(super) fn classify(status: u16, code: EnvelopeCode, can_wait: bool) -> Class {
    match (status, code) {
        (0..=299, EnvelopeCode::Success | EnvelopeCode::Missing { with_data: true }) => Class::Accepted,
        (0..=299, EnvelopeCode::Failure(code)) => of_code(code),
        (0..=299, _) => Class::Unclear,
        (_, EnvelopeCode::Failure(401)) => Class::TokenRefused,
        (503, EnvelopeCode::Failure(429)) => Class::RateLimited,
        (503, EnvelopeCode::Failure(503)) => Class::Unavailable,
        // The status says that it was refused or failed, the API's code that it was carried out or failed underway.
        (_, EnvelopeCode::Success | EnvelopeCode::Failure(500..=502 | 504..=599)) | (503, EnvelopeCode::Failure(_)) => {
            Class::Failed
        }
        (_, EnvelopeCode::Failure(_)) => of_code(i64::from(status)),
        (_, _) => without_code(status, can_wait),
    }
}

/// The API's own code, or its HTTP status beside an own code.
fn of_code(code: i64) -> Class {
    match code {
        401 => Class::TokenRefused,
        429 => Class::RateLimited,
        503 => Class::Unavailable,
        // What is behind a redirect, or a time-out on the server's side, may have been carried out.
        300..=399 | 408 => Class::Unclear,
        400..=499 => Class::Refused(code),
        500.. => Class::Failed,
        // Nothing documents such a code.
        _ => Class::Unclear,
    }
}

/// A status without a code of the API's: mostly a gateway's. It says 503 when it turns a request away, and some say so when
/// they lost the API's answer; only one that names a time to try again is believed.
fn without_code(status: u16, can_wait: bool) -> Class {
    match status {
        401 => Class::TokenRefused,
        407 => Class::NotForwarded,
        429 => Class::RateLimited,
        503 if can_wait => Class::Unavailable,
        400..=499 if status != 408 => Class::Foreign(status),
        500.. => Class::Failed,
        _ => Class::Unclear,
    }
}
