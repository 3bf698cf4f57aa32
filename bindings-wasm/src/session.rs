//! A client's settings and token, and the calls that start from them.

use airudder_core::{
    Auth, CallOptions, ClientConfig, DEFAULT_BASE_URL, DEFAULT_SIGN_SCHEME, Error, ErrorCode, Method, RawRequest,
    Replay, Secret, catalog,
};
use serde::Deserialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    border::{from_json, to_js, whole},
    call::Call,
    errors::Fallible,
    provider::Runtime,
};

/// What the calls of a client share.
#[wasm_bindgen]
pub struct Session {
    inner: airudder_core::Session,
    base_url: String,
}

impl Session {
    pub(crate) const fn core(&self) -> &airudder_core::Session {
        &self.inner
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    app_key: Option<String>,
    app_secret: Option<String>,
    base_url: Option<String>,
    auth_scheme: Option<String>,
    encryption_key: Option<String>,
    sign_key: Option<String>,
    sign_secret: Option<String>,
    sign_scheme: Option<String>,
    timeout_ms: Option<f64>,
    max_retries: Option<u32>,
    strict: Option<bool>,
}

impl From<Settings> for ClientConfig {
    fn from(settings: Settings) -> Self {
        let usual = Self::default();
        Self {
            app_key: settings.app_key.map(Secret::new),
            app_secret: settings.app_secret.map(Secret::new),
            base_url: settings.base_url,
            auth_scheme: settings.auth_scheme.unwrap_or(usual.auth_scheme),
            encryption_key: settings.encryption_key.map(Secret::new),
            sign_key: settings.sign_key.map(Secret::new),
            sign_secret: settings.sign_secret.map(Secret::new),
            sign_scheme: settings.sign_scheme.unwrap_or_else(|| DEFAULT_SIGN_SCHEME.to_owned()),
            timeout_ms: settings.timeout_ms.map_or(usual.timeout_ms, whole),
            max_retries: settings.max_retries.unwrap_or(usual.max_retries),
            strict: settings.strict.unwrap_or(usual.strict),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    timeout_ms: Option<f64>,
    deadline_ms: Option<f64>,
    max_retries: Option<u32>,
    strict: Option<bool>,
    base_url: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    seed: f64,
}

impl From<Options> for CallOptions {
    fn from(options: Options) -> Self {
        Self {
            timeout_ms: options.timeout_ms.map(whole),
            deadline_ms: options.deadline_ms.map(whole),
            max_retries: options.max_retries,
            strict: options.strict,
            base_url: options.base_url,
            headers: options.headers.into_iter().collect(),
            seed: whole(options.seed),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    method: String,
    path: String,
    query: String,
    json: String,
    auth: String,
    replay_safe: bool,
    file: bool,
}

impl Raw {
    fn request(self) -> Result<RawRequest, Error> {
        let bad = |field: &str, message: &str| Error::new(ErrorCode::InvalidRequest, message).at(format!("/{field}"));
        Ok(RawRequest {
            method: Method::from_name(&self.method)
                .ok_or_else(|| bad("method", "the method is GET, POST, PUT, PATCH or DELETE"))?,
            path: self.path,
            query: self.query,
            body: self.json,
            auth: match self.auth.as_str() {
                "token" => Auth::Token,
                "sign" => Auth::Sign,
                "headers" => Auth::CallerHeaders,
                "none" => Auth::None,
                _ => return Err(bad("auth", "auth is token, sign, headers or none")),
            },
            replay: if self.replay_safe { Replay::Safe } else { Replay::Never },
            file: self.file,
        })
    }
}

#[wasm_bindgen]
impl Session {
    /// A session with these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Fallible<Self> {
        let config = ClientConfig::from(from_json::<Settings>(settings)?);
        let base_url = config.base_url.clone().unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        Ok(Self { inner: airudder_core::Session::with_provider(config, Box::new(Runtime))?, base_url })
    }

    /// The host.
    #[wasm_bindgen(getter, js_name = baseUrl)]
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// Starts a call by name. The parameters are checked now; nothing is sent before `poll`.
    pub fn call(&self, operation: &str, params: &str, options: &str) -> Fallible<Call> {
        let options = from_json::<Options>(options)?.into();
        Ok(Call::new(airudder_core::Call::new(&self.inner, operation, params, &options)?))
    }

    /// Starts a call that the library does not type.
    pub fn request(&self, request: &str, options: &str) -> Fallible<Call> {
        let (request, options) = (from_json::<Raw>(request)?, from_json::<Options>(options)?.into());
        Ok(Call::new(airudder_core::Call::raw(&self.inner, request.request()?, &options)?))
    }
}

/// Name, method and path of every typed operation.
#[wasm_bindgen]
pub fn operations() -> Fallible<JsValue> {
    let rows: Vec<_> = catalog::operations().map(|row| (row.name, row.method.as_str(), row.path)).collect();
    to_js(&rows)
}
