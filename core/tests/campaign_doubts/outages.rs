//! The API, or something before it, loses or refuses everything.

use airudder_core::{CampaignConfig, ErrorCode};
use serde_json::Value;

use crate::support::Answer::{self, Code, Lost, Raw};
use crate::support::{Host, MINUTE, config, contacts, found, usual};

#[test]
fn an_upload_is_not_repeated_because_its_token_is_refused() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(3), &mut |_, operation, _| match operation {
        "uploaddetails" => Code(401),
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, host.count("uploaddetails"), host.count("auth")), (3, 1, 2));
}

#[test]
fn what_refuses_before_the_api_stops_the_campaign_and_a_resume_looks_everybody_up() {
    for status in [403, 404, 413] {
        let mut host = Host::new();
        let report = host.run(config(10), &contacts(60), &mut |host, operation, _| match operation {
            "uploaddetails" if host.count("uploaddetails") > 2 => Raw(status, "<html>no</html>"),
            _ => usual(operation),
        });
        let error = report.error.unwrap();
        assert_eq!((error.code(), error.details().http_status), (ErrorCode::OutcomeUnknown, Some(status)));
        assert_eq!((report.accepted, report.rejected.len(), report.doubtful.len()), (20, 0, 10));
        let report = host.run(config(10), &contacts(60), &mut |_, operation, _| usual(operation));
        assert_eq!((report.accepted, host.count("detailinstances")), (60, 20));
    }
}

#[test]
fn what_a_proxy_did_not_forward_is_not_in_doubt() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(20), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") == 2 => Raw(407, "<html>who are you</html>"),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.doubtful.len(), report.error.is_some()), (10, 0, true));
    let report = host.run(config(10), &contacts(20), &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, host.count("detailinstances"), host.count("uploaddetails")), (20, 0, 3));
}

#[test]
fn a_proxy_that_refuses_the_creation_stops_the_campaign_at_once() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(3), &mut |_, operation, _| match operation {
        "createinstance" => Raw(403, "<html>no</html>"),
        _ => usual(operation),
    });
    assert_eq!(report.error.unwrap().details().http_status, Some(403));
    assert_eq!((host.count("createinstance"), host.count("uploaddetails")), (1, 0));
}

#[test]
fn a_long_outage_stops_the_campaign_after_three_lost_batches() {
    for status in [500, 503] {
        let mut host = Host::new();
        let report = host.run(config(10), &contacts(200), &mut |_, operation, _| match operation {
            "uploaddetails" => Raw(status, "<html>down</html>"),
            _ => usual(operation),
        });
        let error = report.error.unwrap();
        assert_eq!((error.code(), error.details().http_status), (ErrorCode::ServerError, Some(status)));
        assert_eq!(host.count("uploaddetails"), 3);
        assert!(host.count("detailinstances") <= 60, "{}", host.count("detailinstances"));
        let report = host.run(config(10), &contacts(200), &mut |_, operation, _| usual(operation));
        assert_eq!((report.accepted, report.doubtful.len()), (200, 0));
    }
}

#[test]
fn uploads_that_are_lost_together_count_once() {
    for refused in [|| Code(401), || Lost] {
        let mut host = Host { together: true, ..Host::new() };
        let config = CampaignConfig { in_flight: 4, ..config(10) };
        let report = host.run(config.clone(), &contacts(200), &mut |host, operation, _| match operation {
            "uploaddetails" if (5..=8).contains(&host.count("uploaddetails")) => refused(),
            _ => usual(operation),
        });
        assert_eq!((report.accepted, report.doubtful.len(), report.error.is_none()), (200, 0, true));
        assert_eq!(host.count("uploaddetails"), 24);
        let mut host = Host { together: true, ..Host::new() };
        let report = host.run(config, &contacts(200), &mut |_, operation, _| match operation {
            "uploaddetails" => refused(),
            _ => usual(operation),
        });
        assert!(report.error.unwrap().to_string().contains("3 times in a row"));
        assert!(host.count("uploaddetails") <= 12, "{}", host.count("uploaddetails"));
    }
}

#[test]
fn batches_that_are_lost_between_others_do_not_stop_a_campaign() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(200), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") % 3 == 1 => Raw(500, ""),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.error.is_none()), (200, true));
}

/// The API as it is while it fails, in this way, from its third request until so many milliseconds later, and after that.
fn down(host: &Host, operation: &str, how: usize, ms: u64) -> Answer {
    let began_ms = host.seen_at.get(2).copied().unwrap_or(0);
    if host.seen.len() < 3 || host.monotonic_ms > began_ms + ms {
        return usual(operation);
    }
    match how {
        0 => Raw(500, "<html>down</html>"),
        1 => Lost,
        _ => Code(503),
    }
}

