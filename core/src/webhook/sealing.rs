//! Deliveries as AI Rudder might send them: for tests of a receiver.

use super::{
    fields::{IS_ENCRYPTED, SIGNED},
    receiver::{Webhooks, invalid},
};
use crate::{
    crypto::{self, SIGN_HEADER, SIGN_KEY_HEADER, SigningInput},
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::{Headers, is_header_value},
    secret::Secret,
};

impl Webhooks {
    /// The header fields of a signed delivery, by the first secret: for tests of a receiver.
    pub fn sign(&self, body: &[u8]) -> Result<Headers, Error> {
        self.sign_with(body, Headers::new())
    }

    /// The same with header fields that the scheme signs (E1010 where one is not there). One of them may be the
    /// `X-AIRudder-Sign-Key`, if no `sign_key` is configured.
    pub fn sign_with(&self, body: &[u8], mut headers: Headers) -> Result<Headers, Error> {
        self.sign_into(&mut headers, body)?;
        Ok(headers)
    }

    /// A delivery as AI Rudder might send it: encrypted if a key is configured, and signed if a secret is. `iv` is 16
    /// random bytes where the cipher is one with `iv=prefix`.
    pub fn seal(&self, text: &str, iv: Option<[u8; 16]>) -> Result<(Headers, Vec<u8>), Error> {
        self.seal_with(text, iv, Headers::new())
    }

    /// The same with further header fields, such as those that the scheme signs.
    pub fn seal_with(
        &self,
        text: &str,
        iv: Option<[u8; 16]>,
        mut headers: Headers,
    ) -> Result<(Headers, Vec<u8>), Error> {
        headers.set("Content-Type", "application/json");
        headers.set("User-Agent", "Airudder");
        let body = match &self.key {
            Some(key) => {
                headers.set(IS_ENCRYPTED, "1");
                headers.set(SIGNED, crypto::digest(text.as_bytes()));
                self.cipher.encrypt(text.as_bytes(), key, iv)?.into_bytes()
            }
            None => text.as_bytes().to_vec(),
        };
        if !self.config.secrets.is_empty() {
            self.sign_into(&mut headers, &body)?;
        }
        Ok((headers, body))
    }

    fn sign_into(&self, headers: &mut Headers, body: &[u8]) -> Result<(), Error> {
        let secret = self.config.secrets.first().ok_or_else(|| invalid("secret", "give the secret to sign with"))?;
        let key = self.config.sign_key.as_ref().map(Secret::expose).or_else(|| headers.get(SIGN_KEY_HEADER));
        let input = SigningInput { secret: secret.expose(), key, delivery: Delivery::new(body, headers), plain: None };
        let signature = self.scheme.sign(&input).map_err(|mut error| {
            if error.code() == ErrorCode::InvalidRequest {
                error.details_mut().message.push_str(": give it to this function, or sign_key to the receiver");
            }
            error
        })?;
        let key = key.filter(|key| is_header_value(key)).map(str::to_owned);
        headers.set(SIGN_HEADER, signature);
        if let Some(key) = key {
            headers.set(SIGN_KEY_HEADER, key);
        }
        Ok(())
    }
}
