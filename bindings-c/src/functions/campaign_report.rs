//! Campaigns: progress and report

use std::ffi::c_int;

use crate::{
    ffi::{pointers::Text, settings::ErrorSlot},
    functions::values,
    objects::{
        answer::{Out, code, code_with_error, output},
        campaign::CAMPAIGNS,
    },
    types::{
        campaign::{airudder_campaign, airudder_phase, airudder_progress},
        text::airudder_text,
    },
};

/// The progress of the campaign.
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

/// What the campaign does, and until when it waits.
///
/// @param campaign  The campaign.
/// @param phase     Receives what it does.
/// @param until_ms  Receives until when it waits, in Unix milliseconds, while it settles; else 0.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_campaign_phase(campaign, &phase, &until_ms);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_phase(
    campaign: airudder_campaign,
    phase: Out<'_, airudder_phase>,
    until_ms: Out<'_, u64>,
) -> c_int {
    code(|| {
        let phase = output(phase, "phase", airudder_phase::AIRUDDER_PHASE_ENDED)?;
        let until_ms = output(until_ms, "until_ms", 0)?;
        let until;
        (*phase, until) = CAMPAIGNS.with(campaign, |campaign| Ok(campaign.phase()))?;
        *until_ms = until.unwrap_or(0);
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
    code_with_error(error, || CAMPAIGNS.with(campaign, |campaign| campaign.outcome()))
}

/// The outcome of the contacts so far, as JSON text. Each contact is counted once:
///
///     {"accepted": 998,
///      "rejected": [{"contact": 17, "case_id": "c-17", "code": "E1007", "pointer": "/callee", "message": "…"}],
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
