//! The settings of a campaign.

use crate::{
    api::operations::workflow::MAX_DETAILS,
    calendar,
    error::{Error, ErrorCode},
    secret::Secret,
};

/// The settings of a campaign.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct CampaignConfig {
    /// The workflow's template.
    pub workflow_template_id: i64,
    /// The workflow's name; further workflows are called `name (2)`, `name (3)`, …
    pub name: String,
    /// When the workflows end, as `2099-12-01 18:00:00+08:00`. Workflows that an earlier run created keep their own. After it
    /// nothing more is uploaded to them: what is left goes to a new workflow, for which it must lie in the future.
    pub end_time: String,
    /// Contacts in one upload, 1 to 10 000.
    pub batch_size: usize,
    /// Uploads under way at once.
    pub in_flight: usize,
    /// Lookups under way at once.
    pub lookups_in_flight: usize,
    /// The time after a doubtful upload at which a contact that is not found is looked up again before it is sent
    /// again, in
    /// milliseconds; `None`: it is never sent again and stays doubtful. That nobody is called twice rests on the API
    /// not taking up a request later than this, and on lookups that show by then whom it has.
    pub settle_ms: Option<u64>,
    /// Takes a contact that comes again. Contacts are the same when their case ids are, or, without one, their numbers.
    /// A lookup does not tell such contacts apart, nor one without a case id from one with its number: a doubtful one
    /// stays doubtful where the API has another.
    pub allow_duplicates: bool,
    /// Sends contacts again that the API refused in an earlier run. Each is looked up first, and once more after
    /// [`settle_ms`](Self::settle_ms).
    pub retry_rejected: bool,
    /// The key of the fingerprints in the journal; `None`: the app secret. After a change of the app secret, a
    /// campaign that began before is resumed with the earlier secret here.
    pub journal_key: Option<Secret>,
    /// Takes a journal that was written for another host or app key: the account is the same, only its address or
    /// key has changed.
    pub same_account: bool,
    /// Fails with E1019 where there is no journal of an earlier run: for a program that is started again by itself, perhaps
    /// where the journal is not.
    pub require_journal: bool,
    /// The earliest time at which the campaign can have begun, as `2026-11-20 08:00:00+08:00`, where its journal was lost:
    /// [`settle_ms`](Self::settle_ms) after this run began, each contact is looked up before it is sent. One that is found in
    /// a workflow of this campaign's name that was created since then is accepted; one of whose workflow the API does not
    /// tell when it was created stays doubtful. Whoever ran the campaign before must not run any more. Where there is a
    /// journal, it says whether it was begun in this way. Not with [`allow_duplicates`](Self::allow_duplicates), whose
    /// contacts a lookup does not tell apart.
    pub recover: Option<String>,
    /// Takes only the contacts of this partition; others send the rest, each with its own journal beside one head: see
    /// [`Campaign::head`](super::Campaign::head). Its workflows are called `name [index/count]`, and so on.
    pub partition: Option<Partition>,
    /// How long the API may fail before the campaign stops, in milliseconds. Until then nothing is uploaded, and a lookup
    /// asks now and then whether the API is back; 0: the first lookup that fails, or the first upload of which nothing was
    /// sent, stops it. What the API or a proxy refuses stops it at once.
    pub max_outage_ms: u64,
    /// Stops once uploads were lost so often in a row: the API did not refuse them, and lookups showed after
    /// [`settle_ms`](Self::settle_ms) that it does not have their contacts. Those that were under way together count once.
    /// At least 1; no more than so many, or [`in_flight`](Self::in_flight), are in doubt at once.
    pub max_doubtful_batches: u32,
    /// Contacts a second, on average over a few uploads, with those of all campaigns of the session; `None`: as fast as it
    /// goes. With fewer contacts in an upload it is steadier.
    pub rate: Option<f64>,
    /// From when and until when nothing is uploaded and no workflow created, in Unix milliseconds. Lookups go on.
    /// These bound uploads: when people are called is a matter of the workflow's template.
    pub closed: Vec<(u64, u64)>,
    /// Stops before an upload with E1020 once more contacts than this were rejected; `None`: however many.
    pub max_rejected: Option<MaxRejected>,
    /// Asks before each upload who of its contacts must not be called: [`CampaignStep::Screen`](super::CampaignStep::Screen).
    pub screen: bool,
    /// Only checks the contacts: nothing is sent or journaled, and the report's `accepted` counts those that would be sent.
    pub check_only: bool,
    /// Where the jitter of the delays begins; a random number from the host.
    pub seed: u64,
}

