//! Hash functions whose state can be kept, so that a large body is hashed once for all that may stand behind it.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::crypto::scheme::digest::Hash;

#[derive(Clone)]
enum State {
    Sha256(Sha256),
    Sha1(Sha1),
    Md5(Md5),
    Sha384(Sha384),
    Sha512(Sha512),
}

/// Runs an expression with the state, whatever its hash function.
macro_rules! with_state {
    ($state:expr, $hash:ident => $run:expr) => {
        match $state {
            State::Sha256($hash) => $run,
            State::Sha1($hash) => $run,
            State::Md5($hash) => $run,
            State::Sha384($hash) => $run,
            State::Sha512($hash) => $run,
        }
    };
}

impl State {
    fn new(hash: Hash) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256(Sha256::new()),
            Hash::Sha1 => Self::Sha1(Sha1::new()),
            Hash::Md5 => Self::Md5(Md5::new()),
            Hash::Sha384 => Self::Sha384(Sha384::new()),
            Hash::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    fn update(&mut self, data: &[u8]) {
        with_state!(self, hash => hash.update(data));
    }

    fn finish(self) -> Vec<u8> {
        with_state!(self, hash => hash.finalize().to_vec())
    }
}

/// A digest, or an HMAC (RFC 2104), of what was given so far.
#[derive(Clone)]
pub(super) struct Engine {
    inner: State,
    /// The state behind the key's outer block; absent for a digest without key.
    outer: Option<State>,
}

impl Engine {
    pub(super) fn new(hash: Hash, key: Option<&[u8]>) -> Self {
        let mut inner = State::new(hash);
        let Some(key) = key else { return Self { inner, outer: None } };
        let mut block = vec![0_u8; if matches!(hash, Hash::Sha384 | Hash::Sha512) { 128 } else { 64 }];
        let digest = if key.len() > block.len() { hash.digest(&[key]) } else { key.to_vec() };
        block.iter_mut().zip(&digest).for_each(|(byte, key)| *byte = *key);
        let masked = |mask: u8| block.iter().map(|byte| byte ^ mask).collect::<Vec<u8>>();
        inner.update(&masked(0x36));
        let mut outer = State::new(hash);
        outer.update(&masked(0x5C));
        Self { inner, outer: Some(outer) }
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let inner = self.inner.finish();
        match self.outer {
            Some(mut outer) => {
                outer.update(&inner);
                outer.finish()
            }
            None => inner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::provider::BuiltIn;

    #[test]
    fn it_computes_what_a_scheme_computes() {
        for hash in Hash::ALL {
            for key in [&b"fake-key"[..], &[7; 64], &[7; 65], &[7; 128], &[7; 129], b""] {
                let mut engine = Engine::new(hash, Some(key));
                engine.update(b"what ");
                let mut kept = engine.clone();
                engine.update(b"else");
                kept.update(b"is signed");
                assert_eq!(kept.finish(), hash.hmac(&BuiltIn, key, &[b"what is signed"]).unwrap(), "{hash:?}");
            }
            let mut engine = Engine::new(hash, None);
            engine.update(b"what is signed");
            assert_eq!(engine.finish(), hash.digest(&[b"what is signed"]), "{hash:?}");
        }
    }
}
