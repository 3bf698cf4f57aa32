//! Campaigns
//!
//! A campaign sends any number of contacts, each once, whatever happens on the way. It splits them into batches and
//! workflows, and writes a journal: lines that you append to a file and that must be on the disk before anything
//! goes on. When the program dies, run it again with the same journal and the same contacts in the same order: what
//! is done is not done again, and what is doubtful is looked up before anything is sent.
//!
//! Let only one process at a time have the journal, and append only while it has `journal_at` bytes, which finds those
//! whom no lock keeps away: else stop, and send nothing more. examples/c/journal.c does both, and is there to be
//! copied: it takes the locks that the packages of all languages take.
//!
//!     airudder_campaign_new(client, &july, &campaign, &err);
//!     if (airudder_campaign_resume(campaign, journal, journal_len, &good_len, &err)) die(err.message);
//!     if (ftruncate(journal_fd, (off_t)good_len)) die("the journal");
//!     while (now = unix_ms(), !airudder_campaign_poll_at(campaign, now, monotonic_ms(), &work, &err) &&
//!            work.kind != AIRUDDER_CAMPAIGN_DONE) {
//!       switch (work.kind) {
//!         case AIRUDDER_CAMPAIGN_JOURNAL:
//!           if (file_len(journal_fd) != work.journal_at) die("somebody else writes the journal");
//!           if (!write_all(journal_fd, work.journal) || fsync(journal_fd)) die("the journal");
//!           if (file_len(journal_fd) != work.journal_at + work.journal.len) die("somebody else writes the journal");
//!           airudder_campaign_journal_written(campaign);
//!           break;
//!         case AIRUDDER_CAMPAIGN_CONTACTS:
//!           for (; work.want > 0 && next_row(&row); work.want--) {
//!             airudder_campaign_set_str(campaign, "/callee", row.phone);
//!             airudder_campaign_set_str(campaign, "/platform", "TEMP1");
//!             airudder_campaign_set_str(campaign, "/caseid", row.id);
//!             airudder_campaign_set_str(campaign, "/variables/customer_name", row.name);
//!             if (airudder_campaign_add(campaign, &err)) die(err.message);
//!           }
//!           if (work.want > 0) airudder_campaign_end_of_contacts(campaign, &err);
//!           break;
//!         case AIRUDDER_CAMPAIGN_CALL:
//!           run(work.call);  // the loop at the top of this file
//!           airudder_campaign_on_result_at(campaign, unix_ms(), monotonic_ms(), work.call, &err);
//!           airudder_call_free(work.call);
//!           break;
//!         default:
//!           if (work.wait_until_ms > now) sleep_for(work.wait_until_ms - now);
//!       }
//!     }
//!     if (airudder_campaign_result(campaign, &err)) fprintf(stderr, "%s\n", err.message);
//!     airudder_campaign_report_json(campaign, &text);
//!
//! A journal that cannot be taken up (airudder_campaign_resume() fails) is left as it is: cut nothing, and never start
//! anew without it. The length of the journal is compared before and behind each append, since a lock may not hold
//! everywhere: lines of somebody else's between ours are batches that would be sent twice.
//!
//! The journal holds positions, names and ids of workflows, checksums and messages, and no contact but what a
//! message of the API's may quote. Create it with mode 0600, and fsync its folder once. Later runs must have the
//! same template and name; the end time counts for workflows that are still to be created, so leave it as it is.
//! Batch size and how many calls run at once may change.
//!
//! Two contacts are the same when their case ids are, or, without one, their numbers.

use std::ffi::c_int;

use airudder_core::{Campaign, CampaignConfig, Error, ErrorCode, MaxRejected, Now, Partition, Secret};

use crate::{
    ffi::{
        memory,
        pointers::{Bytes, Length, Text},
        settings::{CampaignConfigPointer, ErrorSlot},
    },
    functions::values,
    objects::reader,
    objects::{
        answer::{Out, code, code_with_error, output},
        call::CALLS,
        campaign::{CAMPAIGNS, CampaignState, FirstCampaignStep},
        client::CLIENTS,
        node::Node,
    },
    types::{
        call::airudder_call,
        campaign::{airudder_campaign, airudder_campaign_config, airudder_campaign_step, airudder_campaign_step_kind},
        client::airudder_client,
        text::airudder_text,
    },
};

