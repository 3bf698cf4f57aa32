//! Sends two contacts, of which the library refuses one.

use std::{env, error::Error, path::Path};

use airudder_core::{CampaignConfig, ClientConfig, Secret, Session};
use airudder_example::Host;

fn main() -> Result<(), Box<dyn Error>> {
    let session = Session::new(ClientConfig {
        app_key: Some(Secret::new(env::var("AIRUDDER_APP_KEY")?)),
        app_secret: Some(Secret::new(env::var("AIRUDDER_APP_SECRET")?)),
        base_url: env::var("AIRUDDER_BASE_URL").ok(),
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
    println!("accepted: {}", report.accepted);
    for contact in &report.rejected {
        println!("rejected: contact {}, {}", contact.contact, contact.message);
    }
    Ok(())
}
