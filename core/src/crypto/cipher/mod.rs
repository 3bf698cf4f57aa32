//! Ciphers as configuration, in one short text: mode, padding, encoding, and where the rest stands.

mod frame;
mod model;
mod opening;
mod padding;
mod parse;
mod place;
mod presets;
mod sealing;
mod show;

pub(super) use frame::Frame;
pub use model::Cipher;
pub(super) use model::Mode;
pub(super) use padding::Padding;
pub(super) use place::{Aad, Iv, Place, bytes_in};
