//! A host for `airudder-core`: it sends with ureq, sleeps, tells the time, and keeps the journal. Copy what you need.

#![forbid(unsafe_code)]

mod campaign;
mod host;
mod journal;

pub use campaign::{Stopped, run};
pub use host::Host;
