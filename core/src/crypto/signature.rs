//! Signature schemes as configuration: digest, encoding and message in one short text.

use std::{fmt, str::FromStr};

use hmac::Hmac;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    encoding::Encoding,
    provider::{BuiltIn, Provider, hmac},
};
use crate::{
    delivery::Delivery,
    error::{Error, ErrorCode},
    secret::check_secret,
};

/// The header field that carries a signature \[documented].
pub const SIGN_HEADER: &str = "X-AIRudder-Sign";
/// The header field that names the key of a signature, 32 hex digits that AI Rudder hands out \[documented].
pub const SIGN_KEY_HEADER: &str = "X-AIRudder-Sign-Key";

/// The computation of `X-AIRudder-Sign`: `<digest>:<encoding>:<message>`.
///
/// - digest `hmac-sha256`, `hmac-sha1`, `hmac-md5` (keyed with the secret), `sha256`, `sha1`, `md5`
/// - encoding `hex` or `base64`
/// - message: parts joined by `+`, out of `body` (the bytes as they are sent), `secret`, `key` (the
///   `X-AIRudder-Sign-Key`), `'literal'` and `header(Name)`
///
/// An unkeyed digest without `secret` in the message is refused: everybody could compute it. The vendor does not publish
/// its scheme; the default, `hmac-sha256:hex:body`, is an assumption, and [`detect`](super::detect) finds the right one.
///
/// ```
/// # use airudder_core::crypto::Scheme;
/// assert!("md5:hex:secret+'.'+body".parse::<Scheme>().is_ok());
/// assert!("md5:hex:body".parse::<Scheme>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    digest: DigestKind,
    encoding: Encoding,
    message: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DigestKind {
    HmacSha256,
    HmacSha1,
    HmacMd5,
    Sha256,
    Sha1,
    Md5,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Body,
    Secret,
    Key,
    Literal(String),
    Header(String),
}

/// The input of a signature.
#[derive(Clone, Copy)]
pub struct SigningInput<'a> {
    /// The secret.
    pub secret: &'a str,
    /// The sign key.
    pub key: Option<&'a str>,
    /// The body as it is sent, its header fields, and what else may be signed.
    pub delivery: Delivery<'a>,
    /// The body before it was encrypted; absent where it is not.
    pub plain: Option<&'a [u8]>,
}

impl Scheme {
    /// The signature of this input. Fails where the secret is blank (E1001), and where the scheme signs a header field or a
    /// key that is not there (E1010).
    pub fn sign(&self, input: &SigningInput<'_>) -> Result<String, Error> {
        check_secret(input.secret, "secret")?;
        Ok(self.encoding.encode(&self.compute(input)?))
    }

    /// Checks a signature in constant time. The error (E5002) does not tell what the right one would be. A blank secret is
    /// an error of its own (E1001). Of a signature that a proxy wrote twice into one field, with a comma between, one is
    /// enough; two that differ are refused.
    pub fn verify(&self, signature: &str, input: &SigningInput<'_>) -> Result<(), Error> {
        self.verify_with(&BuiltIn, signature, input)
    }

    pub(crate) fn verify_with(
        &self,
        provider: &dyn Provider,
        signature: &str,
        input: &SigningInput<'_>,
    ) -> Result<(), Error> {
        check_secret(input.secret, "secret")?;
        let mismatch = |why: String| Error::new(ErrorCode::SignatureMismatch, why);
        let signature = single(signature).ok_or_else(|| {
            mismatch(format!("there are several {SIGN_HEADER} that differ: something on the way added one"))
        })?;
        let expected = self.compute_with(provider, input).map_err(|error| mismatch(error.details().message.clone()))?;
        let given = self
            .encoding
            .decode(signature.as_bytes())
            .ok_or_else(|| mismatch(format!("the signature is not {}, as the scheme says", self.encoding.as_str())))?;
        if given.len() != expected.len() {
            let lengths = format!("{} bytes, and the scheme gives {}", given.len(), expected.len());
            return Err(mismatch(format!("the signature has {lengths}")));
        }
        if bool::from(given.ct_eq(&expected)) {
            Ok(())
        } else {
            Err(mismatch(
                "the signature does not fit the body: another secret, another scheme, or a body that was changed"
                    .into(),
            ))
        }
    }

