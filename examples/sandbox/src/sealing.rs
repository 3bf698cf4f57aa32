//! Everything cryptographic, done by the core: requests, responses and events.

use airudder_core::{Headers, Secret};

use crate::config::{Config, ConfigError};

pub(crate) fn open(_text: &str, _key: &Secret, _signed: &str) -> Result<String, String> {
    Err("not yet".into())
}

pub(crate) fn seal(_text: &str, _key: &Secret) -> Result<(String, String), String> {
    Err("not yet".into())
}

#[derive(Debug)]
pub(crate) struct EventSealer;

impl EventSealer {
    pub(crate) fn new(_config: &Config) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    pub(crate) fn seal(&self, body: &str) -> Result<(Headers, Vec<u8>), String> {
        Ok((Headers::new(), body.as_bytes().to_vec()))
    }
}
