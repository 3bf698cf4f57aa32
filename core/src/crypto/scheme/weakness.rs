//! What a scheme does not protect.

use super::{
    digest::Hash,
    model::{Digest, Scheme},
    part::{Params, Part},
};

/// The one whose knowledge a signature shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Signer {
    /// Whoever knows the secret.
    Secret,
    /// Whoever knows the sign key, which comes with each delivery.
    SignKey,
    /// Everybody.
    Anybody,
}

const BODY_FREE: &str = "the scheme does not sign the whole body: who saw one delivery could forge all others";
const BARE: &str = "the secret itself is sent: who saw one delivery could forge all others";
const EXTENSION: &str = "a digest that does not end in the secret can be extended: who saw one delivery could append to \
                         its body, and sign that";
const KEY_ALONE: &str = "it is keyed with the sign key alone, which comes with each delivery: who saw one could forge all \
                         others";

impl Scheme {
    /// What an attacker could do although this scheme is used rightly; `None` where nothing is known. A weak scheme is read
    /// only with `;weak` behind it.
    #[must_use]
    pub fn weakness(&self) -> Option<&'static str> {
        match &self.digest {
            Digest::None => Some(BARE),
            _ if !self.signs_body() => Some(BODY_FREE),
            Digest::Plain(hash) if *hash != Hash::Sha384 && self.message.last() != Some(&Part::Secret) => {
                Some(EXTENSION)
            }
            _ if self.signer() == Signer::SignKey => Some(KEY_ALONE),
            _ => None,
        }
    }

    /// Returns whether the body is signed. If not, the signature proves nothing about the body.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        self.has(&|part| matches!(part, Part::Body | Part::Plain | Part::Params(Params { of_query: false, .. })))
    }

    pub(in crate::crypto) fn signer(&self) -> Signer {
        let is_secret = |part: &Part| *part == Part::Secret;
        let in_key = |is: &dyn Fn(&Part) -> bool| match &self.digest {
            Digest::Hmac(_, key) => key.iter().any(|part| part.has(is)),
            Digest::Plain(_) | Digest::None => false,
        };
        if in_key(&is_secret) || self.has(&is_secret) {
            Signer::Secret
        } else if in_key(&|part| *part == Part::Key) {
            Signer::SignKey
        } else {
            Signer::Anybody
        }
    }

    /// Returns whether the sign key must be configured: one that comes with a delivery would authenticate nobody.
    pub(crate) fn needs_sign_key(&self) -> bool {
        self.signer() == Signer::SignKey
    }
}
