//! From parameters to a request, and from a response to a result: encrypt, authorise, decrypt, check, open.

use crate::{
    Auth, Envelope, Error, ErrorCode, Headers, Method, Outcome, Request, Response, Secret,
    call::{File, Output, Plan},
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
    /// Refused because of its token; a new one may help.
    TokenRefused(Error),
    /// Refused for now: 429, or a 503 that says so.
    Busy(Error),
    /// Refused for good.
    Refused(Error),
    /// The API failed, or its answer cannot be read: nothing tells whether it was carried out.
    Doubtful(Error),
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
        });
    }
    let failed = (status >= 300).then_some(i64::from(status));
    let text = match open_body(config, response) {
        Ok(text) => text,
        Err(error) => return unreadable(error, response),
    };
    let opened = match envelope.open(&text) {
        Ok(opened) => opened,
        Err(error) => return unreadable(error, response),
    };
    // Without a code, a result is taken for success: fields may be missing in what AI Rudder sends. A code that cannot be
    // read is none that says so.
    let refused = match opened.code {
        Some(code) if code == envelope.success() => None,
        Some(code) => Some(code),
        None if opened.odd_code || opened.data == "null" => Some(0),
        None => None,
    };
    if let Some(code) = failed.or(refused) {
        let code = if failed.is_some() && refused == Some(401) { 401 } else { code };
        let why = if opened.odd_code { "with a code that is no number" } else { "without a code or a result" };
        let mut error = with_status(Error::new(ErrorCode::Refused, format!("the API answered {why}")), status);
        let api_message = opened.message.map(|message| config.without_secrets(message, sent));
        let details = error.details_mut();
        if let Some(api_code) = opened.code.filter(|code| *code != envelope.success()) {
            details.message = match &api_message {
                Some(message) => format!("the API answered with code {api_code}: {message}"),
                None => format!("the API answered with code {api_code} and no message"),
            };
        } else if failed.is_some() {
            details.message = format!("the API answered with HTTP status {status}");
        }
        details.api_code = opened.code;
        details.api_message = api_message;
        details.request_id = opened.request_id;
        let at_odds = failed.is_some() && opened.code.is_some_and(|code| denies_refusal(envelope, code));
        return if at_odds { doubtful(error) } else { judge(Some(code), response, error) };
    }
    let data = opened.data.to_owned();
    let request_id = opened.request_id;
    Verdict::Accepted(Output { data, http_status: status, request_id, body: text, file: None })
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

/// Sorts a failure by its HTTP status or envelope code; without one, the answer was unreadable.
fn judge(code: Option<i64>, response: &Response, mut error: Error) -> Verdict {
    let details = error.details_mut();
    match code {
        Some(401) => {
            details.code = ErrorCode::TokenRefused;
            Verdict::TokenRefused(error.with_outcome(Outcome::Rejected))
        }
        Some(429) => {
            details.code = ErrorCode::RateLimited;
            Verdict::Busy(error.with_outcome(Outcome::Rejected))
        }
        Some(503) if turned_away(details.api_code, response) => {
            details.code = ErrorCode::ServerError;
            Verdict::Busy(error.with_outcome(Outcome::Rejected))
        }
        Some(403) => {
            details.code = ErrorCode::PermissionDenied;
            Verdict::Refused(error.with_outcome(Outcome::Rejected))
        }
        // What is behind a redirect, or a time-out on the server's side, may have been carried out.
        Some(300..=399 | 408) => {
            details.code = ErrorCode::Refused;
            Verdict::Doubtful(error)
        }
        Some(400..=499) => {
            details.code = ErrorCode::Refused;
            Verdict::Refused(error.with_outcome(Outcome::Rejected))
        }
        Some(500..) => doubtful(error),
        // A code that nothing documents says neither that the request was refused nor that it was carried out.
        _ => Verdict::Doubtful(error),
    }
}

/// Whether the API's own code speaks against an HTTP status that says that the request was refused: it says that the request
/// was carried out, or that it failed underway. Of the two, the one that tells less counts.
fn denies_refusal(envelope: Envelope, api_code: i64) -> bool {
    api_code == envelope.success() || (matches!(api_code, 500..=599) && api_code != 503)
}

/// Whether a 503 says that the request had no effect.
///
/// A gateway says 503 when it turns a request away, and some say so when they lost the service's answer. The API's own
/// code tells which of them it is, or else a time to try again; any other 503 leaves the outcome unknown.
fn turned_away(api_code: Option<i64>, response: &Response) -> bool {
    match api_code {
        Some(code) => matches!(code, 429 | 503),
        None => response.headers.get("Retry-After").is_some_and(|value| retry_after_ms(value, 0).is_some()),
    }
}

fn doubtful(mut error: Error) -> Verdict {
    error.details_mut().code = ErrorCode::ServerError;
    Verdict::Doubtful(error)
}

/// Sorts an answer without an envelope. It is mostly a gateway's, and its status says more than why it cannot be read.
fn unreadable(error: Error, response: &Response) -> Verdict {
    let status = response.status;
    let mut error = with_status(error, status);
    if status < 300 {
        return judge(None, response, error);
    }
    let details = error.details_mut();
    details.message = format!("the API answered with HTTP status {status}, and {}", details.message);
    judge(Some(i64::from(status)), response, error)
}

fn with_status(mut error: Error, status: u16) -> Error {
    error.details_mut().http_status = Some(status);
    error
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
    } else {
        response.body.clone()
    };
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorCode::UnreadableResponse, "the response is not UTF-8"))
}
