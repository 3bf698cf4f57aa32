//! The parameters of every operation: what is taken is sent as it was given, what is not is named.
#![no_main]

use airudder_core::{Call, CallOptions, Method, catalog};
use airudder_fuzz::session;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: (u8, &str)| {
    let (number, text) = input;
    let session = session(None);
    let rows: Vec<_> = catalog::operations().collect();
    let row = rows[usize::from(number) % rows.len()];
    match Call::new(&session, row.name, text, &CallOptions::default()) {
        Ok(call) => {
            let request = call.prepare().expect("what was checked can be sent");
            let given: Value = serde_json::from_str(text).expect("only JSON is taken");
            if request.method == Method::Post {
                let sent: Value = serde_json::from_slice(&request.body).expect("JSON is sent");
                assert_eq!(sent, given);
            }
        }
        Err(error) => assert!(!error.details().message.is_empty()),
    }
});