    /// Returns whether the body is signed. If not, the signature proves nothing about the body.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        self.message.contains(&Part::Body)
    }

    /// The names of the header fields that are signed.
    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.message.iter().filter_map(|part| match part {
            Part::Header(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub(super) fn is_keyed(&self) -> bool {
        self.digest.is_hmac() || self.message.contains(&Part::Secret)
    }

    /// Reads a scheme that may be unkeyed, which is no authentication.
    pub(super) fn parse_any(text: &str) -> Result<Self, Error> {
        let mut parts = text.splitn(3, ':');
        let digest = parts
            .next()
            .and_then(DigestKind::from_name)
            .ok_or_else(|| invalid("the digest is hmac-sha256, hmac-sha1, hmac-md5, sha256, sha1 or md5"))?;
        let encoding =
            parts.next().and_then(Encoding::from_name).ok_or_else(|| invalid("the encoding is hex or base64"))?;
        let message = parse_message(parts.next().unwrap_or_default())?;
        Ok(Self { digest, encoding, message })
    }

    pub(super) fn compute(&self, input: &SigningInput<'_>) -> Result<Vec<u8>, Error> {
        self.compute_with(&BuiltIn, input)
    }

    fn compute_with(&self, provider: &dyn Provider, input: &SigningInput<'_>) -> Result<Vec<u8>, Error> {
        let mut message = Vec::with_capacity(self.message.len());
        for part in &self.message {
            message.push(match part {
                Part::Body => input.delivery.body,
                Part::Secret => input.secret.as_bytes(),
                Part::Key => input.key.ok_or_else(|| missing("the sign key"))?.as_bytes(),
                Part::Literal(text) => text.as_bytes(),
                Part::Header(name) => input
                    .delivery
                    .headers
                    .get(name)
                    .ok_or_else(|| missing(&format!("the header field `{name}`")))?
                    .as_bytes(),
            });
        }
        self.digest.compute(provider, input.secret, &message)
    }
}

/// The value of a field that may have been sent, or joined by a proxy, several times; `None` where these differ.
pub(crate) fn single(value: &str) -> Option<&str> {
    let mut values = value.split(',').map(str::trim);
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

fn missing(what: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, format!("the scheme signs {what}, which is not there"))
}

impl Default for Scheme {
    fn default() -> Self {
        Self { digest: DigestKind::HmacSha256, encoding: Encoding::Hex, message: vec![Part::Body] }
    }
}

impl DigestKind {
    pub(super) const ALL: [Self; 6] =
        [Self::HmacSha256, Self::HmacSha1, Self::HmacMd5, Self::Sha256, Self::Sha1, Self::Md5];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacMd5 => "hmac-md5",
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|digest| digest.as_str() == name)
    }

    const fn is_hmac(self) -> bool {
        matches!(self, Self::HmacSha256 | Self::HmacSha1 | Self::HmacMd5)
    }

    fn compute(self, provider: &dyn Provider, secret: &str, message: &[&[u8]]) -> Result<Vec<u8>, Error> {
        match self {
            Self::HmacSha256 => provider.hmac_sha256(secret.as_bytes(), message).map(Into::into),
            Self::HmacSha1 => hmac::<Hmac<Sha1>>(secret.as_bytes(), message).map(|mac| mac.to_vec()),
            Self::HmacMd5 => hmac::<Hmac<Md5>>(secret.as_bytes(), message).map(|mac| mac.to_vec()),
            Self::Sha256 => Ok(unkeyed::<Sha256>(message)),
            Self::Sha1 => Ok(unkeyed::<Sha1>(message)),
            Self::Md5 => Ok(unkeyed::<Md5>(message)),
        }
    }
}

