//! AES, SHA-256 and HMAC of the JavaScript runtime, where it lends them: for large bodies they are several times as fast as
//! WebAssembly's.

use std::cell::OnceCell;

use airudder_core::{
    Error,
    crypto::{BuiltIn, EncryptionKey, Provider},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// From this number of bytes on, the runtime's AES is faster although its objects have to be made.
const LARGE: usize = 4096;
/// From this number of bytes on, its SHA-256 and HMAC are.
const LARGE_TO_HASH: usize = 256;

#[wasm_bindgen]
extern "C" {
    /// The runtime's primitives. They write their result when nothing can fail any more.
    pub type Primitives;

    #[wasm_bindgen(method, catch, js_name = encryptBlocks)]
    fn encrypt_blocks(this: &Primitives, key: &[u8], blocks: &mut [u8]) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = decryptBlocks)]
    fn decrypt_blocks(this: &Primitives, key: &[u8], blocks: &mut [u8]) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn sha256(this: &Primitives, data: &[u8], digest: &mut [u8]) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = hmacSha256)]
    fn hmac_sha256(this: &Primitives, key: &[u8], data: &[u8], digest: &mut [u8]) -> Result<(), JsValue>;
}

thread_local! {
    static LENT: OnceCell<Primitives> = const { OnceCell::new() };
}

/// Lends the runtime's primitives to this instance, before anything is made in it.
#[wasm_bindgen]
pub fn lend(primitives: Primitives) {
    LENT.with(|lent| {
        let _ = lent.set(primitives);
    });
}

/// The runtime's primitives for large data, and the built-in ones for small data and where the runtime's fail.
#[derive(Debug)]
pub(crate) struct Runtime;

fn with_lent(is_large: bool, run: impl FnOnce(&Primitives) -> Result<(), JsValue>) -> bool {
    is_large && LENT.with(|lent| lent.get().is_some_and(|primitives| run(primitives).is_ok()))
}

impl Provider for Runtime {
    fn encrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error> {
        if with_lent(blocks.len() >= LARGE, |lent| lent.encrypt_blocks(key.expose(), blocks)) {
            return Ok(());
        }
        BuiltIn.encrypt_blocks(key, blocks)
    }

    fn decrypt_blocks(&self, key: &EncryptionKey, blocks: &mut [u8]) -> Result<(), Error> {
        if with_lent(blocks.len() >= LARGE, |lent| lent.decrypt_blocks(key.expose(), blocks)) {
            return Ok(());
        }
        BuiltIn.decrypt_blocks(key, blocks)
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        let mut digest = [0; 32];
        if with_lent(data.len() >= LARGE_TO_HASH, |lent| lent.sha256(data, &mut digest)) {
            return digest;
        }
        BuiltIn.sha256(data)
    }

    fn hmac_sha256(&self, key: &[u8], message: &[&[u8]]) -> Result<[u8; 32], Error> {
        let mut digest = [0; 32];
        if let [data] = message
            && with_lent(data.len() >= LARGE_TO_HASH, |lent| lent.hmac_sha256(key, data, &mut digest))
        {
            return Ok(digest);
        }
        BuiltIn.hmac_sha256(key, message)
    }
}
