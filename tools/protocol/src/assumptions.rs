//! What must never come of a campaign, and what that rests on: each assumption is a switch of the model.

/// The invariants.
pub(crate) const TWICE: &str = "nobody is sent twice";
pub(crate) const LOST: &str = "nobody who is reported as accepted is missing";
pub(crate) const DENIED: &str = "nobody who is reported as rejected is called";

/// Something that is assumed of the API, or of the machine and program around the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assumption {
    LookupsComplete,
    LookupsExact,
    ShownInTime,
    TakenUpInTime,
    InTimeTogether,
    TurnedAwayUntouched,
    RefusalShows,
    SuccessMeansAll,
    NewestJournal,
    JournalIsFound,
    Durable,
    LockHolds,
    Fence,
    AskedBeforeSending,
    NoPauseAtSending,
    RequestEnds,
    SentOnce,
}

impl Assumption {
    pub(crate) const ALL: [Self; 17] = [
        Self::LookupsComplete,
        Self::LookupsExact,
        Self::ShownInTime,
        Self::TakenUpInTime,
        Self::InTimeTogether,
        Self::TurnedAwayUntouched,
        Self::RefusalShows,
        Self::SuccessMeansAll,
        Self::NewestJournal,
        Self::JournalIsFound,
        Self::Durable,
        Self::LockHolds,
        Self::Fence,
        Self::AskedBeforeSending,
        Self::NoPauseAtSending,
        Self::RequestEnds,
        Self::SentOnce,
    ];

    /// Returns whether it is about the API, and not about the machine and program.
    pub(crate) const fn is_of_api(self) -> bool {
        (self as u8) <= Self::SuccessMeansAll as u8
    }

    /// Returns whether it is about journals with a lease alone.
    pub(crate) const fn needs_lease(self) -> bool {
        matches!(self, Self::Fence | Self::AskedBeforeSending | Self::NoPauseAtSending)
    }

    /// The invariant that it is for.
    pub(crate) const fn breaks(self) -> &'static str {
        match self {
            Self::LookupsExact | Self::SuccessMeansAll => LOST,
            Self::RefusalShows => DENIED,
            _ => TWICE,
        }
    }

    /// It as a heading.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::LookupsComplete => "Lookups are complete",
            Self::LookupsExact => "Lookups are exact",
            Self::ShownInTime => "Lookups show a contact within `settle`",
            Self::TakenUpInTime => "An upload is taken up within `settle`, or not at all",
            Self::InTimeTogether => "`settle` is for all of that together",
            Self::TurnedAwayUntouched => "After a 429, or a 503 that says so itself, nothing was carried out",
            Self::RefusalShows => "A refusal is about the whole batch, or shows in the sample",
            Self::SuccessMeansAll => "Success means that all of the batch were taken",
            Self::NewestJournal => "One newest journal",
            Self::JournalIsFound => "The journal is where the campaign is run again",
            Self::Durable => "Appending is durable",
            Self::LockHolds => "The lock of a file holds",
            Self::Fence => "Who has lost the lease cannot append",
            Self::AskedBeforeSending => "Before each upload the lease is looked at",
            Self::NoPauseAtSending => "No pause between that look and the system's call",
            Self::RequestEnds => "A request ends",
            Self::SentOnce => "Your HTTP sends once",
        }
    }

    /// It as a rule of the model, in full.
    pub(crate) const fn statement(self) -> &'static str {
        match self {
            Self::LookupsComplete => {
                "Whom the API could show, a lookup finds: by its case id or number, in the period that is asked for."
            }
            Self::LookupsExact => {
                "A lookup that finds a contact in a workflow of the campaign has found this contact, and no other."
            }
            Self::ShownInTime => {
                "Whom the API has taken, its lookups show before `settle` has passed since the upload was handed to the network."
            }
            Self::TakenUpInTime => {
                "What has reached the API is taken up before `settle` has passed since the upload was handed to the network, or never: not from a queue an hour later."
            }
            Self::InTimeTogether => {
                "`settle` begins when the upload is handed to the network, and not anew when it has reached the API, or when it was taken up."
            }
            Self::TurnedAwayUntouched => "Nothing of such an upload was carried out, and nothing of it will be.",
            Self::RefusalShows => {
                "Where the API refuses a batch, it has taken none of it, or one of those whom the library looks up afterwards: the first, the middle, the last and two at random."
            }
            Self::SuccessMeansAll => "Where the API says success, it has taken every contact of the batch.",
            Self::NewestJournal => "The journal is never replaced by an older copy of it.",
            Self::JournalIsFound => "A run finds the journal of the run before: not an empty place.",
            Self::Durable => "A line that was appended survives the loss of power.",
            Self::LockHolds => "While a program has the file, no other one gets it, though the first one stands still.",
            Self::Fence => "Whoever lost the lease, or does not know the last line, appends nothing.",
            Self::AskedBeforeSending => {
                "An upload is handed to the network only while less than a third of the lease has passed since it was renewed."
            }
            Self::NoPauseAtSending => {
                "The program does not stand still between that look and the system's call, for as long as the lease runs."
            }
            Self::RequestEnds => {
                "What was given up after its time limit, which is shorter than `settle`, is not on its way any more; nor is what a killed program has left with the system or with a proxy."
            }
            Self::SentOnce => "Nothing between the library and the API repeats a POST by itself.",
        }
    }
}
