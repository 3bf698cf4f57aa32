//! The WebAssembly half of the npm package `airudder`: the core's machines, with JSON text and bytes going in and out.
//! Everything that a person sees is in `lib`.
//!
//! A function that fails throws a plain object, which `lib/runtime/errors.ts` makes an error of. A panic is a trap, after which
//! `lib/native.ts` makes a fresh instance: nothing here catches one.

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
mod provider;
mod session;
mod webhooks;
