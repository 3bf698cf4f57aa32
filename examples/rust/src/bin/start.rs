//! Sends two contacts, of which the library refuses one.

use std::{env, error::Error, path::Path, process::ExitCode};

use airudder_core::{CampaignConfig, ClientConfig, Secret, Session};
use airudder_example::Host;

fn main() -> ExitCode {
    match send() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn send() -> Result<(), Box<dyn Error>> {
    let needed = |name| env::var(name).map_err(|_| format!("{name} is missing"));
    let session = Session::new(ClientConfig {
        app_key: Some(Secret::new(needed("AIRUDDER_APP_KEY")?)),
        app_secret: Some(Secret::new(needed("AIRUDDER_APP_SECRET")?)),
        base_url: env::var("AIRUDDER_BASE_URL").ok(),
        encryption_key: env::var("AIRUDDER_ENCRYPTION_KEY").ok().map(Secret::new),
        ..ClientConfig::default()
    })?;
    let mut july = CampaignConfig::new(7, "july", "2099-07-31 18:00:00+08:00");
    july.seed = std::process::id().into(); // spreads retries: give each process another one
    let contacts = [
        r#"{"callee":"+6200012345678","platform":"TEMP1","caseid":"c-1","variables":{"customer_name":"Ana"}}"#,
        r#"{"callee":"6200012345679","platform":"TEMP1","caseid":"c-2","variables":{}}"#,
    ];
    let contacts = contacts.into_iter().map(String::from);
    let report = airudder_example::run(&Host::default(), &session, july, contacts, Path::new("july.jsonl"))?;
    println!("accepted: {}, doubtful: {}", report.accepted, report.doubtful.len());
    for contact in &report.rejected {
        println!("rejected: contact {}, {}", contact.contact, contact.message); // counted from 0
    }
    match report.error {
        Some(error) => Err(format!("stopped: {error}; run it again to go on").into()),
        None => Ok(()),
    }
}
