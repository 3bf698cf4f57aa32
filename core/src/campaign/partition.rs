//! One campaign on many machines: each takes the contacts of its own partition.

use super::{
    beginning::Beginning,
    config::Partition,
    identities::folded,
    identity::Identity,
    journal::Journal,
    state::{Campaign, TokenState},
};
use crate::{
    clock::Now,
    crypto::{BuiltIn, Provider},
    error::{Error, ErrorCode},
};

/// The partition that a contact is in, from 0, of so many.
///
/// The contact is JSON as [`Campaign::feed`] takes it. Contacts that are the same to a campaign, or that a lookup may take for
/// one another since their case ids differ in case or spaces alone, are in the same partition, whichever language asks. One
/// whose `callee` and `caseid` cannot be read is in partition 0.
///
/// It is the first 8 bytes of a SHA-256, as a big-endian number, modulo `count`. What is hashed is `case id` or, for a contact
/// without one, `phone number`, a zero byte, and the value: of ASCII, the visible characters in lower case.
///
/// Fails with [`ErrorCode::InvalidConfig`] where `count` is 0.
pub fn partition_of(contact: &str, count: u32) -> Result<u32, Error> {
    let identity = Identity::of(contact).ok();
    let hash = identity.map_or(0, |identity| {
        let (kind, value) = identity.key();
        let text = [kind.as_bytes(), b"\0", folded(value).as_bytes()].concat();
        BuiltIn.sha256(&text).first_chunk().copied().map_or(0, u64::from_be_bytes)
    });
    let index = hash.checked_rem(u64::from(count)).and_then(|index| u32::try_from(index).ok());
    index.ok_or_else(|| Error::new(ErrorCode::InvalidConfig, "the number of partitions is at least 1").at("/partition"))
}

impl Campaign {
    /// The line that is to be the first of the store's journal of the campaign's own name, unless there is one already. All
    /// partitions share it; it says how many there are. The host keeps it where nothing is kept yet, in one step that no other
    /// worker can come between, durably, and passes what is kept then to [`resume_head`](Self::resume_head). Each partition has
    /// a journal of its own beside it.
    ///
    /// For a campaign with a [`partition`](super::CampaignConfig::partition), before the first poll.
    pub fn head(&self, now: impl Into<Now>) -> Result<String, Error> {
        self.check_partitioned()?;
        Journal::default().line(&Beginning::head(&self.session, &self.config, now.into().unix_ms)?)
    }

    /// Takes the head of the campaign, which one of its workers wrote. Only the first line is read.
    ///
    /// Fails with [`ErrorCode::JournalMismatch`] where the campaign was begun with another number of partitions or with none, by
    /// another account, or under another name.
    pub fn resume_head(&mut self, head: &[u8]) -> Result<(), Error> {
        self.check_partitioned()?;
        let first = head.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let (_, good) = Journal::read(first)?;
        let Some(record) = Journal::records(first.get(..good).unwrap_or_default()).next() else {
            return Err(Error::new(
                ErrorCode::JournalDamaged,
                "the head of the campaign is not whole: it is left as it is",
            ));
        };
        Beginning::check_head(&self.session, &self.config, &record)?;
        self.has_head = true;
        Ok(())
    }

    fn check_partitioned(&self) -> Result<(), Error> {
        if self.config.partition.is_none() || self.token != TokenState::Unasked {
            let why = "the head is read by a campaign with a partition, before its first poll";
            return Err(Error::new(ErrorCode::Misuse, why));
        }
        Ok(())
    }

    /// Returns whether a contact is another partition's, and counts it if so.
    pub(super) fn skip(&mut self, contact: &str) -> Result<bool, Error> {
        let Some(Partition { index, count }) = self.config.partition else { return Ok(false) };
        let is_another = partition_of(contact, count)? != index;
        self.queue.skipped += u64::from(is_another);
        Ok(is_another)
    }
}