#[test]
fn a_campaign_waits_for_an_api_that_is_away_for_a_minute_and_goes_on() {
    for how in 0..3 {
        for in_flight in [1, 4] {
            let mut host = Host::new();
            let config = CampaignConfig { in_flight, ..config(10) };
            let report = host.run(config, &contacts(200), &mut |host, operation, _| down(host, operation, how, MINUTE));
            assert_eq!((report.accepted, report.doubtful.len(), report.error.is_none()), (200, 0, true), "{how}");
            let during: Vec<u64> = host
                .seen_at
                .iter()
                .copied()
                .filter(|at| (host.seen_at[2]..host.seen_at[2] + MINUTE).contains(at))
                .collect();
            let most =
                during.iter().map(|from| during.iter().filter(|at| (*from..from + 1000).contains(at)).count()).max();
            assert!(most <= Some(in_flight.max(3)), "{most:?} a second");
            assert!((8..40).contains(&during.len()), "{} in a minute", during.len());
            // Those that were under way as it began, and nothing while it lasted.
            let lost = if how == 2 { 1 } else { in_flight.min(3) };
            assert!(host.count("uploaddetails") <= 20 + lost, "{}", host.count("uploaddetails"));
        }
    }
}

#[test]
fn an_outage_that_lasts_stops_the_campaign_and_the_next_run_goes_on() {
    for (max_outage_ms, most) in [(600_000, 150), (0, 6)] {
        let mut host = Host::new();
        let limited = CampaignConfig { max_outage_ms, ..config(10) };
        let report = host.run(limited, &contacts(30), &mut |host, operation, _| down(host, operation, 1, u64::MAX / 2));
        let error = report.error.unwrap();
        assert_eq!(error.code(), ErrorCode::Timeout);
        assert_eq!(error.to_string().contains("max_outage"), max_outage_ms > 0, "{error}");
        assert_eq!((report.accepted, report.doubtful.len(), host.count("uploaddetails")), (0, 10, 1));
        assert!(host.seen.len() <= most, "{}", host.seen.len());
        assert!(host.monotonic_ms.abs_diff(max_outage_ms) < 15_000, "{}", host.monotonic_ms);
        let report = host.run(config(10), &contacts(30), &mut |_, operation, _| usual(operation));
        assert_eq!((report.accepted, host.count("uploaddetails")), (30, 4));
    }
}

#[test]
fn what_the_api_refuses_for_now_is_sent_when_it_does_no_longer_and_nobody_is_in_doubt() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(30), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") <= 5 => Code(429),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, host.count("uploaddetails")), (30, 8));
    let times = host.times("uploaddetails");
    assert!(times.windows(2).take(5).all(|pair| pair[1] - pair[0] >= 1000), "a second is what E3002 says: {times:?}");
    // One lookup each time asks whether the API is back, of somebody who is not in doubt.
    assert_eq!(host.count("detailinstances"), 5);
}

#[test]
fn a_refusal_of_uploads_that_lasts_stops_the_campaign_though_lookups_work() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(30), &mut |_, operation, _| match operation {
        "uploaddetails" => Code(429),
        _ => usual(operation),
    });
    assert_eq!(report.error.unwrap().code(), ErrorCode::RateLimited);
    assert_eq!((report.accepted, report.doubtful.len()), (0, 0));
    assert!(host.monotonic_ms.abs_diff(600_000) < 15_000, "{}", host.monotonic_ms);
    assert!(host.count("uploaddetails") < 120, "{}", host.count("uploaddetails"));
}

#[test]
fn few_failures_of_lookups_hold_nothing_up() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(30), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") == 1 => Lost,
        "detailinstances" if host.count("detailinstances") % 3 > 0 => Lost,
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.error.is_none()), (30, true));
    assert!(host.monotonic_ms < 2 * MINUTE, "{}", host.monotonic_ms);
}

#[test]
fn lookups_that_fail_one_after_the_other_are_an_outage_though_nothing_is_uploaded() {
    let mut host = Host::new();
    let mut lost = |_: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Lost,
        _ => usual(operation),
    };
    host.run(CampaignConfig { max_outage_ms: 0, ..config(10) }, &contacts(10), &mut lost);
    let (before, began_ms) = (host.seen.len(), host.monotonic_ms);
    let report = host.run(config(10), &contacts(10), &mut lost);
    assert_eq!((report.error.unwrap().code(), report.doubtful.len()), (ErrorCode::Timeout, 10));
    assert!((host.monotonic_ms - began_ms).abs_diff(600_000) < 15_000, "{}", host.monotonic_ms - began_ms);
    assert!(host.seen.len() - before < 150, "{}", host.seen.len() - before);
}
