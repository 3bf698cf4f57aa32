//! The text of a cipher, keys, and what is to be decrypted: nothing panics, and what was encrypted comes back.
#![no_main]

use airudder_core::{Headers, crypto::Cipher};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    cipher: &'a str,
    preset: Option<u8>,
    key: &'a str,
    iv: Option<[u8; 16]>,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let presets = Cipher::presets();
    let text = input.preset.map_or(input.cipher, |number| presets[usize::from(number) % presets.len()].1);
    let Ok(cipher) = text.parse::<Cipher>() else { return };
    let written = cipher.to_string();
    assert_eq!(written.parse::<Cipher>().expect("what it says of itself").to_string(), written);
    let Ok(key) = cipher.key(input.key) else { return };
    let headers: Headers = input.headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let _ = cipher.decrypt(input.body, &key, &headers);
    if let Ok(sealed) = cipher.encrypt(input.body, &key, &headers, input.iv) {
        assert_eq!(cipher.decrypt(sealed.as_bytes(), &key, &headers).expect("what it encrypted"), input.body);
    }
});
