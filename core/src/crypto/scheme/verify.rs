//! Making and checking signatures.

use std::borrow::Cow;

use subtle::ConstantTimeEq;

use super::{
    form,
    input::SigningInput,
    model::{Digest, Scheme},
    part::{Context, Part, values},
    place::Place,
    time,
    weakness::Signer,
};
use crate::{
    crypto::{
        encoding::Encoding,
        provider::{BuiltIn, Provider},
    },
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::Headers,
    secret::check_secret,
};

impl Scheme {
    /// The signature of this input, as it stands in a delivery: with the prefix, without the name of an item. Fails where the
    /// secret is blank or not in the form that the scheme says (E1001), and where the scheme signs what is not there
    /// (E1010).
    pub fn sign(&self, input: &SigningInput<'_>) -> Result<String, Error> {
        self.check_secret(input)?;
        Ok(format!("{}{}", self.prefix, self.encoding.encode(&self.compute(&BuiltIn, input)?)))
    }

    /// Checks a signature in constant time: the whole text of the place where it stands, such as a header field. The error
    /// (E5002) does not tell what the right one would be. A blank secret is an error of its own (E1001). Of a signature that
    /// a proxy wrote twice into one field, with a comma between, one is enough; two that differ are refused. Of a scheme
    /// with a prefix or an item, there may be several, of which one must fit.
    pub fn verify(&self, signature: &str, input: &SigningInput<'_>) -> Result<(), Error> {
        self.verify_with(&BuiltIn, signature, input)
    }

