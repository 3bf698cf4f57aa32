//! The result of a call.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorCode};

/// The result of a call.
#[derive(Clone, PartialEq, Eq)]
pub struct Output {
    /// The JSON text of the envelope's `data`; `null` where there is none.
    pub data: String,
    /// The HTTP status.
    pub http_status: u16,
    /// The code in the API's envelope, where it carries one.
    pub api_code: Option<i64>,
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

/// What became of one request of a call, for logs and traces: nothing of it is secret or personal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The error that it would be, if the call ended with it; `None`: the API has carried the request out.
    pub error: Option<ErrorCode>,
    /// The code in the API's envelope, where it carries one.
    pub api_code: Option<i64>,
    /// The API's id of the request, where the envelope carries one.
    pub request_id: Option<String>,
}

impl Output {
    /// The result of a call that only fetched the token.
    pub(super) fn nothing() -> Self {
        let (data, body) = ("null".to_owned(), String::new());
        Self { data, http_status: 200, api_code: None, request_id: None, body, file: None, service_ms: None }
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
