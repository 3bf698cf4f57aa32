//! The call machine in the hands of a host: token, retries, replay safety, and the contracts of its dialogue.

use airudder_core::{
    Auth, Call, CallOptions, ClientConfig, ErrorCode, Failure, Headers, Method, Outcome, RawRequest, Replay, Request,
    Response, RetryAdvice, Session, Step, crypto,
};
use proptest::prelude::*;

const UPLOAD: &str = r#"{"workflow_id":"w","details":[{"callee":"+6212345678","platform":"P","variables":{}}]}"#;
const SEARCH: &str =
    r#"{"case_id":"c","start_time":"2023-09-01 00:00:00+08:00","end_time":"2023-09-14 00:00:00+08:00"}"#;
const ACCEPTED: &str = r#"{"data":{"workflow_id":"w","new":1},"status":"OK","code":200}"#;
const TOKEN: &str = r#"{"data":{"token":"fake-token-1"},"status":"OK","code":200}"#;

fn session() -> Session {
    session_with(|_| {})
}

fn session_with(change: impl FnOnce(&mut ClientConfig)) -> Session {
    let mut config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        ..ClientConfig::default()
    };
    change(&mut config);
    Session::new(config).expect("the configuration is good")
}

fn call(session: &Session, operation: &str) -> Call {
    let params = if operation == "workflow.upload_details" { UPLOAD } else { SEARCH };
    Call::new(session, operation, params, &CallOptions::default()).expect("the parameters are good")
}

fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Headers::new(), body: body.as_bytes().to_vec() }
}

/// The next request, with waits skipped.
fn next_request(call: &mut Call, now_ms: &mut u64) -> Option<Request> {
    loop {
        match call.poll(*now_ms).expect("the dialogue is well-formed") {
            Step::Send(request) => return Some(request),
            Step::Wait { until_ms, .. } => *now_ms = until_ms,
            Step::Done => return None,
        }
    }
}

/// Answers the token request, so that the session has a token.
fn with_token(session: &Session, call: &mut Call) {
    let mut now_ms = 0;
    let request = next_request(call, &mut now_ms).expect("the token is asked for");
    assert!(request.url.ends_with("/service/cloud/auth"), "{}", request.url);
    call.on_response(now_ms, &response(200, TOKEN)).expect("a request is outstanding");
    let _ = session;
}

