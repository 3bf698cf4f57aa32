//! Threads that share a client, hand a call over, and free what others use: Miri sees races.

use std::thread;

use super::{
    arguments::{client, no_error, output, read, text},
    calls::run,
};
use crate::functions::{call::*, client::airudder_client_free, fields::*};

#[test]
fn a_client_is_shared_and_a_call_handed_over() {
    let client = client(None);
    let calls: Vec<u64> = thread::scope(|scope| {
        let threads = [1, 2, 3].map(|_| {
            scope.spawn(|| {
                let call = output(|call| airudder_call_begin(client, 14, call, no_error()));
                run(call, r#"{"code":200,"data":[{"id":"r"}]}"#);
                call
            })
        });
        threads.map(|thread| thread.join().expect("it ended")).into()
    });
    for call in calls {
        let id = output(|id| airudder_call_get_str(call, text(c"/0/id"), id));
        // SAFETY: it lives until the call is freed.
        assert_eq!(unsafe { read(id) }, "r");
        assert_eq!(airudder_call_free(call), 0);
    }
    assert_eq!(airudder_client_free(client), 0);
}

#[test]
fn what_one_thread_frees_another_finds_busy_or_gone() {
    let client = client(None);
    let call = output(|call| airudder_call_begin(client, 14, call, no_error()));
    thread::scope(|scope| {
        let using = scope.spawn(|| {
            for _ in 0..20 {
                let code = airudder_call_set_str(call, text(c"/note"), text(c"x"));
                assert!([1004, 1014, 1015].contains(&code), "{code}");
            }
        });
        thread::yield_now();
        assert_eq!(airudder_call_free(call), 0);
        using.join().expect("it ended");
    });
    assert_eq!(airudder_client_free(client), 0);
}
