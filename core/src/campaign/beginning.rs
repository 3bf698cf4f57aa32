//! The first record of a journal: which campaign it belongs to, since when, and by which rules.

use super::{
    clock::Moment,
    config::CampaignConfig,
    fingerprint::Fingerprints,
    journal::{Binding, Record},
    ledger::mismatch,
};
use crate::{
    crypto,
    error::{Error, ErrorCode},
    secret::Secret,
    session::Session,
};

/// The version of new journals. Those of version 1, which 0.1.0 wrote, are resumed as they are.
const JOURNAL_VERSION: u32 = 2;
/// The version of journals that a recovery begins: earlier releases would send contacts without looking them up.
const RECOVERY_VERSION: u32 = 3;
/// The version of the head of a campaign in partitions: earlier releases would go on with it as one of theirs.
const HEAD_VERSION: u32 = 4;
/// The rules by which hosts turn files into contacts: those of today, and those of version 0.1.0.
pub(super) const NORMAL: u32 = 2;
pub(super) const NORMAL_0_1_0: u32 = 1;

const ANOTHER: &str = "the journal belongs to a campaign with another template or name";

/// The first record, as far as the campaign needs it.
#[derive(Debug)]
pub(super) struct Beginning {
    pub(super) at: Moment,
    pub(super) fingerprints: Fingerprints,
    pub(super) normal: u32,
}

impl Beginning {
    /// A campaign that begins now, and its first record.
    pub(super) fn new(session: &Session, config: &CampaignConfig, now: Moment) -> Result<(Self, Record), Error> {
        let name = config.workflow_name();
        let (fingerprints, binding) = bind(session, config, now.service_ms, salt(config, now.host_ms, &name))?;
        let recovered_since_ms = config.recovered_since_ms();
        let record = Record::Campaign {
            version: if recovered_since_ms.is_some() { RECOVERY_VERSION } else { JOURNAL_VERSION },
            workflow_template_id: config.workflow_template_id,
            name,
            started_ms: now.host_ms,
            binding: Some(binding),
            recovered_since_ms,
            partitions: None,
        };
        Ok((Self { at: now, fingerprints, normal: NORMAL }, record))
    }

    /// The one record that the partitions of a campaign share, which begins now.
    pub(super) fn head(session: &Session, config: &CampaignConfig, now_ms: u64) -> Result<Record, Error> {
        let (_, binding) = bind(session, config, None, salt(config, now_ms, &config.name))?;
        Ok(Record::Campaign {
            version: HEAD_VERSION,
            workflow_template_id: config.workflow_template_id,
            name: config.name.clone(),
            started_ms: now_ms,
            binding: Some(binding),
            recovered_since_ms: None,
            partitions: config.partition.map(|partition| partition.count),
        })
    }

    /// Fails where a head is that of another campaign, account, or number of partitions.
    pub(super) fn check_head(session: &Session, config: &CampaignConfig, head: &Record) -> Result<(), Error> {
        let Record::Campaign { workflow_template_id, name, started_ms, binding, partitions, .. } = head else {
            return Ok(());
        };
        let (Some(binding), Some(count)) = (binding, partitions) else {
            return Err(mismatch("the journal was begun without partitions: leave partition out").at("/partition"));
        };
        if *workflow_template_id != config.workflow_template_id || *name != config.name {
            return Err(mismatch(ANOTHER));
        }
        if config.partition.is_none_or(|partition| partition.count != *count) {
            let why = format!("the campaign was begun with {count} partitions: another number would send people twice");
            return Err(mismatch(&why).at("/partition"));
        }
        compare(session, config, binding)?;
        if config.recovered_since_ms().is_some_and(|since_ms| since_ms > *started_ms) {
            let why = "recover is later than the time at which the campaign began, by its head";
            return Err(Error::new(ErrorCode::InvalidConfig, why).at("/recover"));
        }
        Ok(())
    }

    /// The beginning of an earlier run, if the record is a first one. Fails where it belongs to another campaign or account.
    pub(super) fn of_record(
        session: &Session,
        config: &CampaignConfig,
        record: &Record,
    ) -> Result<Option<Self>, Error> {
        let Record::Campaign { version, workflow_template_id, name, started_ms, binding, .. } = record else {
            return Ok(None);
        };
        if *version == HEAD_VERSION {
            let why = "the journal is the head of a campaign in partitions: give partition, as it was begun";
            return Err(mismatch(why).at("/partition"));
        }
        if *workflow_template_id != config.workflow_template_id || *name != config.workflow_name() {
            return Err(mismatch(ANOTHER));
        }
        let host_ms = *started_ms;
        Ok(Some(match (*version, binding) {
            (1, None) => Self {
                at: Moment { host_ms, service_ms: None },
                fingerprints: Fingerprints::Plain,
                normal: NORMAL_0_1_0,
            },
            (JOURNAL_VERSION | RECOVERY_VERSION, Some(binding)) => Self {
                at: Moment { host_ms, service_ms: binding.service_ms },
                fingerprints: compare(session, config, binding)?,
                normal: binding.normal,
            },
            _ => return Err(mismatch("the journal was written by another version of this library")),
        }))
    }
}

/// A random text for the fingerprints of one journal.
fn salt(config: &CampaignConfig, now_ms: u64, name: &str) -> String {
    let mut salt = crypto::digest(format!("{} {now_ms} {name}", config.seed).as_bytes());
    salt.truncate(32);
    salt
}

/// Compares the binding of a journal with this campaign.
fn compare(session: &Session, config: &CampaignConfig, binding: &Binding) -> Result<Fingerprints, Error> {
    let (fingerprints, own) = bind(session, config, binding.service_ms, binding.salt.clone())?;
    if own.key != binding.key {
        let why = "the journal was written with another app secret; if the secret was changed, give the earlier one as journal_key";
        return Err(mismatch(why).at("/journal_key"));
    }
    if !config.same_account && own.host != binding.host {
        let why = "the journal was written for another host: whom that one has, this one does not; if it is the same account under a new address, set same_account";
        return Err(mismatch(why).at("/base_url"));
    }
    if !config.same_account && own.account != binding.account {
        let why =
            "the journal was written for another app key: if that one belongs to the same account, set same_account";
        return Err(mismatch(why).at("/app_key"));
    }
    Ok(fingerprints)
}

fn bind(
    session: &Session,
    config: &CampaignConfig,
    service_ms: Option<u64>,
    salt: String,
) -> Result<(Fingerprints, Binding), Error> {
    let settings = &session.config().settings;
    let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default();
    let secret = config.journal_key.clone().unwrap_or_else(|| Secret::new(text(&settings.app_secret)));
    let fingerprints = Fingerprints::keyed(&secret, &salt)?;
    let binding = Binding {
        service_ms,
        key: fingerprints.of_setting("key", ""),
        host: fingerprints.of_setting("host", session.config().base_url()),
        account: fingerprints.of_setting("account", &text(&settings.app_key)),
        normal: NORMAL,
        salt,
    };
    Ok((fingerprints, binding))
}
