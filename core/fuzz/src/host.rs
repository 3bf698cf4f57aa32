//! What a host and the API do, for the targets that are dialogues.

use std::collections::BTreeMap;

use airudder_core::{Call, Failure, Headers, Output, Response, Step};
use serde_json::{Value, json, value::RawValue};

use super::BEGIN_MS;

/// A failure by its number.
pub(crate) fn failure(number: usize) -> Failure {
    [Failure::ConnectFailed, Failure::Timeout, Failure::Reset, Failure::Other][number % 4]
}

/// An answer of the API's that says success.
pub(crate) fn success(data: &Value) -> Response {
    let body = json!({"code": 200, "data": data}).to_string().into_bytes();
    Response { status: 200, headers: Headers::new(), body }
}

/// Answers each request of a call with success, and gives its result.
pub(crate) fn run(call: &mut Call) -> Option<Output> {
    while let Ok(Step::Send(_)) = call.poll(BEGIN_MS) {
        let data = json!({"token": "fake-token", "workflow_id": "w"});
        call.on_response(BEGIN_MS, &success(&data)).ok()?;
    }
    call.take_result().ok()
}

/// Whether an answer surely does not say that its request had no effect: by the status and the codes in it alone, and `false`
/// where one could argue.
pub(crate) fn leaves_in_doubt(status: u16, body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let is_silent = |code: &RawValue| {
        let code = code.get().trim_matches('"');
        code == "null" || code.parse().is_ok_and(|code: i64| matches!(code, 0 | 200 | 500..=502 | 504..=599))
    };
    let codes_are_silent = serde_json::from_slice::<BTreeMap<String, &RawValue>>(body).map_or(true, |fields| {
        ["code", "retcode"].iter().filter_map(|name| fields.get(*name)).all(|code| is_silent(code))
    });
    matches!(status, 100..=399 | 408 | 500..=502 | 504..=599) && codes_are_silent
}
