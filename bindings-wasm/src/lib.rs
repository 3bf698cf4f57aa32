//! The WebAssembly half of the npm package `airudder`: the core's machines, with JSON text and bytes going in and out.
//! The public API is in `lib`.
//!
//! A function that fails throws a plain object, of which `lib/runtime/errors.ts` makes an error. A panic is a trap, after
//! which `lib/runtime/native.ts` makes a fresh instance: nothing here catches one.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands over what it converted")]
#![expect(unreachable_pub, reason = "wasm-bindgen exports what is `pub`, wherever it stands")]

mod boundary;
mod call;
mod campaign;
mod crypto;
mod errors;
mod exact;
mod object;
mod provider;
mod session;
mod webhooks;
