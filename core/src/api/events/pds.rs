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
    8 "pds.task.status" Undocumented Documented
    PdsTaskStatus;

    /// The state of an agent of the predictive dialer. Its body is not published.
    9 "pds.agent.status" Undocumented Documented
    PdsAgentStatus;

    /// The state of a contact of the predictive dialer. Its body is not published.
    10 "pds.contact.status" Undocumented Documented
    PdsContactStatus;
}
