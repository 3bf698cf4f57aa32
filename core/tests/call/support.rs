//! The host that the tests here share.

use airudder_core::{Call, CallOptions, ClientConfig, Headers, Request, Response, Session, Step};

pub(crate) const UPLOAD: &str =
    r#"{"workflow_id":"w","details":[{"callee":"+6212345678","platform":"P","variables":{}}]}"#;
pub(crate) const SEARCH: &str =
    r#"{"case_id":"c","start_time":"2023-09-01 00:00:00+08:00","end_time":"2023-09-14 00:00:00+08:00"}"#;
pub(crate) const ACCEPTED: &str = r#"{"data":{"workflow_id":"w","new":1},"status":"OK","code":200}"#;
pub(crate) const TOKEN: &str = r#"{"data":{"token":"fake-token-1"},"status":"OK","code":200}"#;

pub(crate) fn session() -> Session {
    session_with(|_| {})
}

pub(crate) fn session_with(change: impl FnOnce(&mut ClientConfig)) -> Session {
    let mut config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        ..ClientConfig::default()
    };
    change(&mut config);
    Session::new(config).expect("the configuration is good")
}

pub(crate) fn call(session: &Session, operation: &str) -> Call {
    let params = if operation == "workflow.upload_details" { UPLOAD } else { SEARCH };
    Call::new(session, operation, params, &CallOptions::default()).expect("the parameters are good")
}

pub(crate) fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Headers::new(), body: body.as_bytes().to_vec() }
}

/// The next request, with waits skipped.
pub(crate) fn next_request(call: &mut Call, now_ms: &mut u64) -> Option<Request> {
    loop {
        match call.poll(*now_ms).expect("the dialogue is well-formed") {
            Step::Send(request) => return Some(request),
            Step::Wait { until_ms, .. } => *now_ms = until_ms,
            Step::Done => return None,
        }
    }
}

/// Answers the token request, so that the session has a token.
pub(crate) fn with_token(session: &Session, call: &mut Call) {
    let mut now_ms = 0;
    let request = next_request(call, &mut now_ms).expect("the token is asked for");
    assert!(request.url.ends_with("/service/cloud/auth"), "{}", request.url);
    call.on_response(now_ms, &response(200, TOKEN)).expect("a request is outstanding");
    let _ = session;
}
