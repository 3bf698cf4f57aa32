//! A request that no row of the catalog describes.

use std::fmt;

use serde_json::value::RawValue;

use super::{
    envelope::Envelope,
    operation::{Auth, Replay},
};
use crate::{
    error::{Error, ErrorCode},
    http::Method,
};

/// A request that the library does not type. Token, encryption, retries and envelope still apply.
#[derive(Clone)]
pub struct RawRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path from `/`, without a query.
    pub path: String,
    /// The query without `?`, already percent-encoded.
    pub query: String,
    /// The JSON text of the body; empty for none.
    pub body: String,
    /// The authorization.
    pub auth: Auth,
    /// The effect of repeating it; [`Replay::Never`] unless the caller knows better.
    pub replay: Replay,
    /// A response that is not JSON is a file, such as a recording.
    pub file: bool,
    /// The name under which errors, logs and traces show it; absent: method and path.
    pub name: Option<String>,
    /// The envelope of its response; absent: that of the family of operations to which the path belongs.
    pub envelope: Option<Envelope>,
    /// The operation that finds out whether a doubtful request was carried out; empty where there is none.
    pub find_out: String,
}

/// Shows query and body by their lengths alone: both may hold personal data.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query_bytes", &self.query.len())
            .field("body_bytes", &self.body.len())
            .field("auth", &self.auth)
            .field("replay", &self.replay)
            .field("file", &self.file)
            .field("name", &self.name)
            .field("envelope", &self.envelope)
            .field("find_out", &self.find_out)
            .finish()
    }
}

impl RawRequest {
    /// A request with a token, without query and body, which is sent again only where that is harmless.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: String::new(),
            body: String::new(),
            auth: Auth::Token,
            replay: Replay::Never,
            file: false,
            name: None,
            envelope: None,
            find_out: String::new(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let bad = |why: &str, field: &str| Err(Error::new(ErrorCode::InvalidRequest, why).at(field));
        let is_graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.path.starts_with('/') || !is_graphic(&self.path) || self.path.contains(['?', '#']) {
            return bad("the path begins with `/`, is percent-encoded, and holds neither `?` nor `#`", "/path");
        }
        if !is_graphic(&self.query) || self.query.contains('#') {
            return bad("the query must be percent-encoded", "/query");
        }
        if self.method == Method::Get && !self.body.is_empty() {
            return bad("a GET request has no body: put the parameters into the query", "/json");
        }
        if !self.body.is_empty() && serde_json::from_str::<&RawValue>(&self.body).is_err() {
            return bad("the body is not JSON", "/json");
        }
        Ok(())
    }
}
