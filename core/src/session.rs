//! The state that the calls of a client share: its settings, the token, the retry budget and the pace.

use std::sync::{Arc, PoisonError};
#[cfg(not(all(test, shuttle)))]
use std::sync::{Mutex, MutexGuard};

// What threads do with a session is tried in the orders that shuttle chooses: interleavings.rs.
#[cfg(all(test, shuttle))]
use shuttle::sync::{Mutex, MutexGuard};

use crate::{
    api::catalog,
    config::{ClientConfig, ValidConfig},
    crypto::{BuiltIn, Provider},
    error::{Error, ErrorCode},
    pace::Pace,
    retry::Budget,
    secret::Secret,
};

/// A token lives 24 hours \[documented]; it is renewed an hour before that.
const TOKEN_LIFE_MS: u64 = 24 * 60 * 60 * 1000;
const REFRESH_AHEAD_MS: u64 = 60 * 60 * 1000;
/// The time for which wrong credentials are not tried again.
const REFUSED_COOL_DOWN_MS: u64 = 30_000;
/// The time for which a failed fetch is shared with the calls that waited for it.
const FAILED_COOL_DOWN_MS: u64 = 1000;
/// The interval at which a call that waits for another's token looks again.
const TOKEN_POLL_MS: u64 = 20;

/// Shared by all calls of a client, also across threads; cloning it is cheap and shares it.
#[derive(Clone, Debug)]
pub struct Session(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ValidConfig,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    token: Option<Valid>,
    fetch: Option<Fetch>,
    failure: Option<(Error, u64)>,
    epoch: u64,
    calls: u64,
    budget: Budget,
    /// The time by which the API's clock is ahead of the host's.
    service_offset_ms: Option<i64>,
    /// The contacts that campaigns upload.
    uploads: Pace,
    requests: Pace,
}

#[derive(Debug)]
struct Valid {
    token: Secret,
    epoch: u64,
    refresh_at_ms: u64,
    expires_at_ms: u64,
}

/// Which call fetches the token, and until when it is believed to be at it.
#[derive(Debug)]
struct Fetch {
    call: u64,
    lease_until_ms: u64,
}

/// The next step of a call that needs the token.
#[derive(Debug)]
pub(crate) enum TokenStep {
    Use { token: Secret, epoch: u64 },
    Fetch,
    Wait { until_ms: u64 },
    Failed(Error),
}

impl Session {
    /// A session with these settings; the first call fetches the token.
    pub fn new(config: ClientConfig) -> Result<Self, Error> {
        Self::with_provider(config, Box::new(BuiltIn))
    }

    /// The same, with AES and SHA-256 lent by the host.
    pub fn with_provider(config: ClientConfig, provider: Box<dyn Provider>) -> Result<Self, Error> {
        let state = State {
            token: None,
            fetch: None,
            failure: None,
            epoch: 0,
            calls: 0,
            budget: Budget::full(),
            service_offset_ms: None,
            uploads: Pace::default(),
            requests: Pace::default(),
        };
        Ok(Self(Arc::new(Inner { config: config.validate(provider)?, state: Mutex::new(state) })))
    }

    /// Fails where there is no operation of this name (E1002), neither in the library nor in the client's own catalog.
    pub fn check_operation(&self, name: &str) -> Result<(), Error> {
        #[cfg(feature = "catalog")]
        if let Some(own) = &self.0.config.settings.catalog {
            let mut names = own.operations().iter().map(|row| row.name.as_str());
            if catalog::operation(name).is_some() || names.any(|own| own == name) {
                return Ok(());
            }
            return Err(catalog::unknown(name, own.operations().iter().map(|row| row.name.as_str())));
        }
        catalog::required(name).map(drop)
    }

    pub(crate) fn config(&self) -> &ValidConfig {
        &self.0.config
    }

    /// No invariant spans two locks, so a state left by a panicking host thread is still good.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that tells the calls of this session apart.
    pub(crate) fn register_call(&self) -> u64 {
        let mut state = self.state();
        state.calls += 1;
        state.calls
    }

