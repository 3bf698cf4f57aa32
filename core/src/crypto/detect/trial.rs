//! Trying a construction: its signature is computed and compared, within a limit of work.

use std::ops::ControlFlow::{Break, Continue};

use super::{contents, engine::Engine, signatures::Candidate, values::Value};
use crate::crypto::{
    encoding::Encoding,
    names::SIGN_KEY_HEADER,
    scheme::{
        Scheme, Signer, SigningInput,
        digest::Hash,
        model::Digest,
        part::{Context, Part},
        secret::SecretForm,
    },
};

/// Goes on, or stops as something was found or the work is done.
pub(super) type Flow = std::ops::ControlFlow<()>;

/// The limit of work, in bytes hashed: about one second in WebAssembly.
const WORK: usize = 128 * 1024 * 1024;
/// What the end of a digest costs, as bytes hashed; an HMAC ends two.
const END: usize = 128;

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) scheme: Option<Scheme>,
    /// A construction that fits and that everybody can compute.
    pub(super) checksum: Option<Scheme>,
    /// The number of texts that may be signatures.
    pub(super) candidates: usize,
    pub(super) tried: u64,
    /// Not all was tried that could be.
    pub(super) is_cut: bool,
}

/// A digest, and its key.
pub(super) struct Keying {
    hash: Hash,
    /// The parts of an HMAC's key, and its bytes; absent for a digest without.
    key: Option<(Vec<Part>, Vec<u8>)>,
    form: SecretForm,
    /// It is tried with more than the unlikely ones.
    pub(super) is_main: bool,
}

impl Keying {
    pub(super) fn engine(&self) -> Engine {
        Engine::new(self.hash, self.key.as_ref().map(|(_, bytes)| bytes.as_slice()))
    }

    pub(super) const fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    pub(super) const fn cost(&self) -> usize {
        if self.is_keyed() { 2 * END } else { END }
    }

    fn digest(&self) -> Digest {
        match &self.key {
            Some((parts, _)) => Digest::Hmac(self.hash, parts.clone()),
            None => Digest::Plain(self.hash),
        }
    }
}

