//! Which requests are sent again, and what an answer says of the effect.

use airudder_core::{
    Call, CallOptions, ErrorCode, Failure, Method, Outcome, RawRequest, Replay, Response, Session, Step,
};

use crate::support::{ACCEPTED, SEARCH, TOKEN, call, next_request, response, session, session_with, with_token};

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
fn where_no_connection_could_be_made_is_told() {
    let options = CallOptions { base_url: Some("https://other.example.test/".into()), ..CallOptions::default() };
    // The token comes from the client's own address.
    for (has_token, place) in [(false, "http://127.0.0.1:1 (refused)"), (true, "https://other.example.test (refused)")]
    {
        let session = session_with(|config| config.max_retries = 0);
        let mut call = Call::new(&session, "workflow.detail_instances", SEARCH, &options).unwrap();
        if has_token {
            with_token(&session, &mut call);
        }
        next_request(&mut call, &mut 0).unwrap();
        call.on_failure(0, Failure::ConnectFailed, "refused").unwrap();
        call.poll(0).unwrap();
        let error = call.take_result().unwrap_err().to_string();
        assert!(error.contains(&format!("no connection could be made to {place}")), "{error}");
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

/// What an answer says of the request, whatever the library makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Done,
    NoEffect,
    Nothing,
}

/// The code in an envelope.
#[derive(Clone, Copy, Debug)]
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
        (status, Code::Number(_)) => (false, status >= 300 && refusals(i64::from(status))),
        // Without the API's envelope it is not the API that refuses, and what it had before is unknown; a proxy asks for its own
        // credentials before it forwards anything.
        (status, _) => (false, matches!(status, 401 | 407 | 429)),
    };
    match (done, no_effect) {
        (true, _) => Says::Done,
        (_, true) => Says::NoEffect,
        _ => Says::Nothing,
    }
}

