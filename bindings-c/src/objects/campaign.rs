//! A campaign behind its handle: the campaign, the contact that is being made, and the report.

use airudder_core::{Campaign, CampaignStep, Error, ErrorCode, Now, Phase};

use crate::{
    ffi::{memory, terminated::Terminated},
    objects::{
        call::{CALLS, CallState},
        document::Document,
        handles::Table,
        node::{Node, Pointer},
        report,
    },
    types::{
        call::airudder_call,
        campaign::{
            airudder_campaign, airudder_campaign_step, airudder_campaign_step_kind, airudder_phase, airudder_progress,
        },
        text::airudder_text,
    },
};

/// A campaign with what was handed out of it.
pub(crate) struct CampaignState {
    campaign: Campaign,
    /// The contact that is being made, or why it cannot be.
    contact: Result<Node, Error>,
    /// The number of bytes of contacts that were added since the campaign asked for some.
    added: usize,
    /// The last lines for the journal.
    lines: Option<Terminated>,
    /// The last contacts to screen, as JSON.
    to_screen: Option<Terminated>,
    /// The report as it was asked for last; made again after something happened.
    report: Option<Document>,
    over: bool,
}

/// `airudder_campaign_step` as version 0.1.0 has it: programs of that version have no room for more.
#[repr(C)]
pub struct FirstCampaignStep {
    kind: airudder_campaign_step_kind,
    journal: airudder_text,
    want: usize,
    call: airudder_call,
    wait_until_ms: u64,
}

impl FirstCampaignStep {
    /// A step as the first version has it.
    pub(crate) fn of(step: &airudder_campaign_step) -> Self {
        let airudder_campaign_step { kind, journal, want, call, wait_until_ms, journal_at: _ } = *step;
        Self { kind, journal, want, call, wait_until_ms }
    }
}

pub(crate) static CAMPAIGNS: Table<CampaignState> = Table::new(3, "airudder_campaign");

/// The number of bytes that the campaign remembers of a contact, at most, while its list of them grows; and how often
/// it is seen to
/// that there is room for all of them.
const A_CONTACT: usize = 256;
const CONTACTS_A_CHECK: u64 = 1024;
/// The bytes that the report takes for a contact that it names, while it is made.
const A_REPORTED_CONTACT: usize = 1024;

const NO_CONTACT: Node = Node::Object(Vec::new());

impl CampaignState {
    /// A campaign that has not begun.
    pub(crate) fn new(campaign: Campaign) -> Self {
        Self { campaign, contact: Ok(NO_CONTACT), added: 0, lines: None, to_screen: None, report: None, over: false }
    }

    /// The machine, of which something new will have to be reported.
    pub(crate) fn machine(&mut self) -> &mut Campaign {
        self.report = None;
        &mut self.campaign
    }

    /// The head, as it would be written now.
    pub(crate) fn head(&mut self, now_ms: u64) -> Result<airudder_text, Error> {
        let line = self.machine().head(now_ms)?;
        Ok(self.lines.insert(Terminated::new(line)?).view())
    }

    /// The contacts to screen, as JSON.
    pub(crate) fn to_screen(&self) -> Result<airudder_text, Error> {
        let none = || Error::new(ErrorCode::Misuse, "there are no contacts to screen");
        self.to_screen.as_ref().map(Terminated::view).ok_or_else(none)
    }

    /// Says in `step` what to do next.
    pub(crate) fn poll(
        &mut self,
        handle: airudder_campaign,
        now: Now,
        step: &mut airudder_campaign_step,
    ) -> Result<(), Error> {
        memory::to_work_on(self.added)?;
        match self.machine().poll(now)? {
            CampaignStep::Journal { lines, at } => {
                step.kind = airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_JOURNAL;
                step.journal = self.lines.insert(Terminated::new(lines)?).view();
                step.journal_at = at;
            }
            CampaignStep::Contacts { want } => {
                step.kind = airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_CONTACTS;
                step.want = want;
                self.added = 0;
            }
            CampaignStep::Screen { contacts } => {
                step.kind = airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_SCREEN;
                self.to_screen = Some(Terminated::new(contacts)?);
            }
            CampaignStep::Call { id, call } => {
                step.kind = airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_CALL;
                step.call = CALLS.insert(CallState::new(*call, self.added, Some((handle, id))));
            }
            CampaignStep::Wait { until_ms } => {
                step.kind = airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_WAIT;
                step.wait_until_ms = until_ms.unwrap_or(u64::MAX);
            }
            CampaignStep::Done => {
                step.kind = airudder_campaign_step_kind::AIRUDDER_CAMPAIGN_DONE;
                self.over = true;
            }
        }
        Ok(())
    }

