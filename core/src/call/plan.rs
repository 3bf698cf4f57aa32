//! The request of a call: from an operation, a raw request, or the client's credentials.

use std::fmt;

use serde::Deserialize;

use crate::{
    api::{
        envelope::Envelope,
        operation::{Auth, Operation, OperationInfo, Replay},
        operations::auth::FetchToken,
        raw::RawRequest,
    },
    config::{ValidConfig, check_base_url},
    error::{Error, ErrorCode},
    http::{Headers, Method, is_header_value},
    query,
    secret::Secret,
};

/// Settings of one call; what is absent comes from the client.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// The time limit of one request, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The time limit of the whole call, with waits and retries, in milliseconds.
    pub deadline_ms: Option<u64>,
    /// The largest number of retries.
    pub max_retries: Option<u32>,
    /// Checks the parameters before anything is sent.
    pub strict: Option<bool>,
    /// Another host.
    pub base_url: Option<String>,
    /// Further header fields; they replace the library's own of the same name.
    pub headers: Headers,
    /// Where the jitter of the delays begins; a random number from the host.
    pub seed: u64,
}

/// Header fields that the HTTP client sets by itself.
const CONNECTION_HEADERS: [&str; 8] =
    ["Connection", "Content-Length", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade"];

/// The request of a call, apart from the token.
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) base_url: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) body: String,
    pub(super) auth: Auth,
    pub(super) envelope: Envelope,
    pub(super) replay: Replay,
    pub(super) file: bool,
    pub(super) find_out: String,
    pub(super) headers: Headers,
    pub(super) timeout_ms: u64,
}

impl Plan {
    /// An operation with its checked parameters as JSON text, which is sent as it is.
    pub(super) fn operation(
        config: &ValidConfig,
        info: &OperationInfo,
        params: String,
        options: &CallOptions,
    ) -> Result<Self, Error> {
        let (query, body) = match info.method {
            Method::Get => (query::write(&params)?, String::new()),
            _ => (String::new(), params),
        };
        Ok(Self {
            query,
            headers: check_headers(&options.headers)?,
            timeout_ms: options.timeout_ms.unwrap_or(config.settings.timeout_ms),
            ..Self::of_row(info, base_url(config, options, info.auth)?, body)
        })
    }

    /// A request that the library does not type.
    pub(super) fn raw(config: &ValidConfig, request: RawRequest, options: &CallOptions) -> Result<Self, Error> {
        request.check()?;
        Ok(Self {
            name: request.name.unwrap_or_else(|| format!("{} {}", request.method.as_str(), request.path)),
            method: request.method,
            base_url: base_url(config, options, request.auth)?,
            envelope: request.envelope.unwrap_or_else(|| Envelope::of_path(&request.path)),
            path: request.path,
            query: request.query,
            body: request.body,
            auth: request.auth,
            replay: request.replay,
            file: request.file,
            find_out: request.find_out,
            headers: check_headers(&options.headers)?,
            timeout_ms: options.timeout_ms.unwrap_or(config.settings.timeout_ms),
        })
    }

    /// The request for a token.
    pub(super) fn token(config: &ValidConfig, timeout_ms: u64) -> Self {
        let settings = &config.settings;
        let text =
            |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default();
        let params =
            FetchToken { app_key: text(&settings.app_key).into(), app_secret: text(&settings.app_secret).into() };
        let body = serde_json::to_string(&params).unwrap_or_default();
        Self { timeout_ms, ..Self::of_row(FetchToken::INFO, config.base_url().to_owned(), body) }
    }

    /// Returns whether the answer to an upload is about another workflow, as one is that a broken proxy or transport gives to
    /// the wrong request. An answer that names none says nothing.
    pub(super) fn is_of_another_workflow(&self, data: &str) -> bool {
        #[derive(Deserialize)]
        struct Named {
            workflow_id: Option<String>,
        }
        let named = |json: &str| serde_json::from_str::<Named>(json).ok().and_then(|named| named.workflow_id);
        self.name == "workflow.upload_details"
            && named(data)
                .filter(|id| !id.is_empty())
                .is_some_and(|answered| named(&self.body).is_some_and(|asked| asked != answered))
    }

    fn of_row(info: &OperationInfo, base_url: String, body: String) -> Self {
        Self {
            name: info.name.to_owned(),
            method: info.method,
            base_url,
            path: info.path.to_owned(),
            query: String::new(),
            body,
            auth: info.auth,
            envelope: info.envelope,
            replay: info.replay,
            file: info.file,
            find_out: info.find_out.to_owned(),
            headers: Headers::new(),
            timeout_ms: 0,
        }
    }
}

/// Shows neither query nor body: both may hold personal data, and the body of the request for a token holds secrets.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .field("query_bytes", &self.query.len())
            .field("body_bytes", &self.body.len())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// The host of a call: its own, the client's, or the documented one where the operation lives there.
fn base_url(config: &ValidConfig, options: &CallOptions, auth: Auth) -> Result<String, Error> {
    if let Some(url) = &options.base_url {
        return check_base_url(url);
    }
    if auth == Auth::CallerHeaders && config.settings.base_url.is_none() {
        return Err(Error::new(
            ErrorCode::MissingBaseUrl,
            "the host of this operation is not public: give base_url with the call or in the configuration",
        ));
    }
    Ok(config.base_url().to_owned())
}

fn check_headers(headers: &Headers) -> Result<Headers, Error> {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let bad = |name: &str, why: &str| {
        let message = format!("the header field {name:?} {why}");
        Err(Error::new(ErrorCode::InvalidRequest, message).at("/headers"))
    };
    for (name, value) in headers.iter() {
        if !is_name(name) || !is_header_value(value) {
            return bad(name, "has an invalid name or value");
        }
        // With these, a request could be read as two, or end up on another host.
        if CONNECTION_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return bad(name, "is the host's own: leave it out");
        }
    }
    Ok(headers.clone())
}