/// A search in progress.
pub(super) struct Search<'a> {
    pub(super) input: &'a SigningInput<'a>,
    pub(super) candidates: Vec<Candidate>,
    /// The hash functions whose digests are as long as a candidate, those of the likely ones first.
    pub(super) hashes: Vec<Hash>,
    pub(super) outcome: Outcome,
    work: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(input: &'a SigningInput<'a>, mut candidates: Vec<Candidate>) -> Self {
        candidates.retain(|candidate| !candidate.is_at(SIGN_KEY_HEADER));
        let mut hashes: Vec<Hash> = Vec::new();
        for candidate in &candidates {
            let of_length = Hash::ALL.into_iter().find(|hash| hash.digest(&[]).len() == candidate.bytes.len());
            hashes.extend(of_length.filter(|hash| !hashes.contains(hash)));
        }
        let outcome = Outcome { candidates: candidates.len(), ..Outcome::default() };
        Self { input, candidates, hashes, outcome, work: WORK }
    }

    /// Tries a scheme as it is.
    pub(super) fn try_scheme(&mut self, scheme: Scheme) -> Flow {
        self.outcome.tried += 1;
        self.spend(self.input.delivery.body.len() + 2 * END)?;
        self.confirm(scheme)
    }

    /// HMAC and plain digest with the secret in each form that it can have, and with the sign key.
    pub(super) fn keyings(&self, hash: Hash) -> Vec<Keying> {
        let SigningInput { secret, key, .. } = *self.input;
        let form = |prefix: &str, encoding| SecretForm { prefix: prefix.to_owned(), encoding };
        let mut forms = vec![form("", Encoding::Text), form("", Encoding::Hex), form("", Encoding::Base64)];
        if secret.starts_with("whsec_") {
            forms.insert(0, form("whsec_", Encoding::Base64));
            forms.push(form("whsec_", Encoding::Text));
        }
        let mut keyings = Vec::new();
        for form in forms.into_iter().filter(|_| self.has_secret()) {
            let Ok(bytes) = form.bytes(secret, "secret") else { continue };
            let is_main = keyings.is_empty();
            let bytes = bytes.into_owned();
            keyings.push(Keying { hash, key: Some((vec![Part::Secret], bytes)), form, is_main });
        }
        let plain = Keying { hash, key: None, form: SecretForm::default(), is_main: true };
        keyings.insert(keyings.len().min(1), plain);
        let Some(key) = key else { return keyings };
        let keys = [vec![Part::Key], vec![Part::Key, Part::Secret], vec![Part::Secret, Part::Key]];
        for parts in keys.into_iter().filter(|parts| parts.len() == 1 || self.has_secret()) {
            let bytes = |part: &Part| if *part == Part::Key { key.as_bytes() } else { secret.as_bytes() };
            let bytes = parts.iter().map(bytes).collect::<Vec<_>>().concat();
            keyings.push(Keying { hash, key: Some((parts, bytes)), form: SecretForm::default(), is_main: false });
        }
        keyings
    }

    /// Tries one message, with the key given or with those that are usual.
    pub(super) fn try_message(&mut self, message: &[Part], key: Option<&[Part]>) -> Flow {
        let with_params = message.iter().any(|part| part.has(&|part| matches!(part, Part::Params(_))));
        let own = if with_params { self.own() } else { vec![None] };
        each(own, |own| {
            let context = Context { input: self.input, secret: self.input.secret.as_bytes(), own: own.as_deref() };
            let Some(value) = Value::of(message.to_vec(), context) else { return Continue(()) };
            let key = match key {
                Some(parts) => match Value::of(parts.to_vec(), context) {
                    Some(key) => Some((key.parts, key.bytes)),
                    None => return Continue(()),
                },
                None => None,
            };
            let has_secret = value.has_secret();
            each(self.hashes.clone(), |hash| {
                let keyings = match &key {
                    Some(key) => {
                        vec![Keying { hash, key: Some(key.clone()), form: SecretForm::default(), is_main: true }]
                    }
                    None => self.keyings(hash).into_iter().filter(|keying| keying.is_main).collect(),
                };
                each(keyings.iter().filter(|keying| keying.is_keyed() || has_secret), |keying| {
                    self.spend(value.bytes.len() + keying.cost())?;
                    let mut engine = keying.engine();
                    engine.update(&value.bytes);
                    self.check(&engine.finish(), keying, || value.parts.clone())
                })
            })
        })
    }

    pub(super) fn check(&mut self, signature: &[u8], keying: &Keying, message: impl Fn() -> Vec<Part>) -> Flow {
        self.outcome.tried += 1;
        if self.candidates.iter().all(|candidate| candidate.bytes != signature) {
            return Continue(());
        }
        let scheme = |candidate: &Candidate| Scheme {
            digest: keying.digest(),
            encoding: candidate.encoding,
            message: simplified(message()),
            place: candidate.place.clone(),
            prefix: candidate.prefix.clone(),
            secret: keying.form.clone(),
            weak: false,
        };
        let fitting: Vec<Scheme> =
            self.candidates.iter().filter(|candidate| candidate.bytes == signature).map(scheme).collect();
        if let Some(checksum) = fitting.first().filter(|scheme| scheme.signer() == Signer::Anybody) {
            self.candidates.retain(|candidate| candidate.bytes != signature);
            self.outcome.checksum.get_or_insert_with(|| checksum.clone());
            return Continue(());
        }
        each(fitting, |scheme| self.confirm(scheme))
    }

    /// Takes a scheme if it verifies the delivery, read from its own text.
    pub(super) fn confirm(&mut self, mut scheme: Scheme) -> Flow {
        scheme.weak = scheme.weakness().is_some();
        let Ok(scheme) = scheme.to_string().parse::<Scheme>() else { return Continue(()) };
        let signature = scheme.signature(&self.input.delivery);
        if signature.is_none_or(|signature| scheme.verify(&signature, self.input).is_err()) {
            return Continue(());
        }
        self.outcome.scheme = Some(scheme);
        Break(())
    }

    /// Counts work, in bytes; stops where the limit is reached.
    pub(super) fn spend(&mut self, bytes: usize) -> Flow {
        let left = self.work.checked_sub(bytes);
        self.work = left.unwrap_or_default();
        self.outcome.is_cut |= left.is_none();
        if left.is_some() { Continue(()) } else { Break(()) }
    }

    /// The bytes of literals and secret.
    pub(super) fn bytes(&self, parts: &[Part]) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for part in parts {
            match part {
                Part::Literal(text) => bytes.extend_from_slice(text.as_bytes()),
                Part::Secret => bytes.extend_from_slice(self.input.secret.as_bytes()),
                _ => return None,
            }
        }
        Some(bytes)
    }

    pub(super) fn own(&self) -> Vec<Option<String>> {
        contents::own(&self.candidates)
    }

    pub(super) const fn has_secret(&self) -> bool {
        !self.input.secret.is_empty()
    }

    pub(super) const fn has_plain(&self) -> bool {
        self.input.plain.is_some()
    }

    pub(super) const fn url(&self) -> &str {
        self.input.delivery.url
    }

    pub(super) const fn body(&self) -> &[u8] {
        self.input.delivery.body
    }
}

/// Runs something for each item, until it is to stop.
pub(super) fn each<T>(items: impl IntoIterator<Item = T>, mut run: impl FnMut(T) -> Flow) -> Flow {
    for item in items {
        if run(item).is_break() {
            return Break(());
        }
    }
    Continue(())
}

/// A message without empty literals, and with neighbouring ones in one.
fn simplified(message: Vec<Part>) -> Vec<Part> {
    let mut simple: Vec<Part> = Vec::with_capacity(message.len());
    for part in message {
        match (simple.last_mut(), part) {
            (_, Part::Literal(text)) if text.is_empty() => {}
            (Some(Part::Literal(earlier)), Part::Literal(text)) => earlier.push_str(&text),
            (_, part) => simple.push(part),
        }
    }
    if simple.is_empty() {
        simple.push(Part::Literal(String::new()));
    }
    simple
}
