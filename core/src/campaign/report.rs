//! The outcome of a campaign.

use crate::error::Error;

/// What a campaign does at a time. Where it does several things, the first of these counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Contacts are uploaded, or a workflow for them is created.
    Uploading,
    /// Contacts in doubt are looked up.
    LookingUp,
    /// Contacts are read, and compared with the journal where there is one.
    #[default]
    Reading,
    /// The API seems to be away: nothing is uploaded, and a lookup asks at [`Progress::until_ms`] whether it is back.
    WaitingForApi,
    /// There are contacts for an upload, which its rate or the closed times put off until [`Progress::until_ms`].
    Paused,
    /// It waits, until [`Progress::until_ms`] at the latest, before contacts in doubt are looked up for the last time.
    Settling,
    /// It is over, or has stopped.
    Ended,
}

impl Phase {
    /// The phase as every language writes it: `looking_up`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::LookingUp => "looking_up",
            Self::Reading => "reading",
            Self::WaitingForApi => "waiting_for_api",
            Self::Paused => "paused",
            Self::Settling => "settling",
            Self::Ended => "ended",
        }
    }
}

/// The progress of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Contacts fed.
    pub contacts: u64,
    /// Contacts that the API has.
    pub accepted: u64,
    /// Contacts that were refused, by the check or by the API.
    pub rejected: u64,
    /// Contacts of which nothing certain is known, for now or for good.
    pub doubtful: u64,
    /// What it does.
    pub phase: Phase,
    /// Until when it waits, in Unix milliseconds, while it settles, is paused or waits for the API.
    pub until_ms: Option<u64>,
}

/// A contact that was refused, by the check or by the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its position among the contacts, from 0.
    pub contact: u64,
    /// Its case id, if it has one that can be read.
    pub case_id: Option<String>,
    /// The stable number as text, such as `E1007`.
    pub code: String,
    /// JSON pointer to the bad field of the contact, such as `/callee`.
    pub pointer: Option<String>,
    /// Why. Where the API refused its batch, how many of the batch were looked up afterwards and not found: a refusal alone
    /// does not prove that nobody of it is called.
    pub message: String,
}

/// A contact of which it is not known whether the API has it. This run does not send it again.
///
/// The next run with the same journal looks it up, waits for [`settle_ms`](super::CampaignConfig::settle_ms), looks it up
/// again, and sends it if the API does not have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtfulContact {
    /// Its position among the contacts, from 0.
    pub contact: u64,
    /// Its case id, if it has one.
    pub case_id: Option<String>,
}

/// A workflow of the campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its id; absent where the outcome of its creation is unknown, so that it may exist and is empty, and where it stands
    /// for the workflows of runs whose journal was lost.
    pub workflow_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Contacts that it has, or may have.
    pub contacts: usize,
}

/// The outcome of a campaign.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The number of contacts that the API has.
    pub accepted: u64,
    /// The contacts that were refused, in their order.
    pub rejected: Vec<Rejected>,
    /// The contacts that stay doubtful, or were not looked up before the campaign stopped, in their order.
    pub doubtful: Vec<DoubtfulContact>,
    /// The workflows, orphans included.
    pub workflows: Vec<Workflow>,
    /// The time by which the API's clock is ahead of this machine's, in milliseconds, where they are more than an hour
    /// apart.
    pub clock_offset_ms: Option<i64>,
    /// Why the campaign stopped before its end; resume it with the same journal.
    pub error: Option<Error>,
}

/// Inserts where the position belongs, which is nearly always the end: contacts come in order.
pub(super) fn put_in_order<T>(list: &mut Vec<T>, item: T, position: impl Fn(&T) -> u64) {
    let at = list.partition_point(|other| position(other) <= position(&item));
    list.insert(at, item);
}
