//! A client's settings and token, and the calls that start from them.

use airudder_core::{
    Auth, CallOptions, ClientConfig, DEFAULT_BASE_URL, DEFAULT_SIGN_SCHEME, Envelope, Error, ErrorCode, Method,
    RawRequest, Replay, Secret,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{call::Call, errors::Fallible, fields::headers, provider::Runtime, whole::whole};

/// The state that the calls of a client share.
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

#[wasm_bindgen]
extern "C" {
    /// A client's settings, as `lib/call/client.ts` has checked them.
    pub type SessionSettings;
    #[wasm_bindgen(method, getter, js_name = appKey)]
    fn app_key(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = appSecret)]
    fn app_secret(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = baseUrl)]
    fn base_url(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = authScheme)]
    fn auth_scheme(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = encryptionKey)]
    fn encryption_key(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = requireEncryption)]
    fn require_encryption(this: &SessionSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = signKey)]
    fn sign_key(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = signSecret)]
    fn sign_secret(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = signScheme)]
    fn sign_scheme(this: &SessionSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = timeoutMs)]
    fn timeout_ms(this: &SessionSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = maxRetries)]
    fn max_retries(this: &SessionSettings) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = requestsPerSecond)]
    fn requests_per_second(this: &SessionSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn strict(this: &SessionSettings) -> Option<bool>;

    /// The options of a call, as `lib/call/client.ts` has checked them.
    pub type Options;
    #[wasm_bindgen(method, getter, js_name = timeoutMs)]
    fn timeout_ms(this: &Options) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = deadlineMs)]
    fn deadline_ms(this: &Options) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = maxRetries)]
    fn max_retries(this: &Options) -> Option<u32>;
    #[wasm_bindgen(method, getter)]
    fn strict(this: &Options) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = baseUrl)]
    fn base_url(this: &Options) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Options) -> String;

    /// A request that the library does not type, as `lib/call/client.ts` has checked it, or as a catalog describes it.
    pub type Raw;
    #[wasm_bindgen(method, getter)]
    fn method(this: &Raw) -> String;
    #[wasm_bindgen(method, getter)]
    fn path(this: &Raw) -> String;
    #[wasm_bindgen(method, getter)]
    fn query(this: &Raw) -> String;
    #[wasm_bindgen(method, getter)]
    fn json(this: &Raw) -> String;
    #[wasm_bindgen(method, getter)]
    fn auth(this: &Raw) -> String;
    #[wasm_bindgen(method, getter, js_name = replaySafe)]
    fn replay_safe(this: &Raw) -> bool;
    #[wasm_bindgen(method, getter)]
    fn file(this: &Raw) -> bool;
    #[wasm_bindgen(method, getter)]
    fn name(this: &Raw) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn envelope(this: &Raw) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = findOut)]
    fn find_out(this: &Raw) -> Option<String>;
}

impl From<SessionSettings> for ClientConfig {
    #[allow(clippy::needless_update, reason = "with the core's feature `catalog` there is one more field")]
    fn from(settings: SessionSettings) -> Self {
        let usual = Self::default();
        Self {
            app_key: settings.app_key().map(Secret::new),
            app_secret: settings.app_secret().map(Secret::new),
            base_url: settings.base_url(),
            auth_scheme: settings.auth_scheme().unwrap_or(usual.auth_scheme),
            encryption_key: settings.encryption_key().map(Secret::new),
            require_encryption: settings.require_encryption().unwrap_or(usual.require_encryption),
            sign_key: settings.sign_key().map(Secret::new),
            sign_secret: settings.sign_secret().map(Secret::new),
            sign_scheme: settings.sign_scheme().unwrap_or_else(|| DEFAULT_SIGN_SCHEME.to_owned()),
            timeout_ms: settings.timeout_ms().map_or(usual.timeout_ms, whole),
            max_retries: settings.max_retries().unwrap_or(usual.max_retries),
            requests_per_second: settings.requests_per_second(),
            strict: settings.strict().unwrap_or(usual.strict),
            ..usual
        }
    }
}

fn call_options(options: Option<Options>, seed: f64) -> CallOptions {
    let seed = whole(seed);
    match options {
        None => CallOptions { seed, ..CallOptions::default() },
        Some(options) => CallOptions {
            timeout_ms: options.timeout_ms().map(whole),
            deadline_ms: options.deadline_ms().map(whole),
            max_retries: options.max_retries(),
            strict: options.strict(),
            base_url: options.base_url(),
            headers: headers(&options.headers()),
            seed,
        },
    }
}

/// The envelope of this name, as `catalog.rs` gives it.
fn envelope(name: &str) -> Option<Envelope> {
    match name {
        "cloud" => Some(Envelope::Cloud),
        "chat" => Some(Envelope::Chat),
        "sms" => Some(Envelope::Sms),
        "process" => Some(Envelope::Process),
        _ => None,
    }
}

impl Raw {
    fn request(&self) -> Result<RawRequest, Error> {
        let bad = |field: &str, message: &str| Error::new(ErrorCode::InvalidRequest, message).at(format!("/{field}"));
        let method = Method::from_name(&self.method())
            .ok_or_else(|| bad("method", "the method is GET, POST, PUT, PATCH or DELETE"))?;
        Ok(RawRequest {
            query: self.query(),
            body: self.json(),
            auth: match self.auth().as_str() {
                "token" => Auth::Token,
                "sign" => Auth::Sign,
                "headers" => Auth::CallerHeaders,
                "none" => Auth::None,
                _ => return Err(bad("auth", "auth is token, sign, headers or none")),
            },
            replay: if self.replay_safe() { Replay::Safe } else { Replay::Never },
            file: self.file(),
            name: self.name(),
            envelope: self.envelope().as_deref().and_then(envelope),
            find_out: self.find_out().unwrap_or_default(),
            ..RawRequest::new(method, self.path())
        })
    }
}

#[wasm_bindgen]
impl Session {
    /// A session with these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: SessionSettings) -> Fallible<Self> {
        let config = ClientConfig::from(settings);
        let base_url = config.base_url.clone().unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        Ok(Self { inner: airudder_core::Session::with_provider(config, Box::new(Runtime))?, base_url })
    }

    /// The host.
    #[wasm_bindgen(getter, js_name = baseUrl)]
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// Starts a call by name, with its parameters as JSON text in UTF-8: the glue takes longer for a string. They are checked
    /// now; nothing is sent before `poll`.
    pub fn call(&self, operation: &str, params: Vec<u8>, seed: f64, options: Option<Options>) -> Fallible<Call> {
        let params = String::from_utf8(params)
            .map_err(|_| Error::new(ErrorCode::InvalidJson, "the parameters are not valid UTF-8"))?;
        Ok(Call::new(airudder_core::Call::new(&self.inner, operation, params, &call_options(options, seed))?))
    }

    /// Starts a call that the library does not type.
    pub fn request(&self, request: Raw, seed: f64, options: Option<Options>) -> Fallible<Call> {
        Ok(Call::new(airudder_core::Call::raw(&self.inner, request.request()?, &call_options(options, seed))?))
    }
}
