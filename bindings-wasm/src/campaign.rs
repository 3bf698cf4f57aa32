//! A campaign as JavaScript drives it; `lib/campaign/run.ts` holds the loop.

use std::cell::RefCell;

use airudder_core::{CampaignConfig, CampaignStep, Error, ErrorCode, MaxRejected, Now, Partition, Secret};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    boundary::to_js,
    call::Call,
    errors::{Fallible, Fields},
    fault::error_of,
    session::Session,
    whole::whole,
};

/// The machine of one campaign.
#[wasm_bindgen]
pub struct Campaign(RefCell<airudder_core::Campaign>);

#[wasm_bindgen]
extern "C" {
    /// A campaign's settings, as `lib/campaign/campaigns.ts` has checked them.
    pub type CampaignSettings;
    #[wasm_bindgen(method, getter)]
    fn workflow_template_id(this: &CampaignSettings) -> i64;
    #[wasm_bindgen(method, getter)]
    fn name(this: &CampaignSettings) -> String;
    #[wasm_bindgen(method, getter)]
    fn end_time(this: &CampaignSettings) -> String;
    #[wasm_bindgen(method, getter, js_name = batchSize)]
    fn batch_size(this: &CampaignSettings) -> Option<usize>;
    #[wasm_bindgen(method, getter, js_name = inFlight)]
    fn in_flight(this: &CampaignSettings) -> Option<usize>;
    #[wasm_bindgen(method, getter, js_name = lookupsInFlight)]
    fn lookups_in_flight(this: &CampaignSettings) -> Option<usize>;
    #[wasm_bindgen(method, getter, js_name = settleMs)]
    fn settle_ms(this: &CampaignSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = neverSettle)]
    fn never_settle(this: &CampaignSettings) -> bool;
    #[wasm_bindgen(method, getter, js_name = allowDuplicates)]
    fn allow_duplicates(this: &CampaignSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = retryRejected)]
    fn retry_rejected(this: &CampaignSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = journalKey)]
    fn journal_key(this: &CampaignSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = sameAccount)]
    fn same_account(this: &CampaignSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = requireJournal)]
    fn require_journal(this: &CampaignSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn recover(this: &CampaignSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = partitionIndex)]
    fn partition_index(this: &CampaignSettings) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = partitionCount)]
    fn partition_count(this: &CampaignSettings) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = maxRejected)]
    fn max_rejected(this: &CampaignSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = maxRejectedShare)]
    fn max_rejected_share(this: &CampaignSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = maxOutageMs)]
    fn max_outage_ms(this: &CampaignSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = maxDoubtfulBatches)]
    fn max_doubtful_batches(this: &CampaignSettings) -> Option<u32>;
    #[wasm_bindgen(method, getter)]
    fn rate(this: &CampaignSettings) -> Option<f64>;
    /// From when and until when nothing is uploaded, by turns.
    #[wasm_bindgen(method, getter)]
    fn closed(this: &CampaignSettings) -> Option<Vec<f64>>;
    #[wasm_bindgen(method, getter)]
    fn screen(this: &CampaignSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = checkOnly)]
    fn check_only(this: &CampaignSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn seed(this: &CampaignSettings) -> f64;
}

impl From<CampaignSettings> for CampaignConfig {
    fn from(settings: CampaignSettings) -> Self {
        let usual = Self::new(settings.workflow_template_id(), settings.name(), settings.end_time());
        let settle_ms = settings.settle_ms().map(whole).or(usual.settle_ms);
        let max_rejected = settings.max_rejected().map(|most| MaxRejected::Number(whole(most)));
        let partition = settings.partition_index().zip(settings.partition_count());
        Self {
            batch_size: settings.batch_size().unwrap_or(usual.batch_size),
            in_flight: settings.in_flight().unwrap_or(usual.in_flight),
            lookups_in_flight: settings.lookups_in_flight().unwrap_or(usual.lookups_in_flight),
            settle_ms: settle_ms.filter(|_| !settings.never_settle()),
            allow_duplicates: settings.allow_duplicates().unwrap_or(usual.allow_duplicates),
            retry_rejected: settings.retry_rejected().unwrap_or(usual.retry_rejected),
            journal_key: settings.journal_key().map(Secret::new),
            same_account: settings.same_account().unwrap_or(usual.same_account),
            require_journal: settings.require_journal().unwrap_or(usual.require_journal),
            recover: settings.recover(),
            partition: partition.map(|(index, count)| Partition { index, count }),
            max_rejected: max_rejected.or_else(|| settings.max_rejected_share().map(MaxRejected::Share)),
            max_outage_ms: settings.max_outage_ms().map_or(usual.max_outage_ms, whole),
            max_doubtful_batches: settings.max_doubtful_batches().unwrap_or(usual.max_doubtful_batches),
            rate: settings.rate(),
            closed: settings
                .closed()
                .unwrap_or_default()
                .as_chunks()
                .0
                .iter()
                .map(|[from, to]| (whole(*from), whole(*to)))
                .collect(),
            screen: settings.screen().unwrap_or_default(),
            check_only: settings.check_only().unwrap_or(usual.check_only),
            seed: whole(settings.seed()),
            ..usual
        }
    }
}