#[test]
fn a_token_is_fetched_and_the_text_is_sent_as_it_was_given() {
    let session = session();
    let mut call = call(&session, "workflow.upload_details");
    with_token(&session, &mut call);
    let request = next_request(&mut call, &mut 0).unwrap();
    assert_eq!(request.headers.get("authorization"), Some("Token fake-token-1"));
    assert_eq!(request.body, UPLOAD.as_bytes());
    call.on_response(0, &response(200, ACCEPTED)).unwrap();
    assert_eq!(call.poll(0).unwrap(), Step::Done);
    let output = call.take_result().unwrap();
    assert_eq!((output.data.as_str(), output.body.as_str()), (r#"{"workflow_id":"w","new":1}"#, ACCEPTED));
}

#[test]
fn encryption_covers_request_and_response() {
    let session = session_with(|config| config.encryption_key = Some("airudderredduria".into()));
    let key = crypto::EncryptionKey::new("airudderredduria").unwrap();
    let sealed = |text: &str| Response {
        status: 200,
        headers: [("Is-Encrypted", "1".to_owned()), ("Signed", crypto::digest(text.as_bytes()))].into_iter().collect(),
        body: crypto::encrypt(text.as_bytes(), &key).unwrap().into_bytes(),
    };
    let mut call = call(&session, "workflow.upload_details");
    next_request(&mut call, &mut 0).unwrap();
    call.on_response(0, &sealed(TOKEN)).unwrap();
    let request = next_request(&mut call, &mut 0).unwrap();
    assert_eq!(crypto::decrypt(&request.body, &key).unwrap(), UPLOAD.as_bytes());
    assert_eq!(request.headers.get("Signed"), Some(crypto::digest(UPLOAD.as_bytes()).as_str()));
    let mut damaged = sealed(ACCEPTED);
    damaged.headers.set("Signed", crypto::digest(b"other"));
    call.on_response(0, &damaged).unwrap();
    call.poll(0).unwrap();
    let error = call.take_result().unwrap_err();
    assert_eq!((error.code(), error.details().outcome), (ErrorCode::OutcomeUnknown, Some(Outcome::Unknown)));
}

#[test]
fn one_call_fetches_the_token_and_the_others_wait() {
    let session = session();
    let mut calls: Vec<Call> = (0..100).map(|_| call(&session, "workflow.detail_instances")).collect();
    let sent = calls.iter_mut().map(|call| call.poll(0)).filter(|step| matches!(step, Ok(Step::Send(_)))).count();
    assert_eq!(sent, 1);
    calls[0].on_response(1, &response(200, TOKEN)).unwrap();
    for call in &mut calls {
        let request = next_request(call, &mut 100).unwrap();
        assert_eq!(request.headers.get("Authorization"), Some("Token fake-token-1"));
    }
}

#[test]
fn a_dropped_fetcher_lets_another_fetch() {
    let session = session();
    let (mut first, mut second) =
        (call(&session, "workflow.detail_instances"), call(&session, "workflow.detail_instances"));
    assert!(matches!(first.poll(0).unwrap(), Step::Send(_)));
    assert!(matches!(second.poll(0).unwrap(), Step::Wait { .. }));
    drop(first);
    assert!(matches!(second.poll(0).unwrap(), Step::Send(_)));
}

#[test]
fn an_expired_token_is_renewed_once_for_all_and_the_call_repeated_once() {
    let session = session();
    let (mut first, mut second) =
        (call(&session, "workflow.upload_details"), call(&session, "workflow.upload_details"));
    with_token(&session, &mut first);
    let mut now_ms = 0;
    next_request(&mut first, &mut now_ms).unwrap();
    next_request(&mut second, &mut now_ms).unwrap();
    first.on_response(0, &response(401, "")).unwrap();
    second.on_response(0, &response(200, r#"{"code":401,"message":"token expired"}"#)).unwrap();
    assert!(next_request(&mut first, &mut now_ms).unwrap().url.ends_with("/auth"));
    assert!(matches!(second.poll(now_ms).unwrap(), Step::Wait { .. }));
    first.on_response(now_ms, &response(200, &TOKEN.replace("token-1", "token-2"))).unwrap();
    for call in [&mut first, &mut second] {
        let request = next_request(call, &mut now_ms).unwrap();
        assert_eq!(request.headers.get("Authorization"), Some("Token fake-token-2"));
    }
    first.on_response(now_ms, &response(401, "")).unwrap();
    first.poll(now_ms).unwrap();
    assert_eq!(first.take_result().unwrap_err().code(), ErrorCode::TokenRefused);
}

#[test]
fn a_token_is_renewed_ahead_while_the_others_use_the_old_one() {
    const HOUR: u64 = 3_600_000;
    let session = session();
    let mut first = call(&session, "workflow.detail_instances");
    with_token(&session, &mut first);
    let (mut second, mut third) =
        (call(&session, "workflow.detail_instances"), call(&session, "workflow.detail_instances"));
    assert!(next_request(&mut second, &mut (23 * HOUR)).unwrap().url.ends_with("/auth"));
    assert!(next_request(&mut third, &mut (23 * HOUR)).unwrap().url.ends_with("/detailinstances"));
}

#[test]
fn wrong_credentials_stop_at_once_and_cool_down() {
    let session = session();
    let mut first = call(&session, "workflow.detail_instances");
    next_request(&mut first, &mut 0).unwrap();
    first.on_response(0, &response(200, r#"{"code":401,"message":"app secret is wrong"}"#)).unwrap();
    let mut second = call(&session, "workflow.detail_instances");
    for call in [&mut first, &mut second] {
        assert_eq!(call.poll(1).unwrap(), Step::Done);
        let error = call.take_result().unwrap_err();
        assert_eq!(error.code(), ErrorCode::CredentialsRefused);
        assert_eq!(error.details().api_message.as_deref(), Some("app secret is wrong"));
        assert!(!format!("{error} {error:?}").contains("fake-secret"));
    }
    let mut later = call(&session, "workflow.detail_instances");
    assert!(matches!(later.poll(40_000).unwrap(), Step::Send(_)));
}

/// A machine that was asleep polls late: the failure is then no longer shared with other calls, but it still is this one's.
#[test]
fn a_call_whose_host_polls_late_ends_all_the_same() {
    let session = session();
    let mut late = call(&session, "workflow.detail_instances");
    let mut fetches = 0;
    for now_ms in (0..).step_by(60_000) {
        match late.poll(now_ms).unwrap() {
            Step::Send(_) => late.on_failure(now_ms, Failure::ConnectFailed, "").unwrap(),
            Step::Wait { .. } => continue,
            Step::Done => break,
        }
        fetches += 1;
    }
    assert_eq!(fetches, 5);
    assert_eq!(late.take_result().unwrap_err().code(), ErrorCode::ConnectFailed);
}

#[test]
fn a_call_whose_host_polls_late_uses_the_older_token_while_it_works() {
    const HOUR: u64 = 3_600_000;
    let session = session();
    let mut first = call(&session, "workflow.detail_instances");
    with_token(&session, &mut first);
    let mut second = call(&session, "workflow.detail_instances");
    let mut now_ms = 23 * HOUR;
    while let Some(request) = next_request(&mut second, &mut now_ms) {
        if !request.url.ends_with("/auth") {
            assert!(request.url.ends_with("/detailinstances"));
            return;
        }
        second.on_failure(now_ms, Failure::ConnectFailed, "").unwrap();
        now_ms += 60_000;
    }
    panic!("the old token was not used");
}

#[test]
fn a_doubtful_upload_is_never_sent_again() {
    for failure in [Failure::Timeout, Failure::Reset, Failure::Other] {
        let session = session();
        let mut call = call(&session, "workflow.upload_details");
        with_token(&session, &mut call);
        next_request(&mut call, &mut 0).unwrap();
        call.on_failure(0, failure, "").unwrap();
        assert_eq!(call.poll(0).unwrap(), Step::Done);
        let error = call.take_result().unwrap_err();
        assert_eq!((error.code(), error.details().outcome), (ErrorCode::OutcomeUnknown, Some(Outcome::Unknown)));
        assert!(error.to_string().contains("workflow.detail_instances"), "{error}");
    }
    for (status, body) in [(500, ""), (502, "<html>"), (200, "{\"code\":500}"), (200, "{\"data\":"), (200, "")] {
        let session = session();
        let mut call = call(&session, "workflow.upload_details");
        with_token(&session, &mut call);
        next_request(&mut call, &mut 0).unwrap();
        call.on_response(0, &response(status, body)).unwrap();
        assert_eq!(call.poll(0).unwrap(), Step::Done, "{status} {body}");
        assert_eq!(call.take_result().unwrap_err().code(), ErrorCode::OutcomeUnknown);
    }
}

#[test]
fn a_call_is_in_doubt_while_a_request_that_must_not_be_repeated_is_outstanding() {
    for (operation, doubt) in [("workflow.upload_details", true), ("workflow.detail_instances", false)] {
        let session = session();
        let mut call = call(&session, operation);
        assert!(!call.is_in_doubt());
        let mut now_ms = 0;
        next_request(&mut call, &mut now_ms).expect("the token is asked for");
        assert!(!call.is_in_doubt(), "only the token is outstanding");
        call.on_response(now_ms, &response(200, TOKEN)).unwrap();
        next_request(&mut call, &mut now_ms).expect("the operation is sent");
        assert_eq!(call.is_in_doubt(), doubt);
        call.on_response(now_ms, &response(200, ACCEPTED)).unwrap();
        assert!(!call.is_in_doubt());
    }
}

#[test]
fn an_upload_that_surely_had_no_effect_is_sent_again() {
    let session = session();
    let mut call = call(&session, "workflow.upload_details");
    with_token(&session, &mut call);
    let mut now_ms = 0;
    let first = next_request(&mut call, &mut now_ms).unwrap();
    call.on_failure(now_ms, Failure::ConnectFailed, "").unwrap();
    assert_eq!(next_request(&mut call, &mut now_ms).unwrap(), first);
    let mut busy = response(503, "");
    busy.headers.set("Retry-After", "7");
    call.on_response(now_ms, &busy).unwrap();
    let asked_ms = now_ms;
    assert_eq!(next_request(&mut call, &mut now_ms).unwrap(), first);
    assert!(now_ms >= asked_ms + 7000);
    call.on_response(now_ms, &response(200, r#"{"code":429}"#)).unwrap();
    assert_eq!(next_request(&mut call, &mut now_ms).unwrap(), first);
    call.on_response(now_ms, &response(200, ACCEPTED)).unwrap();
    call.poll(now_ms).unwrap();
    assert!(call.take_result().is_ok());
}

#[test]
fn a_503_that_a_gateway_does_not_explain_leaves_the_outcome_unknown() {
    for (body, retry_after, again) in [
        ("", None, false),
        ("<html>upstream reset</html>", None, false),
        (r#"{"message":"Service Unavailable"}"#, None, false),
        (r#"{"code":500,"message":"lost"}"#, Some("0"), false),
        (ACCEPTED, None, false),
        (ACCEPTED, Some("0"), false),
        ("", Some("0"), true),
        (r#"{"message":"Service Unavailable"}"#, Some("0"), true),
        (r#"{"code":503,"message":"busy"}"#, None, true),
        (r#"{"code":429,"message":"busy"}"#, None, true),
    ] {
        let session = session();
        let mut call = call(&session, "workflow.upload_details");
        with_token(&session, &mut call);
        let mut now_ms = 0;
        next_request(&mut call, &mut now_ms).unwrap();
        let mut unavailable = response(503, body);
        if let Some(seconds) = retry_after {
            unavailable.headers.set("Retry-After", seconds);
        }
        call.on_response(now_ms, &unavailable).unwrap();
        assert_eq!(next_request(&mut call, &mut now_ms).is_some(), again, "{body} {retry_after:?}");
        if !again {
            assert_eq!(call.take_result().unwrap_err().code(), ErrorCode::OutcomeUnknown);
        }
    }
}

#[test]
fn a_redirect_and_a_time_out_of_the_server_leave_the_outcome_unknown() {
    for status in [302, 307, 408] {
        let session = session();
        let mut call = call(&session, "workflow.upload_details");
        with_token(&session, &mut call);
        next_request(&mut call, &mut 0).unwrap();
        call.on_response(0, &response(status, "")).unwrap();
        assert_eq!(call.poll(0).unwrap(), Step::Done);
        assert_eq!(call.take_result().unwrap_err().code(), ErrorCode::OutcomeUnknown, "{status}");
    }
}

#[test]
fn a_host_that_quotes_what_it_sent_is_shown_without_the_secrets() {
    let session = session();
    let headers = [("X-Session-Token", "fake-own"), ("Accept", "harmless")].into_iter().collect();
    let options = CallOptions { headers, ..CallOptions::default() };
    let mut call = Call::new(&session, "workflow.upload_details", UPLOAD, &options).unwrap();
    with_token(&session, &mut call);
    let request = next_request(&mut call, &mut 0).unwrap();
    let quoted = format!("could not send {:?} for fake-key", request.headers.iter().collect::<Vec<_>>());
    assert!(quoted.contains("Token fake-token-1") && quoted.contains("fake-own"), "{quoted}");
    assert!(!call.without_secrets(&quoted).contains("fake-"));
    call.on_failure(0, Failure::Reset, &quoted).unwrap();
    let error = call.take_result().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("fake-"), "{error}");
    assert!(
        error.details().message.contains("\"Token ***\"") && error.details().message.contains("harmless"),
        "{error}"
    );
}

#[test]
fn a_401_that_says_success_ends_an_upload_and_renews_the_token_for_what_may_be_repeated() {
    let session = session();
    let mut upload = call(&session, "workflow.upload_details");
    with_token(&session, &mut upload);
    let mut now_ms = 0;
    next_request(&mut upload, &mut now_ms).unwrap();
    upload.on_response(now_ms, &response(401, ACCEPTED)).unwrap();
    assert_eq!(upload.poll(now_ms).unwrap(), Step::Done);
    assert_eq!(upload.take_result().unwrap_err().code(), ErrorCode::OutcomeUnknown);
    let mut search = call(&session, "workflow.detail_instances");
    assert!(next_request(&mut search, &mut now_ms).unwrap().url.ends_with("/auth"));
}

#[test]
fn an_answer_that_quotes_the_secrets_is_shown_without_them() {
    let session = session();
    let mut call = call(&session, "workflow.detail_instances");
    next_request(&mut call, &mut 0).unwrap();
    let quoting = r#"{"code":401,"message":"no: {\"APPKey\":\"fake-key\",\"APPSecret\":\"fake-secret\"}"}"#;
    call.on_response(0, &response(200, quoting)).unwrap();
    assert_eq!(call.poll(0).unwrap(), Step::Done);
    let error = call.take_result().unwrap_err();
    assert_eq!(error.details().api_message.as_deref(), Some(r#"no: {"APPKey":"***","APPSecret":"***"}"#));
    assert!(!format!("{error} {error:?}").contains("fake-"));
}

#[test]
fn an_answer_that_quotes_the_token_is_shown_without_it() {
    let session = session();
    let mut call = call(&session, "workflow.upload_details");
    with_token(&session, &mut call);
    next_request(&mut call, &mut 0).unwrap();
    call.on_response(0, &response(200, r#"{"code":403,"message":"Token fake-token-1 has no right to this"}"#)).unwrap();
    let error = call.take_result().unwrap_err();
    assert_eq!(error.details().api_message.as_deref(), Some("Token *** has no right to this"));
    assert!(!format!("{error} {error:?} {call:?}").contains("fake-"));
}

#[test]
fn debug_of_a_call_shows_no_parameters() {
    let session = session();
    let token = r#"{"APPKey":"fake-key","APPSecret":"fake-secret"}"#;
    let of_token = Call::new(&session, "auth.token", token, &CallOptions::default()).unwrap();
    let upload = call(&session, "workflow.upload_details");
    let raw = RawRequest {
        method: Method::Post,
        path: "/x".into(),
        query: "to=%2B6212345678".into(),
        body: UPLOAD.into(),
        auth: Auth::None,
        replay: Replay::Never,
        file: false,
    };
    let result: airudder_core::operations::auth::Token = serde_json::from_str(r#"{"token":"fake-token"}"#).unwrap();
    let shown = format!(
        "{of_token:?} {upload:?} {raw:?} {:?} {result:?}",
        Call::raw(&session, raw.clone(), &CallOptions::default())
    );
    for hidden in ["fake-", "6212345678"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

/// The first request may have been carried out, whatever becomes of its repetition.
#[test]
fn what_becomes_of_a_repetition_does_not_speak_for_the_lost_request_before_it() {
    for (lost, last) in [
        (None, response(200, r#"{"code":403}"#)),
        (None, response(429, "")),
        (Some(response(502, "")), response(400, "")),
        (Some(response(200, r#"{"code":500}"#)), response(401, "")),
    ] {
        let session = session_with(|config| config.max_retries = 1);
        let mut call = call(&session, "workflow.detail_instances");
        with_token(&session, &mut call);
        let mut now_ms = 0;
        next_request(&mut call, &mut now_ms).unwrap();
        match lost {
            None => call.on_failure(now_ms, Failure::Timeout, "").unwrap(),
            Some(answer) => call.on_response(now_ms, &answer).unwrap(),
        }
        while let Some(request) = next_request(&mut call, &mut now_ms) {
            let renewal = response(200, TOKEN);
            let answer = if request.url.ends_with("/auth") { &renewal } else { &last };
            call.on_response(now_ms, answer).unwrap();
        }
        assert_eq!(call.take_result().unwrap_err().details().outcome, Some(Outcome::Unknown), "{last:?}");
    }
}

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
fn a_process_call_needs_its_host_and_takes_the_callers_headers() {
    let params = r#"{"header":{"payloadVersion":0,"traceId":""},"payload":{"procInstId":"","taskKey":""}}"#;
    let session = session_with(|config| config.base_url = None);
    let error = Call::new(&session, "process.query_task_qian", params, &CallOptions::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::MissingBaseUrl);
    let options = CallOptions {
        base_url: Some("https://process.example".into()),
        headers: [("tenantId", "t")].into_iter().collect(),
        ..CallOptions::default()
    };
    let mut call = Call::new(&session, "process.query_task_qian", params, &options).unwrap();
    let request = next_request(&mut call, &mut 0).unwrap();
    assert_eq!(request.url, "https://process.example/api/v1/process/queryTaskQian");
    assert_eq!((request.headers.get("tenantId"), request.headers.get("Authorization")), (Some("t"), None));
}

/// What an answer says of the request, whatever the library makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Done,
    NoEffect,
    Nothing,
}

/// The code in an envelope.
#[derive(Clone, Copy)]
enum Code {
    Missing,
    Odd,
    Number(i64),
}

/// Weighs an answer by the API's rules alone: success is what status and code agree on, or a status with a result and no
/// code; no effect is what one of them says, and the other does not deny.
fn says(status: u16, code: Code, data: bool, success: i64, retry_after: Option<&str>) -> Says {
    let refusals = |code: i64| matches!(code, 400..=407 | 409..=499);
    let (done, no_effect) = match (status, code) {
        (..300, Code::Missing) => (data, false),
        (..300, Code::Number(code)) => (code == success, refusals(code) || code == 503),
        (_, Code::Number(401)) => (false, true),
        (_, Code::Number(code)) if code == success || (code != 503 && matches!(code, 500..=599)) => (false, false),
        (503, Code::Number(code)) => (false, matches!(code, 429 | 503)),
        (503, _) => (false, retry_after.is_some_and(|value| value != "soon")),
        (status, _) => (false, status >= 300 && refusals(i64::from(status))),
    };
    match (done, no_effect) {
        (true, _) => Says::Done,
        (_, true) => Says::NoEffect,
        _ => Says::Nothing,
    }
}

/// Every status with every code of every envelope, for what may and what must not be sent again: only an answer that says
/// that there was no effect lets a request that must not be repeated be sent again or be called rejected.
#[test]
fn no_status_and_code_at_odds_make_a_request_go_out_twice_or_a_contact_be_lost() {
    let codes: [Code; 18] = [
        Code::Missing,
        Code::Odd,
        Code::Number(-1),
        Code::Number(0),
        Code::Number(1),
        Code::Number(200),
        Code::Number(201),
        Code::Number(302),
        Code::Number(400),
        Code::Number(401),
        Code::Number(403),
        Code::Number(408),
        Code::Number(429),
        Code::Number(500),
        Code::Number(502),
        Code::Number(503),
        Code::Number(599),
        Code::Number(5001),
    ];
    let statuses = [200, 201, 204, 301, 307, 400, 401, 403, 404, 407, 408, 409, 413, 429, 499, 500, 502, 503, 504, 599];
    let families = [
        ("/service/cloud/x", "code", "data", 200),
        ("/api/v1/session/x", "code", "data", 200),
        ("/service/sms/x", "code", "body", 0),
        ("/api/v1/process/x", "retcode", "data", 0),
    ];
    let mut seen = std::collections::BTreeMap::new();
    for (path, code_field, data_field, success) in families {
        for (status, code, data, message, retry_after, replay) in statuses
            .into_iter()
            .flat_map(|status| codes.map(|code| (status, code)))
            .flat_map(|(status, code)| [false, true].map(|data| (status, code, data)))
            .flat_map(|(status, code, data)| [false, true].map(|message| (status, code, data, message)))
            .flat_map(|one| [None, Some("0"), Some("soon")].map(|after| (one.0, one.1, one.2, one.3, after)))
            .flat_map(|one| [Replay::Safe, Replay::Never].map(|replay| (one.0, one.1, one.2, one.3, one.4, replay)))
        {
            let mut fields = Vec::new();
            match code {
                Code::Number(code) if message => fields.push(format!(r#""{code_field}":"{code}""#)),
                Code::Number(code) => fields.push(format!(r#""{code_field}":{code}"#)),
                Code::Odd => fields.push(format!(r#""{code_field}":"E_NEW""#)),
                Code::Missing => {}
            }
            if data {
                fields.push(format!(r#""{data_field}":{{"workflow_id":"w"}}"#));
            }
            if message {
                fields.push(r#""message":"so it is","msg":"so it is""#.to_owned());
            }
            let mut answer = response(status, &format!("{{{}}}", fields.join(",")));
            if let Some(value) = retry_after {
                answer.headers.set("Retry-After", value);
            }
            let session = session();
            let request = RawRequest {
                method: Method::Post,
                path: path.into(),
                query: String::new(),
                body: "{}".into(),
                auth: Auth::Token,
                replay,
                file: false,
            };
            let mut call = Call::raw(&session, request, &CallOptions::default()).unwrap();
            with_token(&session, &mut call);
            let mut now_ms = 0;
            next_request(&mut call, &mut now_ms).unwrap();
            call.on_response(now_ms, &answer).unwrap();
            let what =
                format!("{path} {status} {:?} {retry_after:?} {replay:?}", String::from_utf8_lossy(&answer.body));
            let says = says(status, code, data, success, retry_after);
            *seen.entry(format!("{says:?}")).or_insert(0) += 1;
            if next_request(&mut call, &mut now_ms).is_some() {
                assert!(says == Says::NoEffect || (says == Says::Nothing && replay == Replay::Safe), "again: {what}");
                continue;
            }
            match call.take_result() {
                Ok(_) => assert_eq!(says, Says::Done, "accepted: {what}"),
                Err(error) => {
                    let expected = if says == Says::NoEffect { Outcome::Rejected } else { Outcome::Unknown };
                    assert_eq!(error.details().outcome, Some(expected), "{what}");
                    assert_ne!(says, Says::Done, "{what}");
                    assert_eq!(error.code() == ErrorCode::OutcomeUnknown, expected == Outcome::Unknown, "{what}");
                }
            }
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

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

/// Whether a response says for sure that the request had no effect.
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
