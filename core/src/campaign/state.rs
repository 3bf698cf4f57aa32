//! A campaign's state.

use super::{
    beginning::Beginning,
    clock::Clock,
    config::CampaignConfig,
    contact::Queue,
    jobs::Calls,
    journal::{Record, Writer},
    ledger::Ledger,
    lookups::Lookups,
    outage::Outage,
    report::Report,
};
use crate::{error::Error, retry::Jitter, session::Session};

/// A campaign; see the module's text for how to drive it.
#[derive(Debug)]
pub struct Campaign {
    pub(super) session: Session,
    pub(super) config: CampaignConfig,
    pub(super) clock: Clock,
    /// The lines that are to be written to the journal.
    pub(super) journal: Writer,
    /// The first record; absent until there is one.
    pub(super) beginning: Option<Beginning>,
    /// The state by the records of the journal.
    pub(super) ledger: Ledger,
    /// The contacts that are to be sent.
    pub(super) queue: Queue,
    /// The contacts that are to be looked up.
    pub(super) lookups: Lookups,
    pub(super) outage: Outage,
    pub(super) calls: Calls,
    pub(super) token: TokenState,
    pub(super) report: Report,
    pub(super) jitter: Jitter,
    pub(super) given_up: bool,
    /// The head of a campaign in partitions was read.
    pub(super) has_head: bool,
}

/// The state of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenState {
    Unasked,
    Asked,
    There,
}

impl Campaign {
    pub(super) fn with(session: &Session, config: CampaignConfig) -> Self {
        Self {
            session: session.clone(),
            clock: Clock::default(),
            journal: Writer::default(),
            beginning: None,
            ledger: Ledger::default(),
            queue: Queue::new(config.seed),
            lookups: Lookups::default(),
            outage: Outage::default(),
            calls: Calls::default(),
            token: TokenState::Unasked,
            report: Report::default(),
            jitter: Jitter::new(config.seed),
            given_up: false,
            has_head: false,
            config,
        }
    }

    /// Applies a record, and writes it to the journal.
    pub(super) fn record(&mut self, record: &Record) -> Result<(), Error> {
        self.ledger.apply(record)?;
        self.journal.write(record)
    }

    pub(super) fn stopped(&self) -> bool {
        self.given_up || self.report.error.is_some()
    }

    /// Remembers why the campaign stops: no new call is started, and running ones are waited for.
    pub(super) fn stop(&mut self, error: Error) -> Error {
        self.report.error.get_or_insert(error).clone()
    }
}