    /// Single flight: one call fetches, the others use the old token while it lives, or wait. With `failed`, the call has
    /// just failed to fetch it.
    pub(crate) fn token(&self, call: u64, now_ms: u64, failed: Option<Error>) -> TokenStep {
        let lease_until_ms = now_ms.saturating_add(self.0.config.settings.timeout_ms.saturating_mul(2));
        let mut state = self.state();
        let usable = state.token.as_ref().filter(|valid| now_ms < valid.expires_at_ms);
        let usable = usable.map(|valid| (valid.refresh_at_ms, valid.token.clone(), valid.epoch));
        let or_else = |otherwise: TokenStep| match &usable {
            Some((_, token, epoch)) => TokenStep::Use { token: token.clone(), epoch: *epoch },
            None => otherwise,
        };
        if usable.as_ref().is_some_and(|(refresh_at_ms, ..)| now_ms < *refresh_at_ms) {
            return or_else(TokenStep::Fetch);
        }
        if let Some(error) = failed {
            return or_else(TokenStep::Failed(error));
        }
        if let Some(fetch) = &state.fetch
            && fetch.call != call
            && now_ms < fetch.lease_until_ms
        {
            return or_else(TokenStep::Wait { until_ms: now_ms.saturating_add(TOKEN_POLL_MS) });
        }
        // One that seems to last longer than any was remembered before the host's clock was set back.
        if let Some((error, until_ms)) = &state.failure
            && now_ms < *until_ms
            && *until_ms - now_ms <= 2 * REFUSED_COOL_DOWN_MS
        {
            return or_else(TokenStep::Failed(error.clone()));
        }
        state.fetch = Some(Fetch { call, lease_until_ms });
        TokenStep::Fetch
    }

    /// The fetching call has an answer.
    pub(crate) fn token_fetched(&self, call: u64, now_ms: u64, answer: Result<Secret, Error>) {
        let mut state = self.state();
        if state.fetch.as_ref().is_some_and(|fetch| fetch.call == call) {
            state.fetch = None;
        }
        match answer {
            Ok(token) => {
                state.epoch += 1;
                state.failure = None;
                state.token = Some(Valid {
                    token,
                    epoch: state.epoch,
                    refresh_at_ms: now_ms.saturating_add(TOKEN_LIFE_MS - REFRESH_AHEAD_MS),
                    expires_at_ms: now_ms.saturating_add(TOKEN_LIFE_MS),
                });
            }
            Err(error) => {
                let cool_down_ms = match error.code() {
                    ErrorCode::CredentialsRefused => REFUSED_COOL_DOWN_MS,
                    _ => FAILED_COOL_DOWN_MS,
                };
                state.failure = Some((error, now_ms.saturating_add(cool_down_ms)));
            }
        }
    }

    /// The API refused the token of this epoch; a newer one stays.
    pub(crate) fn token_refused(&self, epoch: u64) {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|valid| valid.epoch == epoch) {
            state.token = None;
        }
    }

    /// A call ends; if it was fetching the token, another may.
    pub(crate) fn release(&self, call: u64) {
        let mut state = self.state();
        if state.fetch.as_ref().is_some_and(|fetch| fetch.call == call) {
            state.fetch = None;
        }
    }

    /// The API's clock and the host's, at the same moment.
    pub(crate) fn note_service(&self, now_ms: u64, service_ms: u64) {
        let offset_ms = i64::try_from(i128::from(service_ms) - i128::from(now_ms)).ok();
        self.state().service_offset_ms = offset_ms;
    }

    /// The time by which the API's clock is ahead of the host's, in milliseconds, as its last answer told.
    pub(crate) fn service_offset_ms(&self) -> Option<i64> {
        self.state().service_offset_ms
    }

    /// A request is about to be sent; gives when to ask again, where it must wait for its turn.
    pub(crate) fn wait_for_turn(&self, now_ms: u64) -> Option<u64> {
        let rate = self.0.config.settings.requests_per_second?;
        let requests = &mut self.state().requests;
        match requests.wait_ms(now_ms) {
            0 => {
                requests.take(now_ms, 1, rate);
                None
            }
            wait_ms => Some(now_ms.saturating_add(wait_ms)),
        }
    }

    /// How long uploads are still to wait for their rate, by a clock that does not jump.
    pub(crate) fn paced_for_ms(&self, steady_ms: u64) -> u64 {
        self.state().uploads.wait_ms(steady_ms)
    }

    /// So many contacts are about to be uploaded at this rate a second. Returns whether it is their turn.
    pub(crate) fn take_turn(&self, steady_ms: u64, contacts: usize, rate: f64) -> bool {
        let uploads = &mut self.state().uploads;
        let is_free = uploads.wait_ms(steady_ms) == 0;
        if is_free {
            uploads.take(steady_ms, contacts, rate);
        }
        is_free
    }

    pub(crate) fn spend_retry(&self) -> bool {
        self.state().budget.spend()
    }

    pub(crate) fn refund_retry(&self) {
        self.state().budget.refund();
    }
}
