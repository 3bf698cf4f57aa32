//! From parameters to a request, and from a response to a result: encrypt, authorise, decrypt, check, open.

use crate::{
    Auth, Envelope, Error, ErrorCode, Headers, Method, Outcome, Request, Response, Secret,
    calendar::http_date,
    call::{File, Output, Plan},
    classify::{Class, EnvelopeCode, classify},
    config::ValidConfig,
    crypto::{self, SIGN_HEADER, SIGN_KEY_HEADER, SigningInput},
    retry::retry_after_ms,
};

/// Builds the request of a plan. `token` is needed for [`Auth::Token`] only.
pub(crate) fn build(config: &ValidConfig, plan: &Plan, token: Option<&Secret>) -> Result<Request, Error> {
    let mut headers = Headers::new();
    headers.set("Content-Type", "application/json");
    headers.set("User-Agent", "Airudder");
    let mut url = format!("{}{}", plan.base_url, plan.path);
    let mut body = plan.body.clone().into_bytes();
    let clear_text = if plan.method == Method::Get { plan.query.as_bytes() } else { body.as_slice() };
    let mut query = plan.query.clone();
    if let Some(key) = &config.encryption_key {
        headers.set("Is-Encrypted", "1");
        headers.set("Signed", crypto::digest_with(&*config.provider, clear_text));
        let sealed = crypto::encrypt_with(&*config.provider, clear_text, key)?;
        if plan.method == Method::Get {
            query = sealed;
        } else {
            body = sealed.into_bytes();
        }
    }
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query);
    }
    for (name, value) in plan.headers.iter() {
        headers.set(name, value);
    }
    authorise(config, plan, token, &mut headers, &body)?;
    Ok(Request { method: plan.method, url, headers, body, timeout_ms: plan.timeout_ms })
}

fn authorise(
    config: &ValidConfig,
    plan: &Plan,
    token: Option<&Secret>,
    headers: &mut Headers,
    body: &[u8],
) -> Result<(), Error> {
    let settings = &config.settings;
    match plan.auth {
        Auth::None | Auth::CallerHeaders => {}
        Auth::Token => {
            let token = token.map(Secret::expose).unwrap_or_default();
            set_unless_given(plan, headers, "Authorization", format!("{} {token}", settings.auth_scheme));
        }
        Auth::Sign => {
            let (Some(key), Some(secret)) = (&settings.sign_key, &settings.sign_secret) else {
                let missing = if settings.sign_key.is_none() { "/sign_key" } else { "/sign_secret" };
                let why = "this operation is signed: give sign_key and sign_secret";
                return Err(Error::new(ErrorCode::CredentialsMissing, why).at(missing));
            };
            let input = SigningInput { secret: secret.expose(), key: Some(key.expose()), headers, body };
            let signature = config.sign_scheme.sign(&input)?;
            set_unless_given(plan, headers, SIGN_HEADER, signature);
            set_unless_given(plan, headers, SIGN_KEY_HEADER, key.expose());
        }
    }
    Ok(())
}

/// What the caller gives comes before what the library would send.
fn set_unless_given(plan: &Plan, headers: &mut Headers, name: &str, value: impl Into<String>) {
    if plan.headers.get(name).is_none() {
        headers.set(name, value);
    }
}

/// What a response means for the call.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Carried out.
    Accepted(Output),
    /// Not carried out, or nobody knows: the class says which.
    Failed(Class, Error),
}

/// Reads a response: decrypts it, checks its digest, opens the envelope, and weighs HTTP status and envelope code.
/// `sent` is what must not be quoted beside the client's own secrets.
pub(crate) fn read(
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
            request_id: None,
            body: String::new(),
            file: Some(file),
            service_ms: None,
        });
    }
    let can_wait = response.headers.get("Retry-After").is_some_and(|value| retry_after_ms(value, 0).is_some());
    let text = match open_body(config, response) {
        Ok(text) => text,
        Err(error) => return unreadable(error, status, can_wait),
    };
    let opened = match envelope.open(&text) {
        Ok(opened) => opened,
        Err(error) => return unreadable(error, status, can_wait),
    };
    let request_id = opened.request_id.map(|id| config.without_secrets(id, sent));
    // Without a code, a result is taken for success: fields may be missing in what AI Rudder sends.
    let code = EnvelopeCode::of(envelope, opened.code, opened.odd_code, opened.data != "null");
    let class = classify(status, code, can_wait);
    if class == Class::Accepted {
        let data = opened.data.to_owned();
        let service_ms = service_ms(&response.headers);
        return Verdict::Accepted(Output { data, http_status: status, request_id, body: text, file: None, service_ms });
    }
    let api_message = opened.message.map(|message| config.without_secrets(message, sent));
    let why = match (code, &api_message) {
        (EnvelopeCode::Failure(code), Some(message)) => format!("the API answered with code {code}: {message}"),
        (EnvelopeCode::Failure(code), None) => format!("the API answered with code {code} and no message"),
        _ if status >= 300 => format!("the API answered with HTTP status {status}"),
        (EnvelopeCode::Odd, _) => "the API answered with a code that is no number".to_owned(),
        _ => "the API answered without a code or a result".to_owned(),
    };
    let mut error = failed(class, Error::new(ErrorCode::Refused, why), status);
    let details = error.details_mut();
    details.api_code = opened.code;
    details.api_message = api_message;
    details.request_id = request_id;
    Verdict::Failed(class, error)
}

/// An answer without an envelope. It is mostly a gateway's, and its status says more than why it cannot be read.
fn unreadable(mut error: Error, status: u16, can_wait: bool) -> Verdict {
    let class = classify(status, EnvelopeCode::Unreadable, can_wait);
    if status >= 300 {
        let details = error.details_mut();
        details.message = format!("the API answered with HTTP status {status}, and {}", details.message);
    }
    Verdict::Failed(class, failed(class, error, status))
}

/// The error of a class: its code, and what it says of the effect. An unclear answer keeps the code that says why.
fn failed(class: Class, mut error: Error, status: u16) -> Error {
    let details = error.details_mut();
    details.http_status = Some(status);
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
        Class::Accepted | Class::Unclear => (details.code, None),
    };
    details.code = code;
    details.outcome = outcome;
    error
}

/// The API's time by its own clock. A cache's answer would tell an earlier one.
fn service_ms(headers: &Headers) -> Option<u64> {
    let date = headers.get("Date").filter(|_| headers.get("Age").is_none())?;
    Some(http_date(date.trim())?.saturating_mul(1000))
}

/// The file that a response is, by its content type: anything but text and JSON.
pub(crate) fn file(status: u16, headers: &Headers) -> Option<File> {
    let content_type = headers.get("Content-Type")?.trim();
    let kind = content_type.to_ascii_lowercase();
    let is_text = kind.starts_with("text/") || kind.contains("json") || kind.contains("xml");
    let is_file = status == 200 && !is_text && !is_encrypted(headers);
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
