//! Who must not be called, asked for each upload.

use airudder_core::{Campaign, CampaignConfig, CampaignStep, ErrorCode, MaxRejected};
use serde_json::Value;

use crate::support::Answer::{Code, Lost};
use crate::support::{Host, config, contacts, usual};

fn screening() -> CampaignConfig {
    CampaignConfig { screen: true, ..config(10) }
}

/// The number of the contact at this position.
fn number(position: u64) -> String {
    format!("+6200{position:08}")
}

#[test]
fn each_upload_is_screened_just_before_it() {
    let mut host = Host { suppress: vec![number(3), number(17)], ..Host::new() };
    let report = host.run(screening(), &contacts(25), &mut |_, operation, _| usual(operation));
    let rejected: Vec<_> = report.rejected.iter().map(|one| (one.contact, one.code.as_str())).collect();
    assert_eq!(rejected, [(3, "E1021"), (17, "E1021")]);
    assert_eq!((report.accepted, host.count("uploaddetails")), (23, 3));
    // Contacts that come later than they were named are rejected at once.
    assert_eq!(host.screened.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 4]);
    assert_eq!(host.screened[1][0], contacts(25)[10]);
    // Where nobody of an upload may be called, there is none.
    let mut host = Host { suppress: (0..10).map(number).collect(), ..Host::new() };
    let report = host.run(screening(), &contacts(10), &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, report.rejected.len(), host.count("uploaddetails")), (0, 10, 0));
}

#[test]
fn what_goes_out_again_is_screened_again() {
    for refused in [false, true] {
        let mut host = Host::new();
        let report = host.run(screening(), &contacts(10), &mut |host, operation, _| {
            if operation == "uploaddetails" && host.count("uploaddetails") == 1 {
                host.suppress = vec![number(4)];
                return if refused { Code(429) } else { Lost };
            }
            usual(operation)
        });
        assert_eq!((report.accepted, report.rejected.len(), host.count("uploaddetails")), (9, 1, 2));
        // A lost one that is suppressed by now is not sent again, whether it was screened or looked up last.
        let sent = host.bodies("uploaddetails")[1]["details"].as_array().unwrap();
        assert!(sent.len() == 9 && sent.iter().all(|contact| contact["callee"] != number(4)));
    }
}

#[test]
fn too_many_who_are_suppressed_stop_the_campaign_before_their_upload() {
    let mut host = Host { suppress: (0..6).map(number).collect(), ..Host::new() };
    let few = CampaignConfig { max_rejected: Some(MaxRejected::Number(5)), ..screening() };
    let report = host.run(few, &contacts(10), &mut |_, operation, _| usual(operation));
    assert_eq!(report.error.unwrap().code(), ErrorCode::TooManyRejected);
    assert_eq!((report.accepted, host.count("uploaddetails")), (0, 0));
}

#[test]
fn a_campaign_that_is_given_up_while_it_screens_loses_nobody() {
    let (mut host, mut campaign) = (Host::new(), Campaign::new(&Host::new().session(), screening()).unwrap());
    campaign.resume(b"").unwrap();
    loop {
        match campaign.poll(host.now()).unwrap() {
            CampaignStep::Journal { lines, .. } => {
                host.journal.extend(lines.as_bytes());
                campaign.journal_written().unwrap();
            }
            CampaignStep::Contacts { .. } => campaign.feed(&Value::from(contacts(10)).to_string()).unwrap(),
            CampaignStep::Call { id, mut call } => {
                let result = host.exchange(&mut call, &mut |_, operation, _| usual(operation));
                campaign.on_result(id, host.now(), result).unwrap();
            }
            CampaignStep::Screen { .. } => campaign.give_up().unwrap(),
            CampaignStep::Wait { .. } => unreachable!("there is nothing to wait for"),
            CampaignStep::Done => break,
        }
    }
    assert_eq!(campaign.screened().unwrap_err().code(), ErrorCode::Misuse);
    assert_eq!(campaign.suppress([number(1)]).unwrap_err().code(), ErrorCode::Misuse);
    assert_eq!((campaign.report().accepted, host.count("uploaddetails")), (0, 0));
    let report = host.run(screening(), &contacts(10), &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, host.count("uploaddetails")), (10, 1));
}
