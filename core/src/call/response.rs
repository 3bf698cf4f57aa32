//! From a response to a result: decrypt, check the digest, open the envelope, classify.

use super::{
    classify::{Class, EnvelopeCode, classify},
    output::{Answer, File, Output},
};
use crate::{
    api::envelope::Envelope,
    calendar::http_date,
    config::ValidConfig,
    crypto,
    error::{Error, ErrorCode, Outcome},
    http::{Headers, Response},
    retry::retry_after_ms,
    secret::Secret,
};

/// The meaning of a response for the call.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Carried out.
    Accepted(Output),
    /// Not carried out, or nobody knows: the class says which.
    Failed(Class, Error),
}

impl Verdict {
    /// What it says of the request.
    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::Accepted(output) => {
                Answer { error: None, api_code: output.api_code, request_id: output.request_id.clone() }
            }
            Self::Failed(_, error) => {
                let details = error.details();
                let request_id = details.request_id.clone();
                Answer { error: Some(error.code()), api_code: details.api_code, request_id }
            }
        }
    }
}

/// Reads a response: decrypts it, checks its digest, opens the envelope, and weighs HTTP status and envelope code.
/// `sent` is what must not be quoted beside the client's own secrets.
pub(super) fn read(
    config: &ValidConfig,
    envelope: Envelope,
    may_be_file: bool,
    response: &Response,
    sent: &[Secret],
) -> Verdict {
    let status = response.status;
    if may_be_file && let Some(file) = file(status, &response.headers) {
        let data = "null".to_owned();
        return Verdict::Accepted(Output {
            data,
            http_status: status,
            api_code: None,
            request_id: None,
            body: String::new(),
            file: Some(file),
            service_ms: None,
        });
    }
    let can_wait = response.headers.get("Retry-After").is_some_and(|value| retry_after_ms(value, 0).is_some());
    let text = match open_body(config, response) {
        Ok(text) => text,
        Err(error) => return unreadable(&error, status, can_wait),
    };
    let opened = match envelope.open(&text) {
        Ok(opened) => opened,
        Err(error) => return unreadable(&error, status, can_wait),
    };
    let request_id = opened.request_id.map(|id| config.without_secrets(id, sent));
    // Without a code, a result is taken for success: fields may be missing in what AI Rudder sends.
    let code = EnvelopeCode::of(envelope, opened.code, opened.odd_code, opened.data != "null");
    let class = classify(status, code, can_wait);
    if class == Class::Accepted {
        let data = opened.data.to_owned();
        let service_ms = service_ms(&response.headers);
        let (http_status, api_code) = (status, opened.code);
        return Verdict::Accepted(Output {
            data,
            http_status,
            api_code,
            request_id,
            body: text,
            file: None,
            service_ms,
        });
    }
    let api_message = opened.message.map(|message| config.without_secrets(message, sent));
    let why = match (code, &api_message) {
        (EnvelopeCode::Failure(code), Some(message)) => format!("the API answered with code {code}: {message}"),
        (EnvelopeCode::Failure(code), None) => format!("the API answered with code {code} and no message"),
        _ if status >= 300 => format!("the API answered with HTTP status {status}"),
        (EnvelopeCode::Odd, _) => "the API answered with a code that is no number".to_owned(),
        _ => "the API answered without a code or a result".to_owned(),
    };
    let mut error = error_of(class, status, ErrorCode::Refused, why);
    let details = error.details_mut();
    details.api_code = opened.code;
    details.api_message = api_message;
    details.request_id = request_id;
    Verdict::Failed(class, error)
}

/// An answer without an envelope. It is mostly a gateway's, and its status says more than why it cannot be read.
fn unreadable(why: &Error, status: u16, can_wait: bool) -> Verdict {
    let class = classify(status, EnvelopeCode::Unreadable, can_wait);
    let mut message = why.details().message.clone();
    if status >= 300 {
        message = format!("the API answered with HTTP status {status}, and {message}");
    }
    Verdict::Failed(class, error_of(class, status, why.code(), message))
}

