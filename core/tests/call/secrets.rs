//! No secret is shown.

use airudder_core::{Auth, Call, CallOptions, Failure, Method, RawRequest, Step};

use crate::support::{UPLOAD, call, next_request, response, session, with_token};

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
        query: "to=%2B6212345678".into(),
        body: UPLOAD.into(),
        auth: Auth::None,
        ..RawRequest::new(Method::Post, "/x")
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
