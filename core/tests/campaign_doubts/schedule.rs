//! The rate of a campaign, and the times at which nothing is uploaded.

use airudder_core::{Campaign, CampaignConfig, CampaignStep, ErrorCode, Phase};
use serde_json::Value;

use crate::support::Answer::Lost;
use crate::support::{HOUR, Host, MINUTE, START, config, contacts, usual};

#[test]
fn uploads_keep_to_the_rate_on_average() {
    let mut host = Host::new();
    let paced = CampaignConfig { rate: Some(4.0), in_flight: 3, ..config(10) };
    let report = host.run(paced, &contacts(50), &mut |_, operation, _| usual(operation));
    assert_eq!(report.accepted, 50);
    let times = host.times("uploaddetails");
    assert_eq!(times.len(), 5);
    assert!(times.windows(2).all(|pair| (2500..2600).contains(&(pair[1] - pair[0]))), "{times:?}");
}

#[test]
fn campaigns_of_one_session_share_the_rate() {
    let (mut host, session) = (Host::new(), Host::new().session());
    let mut campaigns: Vec<Campaign> =
        (0..2).map(|_| Campaign::new(&session, CampaignConfig { rate: Some(10.0), ..config(10) }).unwrap()).collect();
    for campaign in &mut campaigns {
        campaign.resume(b"").unwrap();
        let mut is_fed = false;
        let waits = loop {
            match campaign.poll(host.now()).unwrap() {
                CampaignStep::Journal { .. } => campaign.journal_written().unwrap(),
                CampaignStep::Contacts { .. } if is_fed => campaign.end_of_contacts().unwrap(),
                CampaignStep::Contacts { .. } => {
                    is_fed = true;
                    campaign.feed(&Value::from(contacts(10)).to_string()).unwrap();
                }
                CampaignStep::Call { id, mut call } => {
                    let result = host.exchange(&mut call, &mut |_, operation, _| usual(operation));
                    campaign.on_result(id, host.now(), result).unwrap();
                }
                CampaignStep::Screen { .. } => unreachable!("nobody asked for it"),
                CampaignStep::Wait { until_ms } => break until_ms,
                CampaignStep::Done => break None,
            }
        };
        // The first one is done at once; the second one waits for the first one's contacts.
        assert_eq!(waits.is_some(), campaign.progress().phase == Phase::Paused);
        assert_eq!(campaign.progress().until_ms, waits);
    }
    assert_eq!(host.count("uploaddetails"), 1);
    assert_eq!([campaigns[0].progress().phase, campaigns[1].progress().phase], [Phase::Ended, Phase::Paused]);
}

#[test]
fn nothing_is_uploaded_while_it_is_closed_and_lookups_go_on() {
    let closed = vec![(START - HOUR, START + HOUR), (START + HOUR + MINUTE, START + 3 * HOUR)];
    let mut host = Host::new();
    let closing = CampaignConfig { closed, ..config(10) };
    let report = host.run(closing, &contacts(30), &mut |host, operation, _| match operation {
        // What the first upload leaves in doubt is looked up while it is closed, and sent when it is open again.
        "uploaddetails" if host.count("uploaddetails") == 1 => {
            host.pass(MINUTE);
            Lost
        }
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.error.is_none()), (30, true));
    let uploads = host.times("uploaddetails");
    assert!((HOUR..HOUR + 1000).contains(&uploads[0]), "{uploads:?}");
    assert!(uploads[1..].iter().all(|at| (3 * HOUR..4 * HOUR).contains(at)), "{uploads:?}");
    assert!(host.times("createinstance").iter().all(|at| (HOUR..HOUR + 1000).contains(at)));
    let lookups = host.times("detailinstances");
    assert!(lookups.iter().all(|at| (HOUR..2 * HOUR).contains(at)), "{lookups:?}");
}

#[test]
fn a_campaign_that_is_closed_until_its_end_stops_with_its_report() {
    let mut host = Host::new();
    let closed = vec![(START + 1000, START + HOUR)];
    let config = CampaignConfig { end_time: "2023-11-15 06:43:20+08:00".into(), closed, ..config(10) };
    let report = host.run(config, &contacts(30), &mut |host, operation, _| {
        if operation == "uploaddetails" {
            host.pass(1000);
        }
        usual(operation)
    });
    let error = report.error.unwrap();
    assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::CampaignStopped, Some("/window")));
    assert_eq!((report.accepted, host.count("uploaddetails")), (10, 1));
    assert!(host.monotonic_ms < MINUTE);
}

#[test]
fn a_rate_that_is_none_is_refused() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error =
            Campaign::new(&Host::new().session(), CampaignConfig { rate: Some(rate), ..config(10) }).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidConfig, Some("/rate")));
    }
    let none = CampaignConfig { max_doubtful_batches: 0, ..config(10) };
    let error = Campaign::new(&Host::new().session(), none).unwrap_err();
    assert_eq!(error.details().pointer.as_deref(), Some("/max_doubtful_batches"));
}
