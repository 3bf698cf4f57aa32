//! What the targets share.

use airudder_core::{
    Call, Campaign, CampaignConfig, CampaignStep, ClientConfig, Headers, Output, Response, Session, Step,
};
use serde_json::{Value, json};

/// The time at which a target begins, in Unix milliseconds.
pub const BEGIN_MS: u64 = 1_700_000_000_000;

/// A client with settings that are obviously fake.
///
/// # Panics
/// Where the settings are refused, which is a fault of the target.
#[must_use]
pub fn session(encryption_key: Option<&str>) -> Session {
    Session::new(ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("https://api.example.test".into()),
        encryption_key: encryption_key.map(Into::into),
        sign_key: Some("fake-sign-key".into()),
        sign_secret: Some("fake-sign-secret".into()),
        ..ClientConfig::default()
    })
    .expect("the settings are good")
}

/// A campaign of small batches.
///
/// # Panics
/// Where the settings are refused, which is a fault of the target.
#[must_use]
pub fn july(session: &Session) -> Campaign {
    let end_time = "2026-12-01 18:00:00+08:00";
    let settings = CampaignConfig { batch_size: 2, in_flight: 2, ..CampaignConfig::new(7, "july", end_time) };
    Campaign::new(session, settings).expect("the settings are good")
}

/// A contact of this number.
#[must_use]
pub fn contact(number: u8, is_good: bool) -> Value {
    let plus = if is_good { "+" } else { "" };
    let (callee, caseid) = (format!("{plus}62{number:08}"), format!("c-{number}"));
    json!({"callee": callee, "platform": "P", "caseid": caseid, "variables": {}})
}

/// An answer of the API's that says success.
#[must_use]
pub fn success(data: &Value) -> Response {
    let body = json!({"code": 200, "data": data}).to_string().into_bytes();
    Response { status: 200, headers: Headers::new(), body }
}

fn run(call: &mut Call) -> Option<Output> {
    while let Ok(Step::Send(_)) = call.poll(BEGIN_MS) {
        let data = json!({"token": "fake-token", "workflow_id": "w"});
        call.on_response(BEGIN_MS, &success(&data)).ok()?;
    }
    call.take_result().ok()
}

/// The journal of a campaign of five contacts, of whom one is refused, that went well.
///
/// # Panics
/// Where the campaign does not go well.
#[must_use]
pub fn good_journal() -> Vec<u8> {
    let mut campaign = july(&session(None));
    let mut journal = Vec::new();
    let mut contacts = (0..6).map(|number| contact(number, number != 3));
    loop {
        match campaign.poll(BEGIN_MS).expect("it goes on") {
            CampaignStep::Journal { lines, .. } => {
                journal.extend_from_slice(lines.as_bytes());
                campaign.journal_written().expect("lines were given");
            }
            CampaignStep::Contacts { .. } => match contacts.next() {
                Some(contact) => campaign.feed(&Value::from(vec![contact]).to_string()).expect("a contact"),
                None => campaign.end_of_contacts().expect("they were asked for"),
            },
            CampaignStep::Call { id, mut call } => {
                let output = run(&mut call).expect("all goes well");
                campaign.on_result(id, BEGIN_MS, Ok(output)).expect("it was given this call");
            }
            CampaignStep::Done => return journal,
            step => panic!("{step:?}"),
        }
    }
}
