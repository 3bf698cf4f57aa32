//! Waits and retries.

use airudder_core::{
    Call, CallOptions, ClientConfig, ErrorCode, Failure, Outcome, RetryAdvice, Session, Step, WaitReason,
};

use crate::support::{UPLOAD, call, next_request, response, session, session_with, with_token};

#[test]
fn a_clock_that_is_set_back_makes_nobody_wait_for_it() {
    const YEAR: u64 = 365 * 24 * 3_600_000;
    let session = session();
    let mut waiting = call(&session, "workflow.detail_instances");
    waiting.poll(YEAR).unwrap();
    waiting.on_failure(YEAR, Failure::Timeout, "").unwrap();
    assert!(matches!(waiting.poll(YEAR - 1).unwrap(), Step::Wait { .. }));
    assert!(matches!(waiting.poll(0).unwrap(), Step::Send(_)));
    waiting.on_response(YEAR, &response(200, r#"{"code":403}"#)).unwrap();
    let mut shared = call(&session, "workflow.detail_instances");
    assert_eq!(shared.poll(YEAR - 1).unwrap(), Step::Done);
    let mut later = call(&session, "workflow.detail_instances");
    assert!(matches!(later.poll(0).unwrap(), Step::Send(_)));
}

#[test]
fn a_call_does_not_wait_for_hours_because_it_is_told_to() {
    let session = session();
    let mut call = call(&session, "workflow.detail_instances");
    with_token(&session, &mut call);
    next_request(&mut call, &mut 0).unwrap();
    let mut busy = response(429, "");
    busy.headers.set("Retry-After", "9999999999");
    call.on_response(0, &busy).unwrap();
    assert_eq!(call.poll(0).unwrap(), Step::Done);
    let error = call.take_result().unwrap_err();
    assert_eq!(
        (error.code(), error.details().retry),
        (ErrorCode::RateLimited, RetryAdvice::AfterMs(9_999_999_999_000))
    );
}

#[test]
fn retries_end_with_the_last_error_and_advice() {
    let session = session_with(|config| config.max_retries = 2);
    let mut call = call(&session, "workflow.upload_details");
    with_token(&session, &mut call);
    let mut now_ms = 0;
    for _ in 0..3 {
        next_request(&mut call, &mut now_ms).unwrap();
        call.on_response(now_ms, &response(429, "")).unwrap();
    }
    assert_eq!(call.poll(now_ms).unwrap(), Step::Done);
    let error = call.take_result().unwrap_err();
    assert_eq!((error.code(), error.details().outcome), (ErrorCode::RateLimited, Some(Outcome::Rejected)));
    assert!(matches!(error.details().retry, RetryAdvice::AfterMs(_)));
}

#[test]
fn a_retry_that_would_come_at_the_deadline_is_not_waited_for() {
    let session = session();
    let options = CallOptions { deadline_ms: Some(1000), ..CallOptions::default() };
    let mut call = Call::new(&session, "workflow.upload_details", UPLOAD, &options).unwrap();
    with_token(&session, &mut call);
    let mut now_ms = 0;
    next_request(&mut call, &mut now_ms).unwrap();
    let mut answer = response(429, "");
    answer.headers.set("Retry-After", "1");
    call.on_response(now_ms, &answer).unwrap();
    assert_eq!(call.poll(now_ms).unwrap(), Step::Done);
    assert_eq!(call.take_result().unwrap_err().code(), ErrorCode::RateLimited);
}

#[test]
fn requests_of_a_client_follow_one_another_at_its_pace() {
    let session = session_with(|config| config.requests_per_second = Some(4.0));
    let mut calls = [call(&session, "workflow.detail_instances"), call(&session, "workflow.detail_instances")];
    with_token(&session, &mut calls[0]); // at 0: the first request
    let mut now_ms = 0;
    for (call, at_ms) in calls.iter_mut().zip([250, 500]) {
        assert_eq!(call.poll(now_ms).unwrap(), Step::Wait { until_ms: at_ms, why: WaitReason::Pace });
        next_request(call, &mut now_ms).unwrap();
        assert_eq!(now_ms, at_ms);
    }
    // Later than that nobody waits, and of none that is let go before is anything saved up.
    now_ms = 10_000;
    let mut more = [call(&session, "workflow.detail_instances"), call(&session, "workflow.detail_instances")];
    assert!(matches!(more[0].poll(now_ms).unwrap(), Step::Send(_)));
    assert!(matches!(more[1].poll(now_ms).unwrap(), Step::Wait { until_ms: 10_250, .. }));
    for rate in [0.0, -1.0, f64::NAN] {
        let config = ClientConfig { requests_per_second: Some(rate), ..ClientConfig::default() };
        assert_eq!(Session::new(config).unwrap_err().details().pointer.as_deref(), Some("/requests_per_second"));
    }
}
