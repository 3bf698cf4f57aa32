//! Events that were received.

use airudder_core::{
    Error, ErrorCode, Event, EventBody,
    events::{verify_push_params, workflow::ApiNodePush},
};

use crate::{
    ffi::terminated::Terminated,
    objects::{document::Document, handles::Table},
};

/// An event behind its handle.
pub(crate) struct Received {
    pub(crate) name: Terminated,
    pub(crate) dedupe_key: Terminated,
    pub(crate) known: bool,
    pub(crate) verified: bool,
    pub(crate) document: Document,
    /// The parameters that ask whether it is genuine, of a push of a custom API node.
    pub(crate) push: Option<Result<String, Error>>,
}

pub(crate) static EVENTS: Table<Received> = Table::new(5, "airudder_event");

impl Received {
    pub(crate) fn new(event: &Event) -> Result<Self, Error> {
        Ok(Self {
            name: Terminated::copy(event.name())?,
            dedupe_key: Terminated::copy(event.dedupe_key())?,
            known: event.known(),
            verified: event.verified(),
            document: Document::new(Terminated::copy(event.text())?),
            push: (event.name() == ApiNodePush::INFO.name).then(|| verify_push_params(event)),
        })
    }

    /// The parameters of `workflow.verify_api_node_push`.
    pub(crate) fn verify_push(&self) -> Result<&str, Error> {
        let params = self.push.as_ref().ok_or_else(|| {
            let why = "this event is no push of a custom API node, which alone can be verified by asking the API";
            Error::new(ErrorCode::Misuse, why)
        })?;
        params.as_deref().map_err(Clone::clone)
    }
}
