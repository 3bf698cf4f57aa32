//! A catalog of one's own. It describes requests, which the session of the other module sends.

use airudder_core::{Auth, Envelope, Error, ErrorCode, RawRequest, Replay};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{boundary::to_js, errors::Fallible};

/// A catalog.
#[wasm_bindgen]
pub struct Catalog(airudder_core::Catalog);

/// A request, with the fields that `session.rs` reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    method: &'static str,
    path: String,
    query: String,
    json: String,
    auth: &'static str,
    replay_safe: bool,
    file: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<&'static str>,
    find_out: String,
}

impl From<RawRequest> for Raw {
    fn from(request: RawRequest) -> Self {
        Self {
            method: request.method.as_str(),
            path: request.path,
            query: request.query,
            json: request.body,
            auth: match request.auth {
                Auth::None => "none",
                Auth::Token => "token",
                Auth::Sign => "sign",
                Auth::CallerHeaders => "headers",
            },
            replay_safe: request.replay == Replay::Safe,
            file: request.file,
            name: request.name,
            envelope: request.envelope.map(|envelope| match envelope {
                Envelope::Cloud => "cloud",
                Envelope::Chat => "chat",
                Envelope::Sms => "sms",
                Envelope::Process => "process",
            }),
            find_out: request.find_out,
        }
    }
}

#[wasm_bindgen]
impl Catalog {
    /// Reads the text of a catalog's file.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &str) -> Fallible<Self> {
        Ok(Self(airudder_core::Catalog::extend(file)?))
    }

    /// The operations and events as JSON text.
    #[must_use]
    pub fn listing(&self) -> String {
        self.0.to_json()
    }

    /// The request of an operation, whose parameters are JSON text in UTF-8. They are checked first unless `strict` is false.
    pub fn request(&self, name: &str, params: Vec<u8>, strict: bool) -> Fallible<JsValue> {
        let params = String::from_utf8(params)
            .map_err(|_| Error::new(ErrorCode::InvalidJson, "the parameters are not valid UTF-8"))?;
        if strict {
            self.0.check(name, &params)?;
        }
        to_js(&Raw::from(self.0.request(name, params)?))
    }

    /// The name of the event that a JSON text is.
    #[must_use]
    pub fn recognize(&self, text: &str) -> Option<String> {
        self.0.recognize(text).map(|event| event.name.clone())
    }
}
