//! Secrets are gone from the memory of the process once the library has dropped them.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test looks at its own memory; the core itself opens no files"
)]

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

use airudder_core::{
    ClientConfig, Delivery, Headers, Secret, Session, WebhookConfig, Webhooks,
    crypto::{self, EncryptionKey},
};
use zeroize::Zeroize;

/// Secrets stand in the program as what this makes of them, so that what is found is a copy of the library's.
const MASK: u8 = 0x5a;

const APP: [u8; 32] = masked(*b"fake-app-secret-of-the-tests----");
const SIGN: [u8; 32] = masked(*b"fake-sign-secret-of-the-tests---");
const HOOK: [u8; 32] = masked(*b"fake-hook-secret-of-the-tests---");
const KEY: [u8; 32] = masked(*b"fake-key-of-the-tests-----------");

const fn masked(mut secret: [u8; 32]) -> [u8; 32] {
    let mut at = 0;
    while at < secret.len() {
        secret[at] ^= MASK;
        at += 1;
    }
    secret
}

/// The secret, in memory of its exact length: no growing leaves a part behind.
fn unmasked(secret: &[u8; 32]) -> Secret {
    let bytes: Vec<u8> = secret.iter().map(|byte| byte ^ MASK).collect();
    Secret::new(String::from_utf8(bytes).expect("letters"))
}

/// The number of copies of a masked secret in the memory that this process can write, without the stack: there a cipher
/// leaves its round keys until something else is written over them.
fn copies(secret: &[u8; 32]) -> usize {
    let memory = File::open("/proc/self/mem").expect("Linux has it");
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux has it");
    // An allocator writes over the first bytes of what is freed.
    let secret = &secret[16..];
    let mut found = 0;
    let stack = (&raw const found).addr() as u64;
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let address = |text| u64::from_str_radix(text, 16).expect("hex");
        let (from, to) = (address(from), address(to));
        if (from..to).contains(&stack) {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(to - from).expect("a size")];
        // Some regions, such as the kernel's, cannot be read.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            found +=
                bytes.windows(secret.len()).filter(|part| part.iter().zip(secret).all(|(a, b)| a ^ MASK == *b)).count();
        }
        // What was found here must not be found again.
        bytes.zeroize();
    }
    found
}

/// Fails unless the secret is in memory while `used` holds it, and gone when that is dropped. It does so many times, as some
/// of what was freed is soon written over by others.
#[track_caller]
fn assert_gone<T>(secret: &[u8; 32], used: impl Fn(Secret) -> T) {
    let holders: Vec<T> = (0..64).map(|_| used(unmasked(secret))).collect();
    assert!(copies(secret) >= holders.len(), "the search finds what is there");
    drop(holders);
    assert_eq!(copies(secret), 0);
}

fn session(change: impl FnOnce(&mut ClientConfig)) -> Session {
    let mut config = ClientConfig { app_key: Some("fake-key".into()), ..ClientConfig::default() };
    change(&mut config);
    Session::new(config).expect("the settings are good")
}

/// One test, since others that run beside it would hold secrets of their own.
#[test]
fn secrets_are_gone_from_memory_when_they_are_dropped() {
    assert_gone(&APP, |secret| session(|config| config.app_secret = Some(secret)));
    assert_gone(&SIGN, |secret| {
        session(|config| {
            config.app_secret = Some("fake-secret".into());
            config.sign_key = Some("fake-sign-key".into());
            config.sign_secret = Some(secret);
        })
    });
    assert_gone(&KEY, |secret| {
        session(|config| {
            config.app_secret = Some("fake-secret".into());
            config.encryption_key = Some(secret);
        })
    });
    assert_gone(&KEY, |secret| {
        let key = EncryptionKey::new(secret.expose()).expect("32 bytes");
        let sealed = crypto::encrypt(b"{}", &key).expect("it encrypts");
        assert_eq!(crypto::decrypt(sealed.as_bytes(), &key).expect("it decrypts"), b"{}");
        key
    });
    assert_gone(&HOOK, |secret| {
        let hooks = Webhooks::new(WebhookConfig { secrets: vec![secret], ..WebhookConfig::default() }).expect("good");
        let signed = hooks.sign(b"{}").expect("it signs");
        hooks.unwrap(&Delivery::new(b"{}", &signed), None).expect("it verifies");
        hooks.unwrap(&Delivery::new(b"{}", &Headers::new()), None).expect_err("it is not signed");
        hooks
    });
}
