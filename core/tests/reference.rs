//! The Rust examples of the generated reference: each is a call that could be sent.

#![expect(clippy::disallowed_methods, reason = "the test reads pages; the core does not")]

use std::{fs, path::Path};

use airudder_core::{Call, CallOptions, ClientConfig, Secret, Session, catalog};

#[test]
fn every_example_is_a_call() {
    let config = ClientConfig {
        app_key: Some(Secret::new("fake-app-key")),
        app_secret: Some(Secret::new("fake-app-secret")),
        sign_key: Some(Secret::new("0123456789abcdef0123456789abcdef")),
        sign_secret: Some(Secret::new("fake-sign-secret")),
        ..ClientConfig::default()
    };
    let session = Session::new(config).expect("the configuration is right");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference");
    let mut seen = 0;
    for page in fs::read_dir(folder).expect("the reference is there") {
        let text = fs::read_to_string(page.expect("a page").path()).expect("a page is text");
        for example in text.split("```rust\n").skip(1) {
            let params = example.split("r#\"").nth(1).and_then(|rest| rest.split("\"#").next()).expect("parameters");
            let name = example.split("&session, \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
            // The host of processes is not public, so it must be given with the call.
            let options = CallOptions { base_url: Some("https://example.test".into()), ..CallOptions::default() };
            let call = Call::new(&session, name, params, &options).expect("the example is right");
            assert!(call.prepare().is_ok(), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, catalog::operations().count());
}
