//! The API, or something before it, loses or refuses everything.

use crate::support::Answer::{Code, Raw};
use airudder_core::ErrorCode;

use crate::support::{Host, config, contacts, found, usual};

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
fn batches_that_are_lost_between_others_do_not_stop_a_campaign() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(200), &mut |host, operation, _| match operation {
        "uploaddetails" if host.count("uploaddetails") % 3 == 1 => Raw(500, ""),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.error.is_none()), (200, true));
}
