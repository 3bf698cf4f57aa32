//! What a scheme is made of.

use super::{digest::Hash, part::Part, place::Place, secret::SecretForm};
use crate::crypto::encoding::Encoding;

/// The computation of a signature: `<digest>:<encoding>:<message>`, with options behind it, each after a `;`.
///
/// - digest `hmac-sha256`, `hmac-sha1`, `hmac-md5`, `hmac-sha384`, `hmac-sha512`, keyed with the secret, or with parts in
///   parentheses; `sha256`, `sha1`, `md5`, `sha384`, `sha512`; `none` for a secret that is sent as it is
/// - encoding `hex`, `HEX`, `base64`, `base64url`, `base64(hex)`; `text` for `none`
/// - message: parts joined by `+`: `body` (the bytes as they are sent), `plain` (decrypted), `secret`, `key` (the
///   `X-AIRudder-Sign-Key`), `url`, `path`, `method`, `'literal'`, `header(Name)`, `header(Name,item)`, `query(name)`,
///   `field(/pointer)`, `params(&,=)`, `time(part)`, and functions of parts: `md5(body)`, `upper(…)`, `sorted(…,…)`
/// - options: `in=header(Name)` and the like for the place of the signature, `prefix='sha256='`, `secret=base64`, `weak`
///
/// The name of a [preset](Self::presets) stands for its spelling. A scheme that authenticates nobody is refused, and a
/// [weak](Self::weakness) one, unless `;weak` says that this is known. AI Rudder does not publish its scheme; the default,
/// `hmac-sha256:hex:body`, is an assumption, and [`detect`](crate::crypto::detect) finds the right one.
///
/// ```
/// # use airudder_core::crypto::Scheme;
/// let scheme: Scheme = "github".parse()?;
/// assert_eq!(scheme.to_string(), "hmac-sha256:hex:body;in=header(X-Hub-Signature-256);prefix='sha256='");
/// assert!("md5:hex:secret+body".parse::<Scheme>().is_err(), "whoever saw one could append to its body");
/// # Ok::<(), airudder_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub(in crate::crypto) digest: Digest,
    pub(in crate::crypto) encoding: Encoding,
    pub(in crate::crypto) message: Vec<Part>,
    pub(in crate::crypto) place: Place,
    /// What stands before the signature.
    pub(in crate::crypto) prefix: String,
    pub(in crate::crypto) secret: SecretForm,
    /// It is taken although it is weak.
    pub(in crate::crypto) weak: bool,
}

/// What makes the signature of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Digest {
    /// HMAC with a hash function and a key.
    Hmac(Hash, Vec<Part>),
    /// A hash function alone.
    Plain(Hash),
    /// The message itself.
    None,
}

impl Scheme {
    /// Returns whether a part of the message, or of what is in its functions, is such a one.
    pub(in crate::crypto) fn has(&self, is: &dyn Fn(&Part) -> bool) -> bool {
        self.message.iter().any(|part| part.has(is))
    }

    /// Returns whether the decrypted text is signed, so that a body must be decrypted before it can be verified.
    pub(crate) fn signs_plain(&self) -> bool {
        self.has(&|part| *part == Part::Plain)
    }

    /// Returns whether a time is signed, which [`check_time`](Self::check_time) compares.
    #[must_use]
    pub fn signs_time(&self) -> bool {
        self.has(&|part| matches!(part, Part::Time(_)))
    }

    /// The name of the header field that holds the signature; `None` where it stands elsewhere.
    #[must_use]
    pub fn header_name(&self) -> Option<&str> {
        match &self.place {
            Place::Header(name, _) => Some(name),
            Place::Query(_) | Place::Field(_) => None,
        }
    }

    /// The names of the header fields that it needs.
    pub(crate) fn header_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.header_name().into_iter().collect();
        let key = match &self.digest {
            Digest::Hmac(_, key) => key.as_slice(),
            Digest::Plain(_) | Digest::None => &[],
        };
        for part in self.message.iter().chain(key) {
            part.header_names(&mut names);
        }
        names
    }
}

impl Default for Scheme {
    fn default() -> Self {
        Self {
            digest: Digest::Hmac(Hash::Sha256, vec![Part::Secret]),
            encoding: Encoding::Hex,
            message: vec![Part::Body],
            place: Place::default(),
            prefix: String::new(),
            secret: SecretForm::default(),
            weak: false,
        }
    }
}
