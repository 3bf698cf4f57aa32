//! The types of campaigns.

use std::ffi::c_int;

use crate::{
    ffi::pointers::Text,
    types::{call::airudder_call, text::airudder_text},
};

/// A campaign: many contacts, each sent once, whatever happens on the way. One thread at a time may use it.
pub type airudder_campaign = u64;

/// The settings of a campaign. Begin with AIRUDDER_CAMPAIGN_CONFIG_INIT. The texts are copied.
#[repr(C)]
pub struct airudder_campaign_config<'a> {
    /// sizeof(airudder_campaign_config), as the caller's header knows it.
    pub size: usize,
    /// The template of the workflows.
    pub workflow_template_id: i64,
    /// The name of the workflow; further ones are called `name (2)`, `name (3)`, …
    pub name: Text<'a>,
    /// When the workflows end, as `2099-12-01 18:00:00+08:00`.
    pub end_time: Text<'a>,
    /// A contact that a doubtful upload may have carried is looked up, by a request of its own; if it is not
    /// found, again so many milliseconds later, and only then sent again. That nobody is called twice rests on
    /// the API not taking up a request later than this. 0: 60 000; AIRUDDER_NEVER: such a contact is never sent
    /// again, and stays doubtful. Not doubtful is what the API said that it refused: 429, and a 503 that explains
    /// itself (by the API's envelope, or Retry-After), are taken as not carried out, and sent again; of a batch
    /// that the API refuses, some contacts are looked up before all of them count as rejected.
    pub settle_ms: i64,
    /// Where the jitter of the delays begins. 0: the client chooses.
    pub seed: u64,
    /// Contacts in one upload, 1 to 10 000. 0: 1000.
    pub batch_size: usize,
    /// Uploads under way at once. 0: 1.
    pub in_flight: usize,
    /// Lookups of doubtful contacts under way at once. 0: 8. Like `in_flight`, it helps only if you run calls
    /// beside each other.
    pub lookups_in_flight: usize,
    /// Not 0: a contact may come again. Contacts are the same when their case ids are, or, without one, their
    /// numbers. A lookup does not tell those apart: a doubtful one stays doubtful where the API has another.
    pub allow_duplicates: c_int,
    /// Not 0: contacts that the API refused in an earlier run are sent again. Each is looked up first, and once more
    /// after `settle_ms`.
    pub retry_rejected: c_int,
    /// The key of the fingerprints in the journal. NULL: the app secret. After a change of the app secret, a
    /// campaign that began before is resumed with the earlier secret here.
    pub journal_key: Text<'a>,
    /// Not 0: a journal that was written for another host or app key is taken: the account is the same, only its
    /// address or key has changed.
    pub same_account: c_int,
    /// The campaign stops before an upload with AIRUDDER_E1020_TOO_MANY_REJECTED once more contacts than this were
    /// rejected. 0: however many; AIRUDDER_NEVER: not even one may be.
    pub max_rejected: i64,
    /// The same as a share of the contacts that were added, from 0 to 1; `max_rejected` counts where both are given.
    /// 0: however many.
    pub max_rejected_share: f64,
    /// Not 0: an earlier run is gone on with, and where airudder_campaign_resume() was given no journal of one, the first
    /// poll fails with AIRUDDER_E1019_JOURNAL_MISSING. For a program that is started again by itself.
    pub require_journal: c_int,
    /// Not 0: contacts are only checked. Nothing is sent or journaled: the campaign asks for contacts until they end, and
    /// the result's number of accepted contacts counts those that would be sent.
    pub check_only: c_int,
    /// The earliest time at which the campaign can have begun, as `2026-11-20 08:00:00+08:00`, where its journal was lost:
    /// each contact is looked up before it is sent, `settle_ms` after the start. One that is found in a workflow of this
    /// campaign's name that was created since then is accepted. Whoever ran the campaign before must not run any more. Where
    /// airudder_campaign_resume() was given a journal, that says how the campaign was begun. Not with `allow_duplicates`.
    /// NULL: nothing was lost.
    pub recover: Text<'a>,
    /// Which partition of the campaign this worker sends, from 0: see "Partitions" below.
    pub partition_index: u32,
    /// The number of partitions. 0: this campaign sends all contacts.
    pub partition_count: u32,
    /// Stops once uploads were lost so often in a row: lookups showed after `settle_ms` that the API does not have their
    /// contacts, though it did not refuse them. Those that were under way together count once. 0: 3.
    pub max_doubtful_batches: u32,
    /// Not 0: before each upload you are asked who of its contacts must not be called: AIRUDDER_CAMPAIGN_SCREEN.
    pub screen: c_int,
    /// How many milliseconds the API may fail before the campaign stops. Until then nothing is uploaded, and a lookup asks
    /// now and then whether the API is back. What it refuses stops the campaign at once. 0: 600 000; AIRUDDER_NEVER: it does
    /// not wait.
    pub max_outage_ms: i64,
    /// Contacts a second, on average over a few uploads and with those of all campaigns of the client. With fewer contacts in
    /// an upload it is steadier. 0: as fast as it goes.
    pub rate: f64,
}

