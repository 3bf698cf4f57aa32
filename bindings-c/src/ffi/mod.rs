//! The FFI boundary. All unsafe code of the crate is here, in types whose invariants the C caller vouches for, or which own
//! what they point to.

pub(crate) mod allocator;
pub(crate) mod field_list;
pub(crate) mod fields;
pub(crate) mod fork;
pub(crate) mod memory;
pub(crate) mod pointers;
pub(crate) mod settings;
pub(crate) mod terminated;
