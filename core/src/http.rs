//! Requests and responses as plain data; the host sends and receives them.

use std::{borrow::Cow, fmt};

use crate::mask::{mask_body, mask_header, mask_url};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET: parameters go into the query.
    Get,
    /// POST: parameters go into the body.
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method of this name, in upper or lower case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(name))
    }
}

/// Header fields in their order. Names compare without regard to case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The first value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All values of this name in one, as HTTP joins them: with commas.
    pub(crate) fn joined(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values = self.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let first = values.next()?;
        Some(values.fold(Cow::Borrowed(first), |joined, value| Cow::Owned(format!("{joined}, {value}"))))
    }

    /// Sets the field, in the place of every earlier one of this name.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.0.retain(|(field, _)| !field.eq_ignore_ascii_case(&name));
        self.0.push((name, value.into()));
    }

    /// Name and value of every field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, mask_header(name, value)))).finish()
    }
}

/// A request for the host to send exactly as it is. Redirects must not be followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole URL, query included.
    pub url: String,
    /// The fields to send; the host adds only what HTTP itself needs (`Host`, `Content-Length`).
    pub headers: Headers,
    /// The body; empty for GET.
    pub body: Vec<u8>,
    /// The time limit for the whole answer, in milliseconds.
    pub timeout_ms: u64,
}

impl Request {
    /// The request as a `curl` command line for a POSIX shell, for people to look at: secrets, the middle of numbers, and
    /// the values of unknown header fields and parameters are masked. An encrypted body is shown as it is.
    #[must_use]
    pub fn to_curl(&self) -> String {
        let mut command = format!("curl -X {} {}", self.method.as_str(), shell_quote(&mask_url(&self.url)));
        for (name, value) in self.headers.iter() {
            command.push_str(" \\\n  -H ");
            command.push_str(&shell_quote(&format!("{name}: {}", mask_header(name, value))));
        }
        if !self.body.is_empty() {
            let body = String::from_utf8_lossy(&self.body);
            let is_encrypted = self.headers.get("Is-Encrypted") == Some("1");
            command.push_str(" \\\n  --data-raw ");
            command.push_str(&shell_quote(&if is_encrypted { body } else { mask_body(&body).into() }));
        }
        command
    }
}

/// Shows the URL without its query and the body by its length alone: both may hold personal data.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method.as_str())
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("timeout_ms", &self.timeout_ms)
            .finish()
    }
}

/// The response that the host received.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// The whole body, after `Content-Encoding` (if any) was undone.
    pub body: Vec<u8>,
}

/// Shows the body by its length alone: it may hold personal data or a token.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

fn shell_quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns whether the text may stand in a header field: no control characters, so nothing can be smuggled in.
pub(crate) fn is_header_value(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            method: Method::Post,
            url: "https://api.airudder.com/service/cloud/auth".into(),
            headers: [("Authorization", "Token fake-token-value"), ("Content-Type", "application/json")]
                .into_iter()
                .collect(),
            body: br#"{"APPKey":"fake-key","APPSecret":"fake-secret","callee":"+6212345678","note":"it's"}"#.to_vec(),
            timeout_ms: 10_000,
        }
    }

    #[test]
    fn curl_masks_secrets_and_phone_numbers_and_quotes_for_the_shell() {
        let curl = request().to_curl();
        for hidden in ["fake-token-value", "fake-key", "fake-secret", "+6212345678"] {
            assert!(!curl.contains(hidden), "{curl}");
        }
        assert!(curl.contains("+621*****78"), "{curl}");
        assert!(curl.contains(r"it'\''s"), "{curl}");
    }

    #[test]
    fn curl_shows_no_value_of_an_unknown_header_field_or_parameter() {
        let mut request = request();
        request.url.push_str("?TaskID=task-1&access_token=fake-in-query&Callee=6212345678");
        request.headers.set("X-Gateway-Pass", "fake-in-header");
        let curl = request.to_curl();
        assert!(!curl.contains("fake-in-") && !curl.contains("6212345678"), "{curl}");
        assert!(curl.contains("?TaskID=task-1&access_token=***&Callee=621*****78"), "{curl}");
        request.headers.set("Is-Encrypted", "1");
        request.body = b"123456789+123456789=".to_vec();
        assert!(request.to_curl().contains("123456789+123456789="), "what is encrypted may be shown");
    }

    #[test]
    fn debug_shows_neither_token_nor_body() {
        let debug = format!("{:?}", request());
        assert!(!debug.contains("fake-"), "{debug}");
        assert!(debug.contains("body_bytes"), "{debug}");
    }

    #[test]
    fn header_names_ignore_case_and_set_replaces() {
        let mut headers: Headers = [("is-encrypted", "0"), ("IS-ENCRYPTED", "0")].into_iter().collect();
        headers.set("Is-Encrypted", "1");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("Is-Encrypted", "1")]);
    }
}
