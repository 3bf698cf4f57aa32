//! Any dialogue between host and call.

use airudder_core::{Call, CallOptions, ErrorCode, Failure, Request, Step};
use proptest::prelude::*;

use crate::support::{ACCEPTED, SEARCH, TOKEN, UPLOAD, response, session};

#[derive(Clone, Debug)]
enum Event {
    Poll,
    Respond(u16, &'static str, Option<&'static str>),
    Fail(Failure),
    Take,
}

fn event() -> impl Strategy<Value = Event> {
    let bodies = prop::sample::select(vec![
        ACCEPTED,
        TOKEN,
        "",
        "{",
        "{\"code\":401}",
        "{\"code\":503}",
        "{\"code\":500}",
        "{\"message\":\"\"}",
        "[]",
    ]);
    let statuses = prop::sample::select(vec![200, 200, 200, 200, 301, 401, 403, 429, 500, 503, 503]);
    let retry_after = prop::sample::select(vec![None, None, Some("0"), Some("3600")]);
    let failures = vec![Failure::ConnectFailed, Failure::Timeout, Failure::Reset, Failure::Other];
    prop_oneof![
        3 => Just(Event::Poll),
        2 => (statuses, bodies, retry_after).prop_map(|(s, b, r)| Event::Respond(s, b, r)),
        1 => prop::sample::select(failures).prop_map(Event::Fail),
        1 => Just(Event::Take),
    ]
}

/// Returns whether a response says for sure that the request had no effect.
fn had_no_effect(status: u16, body: &str, retry_after: bool) -> bool {
    let api_has_a_say = body.starts_with("{\"code\":") || body.ends_with(",\"code\":200}");
    match status {
        401 | 429 => true,
        503 => matches!(body, "{\"code\":401}" | "{\"code\":503}") || (retry_after && !api_has_a_say),
        _ => matches!(body, "{\"code\":401}" | "{\"code\":503}"),
    }
}

/// Runs a dialogue and gives back what was seen; panics where a contract is broken.
fn dialogue(operation: &str, seed: u64, events: &[(Event, u64)]) -> Vec<String> {
    let session = session();
    let params = if operation == "workflow.upload_details" { UPLOAD } else { SEARCH };
    let options = CallOptions { seed, ..CallOptions::default() };
    let mut call = Call::new(&session, operation, params, &options).unwrap();
    let (mut now_ms, mut outstanding, mut main_sent, mut may_repeat, mut taken) = (0, None::<Request>, 0, true, false);
    let mut transcript = Vec::new();
    for (event, pause_ms) in events {
        now_ms += pause_ms;
        let last_answer = call.last_answer().cloned();
        let is_misuse = outstanding.is_none() && matches!(event, Event::Respond(..) | Event::Fail(_));
        let line = match event {
            Event::Poll => {
                let step = call.poll(now_ms);
                assert_eq!(step.is_err(), outstanding.is_some(), "one outstanding request: {step:?}");
                if let Ok(Step::Send(request)) = &step {
                    if request.url.ends_with("/uploaddetails") {
                        assert!(may_repeat, "a doubtful upload was sent again");
                        main_sent += 1;
                        may_repeat = false;
                    }
                    outstanding = Some(request.clone());
                }
                format!("{step:?}")
            }
            Event::Respond(status, body, retry_after) => {
                let mut answer = response(*status, body);
                if let Some(seconds) = retry_after {
                    answer.headers.set("Retry-After", *seconds);
                }
                let result = call.on_response(now_ms, &answer);
                assert_eq!(result.is_ok(), outstanding.is_some());
                if outstanding.take().is_some() {
                    may_repeat |= had_no_effect(*status, body, retry_after.is_some());
                }
                format!("{result:?}")
            }
            Event::Fail(failure) => {
                let result = call.on_failure(now_ms, *failure, "");
                assert_eq!(result.is_ok(), outstanding.is_some());
                if outstanding.take().is_some() {
                    may_repeat |= *failure == Failure::ConnectFailed;
                }
                format!("{result:?}")
            }
            Event::Take => {
                let result = call.take_result();
                if let Err(error) = &result
                    && taken
                {
                    assert_eq!(error.code(), ErrorCode::Misuse, "a result is given once");
                }
                taken |= !matches!(&result, Err(error) if error.code() == ErrorCode::Misuse);
                format!("{result:?}")
            }
        };
        assert!(!is_misuse || call.last_answer() == last_answer.as_ref(), "a misuse changes nothing");
        transcript.push(line);
    }
    assert!(main_sent <= 6, "retries are bounded: {main_sent}");
    transcript
}

proptest! {
    #[test]
    fn any_dialogue_keeps_the_contracts_and_is_deterministic(
        seed: u64,
        upload: bool,
        events in prop::collection::vec((event(), 0..30_000_u64), 0..60),
    ) {
        let operation = if upload { "workflow.upload_details" } else { "workflow.detail_instances" };
        prop_assert_eq!(dialogue(operation, seed, &events), dialogue(operation, seed, &events));
    }
}
