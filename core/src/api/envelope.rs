//! The four envelopes in which AI Rudder wraps its answers.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorCode};

/// The envelope of a family of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `{"data":…, "status":"OK", "code":200}`, on failures with `message`; `code` 200 is success \[documented].
    Cloud,
    /// `{"request_id":…, "code":200, "message":"Success", "data":…}`; `code` 200 is success \[documented].
    Chat,
    /// `{"code":0, "message":…, "body":{…}}`; `code` 0 is success \[observed].
    Sms,
    /// `{"data":…, "msg":"", "retcode":0, "traceId":""}` \[documented]; `retcode` 0 is success \[assumed].
    Process,
}

/// All fields of the four envelopes; an unknown one is ignored here and stays in the body's text.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    retcode: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    msg: Option<&'a RawValue>,
    #[serde(borrow, default)]
    request_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "traceId")]
    trace_id: Option<&'a RawValue>,
}

/// The contents of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The JSON text of the result; `null` where there is none.
    pub data: &'a str,
    /// The envelope's own code.
    pub code: Option<i64>,
    /// There is a code, and it is no integer: nothing tells what it means.
    pub odd_code: bool,
    /// The API's message, if it is not empty.
    pub message: Option<String>,
    /// The API's id of the request, if it is not empty.
    pub request_id: Option<String>,
}

impl Envelope {
    /// The code that means success.
    #[must_use]
    pub const fn success(self) -> i64 {
        match self {
            Self::Cloud | Self::Chat => 200,
            Self::Sms | Self::Process => 0,
        }
    }

    /// The envelope of a path, by its family; paths of no known family are taken for cloud ones \[assumed].
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        if path.starts_with("/api/v1/process/") {
            Self::Process
        } else if path.starts_with("/api/v1/") {
            Self::Chat
        } else if path.starts_with("/service/sms/") {
            Self::Sms
        } else {
            Self::Cloud
        }
    }

    /// Reads the envelope without parsing what is in it.
    pub fn open(self, text: &str) -> Result<Opened<'_>, Error> {
        let unreadable = |why: String| Error::new(ErrorCode::UnreadableResponse, why);
        if !text.trim_start().starts_with('{') {
            return Err(unreadable("the response is not a JSON object".into()));
        }
        let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| {
            // serde_json's own text may quote the body, its position does not.
            unreadable(format!("the response is not valid JSON (line {}, column {})", error.line(), error.column()))
        })?;
        let (code, data, message, id) = match self {
            Self::Cloud | Self::Chat => (fields.code, fields.data, fields.message, fields.request_id),
            Self::Sms => (fields.code, fields.body, fields.message, fields.request_id),
            Self::Process => (fields.retcode, fields.data, fields.msg, fields.trace_id),
        };
        let number = code.and_then(integer);
        Ok(Opened {
            data: data.map_or("null", RawValue::get),
            code: number,
            odd_code: code.is_some() && number.is_none(),
            message: message.and_then(text_of),
            request_id: id.and_then(text_of),
        })
    }

    /// Wraps a result, as the API does: for servers and tests. `data` must be JSON text.
    #[must_use]
    pub fn wrap(self, code: i64, message: &str, data: &str) -> String {
        let message = serde_json::Value::from(message);
        match self {
            Self::Cloud if code == self.success() => format!(r#"{{"data":{data},"status":"OK","code":{code}}}"#),
            Self::Cloud => format!(r#"{{"data":{data},"status":"FAILED","code":{code},"message":{message}}}"#),
            Self::Chat => format!(r#"{{"request_id":"","code":{code},"message":{message},"data":{data}}}"#),
            Self::Sms => format!(r#"{{"code":{code},"message":{message},"body":{data}}}"#),
            Self::Process => format!(r#"{{"data":{data},"msg":{message},"retcode":{code},"traceId":""}}"#),
        }
    }
}

/// An integer, also where it was sent as text.
fn integer(raw: &RawValue) -> Option<i64> {
    serde_json::from_str(raw.get()).ok().or_else(|| text_of(raw)?.parse().ok())
}

fn text_of(raw: &RawValue) -> Option<String> {
    serde_json::from_str::<String>(raw.get()).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_opens_what_it_wraps() {
        for envelope in [Envelope::Cloud, Envelope::Chat, Envelope::Sms, Envelope::Process] {
            for (code, message) in [(envelope.success(), ""), (403, "no \"right\"")] {
                let text = envelope.wrap(code, message, r#"{"x":1}"#);
                let opened = envelope.open(&text).unwrap();
                assert_eq!((opened.data, opened.code), (r#"{"x":1}"#, Some(code)), "{envelope:?}");
                if code == 403 {
                    assert_eq!(opened.message.as_deref(), Some(message));
                }
            }
        }
    }

    #[test]
    fn codes_as_text_and_missing_fields_are_tolerated() {
        assert_eq!(Envelope::Cloud.open(r#"{"code":"200"}"#).unwrap().code, Some(200));
        for text in ["{}", r#"{"code":null}"#] {
            let empty = Envelope::Chat.open(text).unwrap();
            assert_eq!((empty.data, empty.code, empty.odd_code, empty.message), ("null", None, false, None));
        }
    }

    #[test]
    fn a_code_that_is_no_integer_is_not_taken_for_a_missing_one() {
        for code in ["\"E_LIMIT\"", "\"\"", "403.0", "true", "{}", "99999999999999999999"] {
            let text = format!(r#"{{"code":{code},"data":{{}}}}"#);
            let opened = Envelope::Cloud.open(&text).unwrap();
            assert_eq!((opened.code, opened.odd_code), (None, true), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_object_is_unreadable_and_not_quoted() {
        for text in ["", "<html>fake-secret</html>", "[1]", "\"fake-secret\""] {
            let error = Envelope::Cloud.open(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::UnreadableResponse);
            assert!(!error.to_string().contains("fake-secret"));
        }
    }
}
