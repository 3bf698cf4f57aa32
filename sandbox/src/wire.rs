//! Between bytes and JSON text: decrypting, encrypting, envelopes.

use airudder_core::Envelope;
use airudder_core::crypto::EncryptionKey;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::sealing;

/// The envelope codes that the reference documents.
const REFUSED: i64 = 403;
const UNAUTHORIZED: i64 = 401;
const NOT_FOUND: i64 = 404;
const FAILED: i64 = 500;

/// A request's body as JSON text (or a form, for the token).
#[derive(Debug)]
pub(crate) struct Inbound {
    pub(crate) text: String,
    pub(crate) encrypted: bool,
}

/// The answer, before it is wrapped and encrypted.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    code: Option<i64>,
    message: String,
    data: String,
    trace_id: Option<String>,
    file: Option<Box<(&'static str, Vec<u8>)>>,
}

impl Answer {
    fn failure(status: StatusCode, code: i64, message: impl Into<String>) -> Self {
        Self { status, code: Some(code), message: message.into(), data: "null".into(), trace_id: None, file: None }
    }

    /// Success, with the JSON text of `data`.
    pub(crate) fn ok(data: String) -> Self {
        Self { status: StatusCode::OK, code: None, message: String::new(), data, trace_id: None, file: None }
    }

    /// Success, with a file of this content type.
    pub(crate) fn file(content_type: &'static str, content: Vec<u8>) -> Self {
        Self { file: Some(Box::new((content_type, content))), ..Self::ok("null".into()) }
    }

    /// The request is wrong: HTTP 200 and the envelope's own code, as the vendor does it.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::failure(StatusCode::OK, REFUSED, message)
    }

    /// The request is refused with an HTTP status, too, which is the envelope's code; 200 has a code of its own.
    pub(crate) fn refused_with(status: u16, message: impl Into<String>) -> Self {
        match StatusCode::from_u16(status) {
            Ok(status) if status != StatusCode::OK => Self::failure(status, status.as_u16().into(), message),
            _ => Self::refused(message),
        }
    }

    /// Wrong credentials: HTTP 200 and code 401.
    pub(crate) fn credentials_refused() -> Self {
        Self::failure(StatusCode::OK, UNAUTHORIZED, "wrong APPKey or APPSecret")
    }

    /// The token is missing, wrong or has expired.
    pub(crate) fn unauthorized() -> Self {
        Self::failure(StatusCode::UNAUTHORIZED, UNAUTHORIZED, "the token is missing, wrong or has expired")
    }

    /// There is nothing at this path.
    pub(crate) fn not_found() -> Self {
        Self::failure(StatusCode::NOT_FOUND, NOT_FOUND, "there is no such path, or not with this method")
    }

    /// The sandbox itself failed.
    pub(crate) fn failed() -> Self {
        Self::failure(StatusCode::INTERNAL_SERVER_ERROR, FAILED, "the sandbox failed; see its log")
    }

    /// The same answer, with the id that came with the request.
    pub(crate) fn with_trace_id(mut self, trace_id: &str) -> Self {
        self.trace_id = Some(trace_id.to_owned());
        self
    }

    /// Why the request is refused: code and message. None if it is not.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.code.map(|code| format!("{code}: {}", self.message))
    }

    fn wrap(&self, envelope: Envelope) -> String {
        let text = envelope.wrap(self.code.unwrap_or(envelope.success()), &self.message, &self.data);
        match &self.trace_id {
            // The core wraps an empty trace id, since it cannot know the request's.
            Some(id) => {
                text.replacen(r#""traceId":"""#, &format!(r#""traceId":{}"#, serde_json::Value::from(id.as_str())), 1)
            }
            None => text,
        }
    }
}

/// Reads a request's body: decrypts it and checks its digest if it says that it is encrypted.
pub(crate) fn open(
    key: Option<&EncryptionKey>,
    require_encryption: bool,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Inbound, Answer> {
    if header_text(headers, "is-encrypted") != Some("1") {
        if require_encryption {
            return Err(Answer::refused("this account takes encrypted requests only (Is-Encrypted: 1)"));
        }
        let text = std::str::from_utf8(body).map_err(|_| Answer::refused("the body is not UTF-8"))?;
        return Ok(Inbound { text: text.to_owned(), encrypted: false });
    }
    let Some(key) = key else {
        return Err(Answer::refused("the request is encrypted, and this sandbox has no --encryption-key"));
    };
    let Some(signed) = header_text(headers, "signed") else {
        return Err(Answer::refused("an encrypted request needs the header `Signed`, the plain text's SHA-256"));
    };
    let text = sealing::open(body, key, signed).map_err(Answer::refused)?;
    Ok(Inbound { text, encrypted: true })
}

/// Makes the response, encrypted if there is a key to do it with.
pub(crate) fn seal(key: Option<&EncryptionKey>, envelope: Envelope, answer: &Answer) -> Response {
    if let Some((content_type, content)) = answer.file.as_deref() {
        let mut response = Response::new(Body::from(content.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        return response;
    }
    let text = answer.wrap(envelope);
    let sealed = key.map(|key| sealing::seal(&text, key));
    let mut response = match sealed {
        None => Response::new(Body::from(text)),
        Some(Ok((body, digest))) => {
            let mut response = Response::new(Body::from(body));
            let headers = response.headers_mut();
            headers.insert("Is-Encrypted", HeaderValue::from_static("1"));
            if let Ok(digest) = HeaderValue::from_str(&digest) {
                headers.insert("Signed", digest);
            }
            response
        }
        Some(Err(error)) => {
            tracing::error!(%error, "a response could not be encrypted");
            let mut response = Response::new(Body::from(Answer::failed().wrap(envelope)));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            return response;
        }
    };
    *response.status_mut() = answer.status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The token of `Authorization: Token <token>`; `Bearer` is taken too, since a public client sends it. Case does not count
/// in the names of schemes (RFC 9110, 11.1).
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = header_text(headers, "authorization")?.split_once(' ')?;
    ["Token", "Bearer"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(token)
}

/// A header's value, where it is text.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