const CODES: [Code; 18] = [
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
const STATUSES: [u16; 20] =
    [200, 201, 204, 301, 307, 400, 401, 403, 404, 407, 408, 409, 413, 429, 499, 500, 502, 503, 504, 599];

/// A family of operations: path, the envelope's fields for code and result, and the code that means success.
type Family = (&'static str, &'static str, &'static str, i64);
const FAMILIES: [Family; 4] = [
    ("/service/cloud/x", "code", "data", 200),
    ("/api/v1/session/x", "code", "data", 200),
    ("/service/sms/x", "code", "body", 0),
    ("/api/v1/process/x", "retcode", "data", 0),
];

/// One answer to one request.
#[derive(Clone, Copy, Debug)]
struct Case {
    family: Family,
    status: u16,
    code: Code,
    data: bool,
    message: bool,
    retry_after: Option<&'static str>,
    replay: Replay,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        let (family, status, code, replay) = (FAMILIES[0], 0, Code::Missing, Replay::Safe);
        let first = Self { family, status, code, data: false, message: false, retry_after: None, replay };
        [first]
            .into_iter()
            .flat_map(|case| FAMILIES.map(|family| Self { family, ..case }))
            .flat_map(|case| STATUSES.map(|status| Self { status, ..case }))
            .flat_map(|case| CODES.map(|code| Self { code, ..case }))
            .flat_map(|case| [false, true].map(|data| Self { data, ..case }))
            .flat_map(|case| [false, true].map(|message| Self { message, ..case }))
            .flat_map(|case| [None, Some("0"), Some("soon")].map(|retry_after| Self { retry_after, ..case }))
            .flat_map(|case| [Replay::Safe, Replay::Never].map(|replay| Self { replay, ..case }))
    }

    fn answer(&self) -> Response {
        let (_, code_field, data_field, _) = self.family;
        let mut fields = Vec::new();
        match self.code {
            Code::Number(code) if self.message => fields.push(format!(r#""{code_field}":"{code}""#)),
            Code::Number(code) => fields.push(format!(r#""{code_field}":{code}"#)),
            Code::Odd => fields.push(format!(r#""{code_field}":"E_NEW""#)),
            Code::Missing => {}
        }
        if self.data {
            fields.push(format!(r#""{data_field}":{{"workflow_id":"w"}}"#));
        }
        if self.message {
            fields.push(r#""message":"so it is","msg":"so it is""#.to_owned());
        }
        let mut answer = response(self.status, &format!("{{{}}}", fields.join(",")));
        if let Some(value) = self.retry_after {
            answer.headers.set("Retry-After", value);
        }
        answer
    }

    fn call(&self, session: &Session) -> Call {
        let request =
            RawRequest { body: "{}".into(), replay: self.replay, ..RawRequest::new(Method::Post, self.family.0) };
        Call::raw(session, request, &CallOptions::default()).unwrap()
    }

    fn says(&self) -> Says {
        says(self.status, self.code, self.data, self.family.3, self.retry_after)
    }

    fn check(&self) {
        let session = session();
        let mut call = self.call(&session);
        with_token(&session, &mut call);
        let mut now_ms = 0;
        next_request(&mut call, &mut now_ms).unwrap();
        call.on_response(now_ms, &self.answer()).unwrap();
        let says = self.says();
        if next_request(&mut call, &mut now_ms).is_some() {
            let may_be = says == Says::NoEffect || (says == Says::Nothing && self.replay == Replay::Safe);
            assert!(may_be, "again: {self:?}");
            return;
        }
        match call.take_result() {
            Ok(_) => assert_eq!(says, Says::Done, "accepted: {self:?}"),
            Err(error) => {
                let expected = match says {
                    Says::NoEffect if self.status == 407 && !matches!(self.code, Code::Number(_)) => Outcome::NotSent,
                    Says::NoEffect => Outcome::Rejected,
                    _ => Outcome::Unknown,
                };
                assert_eq!(error.details().outcome, Some(expected), "{self:?}");
                assert_ne!(says, Says::Done, "{self:?}");
                let is_doubtful = expected == Outcome::Unknown && self.replay == Replay::Never;
                assert_eq!(error.code() == ErrorCode::OutcomeUnknown, is_doubtful, "{self:?}");
            }
        }
    }
}

/// Every status with every code of every envelope, for what may and what must not be sent again: only an answer that says
/// that there was no effect lets a request that must not be repeated be sent again or be called rejected.
#[test]
fn no_status_and_code_at_odds_make_a_request_go_out_twice_or_a_contact_be_lost() {
    let mut seen = std::collections::BTreeSet::new();
    for case in Case::all() {
        seen.insert(format!("{:?}", case.says()));
        case.check();
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn what_became_of_each_request_is_told_also_of_those_that_are_repeated() {
    let session = session();
    let mut call = call(&session, "workflow.detail_instances");
    assert_eq!(call.last_answer(), None);
    with_token(&session, &mut call);
    let told = |call: &Call| {
        let answer = call.last_answer().expect("a request has ended").clone();
        (answer.error, answer.api_code, answer.request_id)
    };
    assert_eq!(told(&call), (None, Some(200), None), "the token's");
    let mut now_ms = 0;
    let refused = r#"{"code":503,"message":"no to fake-secret","request_id":"r-fake-secret"}"#;
    let answers = [
        (response(503, refused), (Some(ErrorCode::ServerError), Some(503), Some("r-***".to_owned()))),
        (response(502, "<html>"), (Some(ErrorCode::ServerError), None, None)),
        (response(200, r#"{"data":{"rows":[]},"code":200,"request_id":"r-1"}"#), (None, Some(200), Some("r-1".into()))),
    ];
    next_request(&mut call, &mut now_ms).expect("the operation is sent");
    call.on_failure(now_ms, Failure::Reset, "").expect("a request is outstanding");
    assert_eq!(told(&call), (Some(ErrorCode::ConnectionReset), None, None));
    for (answer, expected) in answers {
        next_request(&mut call, &mut now_ms).expect("it is sent again");
        call.on_response(now_ms, &answer).expect("a request is outstanding");
        assert_eq!(told(&call), expected);
    }
}

#[test]
fn a_failure_of_no_request_leaves_the_last_answer() {
    let session = session();
    let mut call = call(&session, "workflow.upload_details");
    assert_eq!(call.on_failure(0, Failure::Timeout, "").unwrap_err().code(), ErrorCode::Misuse);
    assert_eq!(call.last_answer(), None);
    with_token(&session, &mut call);
    next_request(&mut call, &mut 0).unwrap();
    call.on_response(0, &response(200, ACCEPTED)).unwrap();
    let answer = call.last_answer().cloned();
    assert_eq!(call.on_failure(0, Failure::Reset, "").unwrap_err().code(), ErrorCode::Misuse);
    assert_eq!(call.on_response(0, &response(500, "")).unwrap_err().code(), ErrorCode::Misuse);
    assert_eq!(call.last_answer().cloned(), answer);
}
