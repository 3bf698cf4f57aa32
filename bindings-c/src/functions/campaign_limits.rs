//! Limits
//!
//! Whom a campaign must not call, and when it must not upload. Who is known before it begins is named then. With `screen`
//! in the settings you are asked again before each upload, at the last moment:
//!
//!     if (work.kind == AIRUDDER_CAMPAIGN_SCREEN) {
//!       airudder_campaign_to_screen(campaign, &text);  // [{"callee":"+6281200000000"}]
//!       while ((id = next_not_to_call(text)) != NULL) {
//!         if (airudder_campaign_suppress(campaign, id, &err)) die(err.message);
//!       }
//!       airudder_campaign_screened(campaign, &err);
//!     }

use std::ffi::c_int;

use crate::{
    ffi::{pointers::Text, settings::ErrorSlot},
    objects::{
        answer::{Out, code, code_with_error, output},
        campaign::CAMPAIGNS,
    },
    types::{campaign::airudder_campaign, text::airudder_text},
};

/// Says that a number must not be called: contacts with it are reported as rejected, with
/// AIRUDDER_E1021_SUPPRESSED. To be called before the first poll, or at AIRUDDER_CAMPAIGN_SCREEN.
///
/// @param campaign  The campaign.
/// @param number    The number, as contacts have it: `+6281200000000`. Spaces and an end of line around it are
///                  ignored, and so is an empty one.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG: it is no number; AIRUDDER_E1008_MISUSE at another time.
///
///     airudder_campaign_suppress(campaign, "+6281200000000", &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_suppress(
    campaign: airudder_campaign,
    number: Text<'_>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let number = number.get("number")?;
        CAMPAIGNS.with(campaign, |campaign| campaign.machine().suppress([number]))
    })
}

/// The same as airudder_campaign_suppress() for a case id.
///
/// @param campaign  The campaign.
/// @param case_id   The case id, as contacts have it.
/// @param error     Receives the error; may be NULL.
/// @return As airudder_campaign_suppress().
///
///     airudder_campaign_suppress_case_id(campaign, "case-7", &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_suppress_case_id(
    campaign: airudder_campaign,
    case_id: Text<'_>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let case_id = case_id.get("case_id")?;
        CAMPAIGNS.with(campaign, |campaign| campaign.machine().suppress_case_ids([case_id]))
    })
}

/// Gives the contacts of the last AIRUDDER_CAMPAIGN_SCREEN.
///
/// @param campaign  The campaign.
/// @param contacts  Receives a JSON array of contacts, as they were added. It lives until the next such step.
/// @return 0; AIRUDDER_E1008_MISUSE if there was none.
///
///     airudder_campaign_to_screen(campaign, &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_to_screen(campaign: airudder_campaign, contacts: Out<'_, airudder_text>) -> c_int {
    code(|| {
        let contacts = output(contacts, "contacts", airudder_text::NONE)?;
        *contacts = CAMPAIGNS.with(campaign, |campaign| campaign.to_screen())?;
        Ok(())
    })
}

/// Says that all of them were named who must not be called of the last AIRUDDER_CAMPAIGN_SCREEN: the others are uploaded
/// next.
///
/// @param campaign  The campaign.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE if there was no such step.
///
///     airudder_campaign_screened(campaign, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_screened(campaign: airudder_campaign, error: ErrorSlot<'_>) -> c_int {
    code_with_error(error, || CAMPAIGNS.with(campaign, |campaign| campaign.machine().screened()))
}

/// Says that nothing may be uploaded from one time to another, such as at night. Contacts in doubt are looked up all the
/// same. This is about uploads: when people are called is a matter of the workflow's template. As often as needed, also
/// while the campaign runs; where nothing may be uploaded before the end time, it stops with
/// AIRUDDER_E1023_CAMPAIGN_STOPPED.
///
/// @param campaign  The campaign.
/// @param from_ms   From when, in Unix milliseconds.
/// @param to_ms     Until when.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_campaign_close_between(campaign, tonight_ms, tomorrow_ms);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_campaign_close_between(campaign: airudder_campaign, from_ms: u64, to_ms: u64) -> c_int {
    code(|| {
        CAMPAIGNS.with(campaign, |campaign| {
            campaign.machine().close_between(from_ms, to_ms);
            Ok(())
        })
    })
}
