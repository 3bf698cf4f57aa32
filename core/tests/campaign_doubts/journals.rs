//! Journals of other runs, accounts and versions.

use crate::support::Answer::Code;
use airudder_core::{Campaign, CampaignConfig, ErrorCode, Recorded, Report, crypto, recorded};
use serde_json::{Value, json};

use crate::support::{DAY, Host, START, config, contacts, found, usual};

/// A journal as version 0.1.0 wrote it: each line without its closing brace, then its checksum.
fn old_journal(lines: &[String]) -> Vec<u8> {
    let mut sum = String::new();
    let whole = lines.iter().map(|line| {
        sum = crypto::digest(format!("{sum}{line}").as_bytes());
        sum.truncate(16);
        format!("{line},\"sum\":\"{sum}\"}}\n")
    });
    whole.collect::<String>().into_bytes()
}

#[test]
fn a_journal_is_bound_to_its_host_account_and_secret() {
    let mut host = Host::new();
    let report = host.run(config(10), &contacts(3), &mut |_, operation, _| usual(operation));
    assert_eq!(report.accepted, 3);
    let own = (host.base_url, host.app_key, host.app_secret);
    for (base_url, app_key, app_secret, pointer) in [
        ("http://127.0.0.1:2", own.1, own.2, "/base_url"),
        (own.0, "fake-other", own.2, "/app_key"),
        (own.0, own.1, "fake-changed", "/journal_key"),
    ] {
        let other = Host { app_key, app_secret, base_url, ..Host::new() };
        let resume = |config| Campaign::new(&other.session(), config).unwrap().resume(&host.journal);
        let error = resume(config(10)).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::JournalMismatch, Some(pointer)));
        let told = CampaignConfig { same_account: true, journal_key: Some("fake-secret".into()), ..config(10) };
        assert_eq!(resume(told).unwrap(), host.journal.len());
    }
}

#[test]
fn a_journal_names_nobody_and_gives_no_number_back() {
    let text = |secret, seed| {
        let mut host = Host { app_secret: secret, ..Host::new() };
        let own = CampaignConfig { seed, ..config(1) };
        let report = host.run(own, &contacts(1), &mut |_, operation, _| match operation {
            "uploaddetails" => Code(403),
            _ => usual(operation),
        });
        assert!(report.rejected[0].message.contains("+6281234567890"), "the report is for those who know the contacts");
        String::from_utf8(host.journal).unwrap()
    };
    let journals = [text("fake-one", 1), text("fake-one", 2), text("fake-two", 1)];
    let sent = |journal: &String| journal.split("\"marks\":\"").nth(1).unwrap()[..8].to_owned();
    assert_ne!(sent(&journals[0]), sent(&journals[1]), "another salt");
    assert_ne!(sent(&journals[0]), sent(&journals[2]), "another key");
    let plain = crypto::digest(contacts(1)[0].to_string().as_bytes());
    for journal in &journals {
        assert!(journal.contains("no to +***"), "{journal}");
        for hidden in ["6281234567890", "c-0", "fake-", &plain[..8]] {
            assert!(!journal.contains(hidden), "{hidden}: {journal}");
        }
    }
}

