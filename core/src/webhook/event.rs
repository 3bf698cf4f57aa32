//! One event, as it was delivered.

use std::fmt;

use crate::{
    api::{
        catalog, event::EventBody, events::workflow::ApiNodePush, operations::workflow::VerifyApiNodePush, shape::Shape,
    },
    crypto::{self, Provider},
    error::{Error, ErrorCode},
    locate,
};

use super::{config::WebhookConfig, read};

/// The type of an event that is distinguished by no `event` field and fits no known shape.
const UNKNOWN: &str = "unknown";

/// An event. What it says is kept as the JSON text that came, so nothing unknown is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    name: String,
    known: bool,
    verified: bool,
    text: String,
    dedupe_key: String,
    has_simple_numbers: bool,
}

impl Event {
    /// Reads a verified, decrypted body.
    pub(super) fn read(
        text: String,
        verified: bool,
        kind: Option<String>,
        config: &WebhookConfig,
        provider: &dyn Provider,
    ) -> Result<Self, Error> {
        let document = read::object(&text, config.max_depth)?;
        let shape = Shape::of(&document);
        let (name, known) = match (kind, shape.text("event")) {
            (Some(kind), _) => (kind, true),
            (None, event) => {
                let own = match &event {
                    Some(name) => catalog::event(name),
                    None => catalog::events().find(|row| (row.recognize)(&shape)),
                };
                match own.map(|row| row.name.to_owned()).or_else(|| config.recognize(&text)) {
                    Some(name) => (name, true),
                    None => (event.unwrap_or_else(|| UNKNOWN.to_owned()), false),
                }
            }
        };
        let dedupe_key = crypto::digest_with(provider, document.canonical().as_bytes());
        let has_simple_numbers = document.has_simple_numbers();
        Ok(Self { name, known, verified, text, dedupe_key, has_simple_numbers })
    }

    /// The type of the event, for instance `call.finished`; for one that this version does not know, the text of its
    /// `event` field, or `unknown`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the catalog has this kind.
    #[must_use]
    pub const fn known(&self) -> bool {
        self.known
    }

    /// Returns whether a signature was checked and found right.
    #[must_use]
    pub const fn verified(&self) -> bool {
        self.verified
    }

    /// The JSON text of the event, decrypted, unchanged.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 64 hex digits, the same for each delivery of one event: AI Rudder delivers an event up to six times. It is the
    /// SHA-256 of what the event says, whatever the order of its fields, the white space and the encryption. That a
    /// redelivery says the same is assumed.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.dedupe_key
    }

    /// Returns whether each number in the event has at most 15 characters and no exponent. Then any host's numbers hold all
    /// of them, and it need not look for those that its own cannot.
    #[must_use]
    pub const fn has_simple_numbers(&self) -> bool {
        self.has_simple_numbers
    }

    /// The event as a struct. Fields that are missing or unknown are no error; one of another JSON type is (E5005).
    ///
    /// Reading one takes stack for each level of nesting, as `serde_json` does for any [`Value`](serde_json::Value); the rest
    /// of an event takes none.
    pub fn parse<T: EventBody>(&self) -> Result<T, Error> {
        if T::INFO.name != self.name {
            let message = format!("the event is `{}`, not `{}`", self.name, T::INFO.name);
            return Err(Error::new(ErrorCode::Misuse, message));
        }
        serde_json::from_str(&self.text).map_err(|error| {
            let place = locate::of_error(&self.text, &error);
            let message =
                format!("the field `{place}` has another type than is documented; the event's text has it all");
            Error::new(ErrorCode::InvalidBody, message)
        })
    }
}

/// The kind that a receiver expects at its URL.
pub(super) fn expected(kind: &str, config: &WebhookConfig) -> Result<String, Error> {
    let names: Vec<&str> = catalog::events().map(|row| row.name).chain(config.own_events()).collect();
    if names.contains(&kind) {
        return Ok(kind.to_owned());
    }
    let message = format!("there is no event `{kind}`; there are {}", names.join(", "));
    Err(Error::new(ErrorCode::InvalidConfig, message).at("/kind"))
}

/// Shows no data: it is personal.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, known, verified, text, dedupe_key, has_simple_numbers: _ } = self;
        f.debug_struct("Event")
            .field("name", name)
            .field("known", known)
            .field("verified", verified)
            .field("bytes", &text.len())
            .field("dedupe_key", dedupe_key)
            .finish()
    }
}

/// The parameters of `workflow.verify_api_node_push` for a push, as JSON text: the operation answers whether the push is
/// genuine. Its `callee` is a text, for which the push's `callee_number` is assumed.
///
/// Errors: E1008 where the event is no push, E1005 where it lacks a field that the operation needs, E5005 where one has
/// another type than is documented.
pub fn verify_push_params(event: &Event) -> Result<String, Error> {
    let push: ApiNodePush = event.parse()?;
    let missing = |field: &str, pointer: &str| {
        let message = format!("the push has no `{field}`, without which it cannot be verified");
        Error::new(ErrorCode::MissingField, message).at(pointer)
    };
    let workflow_id = push.workflow_id.as_deref().ok_or_else(|| missing("workflow_id", "/workflow_id"))?;
    let node_id = push.node_id.as_deref().ok_or_else(|| missing("node_id", "/node_id"))?;
    let callee = push.contact(|contact| contact.callee_number.as_ref());
    let callee = callee.ok_or_else(|| missing("callee_number", "/callee/callee_number"))?;
    let case_id = push.contact(|contact| contact.case_id.as_ref()).filter(|case_id| !case_id.is_empty());
    let params = VerifyApiNodePush {
        workflow_id: workflow_id.into(),
        node_id: node_id.into(),
        callee: callee.into(),
        case_id: case_id.map(Into::into),
    };
    serde_json::to_string(&params)
        .map_err(|error| Error::new(ErrorCode::Internal, format!("the parameters do not serialize: {error}")))
}
