//! The WebAssembly half of the npm package `airudder`: the core's machines, with JSON text and bytes going in and out.
//! The public API is in `lib`.
//!
//! Each feature makes a module of its own, which is loaded when it is first needed: `client` sends, `receive` takes what
//! comes in, and has the building blocks of it; `detect` is for those who look for a scheme, `catalog` for operations of
//! one's own.
//!
//! A function that fails throws a plain object, of which `lib/runtime/errors.ts` makes an error. A panic is a trap, after
//! which `lib/runtime/native.ts` makes a fresh instance: nothing here catches one.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::needless_pass_by_value, reason = "wasm-bindgen hands over what it converted; not in every module")]
#![expect(unreachable_pub, reason = "wasm-bindgen exports what is `pub`, wherever it stands")]

mod boundary;
mod errors;
mod object;

#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod campaign;
#[cfg(any(feature = "client", feature = "receive"))]
mod exact;
#[cfg(feature = "client")]
mod fault;
#[cfg(any(feature = "client", feature = "receive", feature = "detect"))]
mod fields;
#[cfg(any(feature = "receive", feature = "detect"))]
mod head;
#[cfg(any(feature = "client", feature = "receive"))]
mod provider;
#[cfg(feature = "client")]
mod session;
#[cfg(any(feature = "client", feature = "receive", feature = "detect"))]
mod whole;

#[cfg(feature = "receive")]
mod crypto;
#[cfg(feature = "receive")]
mod webhooks;

#[cfg(feature = "catalog")]
mod catalog;
#[cfg(feature = "detect")]
mod detect;