fn config(given: &airudder_campaign_config<'_>) -> Result<CampaignConfig, Error> {
    let name = given.name.get("name")?;
    let usual = CampaignConfig::new(given.workflow_template_id, name, given.end_time.get("end_time")?);
    let count = |number: usize, usual: usize| if number == 0 { usual } else { number };
    Ok(CampaignConfig {
        batch_size: count(given.batch_size, usual.batch_size),
        in_flight: count(given.in_flight, usual.in_flight),
        lookups_in_flight: count(given.lookups_in_flight, usual.lookups_in_flight),
        settle_ms: if given.settle_ms == 0 { usual.settle_ms } else { u64::try_from(given.settle_ms).ok() },
        allow_duplicates: given.allow_duplicates != 0,
        retry_rejected: given.retry_rejected != 0,
        journal_key: given.journal_key.setting("journal_key")?.map(Secret::new),
        same_account: given.same_account != 0,
        require_journal: given.require_journal != 0,
        max_rejected: max_rejected(given),
        check_only: given.check_only != 0,
        partition: partition(given),
        max_outage_ms: match given.max_outage_ms {
            0 => usual.max_outage_ms,
            most => u64::try_from(most).unwrap_or(0),
        },
        max_doubtful_batches: match given.max_doubtful_batches {
            0 => usual.max_doubtful_batches,
            most => most,
        },
        rate: Some(given.rate).filter(|rate| *rate != 0.0),
        screen: given.screen != 0,
        recover: given.recover.setting("recover")?.map(str::to_owned),
        seed: given.seed,
        ..usual
    })
}

fn partition(given: &airudder_campaign_config<'_>) -> Option<Partition> {
    let (index, count) = (given.partition_index, given.partition_count);
    (index > 0 || count > 0).then_some(Partition { index, count })
}

fn max_rejected(given: &airudder_campaign_config<'_>) -> Option<MaxRejected> {
    match given.max_rejected {
        0 if given.max_rejected_share == 0.0 => None,
        0 => Some(MaxRejected::Share(given.max_rejected_share)),
        most => Some(MaxRejected::Number(u64::try_from(most).unwrap_or(0))),
    }
}

/// Makes a campaign. Nothing is sent.
///
/// @param client    The client.
/// @param config    The settings.
/// @param campaign  Receives the campaign, to be freed with airudder_campaign_free(); 0 if it fails.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG, AIRUDDER_E1007_INVALID_VALUE, AIRUDDER_E1014_INVALID_HANDLE,
///         AIRUDDER_E1016_INVALID_ARGUMENT, AIRUDDER_E4004_CREDENTIALS_MISSING.
///
///     airudder_campaign_config july = AIRUDDER_CAMPAIGN_CONFIG_INIT;
///     july.workflow_template_id = 7; july.name = "july"; july.end_time = "2099-07-31 18:00:00+08:00";
///     airudder_campaign_new(client, &july, &campaign, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_new(
    client: airudder_client,
    config: CampaignConfigPointer<'_>,
    campaign: Out<'_, airudder_campaign>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let campaign = output(campaign, "campaign", 0)?;
        let mut config = self::config(&config.get("config")?)?;
        let machine = CLIENTS.share(client, |client| {
            if config.seed == 0 {
                config.seed = client.seed();
            }
            Campaign::new(&client.session, config)
        })?;
        *campaign = CAMPAIGNS.insert(CampaignState::new(machine));
        Ok(())
    })
}

/// Takes up an earlier run from its journal, before the first poll. Do this at every start, also with an empty
/// journal.
///
/// @param campaign     The campaign, with the settings of the earlier run.
/// @param journal      The whole content of the journal.
/// @param journal_len  Its length in bytes.
/// @param good_len     Receives how many bytes of it are good: cut the file to this length, since a crash may
///                     have torn its last line. Where the function fails, nothing may be cut off, and this is
///                     journal_len.
/// @param error        Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1011_JOURNAL_DAMAGED, AIRUDDER_E1012_JOURNAL_MISMATCH, AIRUDDER_E1008_MISUSE.
///
///     if (airudder_campaign_resume(campaign, journal, journal_len, &good_len, &err)) die(err.message);
///     if (ftruncate(journal_fd, (off_t)good_len)) die("the journal");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_resume(
    campaign: airudder_campaign,
    journal: Bytes<'_>,
    journal_len: Length,
    good_len: Out<'_, usize>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        // The whole, so that a host that cuts its journal in spite of an error loses nothing.
        let good_len = output(good_len, "good_len", journal_len.count())?;
        let journal = journal.get(journal_len, "journal")?;
        memory::to_work_on(journal.len())?;
        *good_len = CAMPAIGNS.with(campaign, |campaign| campaign.machine().resume(journal))?;
        Ok(())
    })
}

