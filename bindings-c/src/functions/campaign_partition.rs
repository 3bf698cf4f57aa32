//! Partitions
//!
//! Several workers can send one campaign, on one machine or on many: each has a partition, which is a part of the
//! contacts by who they are, so that one who stands in the files of two workers is called once. Set
//! `partition_index` and `partition_count`. Each worker has a journal of its own, named after its partition. Before
//! that it reads the head: one line that all workers share, and that says how many partitions there are. The first of
//! them writes it. With another number a campaign is refused, since it would call people twice.
//!
//!     july.partition_index = 3; july.partition_count = 8;
//!     airudder_campaign_new(client, &july, &campaign, &err);
//!     airudder_campaign_head(campaign, unix_ms(), &line, &err);
//!     head = first_line_of(store, line);  // writes the line where there is none, in one step, and durably
//!     if (airudder_campaign_resume_head(campaign, head.data, head.len, &err)) die(err.message);
//!     airudder_campaign_resume(campaign, journal, journal_len, &good_len, &err);

use std::ffi::c_int;

use crate::{
    ffi::{
        pointers::{Bytes, Length},
        settings::ErrorSlot,
    },
    objects::{
        answer::{Out, code_with_error, output},
        campaign::CAMPAIGNS,
    },
    types::{campaign::airudder_campaign, text::airudder_text},
};

/// Tells which partition a contact is in, the same in every language. Contacts that are the same to a campaign are in
/// the same partition, and so are those whose case ids differ in case or spaces alone. One that cannot be read is in
/// partition 0. A campaign that has a partition skips the others' contacts itself: this is for programs that deal
/// contacts out to workers beforehand.
///
/// @param contact      A contact as JSON, UTF-8: of its fields, `caseid` and `callee` count.
/// @param contact_len  Its length in bytes.
/// @param count        The number of partitions.
/// @param partition    Receives the partition, from 0.
/// @param error        Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG if `count` is 0; AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_partition_of("{\"callee\":\"+6212345678\"}", 24, 8, &partition, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_partition_of(
    contact: Bytes<'_>,
    contact_len: Length,
    count: u32,
    partition: Out<'_, u32>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let partition = output(partition, "partition", 0)?;
        *partition = airudder_core::partition_of(contact.text(contact_len, "contact")?, count)?;
        Ok(())
    })
}

/// Writes the head of a campaign that has a partition, as it would begin now. Keep it, durably, where no worker of the
/// campaign has kept one, in one step that no other worker can come between.
///
/// @param campaign  The campaign, before its first poll.
/// @param unix_ms   Unix time in milliseconds.
/// @param line      Receives the line, with its end. It lives until the next function of this campaign.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE: it has no partition, or was polled; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_campaign_head(campaign, unix_ms(), &line, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_head(
    campaign: airudder_campaign,
    unix_ms: u64,
    line: Out<'_, airudder_text>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let line = output(line, "line", airudder_text::NONE)?;
        *line = CAMPAIGNS.with(campaign, |campaign| campaign.head(unix_ms))?;
        Ok(())
    })
}

/// Takes the head that is kept, before airudder_campaign_resume(). Without it the first poll fails.
///
/// @param campaign  The campaign, before its first poll.
/// @param head      The line that is kept, whichever worker wrote it. What follows on it is not read.
/// @param head_len  Its length in bytes.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1012_JOURNAL_MISMATCH: the campaign was begun with another number of partitions or with none, by
///         another account, or under another name; AIRUDDER_E1011_JOURNAL_DAMAGED; AIRUDDER_E1008_MISUSE;
///         AIRUDDER_E1014_INVALID_HANDLE.
///
///     if (airudder_campaign_resume_head(campaign, head.data, head.len, &err)) die(err.message);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_resume_head(
    campaign: airudder_campaign,
    head: Bytes<'_>,
    head_len: Length,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let head = head.get(head_len, "head")?;
        CAMPAIGNS.with(campaign, |campaign| campaign.machine().resume_head(head))
    })
}
