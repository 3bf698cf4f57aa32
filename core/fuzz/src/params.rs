//! The parameters of every operation: what is taken is sent as it was given, what is not is named, and both fast and slow
//! ways to check agree.

use airudder_core::{Call, CallOptions, Method, catalog};
use serde::de::IgnoredAny;

use super::{
    input::{self, Input},
    session,
};

/// Line: the operation's place. Then the parameters.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let rows: Vec<_> = catalog::operations().collect();
    let row = rows[input.choice(rows.len())];
    let text = input::text(input.rest());
    let session = session(None);
    let checked = (row.check)(text);
    match Call::new(&session, row.name, text, &CallOptions::default()) {
        Ok(call) => {
            checked.expect("what a call takes passes its check");
            let request = call.prepare().expect("what was checked can be sent");
            serde_json::from_str::<IgnoredAny>(text).expect("only JSON is taken");
            if request.method == Method::Post {
                assert_eq!(String::from_utf8_lossy(&request.body), text);
            }
            assert!(request.url.bytes().all(|byte| byte.is_ascii_graphic()), "{}", request.url);
            assert!(!request.to_curl().contains("fake-sign-secret"));
        }
        Err(error) => {
            assert_eq!(checked.expect_err("it was refused").code(), error.code(), "{error}");
            assert!(!error.details().message.is_empty());
        }
    }
}
