//! The answers of the sandbox's own endpoints.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::store::StoreError;

/// The answer that says why not.
pub(crate) fn problem(status: StatusCode, message: impl Into<String>) -> Response {
    json_response(status, &json!({ "error": message.into() }))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The answer that all went well.
pub(crate) fn ok(body: &Value) -> Response {
    json_response(StatusCode::OK, body)
}

/// The answer to a piece of work on the database.
pub(crate) fn done(result: Result<Value, StoreError>) -> Response {
    match result {
        Ok(body) => ok(&body),
        Err(StoreError::Refused(message)) => problem(StatusCode::BAD_REQUEST, message),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
