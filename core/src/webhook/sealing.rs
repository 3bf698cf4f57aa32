//! Deliveries as AI Rudder might send them: for tests of a receiver.

use super::{
    fields::{IS_ENCRYPTED, SIGNED},
    receiver::{Webhooks, invalid},
};
use crate::{
    crypto::{self, SIGN_KEY_HEADER, SigningInput},
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::{Headers, is_header_value},
    secret::Secret,
};

impl Webhooks {
    /// The header fields of a signed delivery, by the first secret: for tests of a receiver.
    pub fn sign(&self, body: &[u8]) -> Result<Headers, Error> {
        self.sign_with(&Delivery::new(body, &Headers::new()))
    }

    /// The same of a delivery with further header fields, a method and a URL, as far as the scheme signs them (E1010 where
    /// one is not there). A time in a header field that the scheme signs is written, if it is not there: that of
    /// `received_ms`, in seconds. One of the header fields may be the `X-AIRudder-Sign-Key`, if no `sign_key` is configured.
    /// A scheme whose signature stands in the URL or the body is refused (E1010): [`Scheme::sign`](crypto::Scheme::sign)
    /// computes it.
    pub fn sign_with(&self, delivery: &Delivery<'_>) -> Result<Headers, Error> {
        let mut headers = delivery.headers.clone();
        self.sign_into(&mut headers, delivery, None)?;
        Ok(headers)
    }

    /// A delivery as AI Rudder might send it: encrypted if a key is configured, and signed if a secret is. `random` is
    /// 16 random bytes, where the cipher writes an initialization vector or a frame. A vector that stands in a header field is
    /// put there.
    pub fn seal(&self, text: &str, random: Option<[u8; 16]>) -> Result<(Headers, Vec<u8>), Error> {
        self.seal_with(&Delivery::new(text.as_bytes(), &Headers::new()), random)
    }

    /// The same of a delivery whose body is the plain text, with what else the scheme signs, as for
    /// [`sign_with`](Self::sign_with).
    pub fn seal_with(&self, plain: &Delivery<'_>, random: Option<[u8; 16]>) -> Result<(Headers, Vec<u8>), Error> {
        let mut headers = plain.headers.clone();
        headers.set("Content-Type", "application/json");
        headers.set("User-Agent", "Airudder");
        let body = match &self.key {
            Some(key) => {
                headers.set(IS_ENCRYPTED, "1");
                headers.set(SIGNED, crypto::digest(plain.body));
                self.cipher.seal(&*self.provider, plain.body, key, &mut headers, random)?
            }
            None => plain.body.to_vec(),
        };
        if !self.config.secrets.is_empty() {
            self.sign_into(&mut headers, &Delivery { body: &body, ..*plain }, Some(plain.body))?;
        }
        Ok((headers, body))
    }

    fn sign_into(&self, headers: &mut Headers, delivery: &Delivery<'_>, plain: Option<&[u8]>) -> Result<(), Error> {
        let secret = match self.config.secrets.first() {
            Some(secret) => secret.expose(),
            None if self.scheme.needs_sign_key() => "",
            None => return Err(invalid("secret", "give the secret to sign with")),
        };
        if let Some(now_ms) = delivery.received_ms {
            self.scheme.write_times(headers, now_ms);
        }
        let key = self.config.sign_key.as_ref().map(Secret::expose).or_else(|| headers.get(SIGN_KEY_HEADER));
        let input = SigningInput { secret, key, delivery: Delivery { headers, ..*delivery }, plain };
        let signature = self.scheme.sign(&input).map_err(|mut error| {
            if error.code() == ErrorCode::InvalidRequest {
                error.details_mut().message.push_str(": give it to this function, or sign_key to the receiver");
            }
            error
        })?;
        let key = key.filter(|key| is_header_value(key)).map(str::to_owned);
        self.scheme.write(signature, headers)?;
        if let Some(key) = key {
            headers.set(SIGN_KEY_HEADER, key);
        }
        Ok(())
    }
}
