//! When a campaign may go on: outages, its rate and the times at which nothing is uploaded.

use super::{
    jobs::Job,
    lookups::Window,
    outage::may_pass,
    state::{Campaign, TokenState},
};
use crate::{
    calendar,
    error::{Error, ErrorCode},
};

impl Campaign {
    /// The number of lookups that may be under way at once: during an outage, only the one that asks whether it is over.
    pub(super) const fn lookups_at_once(&self) -> usize {
        if self.outage.is_on() { 1 } else { self.config.lookups_in_flight }
    }

    /// When the next lookup is due. Where no further one may start, only a running call's end changes anything.
    pub(super) fn next_lookup(&self) -> Option<u64> {
        if self.calls.lookups() >= self.lookups_at_once() || self.token == TokenState::Asked {
            return None;
        }
        let doubts = self.lookups.doubts.iter().map(|doubt| doubt.not_before);
        let samples = self
            .lookups
            .refused
            .values()
            .filter(|refused| refused.running == 0)
            .filter_map(|refused| refused.not_before);
        doubts.chain(samples).min().map(|due| due.max(self.outage.asks_at()))
    }

    /// When something can start that cannot yet.
    pub(super) fn next_start(&self) -> Option<u64> {
        let asks = !self.outage.is_on() || self.calls.lookups() == 0;
        let upload = (asks && self.has_upload() && self.token != TokenState::Asked)
            .then(|| self.uploads_at().max(self.outage.asks_at()));
        self.next_lookup().into_iter().chain(upload).min()
    }

    /// When uploads may start by the rate and the closed times. An outage is another matter.
    pub(super) fn uploads_at(&self) -> u64 {
        let paced_ms = self.config.rate.map_or(0, |_| self.session.paced_for_ms(self.clock.steady_ms()));
        let service_ms = self.clock.now().best_ms();
        let closed_ms = self.closed_until_ms(service_ms).map_or(0, |end_ms| end_ms.saturating_sub(service_ms));
        self.clock.waited.ms().saturating_add(paced_ms.max(closed_ms))
    }

    fn closed_until_ms(&self, now_ms: u64) -> Option<u64> {
        self.config.closed.iter().find(|(from_ms, to_ms)| (*from_ms..*to_ms).contains(&now_ms)).map(|(_, to_ms)| *to_ms)
    }

    /// Adds a time to [`CampaignConfig::closed`](super::CampaignConfig::closed), also while the campaign runs.
    pub fn close_between(&mut self, from_ms: u64, to_ms: u64) {
        self.config.closed.push((from_ms, to_ms));
    }

    /// Stops where nothing but uploads is left, and they may not start again before the workflows end.
    pub(super) fn stop_if_closed_for_good(&mut self) {
        let Some(opens_ms) = self.closed_until_ms(self.clock.now().best_ms()) else { return };
        let ends_before = calendar::zoned_ms(&self.config.end_time).is_none_or(|end_ms| end_ms <= opens_ms);
        if ends_before && self.calls.is_empty() && self.has_upload() && self.next_lookup().is_none() {
            let why = "nothing may be uploaded at this time, nor at any other before end_time";
            self.stop(Error::new(ErrorCode::CampaignStopped, why).at("/window"));
        }
    }

    /// During an outage, looks up a contact that is not in doubt, where no other lookup is due.
    pub(super) fn probe(&mut self) -> Result<(), Error> {
        let is_due =
            self.outage.is_on() && self.outage.asks_at() <= self.clock.waited.ms() && self.calls.lookups() == 0;
        if !is_due || !self.has_upload() || !self.has_token()? {
            return Ok(());
        }
        let Some(identity) = self.queue.pending.front().map(|contact| contact.identity.clone()) else { return Ok(()) };
        let params = self.lookup_params(&identity, 0, Window::default())?;
        let call = self.start("workflow.detail_instances", &params)?;
        self.calls.hand_out(call, Job::Probe);
        Ok(())
    }

    /// An upload or a creation failed in a way that may pass, and had no effect or an unknown one.
    pub(super) fn upload_failed(&mut self, error: &Error) -> u64 {
        self.outage.upload_failed(self.clock.waited.ms(), error, &mut self.jitter)
    }

    /// Nothing of an upload or a creation reached the API, or it refused it for now.
    pub(super) fn upload_was_not_sent(&mut self, error: Error) {
        if !may_pass(&error) {
            self.stop(error);
            return;
        }
        let lasts_ms = self.upload_failed(&error);
        self.give_outage_up(lasts_ms, error);
    }

    pub(super) fn lookup_failed(&mut self, error: Error) {
        if !may_pass(&error) {
            self.stop(error);
            return;
        }
        // Lookups that began together say the same.
        if self.outage.is_on() && self.calls.lookups() > 0 {
            return;
        }
        let lasts_ms = self.outage.lookup_failed(self.clock.waited.ms(), &error, &mut self.jitter);
        self.give_outage_up(lasts_ms, error);
    }

    fn give_outage_up(&mut self, lasts_ms: u64, mut error: Error) {
        let most_ms = self.config.max_outage_ms;
        if lasts_ms < most_ms {
            return;
        }
        if most_ms > 0 {
            let details = error.details_mut();
            details.message =
                format!("the API has failed for as long as max_outage allows; the last time: {}", details.message);
        }
        self.stop(error);
    }
}
