//! Errors as a struct of the caller's.

use std::ffi::{c_char, c_int};

use airudder_core::{Error, Outcome, RetryAdvice};

/// The effect of a request that an error ended.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_outcome {
    /// Nothing was to be sent, or there is no error.
    AIRUDDER_OUTCOME_NONE = 0,
    /// Nothing reached the API.
    AIRUDDER_OUTCOME_NOT_SENT = 1,
    /// The API said that it refused it (4xx, 429, a 503 that explains itself); it had no effect.
    AIRUDDER_OUTCOME_REJECTED = 2,
    /// The API carried it out.
    AIRUDDER_OUTCOME_ACCEPTED = 3,
    /// It was sent, and nothing tells whether it was carried out. Sending it again might phone people twice.
    AIRUDDER_OUTCOME_UNKNOWN = 4,
}

/// An error, in memory of the caller's: begin with `airudder_error err = AIRUDDER_ERROR_INIT;`, or with
/// zeroed memory and `size` set. A function that takes one fills it, also where it succeeds. It holds no
/// secret. Texts that do not fit are cut between two characters.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct airudder_error {
    /// sizeof(airudder_error), as the caller's header knows it.
    pub size: usize,
    /// The error's number, AIRUDDER_E…; 0 is success.
    pub code: c_int,
    /// The HTTP status, or 0 where there was no response.
    pub http_status: c_int,
    /// The effect of the request, as far as it is known.
    pub outcome: airudder_outcome,
    /// True if `api_code` is set.
    pub has_api_code: c_int,
    /// The code in the API's envelope, which is separate from the HTTP status.
    pub api_code: i64,
    /// Try again after so many milliseconds; -1: the same call would fail again, or must not be repeated.
    pub retry_after_ms: i64,
    /// The operation's name, for instance `workflow.upload_details`, or "".
    pub operation: [c_char; 64],
    /// JSON pointer to the bad field or setting, for instance `/details/17/callee`, or "".
    pub pointer: [c_char; 256],
    /// The API's id of the request, or "".
    pub request_id: [c_char; 128],
    /// The message in the API's envelope, or "".
    pub api_message: [c_char; 256],
    /// The error in a line for people: number, operation, pointer, and what is wrong.
    pub message: [c_char; 1024],
}

/// The core's message with what C calls otherwise.
fn in_words_of_c(message: &str) -> String {
    message
        .replace("require_signature to false", "allow_unsigned to 1")
        .replace("require_encryption to false", "require_encryption to -1")
}

impl airudder_error {
    /// Success.
    pub(crate) const fn none() -> Self {
        Self {
            size: size_of::<Self>(),
            code: 0,
            http_status: 0,
            outcome: airudder_outcome::AIRUDDER_OUTCOME_NONE,
            has_api_code: 0,
            api_code: 0,
            retry_after_ms: -1,
            operation: [0; 64],
            pointer: [0; 256],
            request_id: [0; 128],
            api_message: [0; 256],
            message: [0; 1024],
        }
    }

    /// The error for C.
    pub(crate) fn of(error: &Error) -> Self {
        let details = error.details();
        Self {
            code: error.code().number().into(),
            http_status: details.http_status.map_or(0, c_int::from),
            outcome: match details.outcome {
                Some(Outcome::NotSent) => airudder_outcome::AIRUDDER_OUTCOME_NOT_SENT,
                Some(Outcome::Rejected) => airudder_outcome::AIRUDDER_OUTCOME_REJECTED,
                Some(Outcome::Accepted) => airudder_outcome::AIRUDDER_OUTCOME_ACCEPTED,
                Some(Outcome::Unknown) => airudder_outcome::AIRUDDER_OUTCOME_UNKNOWN,
                _ => airudder_outcome::AIRUDDER_OUTCOME_NONE,
            },
            has_api_code: details.api_code.is_some().into(),
            api_code: details.api_code.unwrap_or_default(),
            retry_after_ms: match details.retry {
                RetryAdvice::AfterMs(ms) => i64::try_from(ms).unwrap_or(i64::MAX),
                _ => -1,
            },
            operation: cut(details.operation.as_deref()),
            pointer: cut(details.pointer.as_deref()),
            request_id: cut(details.request_id.as_deref()),
            api_message: cut(details.api_message.as_deref()),
            // The core speaks of the setting as most languages have it.
            message: cut(Some(&in_words_of_c(&error.to_string()))),
            ..Self::none()
        }
    }
}

/// As much of the text as fits in front of a NUL.
fn cut<const N: usize>(text: Option<&str>) -> [c_char; N] {
    let text = text.unwrap_or_default();
    let end = (0..N).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    let mut fixed = [0; N];
    for (place, byte) in fixed.iter_mut().zip(text.bytes().take(end)) {
        *place = c_char::from_ne_bytes([byte]);
    }
    fixed
}