/// Asks what to do next, with the time by one clock, which must not jump: see "Time" at the top of this file. A
/// doubtful contact is settled only after you came back from the wait that you were given. Better is
/// airudder_campaign_poll_at(), which takes both clocks.
///
/// @param campaign  The campaign.
/// @param now_ms    Unix time in milliseconds.
/// @param step      Receives what to do. Its `journal_at`, which programs of version 0.1.0 do not have, is not
///                  written.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE while lines were not reported as written, or if `now_ms` is no such time.
///
///     airudder_campaign_poll(campaign, now_ms(), &work, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_poll(
    campaign: airudder_campaign,
    now_ms: u64,
    step: Out<'_, FirstCampaignStep>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let step = output(step, "step", FirstCampaignStep::of(&NOTHING))?;
        *step = FirstCampaignStep::of(&poll(campaign, now_ms.into())?);
        Ok(())
    })
}

/// Asks what to do next, with the time by two clocks: so nobody is called twice because somebody sets the clock of
/// the machine. Use this function or airudder_campaign_poll(), but not both, for one campaign.
///
/// @param campaign      The campaign.
/// @param unix_ms       Unix time in milliseconds, as it is now.
/// @param monotonic_ms  Milliseconds by a clock that nobody sets: CLOCK_BOOTTIME where there is one, since it
///                      goes on while the machine sleeps, else CLOCK_MONOTONIC.
/// @param step          Receives what to do.
/// @param error         Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE while lines were not reported as written, or if `unix_ms` is no such time;
///         AIRUDDER_E1022_CLOCK_OFF.
///
/// The loop at the top of this section shows the use.
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_poll_at(
    campaign: airudder_campaign,
    unix_ms: u64,
    monotonic_ms: u64,
    step: Out<'_, airudder_campaign_step>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let step = output(step, "step", NOTHING)?;
        *step = poll(campaign, Now::new(unix_ms, monotonic_ms))?;
        Ok(())
    })
}

const NOTHING: airudder_campaign_step = airudder_campaign_step {
    kind: airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_DONE,
    journal: airudder_text::NONE,
    want: 0,
    call: 0,
    wait_until_ms: 0,
    journal_at: 0,
};

fn poll(campaign: airudder_campaign, now: Now) -> Result<airudder_campaign_step, Error> {
    let mut step = NOTHING;
    CAMPAIGNS.with(campaign, |managed| managed.poll(campaign, now, &mut step))?;
    Ok(step)
}

/// Says that the lines of the last AIRUDDER_CAMPAIGN_JOURNAL are on the disk, behind `journal_at` bytes and with
/// nothing behind them. If that is not so, do not say so: free the campaign, and run it again when there is room and
/// nobody else writes.
///
/// @param campaign  The campaign.
/// @return 0; AIRUDDER_E1008_MISUSE if there are none.
///
///     if (file_len(journal_fd) == work.journal_at + work.journal.len) airudder_campaign_journal_written(campaign);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_journal_written(campaign: airudder_campaign) -> c_int {
    code(|| CAMPAIGNS.with(campaign, |campaign| campaign.machine().journal_written()))
}

/// Sets a field of the next contact to a text; see airudder_call_set_str() for the pointer. The fields are
/// those of `details` of workflow.upload_details: callee, platform, caseid, variables, pds_variables. The order
/// in which they are set must be the same in every run.
///
/// @param campaign  The campaign.
/// @param pointer   A JSON pointer in the contact.
/// @param value     UTF-8, NUL-terminated.
/// @return 0; AIRUDDER_E1016_INVALID_ARGUMENT, after which the contact is reported as rejected when it is
///         added. Whether it is right is checked then.
///
///     airudder_campaign_set_str(campaign, "/variables/customer_name", "Ana");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_set_str(campaign: airudder_campaign, pointer: Text<'_>, value: Text<'_>) -> c_int {
    set(campaign, pointer, || value.get("value").and_then(Node::text))
}

/// Sets a field of the next contact to a text that need not be NUL-terminated; else as
/// airudder_campaign_set_str().
///
/// @param campaign   The campaign.
/// @param pointer    A JSON pointer in the contact.
/// @param value      UTF-8.
/// @param value_len  Its length in bytes.
/// @return As airudder_campaign_set_str().
///
///     airudder_campaign_set_strn(campaign, "/callee", record + 40, 14);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_set_strn(
    campaign: airudder_campaign,
    pointer: Text<'_>,
    value: Bytes<'_>,
    value_len: Length,
) -> c_int {
    set(campaign, pointer, || value.text(value_len, "value").and_then(Node::text))
}

/// Sets a field of the next contact to any JSON value; else as airudder_campaign_set_str(). With the pointer
/// "", the whole contact.
///
/// @param campaign  The campaign.
/// @param pointer   A JSON pointer in the contact.
/// @param json      JSON, UTF-8.
/// @param json_len  Its length in bytes.
/// @return As airudder_campaign_set_str(); AIRUDDER_E1003_INVALID_JSON.
///
///     airudder_campaign_set_json(campaign, "/variables", "{}", 2);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_set_json(
    campaign: airudder_campaign,
    pointer: Text<'_>,
    json: Bytes<'_>,
    json_len: Length,
) -> c_int {
    set(campaign, pointer, || json.text(json_len, "json").and_then(reader::parse))
}

