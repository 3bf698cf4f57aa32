//! Clocks that are wrong or set.

use crate::support::Answer::{Data, Lost};
use airudder_core::ErrorCode;
use serde_json::{Value, json};

use crate::support::{Answer, DAY, HOUR, Host, MINUTE, START, config, contacts, found, usual};

/// The first upload is lost and arrives late, and the clock jumps during it, or during the first lookup.
fn lost_while_the_clock_jumps(one_clock: bool, during: &str, jump_ms: i64) -> Host {
    let mut host = Host { one_clock, ..Host::new() };
    let report = host.run(config(10), &contacts(3), &mut |host, operation, _| {
        if operation == during && host.count(operation) == 1 {
            host.unix_ms = host.unix_ms.checked_add_signed(jump_ms).unwrap();
        }
        match operation {
            "uploaddetails" if host.count("uploaddetails") == 1 => Lost,
            _ => usual(operation),
        }
    });
    assert_eq!((report.accepted, host.count("uploaddetails"), host.count("detailinstances")), (3, 2, 6));
    host
}

#[test]
fn a_clock_that_is_set_while_contacts_are_in_doubt_neither_shortens_nor_prolongs_the_wait() {
    for one_clock in [false, true] {
        for during in ["uploaddetails", "detailinstances"] {
            for jump_ms in [0, 23 * HOUR.cast_signed(), -23 * HOUR.cast_signed()] {
                let host = lost_while_the_clock_jumps(one_clock, during, jump_ms);
                let (first, second) = (host.times("detailinstances")[2], host.times("detailinstances")[3]);
                let what = format!("{one_clock} {during} {jump_ms}: {first} {second}");
                assert!((MINUTE - 100..2 * MINUTE).contains(&(second - first)), "{what}");
            }
        }
    }
}

#[test]
fn what_an_earlier_run_left_in_doubt_settles_before_it_is_sent_again() {
    let mut host = Host::new();
    let mut lost = |_: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Lost,
        _ => usual(operation),
    };
    host.run(config(10), &contacts(3), &mut lost);
    let (before, began_ms) = (host.times("detailinstances").len(), host.monotonic_ms);
    let mut sent_at = Vec::new();
    let report = host.run(config(10), &contacts(3), &mut |host, operation, _| {
        if operation == "uploaddetails" {
            sent_at.push(host.monotonic_ms);
        }
        usual(operation)
    });
    assert_eq!((report.accepted, host.times("detailinstances").len() - before, sent_at.len()), (3, 6, 1));
    assert!(sent_at[0] >= began_ms + MINUTE && host.times("detailinstances")[before + 3] >= began_ms + MINUTE);
}

/// A lookup finds its contact if its window holds the time at which the tests begin.
fn found_within(window: &Value) -> Answer {
    let starts_before = window["start_time"].as_str().unwrap() < "2023-11-15 06:13:00";
    let ends_after = window["end_time"].as_str().unwrap() > "2023-11-15 06:14:00";
    if starts_before && ends_after { found() } else { usual("detailinstances") }
}

#[test]
fn look_ups_cover_the_time_of_the_api_however_wrong_the_clock_is() {
    for (off_ms, service) in [
        (0, Some(0)),
        (20 * HOUR.cast_signed(), Some(0)),
        (-20 * HOUR.cast_signed(), Some(0)),
        (5 * DAY.cast_signed(), None),
        (-5 * DAY.cast_signed(), None),
    ] {
        let mut host = Host { service, unix_ms: START.checked_add_signed(off_ms).unwrap(), ..Host::new() };
        let report = host.run(config(10), &contacts(2), &mut |_, operation, body| match operation {
            "uploaddetails" => Lost,
            "detailinstances" => found_within(body),
            _ => usual(operation),
        });
        assert_eq!((report.accepted, host.count("uploaddetails")), (2, 1), "{off_ms}");
        let told = service.map(|_| -off_ms).filter(|offset_ms| *offset_ms != 0);
        assert_eq!(report.clock_offset_ms.is_some(), told.is_some());
        let (offset_ms, told) = (report.clock_offset_ms.unwrap_or_default(), told.unwrap_or_default());
        assert!(offset_ms.abs_diff(told) < 2000, "{offset_ms} {told}");
    }
}

#[test]
fn a_clock_that_is_set_once_a_workflow_was_created_does_not_move_its_look_ups() {
    for set_by_ms in [40 * HOUR.cast_signed(), -40 * HOUR.cast_signed()] {
        let mut host = Host::new();
        host.run(config(10), &contacts(2), &mut |host, operation, _| match operation {
            "createinstance" => {
                host.set_by_ms = set_by_ms;
                usual(operation)
            }
            "uploaddetails" | "detailinstances" => Lost,
            _ => usual(operation),
        });
        host.unix_ms = START + host.monotonic_ms;
        host.pass(3 * DAY);
        let report = host.run(config(10), &contacts(2), &mut |_, operation, body| match operation {
            "detailinstances" => found_within(body),
            _ => usual(operation),
        });
        assert_eq!((report.accepted, host.count("uploaddetails")), (2, 1), "{set_by_ms}");
    }
}

#[test]
fn a_clock_that_is_more_than_a_day_off_stops_the_campaign_before_anything_is_sent() {
    for (off_ms, what) in [(30 * HOUR.cast_signed(), "ahead of"), (-30 * HOUR.cast_signed(), "behind")] {
        let mut host = Host { unix_ms: START.checked_add_signed(off_ms).unwrap(), ..Host::new() };
        let report = host.run(config(10), &contacts(2), &mut |_, operation, _| usual(operation));
        let error = report.error.unwrap();
        assert_eq!(error.code(), ErrorCode::ClockOff);
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!((host.seen.len(), host.journal.len()), (1, 0), "the token alone was asked for");
    }
}

#[test]
fn a_time_longer_than_a_month_is_looked_up_in_parts() {
    let mut host = Host::new();
    let mut lost = |_: &mut Host, operation: &str, _: &Value| match operation {
        "uploaddetails" | "detailinstances" => Lost,
        _ => usual(operation),
    };
    host.run(config(10), &contacts(1), &mut lost);
    host.pass(70 * DAY);
    for is_found in [false, true] {
        let mut again = Host {
            journal: host.journal.clone(),
            unix_ms: host.unix_ms,
            monotonic_ms: host.monotonic_ms,
            ..Host::new()
        };
        let report = again.run(config(10), &contacts(1), &mut |_, operation, body| match operation {
            "detailinstances" if is_found && body["end_time"].as_str().unwrap() > "2024-01-20" => found(),
            _ => usual(operation),
        });
        assert_eq!(report.accepted, 1);
        assert_eq!(again.count("uploaddetails"), usize::from(!is_found));
        let windows: Vec<(&str, &str)> = again
            .bodies("detailinstances")
            .iter()
            .map(|body| (body["start_time"].as_str().unwrap(), body["end_time"].as_str().unwrap()))
            .collect();
        assert_eq!(windows.len(), if is_found { 3 } else { 6 }, "{windows:?}");
        assert!(windows[0].0 < "2023-11-15" && windows[2].1 > "2024-01-24", "{windows:?}");
        assert!(windows[..3].windows(2).all(|pair| pair[0].1 == pair[1].0), "{windows:?}");
    }
    // What one part leaves unclear is not cleared up by the others.
    let report = host.run(config(10), &contacts(1), &mut |_, operation, body| match operation {
        "detailinstances" if body["end_time"].as_str().unwrap() < "2023-12-20" => {
            Data(json!({"rows": [{"status": "x"}]}))
        }
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.doubtful.len(), host.count("uploaddetails")), (0, 1, 1));
}
