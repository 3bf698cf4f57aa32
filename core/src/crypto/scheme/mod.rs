//! Signature schemes as configuration: what is signed, how, and where the signature stands, in one short text.

mod describe;
pub(super) mod digest;
mod display;
pub(super) mod form;
mod input;
pub(super) mod model;
mod parse;
pub(super) mod part;
pub(super) mod place;
mod presets;
pub(super) mod secret;
pub(super) mod time;
mod verify;
mod weakness;

use std::str::FromStr;

pub use input::SigningInput;
pub use model::Scheme;
pub(crate) use verify::single;
pub(super) use weakness::Signer;

use crate::error::{Error, ErrorCode};

impl FromStr for Scheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let scheme = Self::parse_any(text)?;
        if scheme.signer() == Signer::Anybody {
            let why = "everybody could compute this signature: take an hmac digest, or put `secret` at the end of the message";
            return Err(Error::new(ErrorCode::InvalidScheme, why));
        }
        match scheme.weakness() {
            Some(weakness) if !scheme.weak => {
                let why = format!("{weakness}; if the sender offers nothing better, write `;weak` behind the scheme");
                Err(Error::new(ErrorCode::InvalidScheme, why))
            }
            _ => Ok(scheme),
        }
    }
}

#[cfg(test)]
mod tests;
