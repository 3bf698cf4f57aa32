//! A campaign, one call at a time.

use std::{fmt, io, path::Path, thread, time::Duration};

use airudder_core::{Campaign, CampaignConfig, CampaignStep, Error, ErrorCode, Report, Session};

use crate::{host::Host, journal::Journal};

/// Why a campaign stopped; run it again with the same journal to go on.
#[derive(Debug)]
pub enum Stopped {
    /// A setting, the journal, another process that has it, or the API's refusal of every contact.
    Api(Error),
    /// The journal cannot be read or written.
    Journal(io::Error),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Journal(error) => write!(f, "the journal: {error}"),
        }
    }
}

impl std::error::Error for Stopped {}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Api(error)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Journal(error)
    }
}

/// Sends the contacts, each a JSON object; the journal remembers what was sent. They must come in the same order when
/// the campaign is run again.
pub fn run(
    host: &Host,
    session: &Session,
    config: CampaignConfig,
    mut contacts: impl Iterator<Item = String>,
    journal: &Path,
) -> Result<Report, Stopped> {
    let mut journal = Journal::open(journal)?;
    let mut campaign = Campaign::new(session, config)?;
    let good = campaign.resume(&journal.read()?)?;
    journal.cut(good)?;
    loop {
        let now = host.now();
        match campaign.poll(now)? {
            CampaignStep::Journal { lines, at } => {
                journal.append(&lines, at)?;
                campaign.journal_written()?;
            }
            CampaignStep::Contacts { want } => feed(&mut campaign, contacts.by_ref().take(want))?,
            CampaignStep::Call { id, mut call } => {
                let result = host.run(&mut call);
                campaign.on_result(id, host.now(), result)?;
            }
            CampaignStep::Screen { .. } => unreachable!("`screen` is not set"),
            CampaignStep::Wait { until_ms } => {
                thread::sleep(Duration::from_millis(until_ms.unwrap_or_default().saturating_sub(now.unix_ms)));
            }
            CampaignStep::Done => return Ok(campaign.report()),
        }
    }
}

/// Gives the campaign its next contacts. A line that is no JSON is refused by itself: the others are still sent.
fn feed(campaign: &mut Campaign, contacts: impl Iterator<Item = String>) -> Result<(), Error> {
    let mut read = 0;
    for contact in contacts {
        match campaign.feed(&format!("[{contact}]")) {
            Err(error) if error.code() == ErrorCode::InvalidJson => campaign.refuse_contact(None, &error)?,
            fed => fed?,
        }
        read += 1;
    }
    if read == 0 { campaign.end_of_contacts() } else { Ok(()) }
}
