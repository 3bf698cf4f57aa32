//! The predictive dialer. That these events exist is documented; what they say is not, so a receiver names the one that
//! it expects, and gets the JSON object as it is.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::event::events;

/// Declares a body of which nothing is known but that it is an object.
macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name {
            /// The fields, whatever they are.
            pub fields: Map<String, Value>,
        }
    )+};
}

opaque! {
    /// The state of a task.
    PdsTaskStatus;
    /// The state of an agent.
    PdsAgentStatus;
    /// The state of a contact.
    PdsContactStatus;
}

events! {
    /// The state of a task of the predictive dialer. Its body is not published.
    event {
        number: 8,
        name: "pds.task.status",
        signature: Undocumented,
        source: Documented,
        body: PdsTaskStatus,
    }

    /// The state of an agent of the predictive dialer. Its body is not published.
    event {
        number: 9,
        name: "pds.agent.status",
        signature: Undocumented,
        source: Documented,
        body: PdsAgentStatus,
    }

    /// The state of a contact of the predictive dialer. Its body is not published.
    event {
        number: 10,
        name: "pds.contact.status",
        signature: Undocumented,
        source: Documented,
        body: PdsContactStatus,
    }
}