/// The error of a class. Where the answer says nothing of the effect, `unclear` is the code that says why.
fn error_of(class: Class, status: u16, unclear: ErrorCode, message: String) -> Error {
    let (code, outcome) = match class {
        Class::TokenRefused => (ErrorCode::TokenRefused, Some(Outcome::Rejected)),
        Class::RateLimited => (ErrorCode::RateLimited, Some(Outcome::Rejected)),
        Class::Unavailable => (ErrorCode::ServerError, Some(Outcome::Rejected)),
        Class::Refused(403) => (ErrorCode::PermissionDenied, Some(Outcome::Rejected)),
        Class::Refused(_) => (ErrorCode::Refused, Some(Outcome::Rejected)),
        Class::Foreign(403) => (ErrorCode::PermissionDenied, None),
        Class::Foreign(_) => (ErrorCode::Refused, None),
        Class::NotForwarded => (ErrorCode::Refused, Some(Outcome::NotSent)),
        Class::Failed => (ErrorCode::ServerError, None),
        Class::Unclear if status >= 300 => (ErrorCode::Refused, None),
        Class::Accepted | Class::Unclear => (unclear, None),
    };
    let mut error = Error::new(code, message);
    let details = error.details_mut();
    details.http_status = Some(status);
    details.outcome = outcome;
    error
}

/// The API's time by its own clock. A cache's answer would tell an earlier one.
fn service_ms(headers: &Headers) -> Option<u64> {
    let date = headers.get("Date").filter(|_| headers.get("Age").is_none())?;
    Some(http_date(date.trim())?.saturating_mul(1000))
}

/// The file that a response is, by its content type: anything but JSON and what proxies write their errors in, which is
/// text and XML. Tables are files, although they are text.
pub(super) fn file(status: u16, headers: &Headers) -> Option<File> {
    let content_type = headers.get("Content-Type")?.trim();
    let kind = content_type.to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim_end();
    let is_table = matches!(kind, "text/csv" | "text/tab-separated-values");
    let is_text =
        kind.starts_with("text/") || kind.contains("json") || kind.ends_with("/xml") || kind.ends_with("+xml");
    let is_file = status == 200 && (is_table || !is_text) && !is_encrypted(headers);
    is_file.then(|| File { content_type: content_type.to_owned() })
}

fn is_encrypted(headers: &Headers) -> bool {
    headers.get("Is-Encrypted").is_some_and(|value| value.trim() == "1")
}

/// The plain text of a body, whether it was encrypted or not.
fn open_body(config: &ValidConfig, response: &Response) -> Result<String, Error> {
    let bytes = if is_encrypted(&response.headers) {
        let undecryptable = |why: String| Error::new(ErrorCode::UndecryptableResponse, why);
        let key = config
            .encryption_key
            .as_ref()
            .ok_or_else(|| undecryptable("the response is encrypted, and no encryption_key is configured".into()))?;
        let plain = crypto::decrypt_with(&*config.provider, &response.body, key)
            .map_err(|error| undecryptable(format!("the response cannot be decrypted: {}", error.details().message)))?;
        if let Some(digest) = response.headers.get("Signed")
            && !crypto::digest_with(&*config.provider, &plain).eq_ignore_ascii_case(digest.trim())
        {
            return Err(Error::new(
                ErrorCode::DigestMismatch,
                "the response does not match its `Signed` digest: it was damaged, or the encryption key is wrong",
            ));
        }
        plain
    } else if config.settings.require_encryption {
        let why = "the response is plain, and require_encryption is set: whether it is the API's is unknown";
        return Err(Error::new(ErrorCode::UndecryptableResponse, why));
    } else {
        response.body.clone()
    };
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorCode::UnreadableResponse, "the response is not UTF-8"))
}
