//! The receiver of events.

use std::sync::{Mutex, PoisonError};

use reqwest::Url;

/// Where events go at present.
#[derive(Debug)]
pub(crate) struct Receiver(Mutex<Option<Url>>);

impl Receiver {
    pub(crate) fn new(url: Option<Url>) -> Self {
        Self(Mutex::new(url))
    }

    pub(crate) fn url(&self) -> Option<Url> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_known(&self) -> bool {
        self.url().is_some()
    }

    pub(crate) fn set(&self, url: Option<Url>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }
}