    /// What stands in the place of the signature, for [`verify`](Self::verify); `None` where there is nothing.
    #[must_use]
    pub fn signature<'a>(&self, delivery: &Delivery<'a>) -> Option<Cow<'a, str>> {
        self.place.text(delivery)
    }

    /// The place of the signature, in words.
    pub(crate) fn place(&self) -> String {
        self.place.describe()
    }

    /// Fails (E5007) where a time that is signed is farther from that of receipt than the tolerance, in milliseconds.
    pub fn check_time(&self, delivery: &Delivery<'_>, tolerance_ms: u64) -> Result<(), Error> {
        let input = SigningInput { secret: "", key: None, delivery: *delivery, plain: None };
        let context = Context { input: &input, secret: b"", own: None };
        for part in self.times() {
            let received_ms = delivery.received_ms.ok_or_else(|| {
                Error::new(ErrorCode::Misuse, "the scheme signs a time: give the time of receipt with the delivery")
            })?;
            let signed = part.value(context)?;
            time::check(&String::from_utf8_lossy(&signed), received_ms, tolerance_ms)?;
        }
        Ok(())
    }

    /// Writes header fields that the scheme signs and a sender makes: the time, where it stands in one that is not there.
    pub(crate) fn write_times(&self, headers: &mut Headers, now_ms: u64) {
        let seconds = (now_ms / 1000).to_string();
        for part in self.times() {
            match part {
                Part::Header(name, None) if headers.get(name).is_none() => headers.set(name, seconds.clone()),
                Part::Header(name, Some(item)) if headers.get(name).is_none() => {
                    headers.set(name, format!("{item}={seconds}"));
                }
                _ => {}
            }
        }
    }

    /// What is signed as a time.
    fn times(&self) -> Vec<&Part> {
        let mut times = Vec::new();
        self.message.iter().for_each(|part| part.times(&mut times));
        times
    }

    /// Writes a signature where it stands.
    pub(crate) fn write(&self, signature: String, headers: &mut Headers) -> Result<(), Error> {
        self.place.write(signature, headers)
    }

    pub(crate) fn verify_with(
        &self,
        provider: &dyn Provider,
        signature: &str,
        input: &SigningInput<'_>,
    ) -> Result<(), Error> {
        self.check_secret(input)?;
        let expected = self.compute(provider, input).map_err(|error| mismatch(&error.details().message))?;
        let mut reason = None;
        for candidate in self.candidates(signature)? {
            match self.compare(candidate, &expected) {
                Ok(()) => return Ok(()),
                Err(error) => reason = Some(error),
            }
        }
        Err(reason.unwrap_or_else(|| mismatch(&format!("{} holds no signature of this scheme", self.place()))))
    }

    fn compare(&self, given: &str, expected: &[u8]) -> Result<(), Error> {
        let given = self
            .encoding
            .decode(given.as_bytes())
            .ok_or_else(|| mismatch(&format!("the signature is not {}, as the scheme says", self.encoding.as_str())))?;
        if given.len() != expected.len() && self.encoding != Encoding::Text {
            let lengths = format!("{} bytes, and the scheme gives {}", given.len(), expected.len());
            return Err(mismatch(&format!("the signature has {lengths}")));
        }
        if bool::from(given.ct_eq(expected)) {
            Ok(())
        } else {
            Err(mismatch(
                "the signature does not fit the body: another secret, another scheme, or a body that was changed",
            ))
        }
    }

    /// The signatures in the text of their place, without what stands around them.
    pub(in crate::crypto) fn candidates<'a>(&'a self, text: &'a str) -> Result<Vec<&'a str>, Error> {
        if let Place::Header(_, Some(item)) = &self.place {
            return Ok(form::items(text, item).filter_map(|value| value.strip_prefix(&*self.prefix)).collect());
        }
        // A text may itself hold what stands between several.
        let whole = text.trim().strip_prefix(&*self.prefix).filter(|_| self.encoding == Encoding::Text);
        if self.prefix.is_empty() {
            return match (single(text), whole) {
                (None, None) => {
                    let why = format!("there are several {} that differ: something on the way added one", self.place());
                    Err(mismatch(&why))
                }
                (single, whole) => Ok(single.into_iter().chain(whole).collect()),
            };
        }
        if self.prefix.contains(' ') {
            return Ok(text.trim().strip_prefix(&*self.prefix).into_iter().collect());
        }
        let separators: &[char] = if self.prefix.contains(',') { &[' '] } else { &[' ', ','] };
        let several = text.split(separators).map(|one| one.trim_end_matches(','));
        let several = several.filter_map(|one| {
            one.strip_prefix(&*self.prefix).or_else(|| one.trim_start_matches(',').strip_prefix(&*self.prefix))
        });
        Ok(several.chain(whole).collect())
    }

    /// Fails where a secret is not in the form that the scheme says (E1001).
    pub(crate) fn check_form(&self, secret: &str, name: &str) -> Result<(), Error> {
        self.secret.bytes(secret, name).map(|_| ())
    }

    fn check_secret(&self, input: &SigningInput<'_>) -> Result<(), Error> {
        if self.signer() == Signer::SignKey { Ok(()) } else { check_secret(input.secret, "secret") }
    }

    /// The bytes of the signature.
    pub(in crate::crypto) fn compute(
        &self,
        provider: &dyn Provider,
        input: &SigningInput<'_>,
    ) -> Result<Vec<u8>, Error> {
        let secret = self.secret.bytes(input.secret, "secret")?;
        let context = Context { input, secret: &secret, own: self.place.parameter() };
        let message = values(&self.message, context)?;
        let message: Vec<&[u8]> = message.iter().map(Cow::as_ref).collect();
        match &self.digest {
            Digest::Hmac(hash, key) => {
                let key = values(key, context)?;
                match key.as_slice() {
                    [key] => hash.hmac(provider, key, &message),
                    several => hash.hmac(provider, &several.concat(), &message),
                }
            }
            Digest::Plain(hash) => Ok(hash.digest(&message)),
            Digest::None => Ok(message.concat()),
        }
    }
}

/// The value of a field that may have been sent, or joined by a proxy, several times; `None` where these differ.
pub(crate) fn single(value: &str) -> Option<&str> {
    let mut values = value.split(',').map(str::trim);
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

fn mismatch(why: &str) -> Error {
    Error::new(ErrorCode::SignatureMismatch, why)
}
