//! The C interface of the library: `airudder.h` is generated from this crate, a section from each module.
//!
//! `ffi` holds all unsafe code: the types of arguments and of what is handed out. Everything else is safe Rust about
//! handles (`handles`), what they stand for (`running`, `managed`), answers (`answer`), documents that are read and built
//! by JSON pointer (`document`), and memory that may not be there (`memory`).

#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![expect(non_camel_case_types, reason = "types are named as they are in C")]
#![expect(clippy::doc_markdown, reason = "the documentation is for readers of C")]
#![expect(unreachable_pub, reason = "what is public is seen by C, and by cbindgen")]

mod ffi;
mod functions;
mod objects;
mod strerror;
#[cfg(test)]
mod tests;
mod types;