/// The partition of a contact, as JSON.
#[wasm_bindgen(js_name = partitionOf)]
pub fn partition_of(contact: &str, count: u32) -> Fallible<u32> {
    Ok(airudder_core::partition_of(contact, count)?)
}

/// The next step. The call of a `Call` step is put into its object, which serde cannot do.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Step {
    Journal { lines: String, at: u64 },
    Contacts { want: usize },
    Screen { contacts: String },
    Call { id: u64 },
    Wait { until_ms: Option<u64> },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    contacts: u64,
    accepted: u64,
    rejected: u64,
    doubtful: u64,
    phase: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until_ms: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    contact: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<String>,
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Doubtful {
    contact: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Workflow {
    #[serde(rename = "workflowId", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    name: String,
    contacts: usize,
}

#[derive(Serialize)]
struct Report {
    accepted: u64,
    rejected: Vec<Rejected>,
    doubtful: Vec<Doubtful>,
    workflows: Vec<Workflow>,
    #[serde(rename = "clockOffsetMs", skip_serializing_if = "Option::is_none")]
    clock_offset_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fields>,
}

impl From<airudder_core::Report> for Report {
    fn from(report: airudder_core::Report) -> Self {
        let rejected = report.rejected.into_iter().map(|one| Rejected {
            contact: one.contact,
            case_id: one.case_id,
            code: one.code,
            pointer: one.pointer,
            message: one.message,
        });
        let doubtful = report.doubtful.into_iter().map(|one| Doubtful { contact: one.contact, case_id: one.case_id });
        let workflows = report.workflows.into_iter().map(|one| Workflow {
            id: one.workflow_id,
            name: one.name,
            contacts: one.contacts,
        });
        Self {
            accepted: report.accepted,
            rejected: rejected.collect(),
            doubtful: doubtful.collect(),
            workflows: workflows.collect(),
            clock_offset_ms: report.clock_offset_ms,
            error: report.error.as_ref().map(Fields::of),
        }
    }
}

impl Campaign {
    /// No function of JavaScript runs while the machine is borrowed, so it is always free.
    fn with<T>(&self, run: impl FnOnce(&mut airudder_core::Campaign) -> Result<T, Error>) -> Fallible<T> {
        let mut campaign =
            self.0.try_borrow_mut().map_err(|_| Error::new(ErrorCode::Internal, "the campaign is in use"))?;
        Ok(run(&mut campaign)?)
    }
}

#[wasm_bindgen]
impl Campaign {
    /// A campaign that has not begun.
    #[wasm_bindgen(constructor)]
    pub fn new(session: &Session, settings: CampaignSettings) -> Fallible<Self> {
        let config = settings.into();
        Ok(Self(RefCell::new(airudder_core::Campaign::new(session.core(), config)?)))
    }

    /// The head of a campaign in partitions, as it would begin now.
    pub fn head(&self, unix_ms: f64) -> Fallible<String> {
        self.with(|campaign| campaign.head(whole(unix_ms)))
    }

    /// Takes the head that its workers share.
    #[wasm_bindgen(js_name = resumeHead)]
    pub fn resume_head(&self, head: &[u8]) -> Fallible<()> {
        self.with(|campaign| campaign.resume_head(head))
    }

    /// Resumes from the journal of an earlier run; returns the number of its good bytes.
    pub fn resume(&self, journal: &[u8]) -> Fallible<usize> {
        self.with(|campaign| campaign.resume(journal))
    }

    /// The rules by which files become contacts: see `airudder_core::Campaign::normal`.
    #[wasm_bindgen(getter)]
    pub fn normal(&self) -> Fallible<u32> {
        self.with(|campaign| Ok(campaign.normal()))
    }

    /// The next step, or `undefined` at the end.
    pub fn poll(&self, unix_ms: f64, monotonic_ms: f64) -> Fallible<JsValue> {
        match self.with(|campaign| campaign.poll(Now::new(whole(unix_ms), whole(monotonic_ms))))? {
            CampaignStep::Journal { lines, at } => to_js(&Step::Journal { lines, at }),
            CampaignStep::Contacts { want } => to_js(&Step::Contacts { want }),
            CampaignStep::Screen { contacts } => to_js(&Step::Screen { contacts }),
            CampaignStep::Wait { until_ms } => to_js(&Step::Wait { until_ms }),
            CampaignStep::Done => Ok(JsValue::UNDEFINED),
            CampaignStep::Call { id, call } => {
                let step = to_js(&Step::Call { id })?;
                let set = js_sys::Reflect::set(&step, &"call".into(), &Call::new(*call).into());
                set.map_err(|_| Error::new(ErrorCode::Internal, "a call could not be handed over"))?;
                Ok(step)
            }
        }
    }

    /// All who must not be called of the last `screen` step were named.
    pub fn screened(&self) -> Fallible<()> {
        self.with(airudder_core::Campaign::screened)
    }

    /// The lines of the last `journal` step are durable.
    #[wasm_bindgen(js_name = journalWritten)]
    pub fn journal_written(&self) -> Fallible<()> {
        self.with(airudder_core::Campaign::journal_written)
    }

    /// The numbers of these lines must not be called.
    pub fn suppress(&self, numbers: &str) -> Fallible<()> {
        self.with(|campaign| campaign.suppress(numbers.lines()))
    }

    /// The case ids of these lines must not be called.
    #[wasm_bindgen(js_name = suppressCaseIds)]
    pub fn suppress_case_ids(&self, case_ids: &str) -> Fallible<()> {
        self.with(|campaign| campaign.suppress_case_ids(case_ids.lines()))
    }

    /// The next contacts, as a JSON array.
    pub fn feed(&self, contacts: &str) -> Fallible<()> {
        self.with(|campaign| campaign.feed(contacts))
    }

    /// The next contact cannot be written as JSON, or is refused; it is reported as rejected. Without a case id, that is empty.
    #[wasm_bindgen(js_name = refuseContact)]
    pub fn refuse_contact(&self, number: u16, message: &str, pointer: &str, case_id: &str) -> Fallible<()> {
        let why = error_of(number, message, Some(pointer.to_owned()));
        self.with(|campaign| campaign.refuse_contact(Some(case_id).filter(|case_id| !case_id.is_empty()), &why))
    }

    /// There are no more contacts.
    #[wasm_bindgen(js_name = endOfContacts)]
    pub fn end_of_contacts(&self) -> Fallible<()> {
        self.with(airudder_core::Campaign::end_of_contacts)
    }

    /// The call of a `call` step has run to its end.
    #[wasm_bindgen(js_name = onResult)]
    pub fn on_result(&self, id: f64, unix_ms: f64, monotonic_ms: f64, call: &Call) -> Fallible<()> {
        let result = call.output()?;
        let now = Now::new(whole(unix_ms), whole(monotonic_ms));
        self.with(|campaign| campaign.on_result(whole(id), now, result))
    }

    /// Starts nothing more; results of running calls are still journaled.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&self) -> Fallible<()> {
        self.with(airudder_core::Campaign::give_up)
    }

    /// Contacts read, accepted, rejected and doubtful so far.
    pub fn progress(&self) -> Fallible<JsValue> {
        let progress = self.with(|campaign| Ok(campaign.progress()))?;
        to_js(&Progress {
            contacts: progress.contacts,
            accepted: progress.accepted,
            rejected: progress.rejected,
            doubtful: progress.doubtful,
            phase: progress.phase.as_str(),
            until_ms: progress.until_ms,
        })
    }

    /// The report so far.
    pub fn report(&self) -> Fallible<JsValue> {
        to_js(&Report::from(self.with(|campaign| Ok(campaign.report()))?))
    }
}
