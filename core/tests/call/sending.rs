//! How a request is authorized and encrypted, and how calls share the token.

use airudder_core::{
    Auth, Call, CallOptions, ClientConfig, Delivery, ErrorCode, Failure, Method, Outcome, RawRequest, Response,
    Session, Step,
    crypto::{self, Scheme, SigningInput},
};

use crate::support::{ACCEPTED, TOKEN, UPLOAD, call, next_request, response, session, session_with, with_token};

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

#[test]
fn a_request_is_signed_as_the_scheme_says() {
    let signed = |scheme: &str, options: &CallOptions| {
        let session = session_with(|config| {
            config.sign_key = Some("fake-sign-key".into());
            config.sign_secret = Some("fake-sign-secret".into());
            config.encryption_key = Some("fake-key-16bytes".into());
            config.sign_scheme = scheme.into();
        });
        let request = RawRequest {
            query: "a=1".into(),
            body: "{}".into(),
            auth: Auth::Sign,
            ..RawRequest::new(Method::Post, "/api/v1/anything")
        };
        let mut call = Call::raw(&session, request, options).expect(scheme);
        next_request(&mut call, &mut 1_790_000_000_123).expect(scheme)
    };
    for scheme in [
        "hmac-sha256:hex:method+url+time(header(X-Time))+body;in=header(X-Sign);prefix='v1='",
        "hmac-sha1:base64:plain+path+query(a)+header(Signed);in=header(X-Sign,v1)",
    ] {
        let request = signed(scheme, &CallOptions::default());
        let delivery = Delivery { url: &request.url, ..Delivery::new(&request.body, &request.headers) };
        let input = SigningInput { secret: "fake-sign-secret", key: None, delivery, plain: Some(b"{}") };
        let signature = request.headers.get("X-Sign").expect(scheme);
        scheme.parse::<Scheme>().and_then(|scheme| scheme.verify(signature, &input)).expect(scheme);
        assert_eq!(request.headers.get("X-Time"), scheme.contains("X-Time").then_some("1790000000"));
        assert_eq!(request.headers.get("X-AIRudder-Sign-Key"), Some("fake-sign-key"));
        let given = CallOptions { headers: [("X-Sign", "own")].into_iter().collect(), ..CallOptions::default() };
        assert_eq!(signed(scheme, &given).headers.get("X-Sign"), Some("own"), "the caller's own comes first");
    }
    for (scheme, pointer) in [
        ("hmac-sha256:hex:body;in=query(sign)", "/sign_scheme"),
        ("sha256:hex:secret+body", "/sign_scheme"),
        ("hmac-sha256:hex:body;secret=hex", "/sign_secret"),
    ] {
        let config = ClientConfig {
            sign_secret: Some("fake-sign-secret".into()),
            sign_scheme: scheme.into(),
            ..ClientConfig::default()
        };
        let error = Session::new(config).map(|_| ()).unwrap_err();
        assert_eq!(error.details().pointer.as_deref(), Some(pointer), "{error}");
    }
}
