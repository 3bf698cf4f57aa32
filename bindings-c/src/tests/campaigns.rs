//! Campaigns: contacts, journals, reports; and one that is resumed after a crash.

use super::{
    arguments::{NOW, bytes, client, failed, no_error, output, read, settings, text, zeroed},
    calls::run,
};
use crate::{
    functions::{
        call::airudder_call_free, campaign::*, campaign_limits::*, campaign_partition::*, campaign_report::*,
        client::airudder_client_free,
    },
    objects::campaign::FirstCampaignStep,
    types::{
        campaign::{
            airudder_campaign, airudder_campaign_config, airudder_campaign_step,
            airudder_campaign_step_kind::{
                AIRUDDER_CAMPAIGN_CALL, AIRUDDER_CAMPAIGN_CONTACTS, AIRUDDER_CAMPAIGN_DONE, AIRUDDER_CAMPAIGN_JOURNAL,
                AIRUDDER_CAMPAIGN_SCREEN, AIRUDDER_CAMPAIGN_WAIT,
            },
        },
        client::airudder_client,
    },
};

const PEOPLE: [&str; 3] = ["+6200000000001", "no number", "+6200000000003"];

/// The settings that every campaign has.
fn july() -> airudder_campaign_config<'static> {
    airudder_campaign_config {
        size: size_of::<airudder_campaign_config<'_>>(),
        workflow_template_id: 7,
        name: text(c"july"),
        end_time: text(c"2099-07-31 18:00:00+08:00"),
        ..zeroed()
    }
}

fn begin(client: airudder_client, journal: &[u8]) -> airudder_campaign {
    let config = airudder_campaign_config { batch_size: 1, screen: 1, ..july() };
    let campaign = output(|campaign| airudder_campaign_new(client, settings(&config), campaign, no_error()));
    let (journal, journal_len) = bytes(journal);
    output(|good| airudder_campaign_resume(campaign, journal, journal_len, good, no_error()));
    campaign
}