fn set(campaign: airudder_campaign, pointer: Text<'_>, value: impl FnOnce() -> Result<Node, Error>) -> c_int {
    code(|| CAMPAIGNS.with(campaign, |campaign| campaign.set(values::given(pointer, value))))
}

/// Adds the contact whose fields were set, and begins the next one. Contacts must come in the same order in
/// every run. One that breaks a rule, comes twice, or has a field that could not be set, say because it is no
/// UTF-8, is no error: it is reported as rejected, and the others go out.
///
/// @param campaign  The campaign.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1012_JOURNAL_MISMATCH, since the journal belongs to other contacts;
///         AIRUDDER_E1008_MISUSE after airudder_campaign_end_of_contacts().
///
///     airudder_campaign_add(campaign, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_add(campaign: airudder_campaign, error: ErrorSlot<'_>) -> c_int {
    code_with_error(error, || CAMPAIGNS.with(campaign, CampaignState::add))
}

/// Adds contacts as a JSON array of objects; else as airudder_campaign_add().
///
/// @param campaign  The campaign.
/// @param json      A JSON array, UTF-8.
/// @param json_len  Its length in bytes.
/// @param error     Receives the error; may be NULL.
/// @return As airudder_campaign_add(); AIRUDDER_E1003_INVALID_JSON.
///
///     airudder_campaign_add_json(campaign, json, json_len, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_add_json(
    campaign: airudder_campaign,
    json: Bytes<'_>,
    json_len: Length,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let json = json.text(json_len, "json")?;
        CAMPAIGNS.with(campaign, |campaign| campaign.feed(json))
    })
}

/// Says that there are no more contacts.
///
/// @param campaign  The campaign.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1012_JOURNAL_MISMATCH: the journal knows more contacts than came.
///
///     airudder_campaign_end_of_contacts(campaign, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_end_of_contacts(campaign: airudder_campaign, error: ErrorSlot<'_>) -> c_int {
    code_with_error(error, || CAMPAIGNS.with(campaign, |campaign| campaign.machine().end_of_contacts()))
}

/// Hands a call of the campaign back that has run to its end, where you use airudder_campaign_poll(). The call is
/// still yours to free.
///
/// @param campaign  The campaign.
/// @param now_ms    Unix time in milliseconds, by the clock of airudder_campaign_poll().
/// @param call      The call, which is done, with whatever result.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE if the call is not done, is not of this campaign, or was handed back
///         already. How the call ended is no error here.
///
///     airudder_campaign_on_result(campaign, now_ms(), work.call, &err); airudder_call_free(work.call);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_on_result(
    campaign: airudder_campaign,
    now_ms: u64,
    call: airudder_call,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || on_result(campaign, now_ms.into(), call))
}

/// Hands a call of the campaign back that has run to its end, where you use airudder_campaign_poll_at(). The call is
/// still yours to free.
///
/// @param campaign      The campaign.
/// @param unix_ms       Unix time in milliseconds, as it is now.
/// @param monotonic_ms  Milliseconds by the clock of airudder_campaign_poll_at().
/// @param call          The call, which is done, with whatever result.
/// @param error         Receives the error; may be NULL.
/// @return As airudder_campaign_on_result().
///
///     airudder_campaign_on_result_at(campaign, unix_ms(), monotonic_ms(), work.call, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_on_result_at(
    campaign: airudder_campaign,
    unix_ms: u64,
    monotonic_ms: u64,
    call: airudder_call,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || on_result(campaign, Now::new(unix_ms, monotonic_ms), call))
}

fn on_result(campaign: airudder_campaign, now: Now, call: airudder_call) -> Result<(), Error> {
    let foreign = || Error::new(ErrorCode::Misuse, "this call was not begun by this campaign");
    CAMPAIGNS.with(campaign, |managed| {
        let (id, output) = CALLS.with(call, |call| match call.campaign {
            Some((owner, id)) if owner == campaign => Ok((id, call.output()?)),
            _ => Err(foreign()),
        })?;
        managed.machine().on_result(id, now, output)
    })
}

/// Stops: starts nothing more. Go on polling until it is done; calls that are under way are still to be handed
/// back, so that the journal knows what became of them.
///
/// @param campaign  The campaign.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     if (interrupted) airudder_campaign_give_up(campaign);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_give_up(campaign: airudder_campaign) -> c_int {
    code(|| CAMPAIGNS.with(campaign, |campaign| campaign.machine().give_up()))
}
