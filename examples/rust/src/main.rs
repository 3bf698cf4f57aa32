//! Sends contacts to an AI Rudder workflow: `airudder-example JOURNAL < contacts.jsonl`, one JSON object a line.
//!
//! Needs `AIRUDDER_APP_KEY`, `AIRUDDER_APP_SECRET`, `AIRUDDER_TEMPLATE_ID` and `AIRUDDER_END_TIME`; takes
//! `AIRUDDER_BASE_URL`, `AIRUDDER_ENCRYPTION_KEY`, `AIRUDDER_BATCH_SIZE` and `AIRUDDER_SETTLE_SECONDS`. When it is stopped,
//! in whatever way, start it again with the same input: it goes on where it was, and phones nobody twice.

#![forbid(unsafe_code)]

use std::{env, error::Error, io, path::PathBuf, process::ExitCode};

use airudder_core::{CampaignConfig, ClientConfig, Report, Secret, Session};
use airudder_example::Host;

fn main() -> ExitCode {
    match send() {
        Ok(report) => {
            println!("sent {}", report.accepted);
            for rejected in &report.rejected {
                println!("contact {}: {}", rejected.contact, rejected.message);
            }
            println!("doubtful {}", report.doubtful.len());
            if let Some(error) = &report.error {
                eprintln!("stopped: {error}; run it again to go on");
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn send() -> Result<Report, Box<dyn Error>> {
    let journal = env::args_os().nth(1).map(PathBuf::from).ok_or("usage: airudder-example JOURNAL < contacts.jsonl")?;
    let config = ClientConfig {
        app_key: Some(Secret::new(variable("APP_KEY")?)),
        app_secret: Some(Secret::new(variable("APP_SECRET")?)),
        base_url: variable("BASE_URL").ok(),
        encryption_key: variable("ENCRYPTION_KEY").ok().map(Secret::new),
        ..ClientConfig::default()
    };
    let session = Session::new(config)?;
    let mut campaign = CampaignConfig::new(variable("TEMPLATE_ID")?.parse()?, "campaign", variable("END_TIME")?);
    campaign.seed = fastrand::u64(..);
    if let Ok(seconds) = variable("SETTLE_SECONDS") {
        campaign.settle_ms = Some(seconds.parse::<u64>()? * 1000);
    }
    if let Ok(size) = variable("BATCH_SIZE") {
        campaign.batch_size = size.parse()?;
    }
    let contacts = io::stdin().lines().collect::<Result<Vec<_>, _>>()?;
    Ok(airudder_example::run(&Host::default(), &session, campaign, contacts.into_iter(), &journal)?)
}

fn variable(name: &str) -> Result<String, String> {
    let name = format!("AIRUDDER_{name}");
    env::var(&name).map_err(|_| format!("{name} is missing"))
}
