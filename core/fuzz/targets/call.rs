//! Any dialogue between host and call: the contracts hold, and what may phone people is not sent again in doubt.
#![no_main]

use airudder_core::{Call, CallOptions, ErrorCode, Failure, Headers, Outcome, Replay, Response, Step, catalog};
use airudder_fuzz::{BEGIN_MS, session};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Event<'a> {
    Poll,
    Answer {
        status: u16,
        headers: Vec<(&'a str, &'a str)>,
        body: &'a [u8],
    },
    /// An answer as the API gives it, with this code.
    Code(i16),
    Fail(u8),
    Take,
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    operation: u8,
    is_sealed: bool,
    seed: u64,
    deadline_ms: Option<u32>,
    events: Vec<(Event<'a>, u32)>,
}

fn failure(number: u8) -> Failure {
    [Failure::ConnectFailed, Failure::Timeout, Failure::Reset, Failure::Other][usize::from(number) % 4]
}

fuzz_target!(|input: Input<'_>| {
    let rows: Vec<_> = catalog::operations().collect();
    let row = rows[usize::from(input.operation) % rows.len()];
    let session = session(input.is_sealed.then_some("airudderredduria"));
    let options = CallOptions {
        seed: input.seed,
        strict: Some(false),
        deadline_ms: input.deadline_ms.map(u64::from),
        ..CallOptions::default()
    };
    let mut call = Call::new(&session, row.name, "{}", &options).expect("it is not checked");
    let (mut now_ms, mut is_outstanding, mut is_own, mut in_doubt) = (BEGIN_MS, false, false, false);
    for (event, pause_ms) in input.events {
        now_ms += u64::from(pause_ms);
        match event {
            Event::Poll => match call.poll(now_ms) {
                Ok(Step::Send(request)) => {
                    is_own = request.url.contains(row.path);
                    assert!(!(is_own && in_doubt), "what may phone people was sent again in doubt");
                    is_outstanding = true;
                }
                Ok(Step::Wait { until_ms, .. }) => assert!(until_ms > now_ms, "a host would poll without end"),
                Ok(Step::Done) => {}
                Err(error) => assert!(is_outstanding && error.code() == ErrorCode::Misuse, "{error}"),
            },
            Event::Answer { status, headers, body } => {
                let headers: Headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
                let response = Response { status, headers, body: body.to_vec() };
                assert_eq!(call.on_response(now_ms, &response).is_ok(), is_outstanding);
                is_outstanding = false;
            }
            Event::Code(code) => {
                let body = format!("{{\"code\":{code},\"data\":{{\"token\":\"fake-token\"}}}}").into_bytes();
                let response = Response { status: 200, headers: Headers::new(), body };
                assert_eq!(call.on_response(now_ms, &response).is_ok(), is_outstanding);
                is_outstanding = false;
            }
            Event::Fail(number) => {
                let failure = failure(number);
                assert_eq!(call.on_failure(now_ms, failure, "").is_ok(), is_outstanding);
                let is_sent = is_outstanding && is_own && failure != Failure::ConnectFailed;
                in_doubt |= is_sent && row.replay == Replay::Never;
                is_outstanding = false;
            }
            Event::Take => {
                if let Err(error) = call.take_result() {
                    let is_safe = error.code() != ErrorCode::Internal;
                    assert!(is_safe, "{error}");
                    if error.code() == ErrorCode::OutcomeUnknown {
                        assert_eq!(error.details().outcome, Some(Outcome::Unknown));
                    }
                }
            }
        }
    }
});
