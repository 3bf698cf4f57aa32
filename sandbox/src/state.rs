//! What all requests and background tasks share.

use std::sync::atomic::{AtomicBool, AtomicU64};

use airudder_core::crypto::EncryptionKey;
use airudder_core::{Catalog, Webhooks};
use tokio::sync::Notify;

use crate::changes::Changes;
use crate::clock::Clock;
use crate::config::Config;
use crate::faults::Faults;
use crate::receiver::Receiver;
use crate::requests::Requests;
use crate::store::Store;

/// The state that all requests and background tasks share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) key: Option<EncryptionKey>,
    /// Operations and events of one's own.
    pub(crate) catalog: Option<Catalog>,
    /// Signs and encrypts events.
    pub(crate) hooks: Webhooks,
    /// Signs events wrongly, for the fault of that name.
    pub(crate) forger: Webhooks,
    pub(crate) receiver: Receiver,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) changes: Changes,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    /// Rung when contacts came in.
    pub(crate) contacts_waiting: Notify,
    /// Rung when events came in.
    pub(crate) events_waiting: Notify,
    pub(crate) paused: AtomicBool,
    pub(crate) redelivered: AtomicU64,
    pub(crate) forged_sent: AtomicU64,
    pub(crate) forged_accepted: AtomicU64,
}