/// One part of a campaign that several workers send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Which one, from 0.
    pub index: u32,
    /// The number of all, at least 1. It stays the same as long as the campaign may be run again.
    pub count: u32,
}

/// How many contacts may be rejected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxRejected {
    /// So many.
    Number(u64),
    /// This part of the contacts that were read, from 0 to 1.
    Share(f64),
}

impl MaxRejected {
    /// Returns whether so many of these contacts are more than may be.
    #[expect(clippy::cast_precision_loss, reason = "a share of more than 2^53 contacts may be off by one")]
    pub(super) fn is_passed_by(self, rejected: u64, contacts: u64) -> bool {
        match self {
            Self::Number(most) => rejected > most,
            Self::Share(most) => rejected as f64 > most * contacts as f64,
        }
    }
}

impl CampaignConfig {
    /// A campaign with this template, name and end time, and the usual settings for the rest.
    pub fn new(workflow_template_id: i64, name: impl Into<String>, end_time: impl Into<String>) -> Self {
        Self {
            workflow_template_id,
            name: name.into(),
            end_time: end_time.into(),
            batch_size: 1000,
            in_flight: 1,
            lookups_in_flight: 8,
            settle_ms: Some(60_000),
            allow_duplicates: false,
            retry_rejected: false,
            journal_key: None,
            same_account: false,
            require_journal: false,
            recover: None,
            partition: None,
            max_outage_ms: 600_000,
            max_doubtful_batches: 3,
            rate: None,
            closed: Vec::new(),
            max_rejected: None,
            screen: false,
            check_only: false,
            seed: 0,
        }
    }

    /// The name of the first workflow: that of a partition says which one it is.
    pub(super) fn workflow_name(&self) -> String {
        match self.partition {
            Some(Partition { index, count }) => format!("{} [{index}/{count}]", self.name),
            None => self.name.clone(),
        }
    }

    pub(super) fn recovered_since_ms(&self) -> Option<u64> {
        calendar::zoned_ms(self.recover.as_deref()?)
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        let bad = |field: &str, why: &str| Err(Error::new(ErrorCode::InvalidConfig, why).at(format!("/{field}")));
        if !(1..=MAX_DETAILS).contains(&self.batch_size) {
            return bad("batch_size", "batch_size must be from 1 to 10000");
        }
        if self.in_flight == 0 {
            return bad("in_flight", "in_flight must be at least 1");
        }
        if self.lookups_in_flight == 0 {
            return bad("lookups_in_flight", "lookups_in_flight must be at least 1");
        }
        if self.name.is_empty() {
            return bad("name", "a campaign needs a name");
        }
        if self.recover.is_some() && self.recovered_since_ms().is_none() {
            return bad("recover", "recover is a time with its zone, as 2026-11-20 08:00:00+08:00");
        }
        if self.recover.is_some() && self.allow_duplicates {
            return bad("recover", "recover cannot tell contacts apart that are the same: leave allow_duplicates out");
        }
        if self.recover.is_some() && self.require_journal {
            return bad(
                "recover",
                "recover begins without the journal that require_journal asks for: give one of them",
            );
        }
        if matches!(self.max_rejected, Some(MaxRejected::Share(share)) if !(0.0..=1.0).contains(&share)) {
            return bad("max_rejected", "max_rejected is a number of contacts, or a share of them from 0 to 1");
        }
        if self.max_doubtful_batches == 0 {
            return bad("max_doubtful_batches", "max_doubtful_batches must be at least 1");
        }
        if self.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
            return bad("rate", "rate is a number of contacts a second, greater than 0");
        }
        if self.partition.is_some_and(|partition| partition.index >= partition.count) {
            return bad("partition", "partition is a number from 0, and how many there are: it must be less than that");
        }
        if self.journal_key.as_ref().is_some_and(|key| key.expose().trim().is_empty()) {
            return bad("journal_key", "journal_key is blank: leave it out, or give the earlier app secret");
        }
        Ok(())
    }
}
