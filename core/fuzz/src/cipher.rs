//! The text of a cipher, keys, and what is to be decrypted: nothing panics, what was encrypted comes back, and what GCM takes
//! was not changed.

use airudder_core::crypto::Cipher;

use super::input::Input;

/// Lines: cipher, key, 16 characters for an initialization vector or fewer for none; header fields; the body.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let Ok(cipher) = input.text().parse::<Cipher>() else { return };
    let written = cipher.to_string();
    assert_eq!(written.parse::<Cipher>().expect("what it says of itself").to_string(), written);
    let Ok(key) = cipher.key(input.text()) else { return };
    let random = input.line().try_into().ok();
    let headers = input.headers();
    let body = input.rest();
    let _ = cipher.decrypt(body, &key, &headers);
    let Ok(sealed) = cipher.encrypt(body, &key, &headers, random) else { return };
    assert_eq!(cipher.decrypt(sealed.as_bytes(), &key, &headers).expect("what it encrypted"), body);
    if written.starts_with("aes-gcm") {
        change_each(&sealed, |changed| {
            if let Ok(opened) = cipher.decrypt(changed.as_bytes(), &key, &headers) {
                assert_eq!(opened, body, "{changed} was taken");
            }
        });
    }
}

/// Changes one character after the other, some at most.
fn change_each(text: &str, mut run: impl FnMut(&str)) {
    for (at, _) in text.char_indices().take(64) {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        if let Ok(changed) = String::from_utf8(bytes) {
            run(&changed);
        }
    }
}