fn unkeyed<D: Digest>(message: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in message {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

/// Reads `part+part+…`. A literal may hold every character but its quote.
fn parse_message(text: &str) -> Result<Vec<Part>, Error> {
    let mut message = Vec::new();
    let mut rest = text;
    loop {
        let (part, after) = parse_part(rest)?;
        message.push(part);
        match after.strip_prefix('+') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(message),
            None => return Err(invalid("the parts of the message are joined by +")),
        }
    }
}

fn parse_part(text: &str) -> Result<(Part, &str), Error> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (literal, after) = quoted.split_once('\'').ok_or_else(|| invalid("a literal lacks its closing quote"))?;
        return Ok((Part::Literal(literal.to_owned()), after));
    }
    if let Some(named) = text.strip_prefix("header(") {
        let (name, after) =
            named.split_once(')').ok_or_else(|| invalid("header(Name) lacks its closing parenthesis"))?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(invalid("header(Name) names no header field"));
        }
        return Ok((Part::Header(name.to_owned()), after));
    }
    let (word, after) = text.split_at(text.find('+').unwrap_or(text.len()));
    let part = match word {
        "body" => Part::Body,
        "secret" => Part::Secret,
        "key" => Part::Key,
        _ => return Err(invalid("a part of the message is body, secret, key, 'literal' or header(Name)")),
    };
    Ok((part, after))
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorCode::InvalidScheme, format!("{why}; a scheme is, for instance, hmac-sha256:hex:body"))
}

impl FromStr for Scheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let scheme = Self::parse_any(text)?;
        if scheme.is_keyed() {
            Ok(scheme)
        } else {
            Err(invalid(
                "everybody could compute this signature: take an hmac digest, or put `secret` into the message",
            ))
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.digest.as_str(), self.encoding.as_str())?;
        for (index, part) in self.message.iter().enumerate() {
            if index > 0 {
                f.write_str("+")?;
            }
            match part {
                Part::Body => f.write_str("body"),
                Part::Secret => f.write_str("secret"),
                Part::Key => f.write_str("key"),
                Part::Literal(text) => write!(f, "'{text}'"),
                Part::Header(name) => write!(f, "header({name})"),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_read_and_write_alike() {
        for text in [
            "hmac-sha256:hex:body",
            "hmac-md5:base64:key+header(X-Time)+':'+body",
            "sha1:hex:secret+'a+b:c'+body+secret",
            "hmac-sha1:hex:''",
        ] {
            assert_eq!(text.parse::<Scheme>().unwrap().to_string(), text);
        }
        assert_eq!(Scheme::default().to_string(), crate::crypto::DEFAULT_SIGN_SCHEME);
    }

    #[test]
    fn a_wrong_scheme_says_what_is_wrong() {
        for (text, why) in [
            ("", "the digest is"),
            ("hmac-sha512:hex:body", "the digest is"),
            ("hmac-sha256", "the encoding is"),
            ("hmac-sha256:Hex:body", "the encoding is"),
            ("hmac-sha256:hex", "a part of the message"),
            ("hmac-sha256:hex:", "a part of the message"),
            ("hmac-sha256:hex:body+", "a part of the message"),
            ("hmac-sha256:hex:body+'x", "closing quote"),
            ("hmac-sha256:hex:'x'body", "joined by +"),
            ("hmac-sha256:hex:header(X-Time", "closing parenthesis"),
            ("hmac-sha256:hex:header()+body", "names no header"),
            ("sha256:hex:body", "everybody could compute"),
            ("md5:base64:key+body", "everybody could compute"),
        ] {
            let error = text.parse::<Scheme>().unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidScheme, "{text}");
            assert!(error.details().message.contains(why), "{text}: {error}");
        }
    }
}
