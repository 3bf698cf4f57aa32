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

use airudder_core::{Campaign, CampaignConfig, Error, ErrorCode, Now, Secret};

use crate::{
    answer::{Out, code, output, told},
    call::airudder_call,
    client::{CLIENTS, airudder_client},
    document::Node,
    ffi::{Bytes, ErrorSlot, GivenCampaignConfig, Length, Text},
    managed::{CAMPAIGNS, FirstCampaignStep, Managed},
    memory,
    running::CALLS,
    text::airudder_text,
    values,
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
    /// Look-ups of doubtful contacts under way at once. 0: 8. Like `in_flight`, it helps only if you run calls
    /// beside each other.
    pub lookups_in_flight: usize,
    /// Not 0: a contact may come again. Contacts are the same when their case ids are, or, without one, their
    /// numbers. A look-up does not tell those apart: a doubtful one stays doubtful where the API has another.
    pub allow_duplicates: c_int,
    /// Not 0: contacts that the API refused in an earlier run are sent again. Each is looked up first, and once more
    /// after `settle_ms`.
    pub retry_rejected: c_int,
    /// What the fingerprints in the journal are keyed by. NULL: the app secret. After a change of the app secret, a
    /// campaign that began before is resumed with the earlier secret here.
    pub journal_key: Text<'a>,
    /// Not 0: a journal that was written for another host or app key is taken: the account is the same, only its
    /// address or key has changed.
    pub same_account: c_int,
}

/// What a campaign wants.
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
}

/// What a campaign wants done next.
#[repr(C)]
pub struct airudder_campaign_step {
    /// What it wants.
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

/// How far a campaign is.
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
        seed: given.seed,
        ..usual
    })
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
    config: GivenCampaignConfig<'_>,
    campaign: Out<'_, airudder_campaign>,
    error: ErrorSlot<'_>,
) -> c_int {
    told(error, || {
        let campaign = output(campaign, "campaign", 0)?;
        let mut config = self::config(&config.get("config")?)?;
        let machine = CLIENTS.share(client, |client| {
            if config.seed == 0 {
                config.seed = client.seed();
            }
            Campaign::new(&client.session, config)
        })?;
        *campaign = CAMPAIGNS.insert(Managed::new(machine));
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
    told(error, || {
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
    told(error, || {
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
    told(error, || {
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
    set(campaign, pointer, || json.text(json_len, "json").and_then(Node::parse))
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
    told(error, || CAMPAIGNS.with(campaign, Managed::add))
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
    told(error, || {
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
    told(error, || CAMPAIGNS.with(campaign, |campaign| campaign.machine().end_of_contacts()))
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
    told(error, || on_result(campaign, now_ms.into(), call))
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
    told(error, || on_result(campaign, Now::new(unix_ms, monotonic_ms), call))
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

/// How far the campaign is.
///
/// @param campaign  The campaign.
/// @param progress  Receives the counts.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_campaign_progress(campaign, &progress);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_progress(
    campaign: airudder_campaign,
    progress: Out<'_, airudder_progress>,
) -> c_int {
    code(|| {
        let progress =
            output(progress, "progress", airudder_progress { contacts: 0, accepted: 0, rejected: 0, doubtful: 0 })?;
        *progress = CAMPAIGNS.with(campaign, |campaign| Ok(campaign.progress()))?;
        Ok(())
    })
}

/// Why a campaign had to stop. Mend the cause, and run it again with the same journal. That nothing stopped it
/// does not say that all contacts were taken: see the report for those that were rejected or stay doubtful.
/// After airudder_campaign_give_up() it is 0 too, and contacts that were not asked for are counted nowhere.
///
/// @param campaign  The campaign, which is done.
/// @param error     Receives the error; may be NULL.
/// @return 0 if it came to its end; the number of the error that stopped it; AIRUDDER_E1008_MISUSE: it is not
///         done yet.
///
///     if (airudder_campaign_result(campaign, &err)) fprintf(stderr, "%s\n", err.message);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_result(campaign: airudder_campaign, error: ErrorSlot<'_>) -> c_int {
    told(error, || CAMPAIGNS.with(campaign, |campaign| campaign.outcome()))
}

/// What became of the contacts so far, as JSON text. Each contact is counted once:
///
///     {"accepted": 998,
///      "rejected": [{"contact": 17, "code": "E1007", "pointer": "/callee", "message": "…"}],
///      "doubtful": [{"contact": 3, "case_id": "c-3"}],
///      "workflows": [{"workflow_id": "w-1", "name": "july", "contacts": 998}]}
///
/// `contact` is the place among the contacts, from 0. A doubtful contact may or may not be called; the next run of
/// the campaign looks it up. A workflow without an id may exist; it is empty and phones nobody. Where the API's clock
/// and this machine's are more than an hour apart, `clock_offset_ms` says how far the API's is ahead.
///
/// @param campaign  The campaign.
/// @param json      Receives the text. All texts of the report live until the next function of this campaign
///                  other than this one, airudder_campaign_get_…, _progress and _result, also if that fails.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_campaign_report_json(campaign, &text); puts(text.data);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_report_json(campaign: airudder_campaign, json: Out<'_, airudder_text>) -> c_int {
    code(|| {
        let json = output(json, "json", airudder_text::NONE)?;
        *json = CAMPAIGNS.with(campaign, |campaign| Ok(campaign.report()?.text()))?;
        Ok(())
    })
}

/// Reads a text of the report, which lives as long as airudder_campaign_report_json() says;
/// else as airudder_call_get_str().
///
///     airudder_campaign_get_str(campaign, "/rejected/0/message", &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_get_str(
    campaign: airudder_campaign,
    pointer: Text<'_>,
    value: Out<'_, airudder_text>,
) -> c_int {
    code(|| CAMPAIGNS.with(campaign, |campaign| values::text(campaign.report()?, pointer, value)))
}

/// Reads a number of the report; else as airudder_call_get_int().
///
///     airudder_campaign_get_int(campaign, "/rejected/0/contact", &contact);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_get_int(
    campaign: airudder_campaign,
    pointer: Text<'_>,
    value: Out<'_, i64>,
) -> c_int {
    code(|| CAMPAIGNS.with(campaign, |campaign| values::int(campaign.report()?, pointer, value)))
}

/// Counts a list of the report; else as airudder_call_get_count().
///
///     airudder_campaign_get_count(campaign, "/rejected", &count);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_get_count(
    campaign: airudder_campaign,
    pointer: Text<'_>,
    value: Out<'_, usize>,
) -> c_int {
    code(|| CAMPAIGNS.with(campaign, |campaign| values::count(campaign.report()?, pointer, value)))
}

/// Frees a campaign, at any moment. Its calls go on until they are freed. What was under way and not handed
/// back is doubtful to the next run, and looked up.
///
/// @param campaign  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no campaign.
///
///     airudder_campaign_free(campaign);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_free(campaign: airudder_campaign) -> c_int {
    code(|| CAMPAIGNS.free(campaign))
}
