//! The WebAssembly half of the npm package `airudder`: the core's machines, with JSON text and bytes going in and out.
//! The public API is in `lib`.
//!
//! Each feature makes a module of its own: `client` the one that every program loads, `detect` one for those who look for
//! a scheme, `catalog` one for operations of one's own. These are large, and few need them.
//!
//! A function that fails throws a plain object, of which `lib/runtime/errors.ts` makes an error. A panic is a trap, after
//! which `lib/runtime/native.ts` makes a fresh instance: nothing here catches one.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands over what it converted")]
#![expect(unreachable_pub, reason = "wasm-bindgen exports what is `pub`, wherever it stands")]

mod boundary;
mod errors;
mod object;

#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod campaign;
#[cfg(feature = "client")]
mod crypto;
#[cfg(feature = "client")]
mod exact;
#[cfg(feature = "client")]
mod fault;
#[cfg(any(feature = "client", feature = "detect"))]
mod head;
#[cfg(feature = "client")]
mod provider;
#[cfg(feature = "client")]
mod session;
#[cfg(feature = "client")]
mod webhooks;
#[cfg(any(feature = "client", feature = "detect"))]
mod whole;

#[cfg(feature = "catalog")]
mod catalog;
#[cfg(feature = "detect")]
mod detect;