#[test]
fn a_journal_of_the_first_version_resumes_by_its_own_rules() {
    let mut all = contacts(4);
    // Today's rules refuse this one, which was sent by the old ones.
    all[0]["caseid"] = "c-0 ".into();
    let marks = |range: &[Value]| {
        range.iter().map(|one| crypto::digest(one.to_string().as_bytes())[..8].to_owned()).collect::<String>()
    };
    let journal = old_journal(&[
        format!(r#"{{"record":"campaign","version":1,"workflow_template_id":7,"name":"july","started_ms":{START}"#),
        r#"{"record":"creating","workflow":0,"name":"july""#.to_owned(),
        r#"{"record":"created","workflow":0,"workflow_id":"w0""#.to_owned(),
        format!(r#"{{"record":"sent","batch":0,"workflow":0,"contacts":[[0,2]],"marks":"{}""#, marks(&all[..2])),
        r#"{"record":"outcome","batch":0,"state":"accepted","code":null,"message":null"#.to_owned(),
        format!(r#"{{"record":"sent","batch":1,"workflow":0,"contacts":[[2,1]],"marks":"{}""#, marks(&all[2..3])),
    ]);
    let mut campaign = Campaign::new(&Host::new().session(), config(10)).unwrap();
    assert_eq!(campaign.normal(), 2);
    assert_eq!(campaign.resume(&journal).unwrap(), journal.len());
    assert_eq!(campaign.normal(), 1);
    let mut host = Host { journal, unix_ms: START + DAY, monotonic_ms: DAY, ..Host::new() };
    let report = host.run(config(10), &all, &mut |_, operation, _| match operation {
        "detailinstances" => found(),
        _ => usual(operation),
    });
    assert_eq!((report.accepted, report.rejected.len(), host.count("uploaddetails")), (4, 0, 1));
    let uploaded = host.bodies("uploaddetails")[0]["details"].clone();
    assert_eq!(uploaded, json!([all[3]]));
    assert_eq!(host.run(config(10), &all, &mut |_, operation, _| usual(operation)).accepted, 4);
}

/// Runs that were killed before their uploads arrived are no outage.
#[test]
fn batches_that_earlier_runs_lost_do_not_stop_this_one() {
    let all = contacts(6);
    let mark = |one: &Value| crypto::digest(one.to_string().as_bytes())[..8].to_owned();
    let mut lines = vec![
        format!(r#"{{"record":"campaign","version":1,"workflow_template_id":7,"name":"july","started_ms":{START}"#),
        r#"{"record":"creating","workflow":0,"name":"july""#.to_owned(),
        r#"{"record":"created","workflow":0,"workflow_id":"w0""#.to_owned(),
    ];
    lines.extend(all[..4].iter().enumerate().map(|(batch, one)| {
        format!(r#"{{"record":"sent","batch":{batch},"workflow":0,"contacts":[[{batch},1]],"marks":"{}""#, mark(one))
    }));
    let mut host = Host { journal: old_journal(&lines), ..Host::new() };
    let report = host.run(config(1), &all, &mut |_, operation, _| usual(operation));
    assert_eq!((report.accepted, report.error.is_none(), host.count("uploaddetails")), (6, true, 6));
}

#[test]
fn a_damaged_or_foreign_journal_is_an_error() {
    let mut host = Host::new();
    host.run(config(1), &contacts(3), &mut |_, operation, _| usual(operation));
    let resume = |journal: &[u8]| Campaign::new(&host.session(), config(1)).unwrap().resume(journal);
    let mut flipped = host.journal.clone();
    let last = flipped.len() - 40;
    flipped[last] ^= 4;
    assert_eq!(resume(&flipped).unwrap_err().code(), ErrorCode::JournalDamaged);
    assert_eq!(resume(b"callee,caseid\n+6200012345678,c-1\n").unwrap_err().code(), ErrorCode::JournalDamaged);
    let torn = &host.journal[..host.journal.len() - 1];
    assert!(resume(torn).unwrap() < torn.len());
}

/// Accepted, refused, in doubt, and kept back; what the report says of each is what the live run said.
#[test]
fn a_journal_alone_tells_what_became_of_its_contacts() {
    let mut host = Host::new();
    let mut uploads = 0;
    let report = host.run(config(2), &contacts(6), &mut |_, operation, _| match operation {
        "uploaddetails" => {
            uploads += 1;
            if uploads == 2 { Code(403) } else { usual(operation) }
        }
        _ => usual(operation),
    });
    let found = recorded(&host.journal).unwrap();
    assert_eq!(
        (found.name.as_str(), found.normal, found.report.accepted, found.unsent),
        ("july", 2, report.accepted, 0)
    );
    assert_eq!(found.report.accepted, found.accepted.iter().map(|(_, count)| count).sum::<u64>());
    let places =
        |report: &Report| report.rejected.iter().map(|one| (one.contact, one.code.clone())).collect::<Vec<_>>();
    assert_eq!((places(&found.report), report.rejected.len()), (places(&report), 2));
    assert!(found.report.rejected[0].case_id.is_none() && report.rejected[0].case_id.is_some());
    assert_eq!(found.report.workflows, report.workflows);
    // Without its end, each journal tells of as many contacts: those whose outcome it lacks are doubtful.
    let lines: Vec<&[u8]> = host.journal.split_inclusive(|byte| *byte == b'\n').collect();
    let mut told = Vec::new();
    for end in 1..=lines.len() {
        let Recorded { report, unsent, .. } = recorded(&lines[..end].concat()).unwrap();
        told.push((report.accepted, report.rejected.len(), report.doubtful.len(), unsent));
    }
    assert!(told.iter().any(|(_, _, doubtful, _)| *doubtful > 0), "{told:?}");
    assert!(told.is_sorted_by_key(|(accepted, rejected, doubtful, unsent)| {
        accepted + *rejected as u64 + *doubtful as u64 + unsent
    }));
    assert_eq!(recorded(b"").unwrap_err().code(), ErrorCode::JournalMissing);
    assert_eq!(recorded(b"callee,caseid\n").unwrap_err().code(), ErrorCode::JournalDamaged);
}