    /// Sets a field of the next contact.
    pub(crate) fn set(&mut self, given: Result<(&str, Node), Error>) -> Result<(), Error> {
        let contact = self.contact.as_mut().map_err(|error| error.clone())?;
        let done = given.and_then(|(pointer, value)| contact.set(&Pointer::parse(pointer)?, value));
        if let Err(error) = &done {
            self.contact = Err(error.clone());
        }
        done
    }

    /// Adds the contact that was made, or the reason why it cannot be, which is its place in the report.
    pub(crate) fn add(&mut self) -> Result<(), Error> {
        let contact = std::mem::replace(&mut self.contact, Ok(NO_CONTACT)).and_then(|contact| contact.json());
        match contact {
            Ok(contact) => self.feed(&format!("[{contact}]")),
            Err(why) => self.machine().refuse_contact(None, &why),
        }
    }

    /// Adds contacts as a JSON array.
    pub(crate) fn feed(&mut self, contacts: &str) -> Result<(), Error> {
        memory::to_work_on(contacts.len())?;
        let known = self.campaign.progress().contacts;
        if known.is_multiple_of(CONTACTS_A_CHECK) {
            memory::room(usize::try_from(known + CONTACTS_A_CHECK).unwrap_or(usize::MAX).saturating_mul(A_CONTACT))?;
        }
        self.added = self.added.saturating_add(contacts.len());
        self.machine().feed(contacts)
    }

    /// The progress.
    pub(crate) fn progress(&self) -> airudder_progress {
        let now = self.campaign.progress();
        airudder_progress {
            contacts: now.contacts,
            accepted: now.accepted,
            rejected: now.rejected,
            doubtful: now.doubtful,
        }
    }

    /// What it does, and until when it waits.
    pub(crate) fn phase(&self) -> (airudder_phase, Option<u64>) {
        let now = self.campaign.progress();
        let phase = match now.phase {
            Phase::Reading => airudder_phase::AIRUDDER_PHASE_READING,
            Phase::Uploading => airudder_phase::AIRUDDER_PHASE_UPLOADING,
            Phase::LookingUp => airudder_phase::AIRUDDER_PHASE_LOOKING_UP,
            Phase::Settling => airudder_phase::AIRUDDER_PHASE_SETTLING,
            Phase::Ended => airudder_phase::AIRUDDER_PHASE_ENDED,
            Phase::WaitingForApi => airudder_phase::AIRUDDER_PHASE_WAITING_FOR_API,
            Phase::Paused => airudder_phase::AIRUDDER_PHASE_PAUSED,
        };
        (phase, now.until_ms)
    }

    /// Fails as the campaign did, or since it has not ended.
    pub(crate) fn outcome(&self) -> Result<(), Error> {
        match self.campaign.report().error {
            Some(error) => Err(error),
            None if self.over => Ok(()),
            None => Err(Error::new(ErrorCode::Misuse, "the campaign is not done: poll it until it says so")),
        }
    }

    /// The outcome of the contacts so far.
    pub(crate) fn report(&mut self) -> Result<&mut Document, Error> {
        let report = if let Some(report) = self.report.take() {
            report
        } else {
            let now = self.campaign.progress();
            let named = usize::try_from(now.rejected + now.doubtful).unwrap_or(usize::MAX);
            memory::room(named.saturating_mul(A_REPORTED_CONTACT))?;
            Document::new(Terminated::new(report::json(&self.campaign.report())?)?)
        };
        Ok(self.report.insert(report))
    }
}
