//! The border to C. All unsafe code of the crate is here, in types whose invariants the C caller vouches for, or which
//! own what they point to.

mod allocator;
mod fork;
mod inputs;
mod outputs;

pub(crate) use allocator::is_low;
pub(crate) use fork::inside;
pub(crate) use inputs::{
    Bytes, ErrorSlot, FieldList, GivenCallOptions, GivenCampaignConfig, GivenConfig, GivenRawRequest,
    GivenWebhooksConfig, Length, Text, argument, null,
};
pub(crate) use outputs::{Fields, Outgoing};