/// The kinds of step of a campaign.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_campaign_step_kind {
    /// The campaign is over, or had to stop: ask for its result.
    AIRUDDER_CAMPAIGN_DONE = 0,
    /// Append `journal` to the journal, which must be `journal_at` bytes long before, and wait for the disk
    /// (fsync), then call airudder_campaign_journal_written().
    AIRUDDER_CAMPAIGN_JOURNAL = 1,
    /// Add contacts, about `want`, or say that there are no more.
    AIRUDDER_CAMPAIGN_CONTACTS = 2,
    /// Run `call` to its end, beside others if you like, then call airudder_campaign_on_result() and free it.
    /// The campaign waits for each, so hand each back.
    AIRUDDER_CAMPAIGN_CALL = 3,
    /// Nothing to do until `wait_until_ms`, or until a call of the campaign is done.
    AIRUDDER_CAMPAIGN_WAIT = 4,
    /// Only with `screen`: find out who of the contacts that airudder_campaign_to_screen() gives must not be called, say so
    /// with airudder_campaign_suppress() and airudder_campaign_suppress_case_id(), then call airudder_campaign_screened().
    AIRUDDER_CAMPAIGN_SCREEN = 5,
}

/// The next step of a campaign.
#[repr(C)]
pub struct airudder_campaign_step {
    /// The kind of step.
    pub kind: airudder_campaign_step_kind,
    /// For AIRUDDER_CAMPAIGN_JOURNAL: whole lines. They live until the next poll.
    pub journal: airudder_text,
    /// For AIRUDDER_CAMPAIGN_CONTACTS: how many would be useful; more or fewer are fine.
    pub want: usize,
    /// For AIRUDDER_CAMPAIGN_CALL: the call.
    pub call: airudder_call,
    /// For AIRUDDER_CAMPAIGN_WAIT: when to poll at the latest, in Unix milliseconds; UINT64_MAX: when a call is
    /// done. Wait so long after the time that was polled with, by a clock that does not jump.
    pub wait_until_ms: u64,
    /// For AIRUDDER_CAMPAIGN_JOURNAL, from airudder_campaign_poll_at(): how many bytes the journal has before these
    /// lines. If it has another length, or another than with these lines behind the append, somebody else writes it:
    /// stop.
    pub journal_at: u64,
}

/// What a campaign does at a time. Where it does several things, the first of these counts, but for 0.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_phase {
    /// Contacts are added, and compared with the journal where there is one.
    AIRUDDER_PHASE_READING = 0,
    /// Contacts are uploaded, or a workflow for them is created.
    AIRUDDER_PHASE_UPLOADING = 1,
    /// Contacts in doubt are looked up.
    AIRUDDER_PHASE_LOOKING_UP = 2,
    /// It waits before contacts in doubt are looked up for the last time.
    AIRUDDER_PHASE_SETTLING = 3,
    /// It is over, or has stopped.
    AIRUDDER_PHASE_ENDED = 4,
    /// The API seems to be away: nothing is uploaded, and a lookup asks now and then whether it is back.
    AIRUDDER_PHASE_WAITING_FOR_API = 5,
    /// There are contacts for an upload, which `rate` or airudder_campaign_close_between() puts off.
    AIRUDDER_PHASE_PAUSED = 6,
}

/// The progress of a campaign.
#[repr(C)]
pub struct airudder_progress {
    /// Contacts added so far.
    pub contacts: u64,
    /// Contacts that the API has.
    pub accepted: u64,
    /// Contacts that were refused, by the checks or by the API.
    pub rejected: u64,
    /// Contacts of which nothing certain is known, for now or for good.
    pub doubtful: u64,
}