fn add_everybody(campaign: airudder_campaign) {
    for (case, callee) in PEOPLE.into_iter().enumerate() {
        if case == 0 {
            let json = format!(r#"[{{"callee":"{callee}","platform":"TEMP1","caseid":"c-0","variables":{{}}}}]"#);
            let (json, json_len) = bytes(json.as_bytes());
            assert_eq!(airudder_campaign_add_json(campaign, json, json_len, no_error()), 0);
            continue;
        }
        let (callee, callee_len) = bytes(callee.as_bytes());
        assert_eq!(airudder_campaign_set_strn(campaign, text(c"/callee"), callee, callee_len), 0);
        assert_eq!(airudder_campaign_set_str(campaign, text(c"/platform"), text(c"TEMP1")), 0);
        let (json, json_len) = bytes(b"{}");
        assert_eq!(airudder_campaign_set_json(campaign, text(c"/variables"), json, json_len), 0);
        assert_eq!(airudder_campaign_add(campaign, no_error()), 0);
    }
    assert_eq!(airudder_campaign_end_of_contacts(campaign, no_error()), 0);
}

/// Sends the campaign until this many of its calls were made, or to its end; gives the journal.
fn send(client: airudder_client, journal: &str, calls: usize) -> (airudder_campaign, String) {
    let campaign = begin(client, journal.as_bytes());
    let mut journal = journal.to_owned();
    let mut made = 0;
    loop {
        let step: airudder_campaign_step =
            output(|step| airudder_campaign_poll_at(campaign, NOW, NOW, step, no_error()));
        match step.kind {
            AIRUDDER_CAMPAIGN_JOURNAL => {
                output(|progress| airudder_campaign_progress(campaign, progress));
                // SAFETY: there was no poll since.
                journal += &unsafe { read(step.journal) };
                assert_eq!(airudder_campaign_journal_written(campaign), 0);
            }
            AIRUDDER_CAMPAIGN_CONTACTS => add_everybody(campaign),
            AIRUDDER_CAMPAIGN_SCREEN => {
                let contacts = output(|contacts| airudder_campaign_to_screen(campaign, contacts));
                assert_eq!(airudder_campaign_suppress(campaign, text(c"+6200000000099"), no_error()), 0);
                assert_eq!(airudder_campaign_screened(campaign, no_error()), 0);
                // SAFETY: it lives until the next such step.
                assert!(unsafe { read(contacts) }.contains("+6200"));
            }
            AIRUDDER_CAMPAIGN_CALL => {
                made += 1;
                if made > calls {
                    assert_eq!(airudder_call_free(step.call), 0);
                    return (campaign, journal);
                }
                run(step.call, r#"{"code":200,"data":{"workflow_id":"w-1","rows":[{"workflow_id":"w-1"}]}}"#);
                assert_eq!(airudder_campaign_on_result_at(campaign, NOW, NOW, step.call, no_error()), 0);
                assert_eq!(airudder_call_free(step.call), 0);
            }
            AIRUDDER_CAMPAIGN_WAIT => panic!("there is nothing to wait for"),
            AIRUDDER_CAMPAIGN_DONE => return (campaign, journal),
        }
    }
}

#[test]
fn a_campaign_is_sent_and_reported() {
    let client = client(None);
    let (campaign, _) = send(client, "", usize::MAX);
    assert_eq!(airudder_campaign_result(campaign, no_error()), 0);
    let progress = output(|progress| airudder_campaign_progress(campaign, progress));
    assert_eq!((progress.contacts, progress.accepted, progress.rejected, progress.doubtful), (3, 2, 1, 0));
    let report = output(|json| airudder_campaign_report_json(campaign, json));
    let pointer = output(|value| airudder_campaign_get_str(campaign, text(c"/rejected/0/pointer"), value));
    assert_eq!(output(|value| airudder_campaign_get_int(campaign, text(c"/rejected/0/contact"), value)), 1);
    assert_eq!(output(|count| airudder_campaign_get_count(campaign, text(c"/rejected"), count)), 1);
    failed(1017, |value| airudder_campaign_get_str(campaign, text(c"/nothing"), value));
    output(|until| airudder_campaign_phase(campaign, Some(&mut std::mem::MaybeUninit::uninit()), until));
    // SAFETY: what only asks leaves the texts of the report alone.
    unsafe {
        assert!(read(report).starts_with(r#"{"accepted":2"#));
        assert_eq!(read(pointer), "/callee");
    }
    assert_eq!(airudder_campaign_free(campaign), 0);
    assert_eq!(airudder_client_free(client), 0);
}

#[test]
fn a_campaign_goes_on_after_a_crash_at_each_call() {
    let client = client(None);
    for calls in 0..4 {
        let (crashed, journal) = send(client, "", calls);
        assert_eq!(airudder_campaign_free(crashed), 0);
        let (campaign, _) = send(client, &journal, usize::MAX);
        let progress = output(|progress| airudder_campaign_progress(campaign, progress));
        assert_eq!((progress.accepted, progress.doubtful), (2, 0), "{journal}");
        assert_eq!(airudder_campaign_free(campaign), 0);
    }
    assert_eq!(airudder_client_free(client), 0);
}

#[test]
fn a_step_as_the_first_version_has_it_and_partitions() {
    let client = client(None);
    let campaign = begin(client, b"");
    let _: FirstCampaignStep = output(|step| airudder_campaign_poll(campaign, NOW, step, no_error()));
    assert_eq!(airudder_campaign_give_up(campaign), 0);
    assert_eq!(airudder_campaign_free(campaign), 0);
    let config = airudder_campaign_config { partition_count: 2, ..july() };
    let campaign = output(|campaign| airudder_campaign_new(client, settings(&config), campaign, no_error()));
    let line = output(|line| airudder_campaign_head(campaign, NOW, line, no_error()));
    // SAFETY: it lives until the next function of this campaign.
    let line = unsafe { read(line) };
    let (head, head_len) = bytes(line.as_bytes());
    assert_eq!(airudder_campaign_resume_head(campaign, head, head_len, no_error()), 0);
    let (contact, contact_len) = bytes(br#"{"callee":"+6200000000001","platform":"TEMP1","variables":{}}"#);
    assert!(output(|partition| airudder_partition_of(contact, contact_len, 2, partition, no_error())) < 2);
    assert_eq!(airudder_campaign_free(campaign), 0);
    assert_eq!(airudder_client_free(client), 0);
}
