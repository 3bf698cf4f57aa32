//! One call as JavaScript drives it: `poll` gives a request, a time to wait for, or nothing more to do.

use std::cell::RefCell;

use airudder_core::{Answer, Error, ErrorCode, Failure, Headers, Method, Output, Request, Response, Step};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{boundary::to_js, errors::Fallible, exact, fields::headers, whole::whole};

/// The machine of one call.
#[wasm_bindgen]
pub struct Call(RefCell<airudder_core::Call>);

impl Call {
    pub(crate) const fn new(call: airudder_core::Call) -> Self {
        Self(RefCell::new(call))
    }

    /// The result of the call, for a campaign.
    pub(crate) fn output(&self) -> Fallible<Result<Output, Error>> {
        self.with(|call| Ok(call.take_result()))
    }

    /// No function of JavaScript runs while the machine is borrowed, so it is always free.
    fn with<T>(&self, run: impl FnOnce(&mut airudder_core::Call) -> Result<T, Error>) -> Fallible<T> {
        let mut call = self.0.try_borrow_mut().map_err(|_| Error::new(ErrorCode::Internal, "the call is in use"))?;
        Ok(run(&mut call)?)
    }
}

#[wasm_bindgen]
extern "C" {
    /// Makes requests: `lib/call/outgoing.ts`.
    pub type Requests;
    #[wasm_bindgen(method)]
    fn make(this: &Requests, method: &str, url: &str, headers: &str, body: &[u8], timeout_ms: f64) -> JsValue;
}

impl Requests {
    fn of(&self, request: &Request) -> JsValue {
        let Request { method, url, headers, body, timeout_ms } = request;
        #[expect(clippy::cast_precision_loss, reason = "JavaScript has integers as floats")]
        self.make(method.as_str(), url, &field_text(headers), body, *timeout_ms as f64)
    }
}

/// The request as a `curl` command with secrets masked.
#[wasm_bindgen]
#[must_use]
pub fn curl(method: &str, url: String, fields: &str, body: Vec<u8>) -> String {
    let method = Method::from_name(method).unwrap_or(Method::Post);
    Request { method, url, headers: headers(fields), body, timeout_ms: 0 }.to_curl()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    data: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
}

#[wasm_bindgen]
impl Call {
    /// A request to send, the time in Unix milliseconds to poll again at, or `undefined` when there is a result.
    pub fn poll(&self, now_ms: f64, requests: &Requests) -> Fallible<JsValue> {
        Ok(match self.with(|call| call.poll(whole(now_ms)))? {
            Step::Send(request) => requests.of(&request),
            Step::Wait { until_ms, .. } => to_js(&until_ms)?,
            Step::Done => JsValue::UNDEFINED,
        })
    }

    /// True for a response head of a file, whose body stays with JavaScript.
    #[wasm_bindgen(js_name = isFile)]
    pub fn is_file(&self, status: u16, fields: &str) -> Fallible<bool> {
        let headers = headers(fields);
        self.with(|call| Ok(call.is_file(status, &headers)))
    }

    /// The response to the request that was polled.
    #[wasm_bindgen(js_name = onResponse)]
    pub fn on_response(&self, now_ms: f64, status: u16, fields: &str, body: Vec<u8>) -> Fallible<()> {
        let response = Response { status, headers: headers(fields), body };
        self.with(|call| call.on_response(whole(now_ms), &response))
    }

    /// The request that was polled got no response. `kind` is `connect_failed`, `timeout`, `reset` or `other`.
    #[wasm_bindgen(js_name = onFailure)]
    pub fn on_failure(&self, now_ms: f64, kind: &str, message: &str) -> Fallible<()> {
        let failure = match kind {
            "connect_failed" => Failure::ConnectFailed,
            "timeout" => Failure::Timeout,
            "reset" => Failure::Reset,
            _ => Failure::Other,
        };
        self.with(|call| call.on_failure(whole(now_ms), failure, message))
    }

    /// What became of the last request: the number of the error that it would be, or 0, the code in the API's envelope, and
    /// the API's id of the request, with a zero character between them.
    #[wasm_bindgen(js_name = lastAnswer)]
    pub fn last_answer(&self) -> Fallible<String> {
        let answer = self.with(|call| Ok(call.last_answer().cloned()))?;
        let Some(Answer { error, api_code, request_id, .. }) = answer else { return Ok(String::new()) };
        let error = error.map_or(0, ErrorCode::number);
        Ok(format!(
            "{error}\0{}\0{}",
            api_code.map_or(String::new(), |code| code.to_string()),
            request_id.unwrap_or_default()
        ))
    }

    /// A string without the client's secrets, and without those that the last request carried.
    #[wasm_bindgen(js_name = withoutSecrets)]
    pub fn without_secrets(&self, text: &str) -> Fallible<String> {
        self.with(|call| Ok(call.without_secrets(text)))
    }

    /// True where stopping now would leave the outcome of the operation unknown, and that matters.
    #[wasm_bindgen(js_name = isInDoubt)]
    pub fn is_in_doubt(&self) -> Fallible<bool> {
        self.with(|call| Ok(call.is_in_doubt()))
    }

    /// The text of the envelope's `data`, or the content type of the file that the last response is. Throws the error
    /// that ended the call.
    pub fn result(&self) -> Fallible<JsValue> {
        let output = self.with(airudder_core::Call::take_result)?;
        let ended = Ended { data: exact::keep(&output.data), content_type: output.file.map(|file| file.content_type) };
        to_js(&ended)
    }

    /// The request as it would be sent, without a token.
    pub fn prepare(&self, requests: &Requests) -> Fallible<JsValue> {
        Ok(requests.of(&self.with(|call| call.prepare())?))
    }
}

/// Names and values by turns, each with a zero character behind it. No header field of the core's has one in it.
fn field_text(headers: &Headers) -> String {
    headers.iter().flat_map(|(name, value)| [name, "\0", value, "\0"]).collect()
}
