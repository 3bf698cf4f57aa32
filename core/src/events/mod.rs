//! The bodies of all known events. Any field may be missing, and unknown ones are kept.
//!
//! The chat events are told apart by their `event` field, those of the predictive dialer by the receiver alone, which names
//! them. All others are told by the fields that they have, as each of them says; one of these may be missing. Without
//! `details`, `rows`, `actions` or `callee`, and without the `event` field of a chat, what is left fits several events, or
//! ones of which nothing is published: such an event is `unknown`. A receiver that has a URL for each kind names the kind,
//! and is independent of this.

pub mod call;
pub mod chat;
pub mod pds;
pub mod workflow;

pub use workflow::verify_push_params;
