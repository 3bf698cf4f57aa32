//! Calls

use std::{ffi::c_int, ptr};

use airudder_core::{
    Call, CallOptions, Error, ErrorCode, Method, OperationInfo, RawRequest, Replay, Response, catalog,
};

use crate::{
    ffi::{
        field_list::FieldList,
        memory,
        pointers::{Bytes, Length, Text, argument},
        settings::{CallOptionsPointer, ErrorSlot, RawRequestPointer},
    },
    objects::{
        answer::{Out, code, code_with_error, output},
        call::{CALLS, CallState},
        client::{CLIENTS, retries},
        draft::Draft,
    },
    types::{
        call::{airudder_auth, airudder_call, airudder_failure, airudder_request, airudder_step, airudder_step_kind},
        client::airudder_client,
        text::airudder_text,
    },
};

fn operation(number: c_int) -> Result<&'static OperationInfo, Error> {
    u16::try_from(number).ok().and_then(catalog::operation_by_number).ok_or_else(|| {
        Error::new(ErrorCode::UnknownOperation, format!("there is no operation {number}: use an AIRUDDER_OP_…"))
    })
}

/// Starts a call whose parameters are complete, as JSON text. It is checked now and sent as it is; nothing is
/// sent before the call is polled.
///
/// @param client      The client.
/// @param operation   AIRUDDER_OP_…
/// @param params      A JSON object, UTF-8.
/// @param params_len  Its length in bytes.
/// @param call        Receives the call, to be freed with airudder_call_free(); 0 if it fails.
/// @param error       Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1002… to AIRUDDER_E1009… with the bad field in `error.pointer`.
///
///     airudder_call_start(client, AIRUDDER_OP_ROBOTS_LIST, "{}", 2, &call, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_start(
    client: airudder_client,
    operation: c_int,
    params: Bytes<'_>,
    params_len: Length,
    call: Out<'_, airudder_call>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let call = output(call, "call", 0)?;
        let params = params.text(params_len, "params")?;
        let info = self::operation(operation)?;
        memory::to_work_on(params.len())?;
        *call = CLIENTS.share(client, |client| {
            let started = Call::new(&client.session, info.name, params, &client.call_options())?;
            Ok(CALLS.insert(CallState::new(started, params.len(), None)))
        })?;
        Ok(())
    })
}

/// Begins a call whose parameters are then set one by one; no JSON library is needed.
///
/// @param client     The client.
/// @param operation  AIRUDDER_OP_…
/// @param call       Receives the call, to be freed with airudder_call_free(); 0 if it fails.
/// @param error      Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1002_UNKNOWN_OPERATION, AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &call, &err);
///     airudder_call_set_str(call, "/workflow_id", id);
///     airudder_call_set_str(call, "/details/0/callee", "+6200012345678");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_begin(
    client: airudder_client,
    operation: c_int,
    call: Out<'_, airudder_call>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let call = output(call, "call", 0)?;
        let info = self::operation(operation)?;
        *call = CLIENTS
            .share(client, |client| Ok(CALLS.insert(CallState::of_draft(Draft::of_operation(client.clone(), info)))))?;
        Ok(())
    })
}

/// Starts a call of an operation by its name, which may be one of the client's own catalog; else as
/// airudder_call_start().
///
/// @param client      The client.
/// @param name        The operation's name, such as `plans.create`.
/// @param params      A JSON object, UTF-8.
/// @param params_len  Its length in bytes.
/// @param call        Receives the call, to be freed with airudder_call_free(); 0 if it fails.
/// @param error       Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1002… to AIRUDDER_E1009… with the bad field in `error.pointer`.
///
///     airudder_call_start_named(client, "plans.create", json, json_len, &call, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_start_named(
    client: airudder_client,
    name: Text<'_>,
    params: Bytes<'_>,
    params_len: Length,
    call: Out<'_, airudder_call>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let call = output(call, "call", 0)?;
        let (name, params) = (name.get("name")?, params.text(params_len, "params")?);
        memory::to_work_on(params.len())?;
        *call = CLIENTS.share(client, |client| {
            let started = Call::new(&client.session, name, params, &client.call_options())?;
            Ok(CALLS.insert(CallState::new(started, params.len(), None)))
        })?;
        Ok(())
    })
}

/// Begins a call of an operation by its name, which may be one of the client's own catalog; else as
/// airudder_call_begin(). What is set for an operation of your own is checked as a whole, when the call is polled.
///
/// @param client  The client.
/// @param name    The operation's name, such as `plans.create`.
/// @param call    Receives the call, to be freed with airudder_call_free(); 0 if it fails.
/// @param error   Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1002_UNKNOWN_OPERATION, AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_call_begin_named(client, "plans.create", &call, &err);
///     airudder_call_set_str(call, "/title", "spring");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_begin_named(
    client: airudder_client,
    name: Text<'_>,
    call: Out<'_, airudder_call>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let call = output(call, "call", 0)?;
        let name = name.get("name")?;
        *call = CLIENTS
            .share(client, |client| Ok(CALLS.insert(CallState::of_draft(Draft::of_name(client.clone(), name)?))))?;
        Ok(())
    })
}

/// Begins a call of an operation that this library does not know.
///
/// @param client   The client.
/// @param request  Method, path and the rest.
/// @param call     Receives the call, to be freed with airudder_call_free(); 0 if it fails.
/// @param error    Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1010_INVALID_REQUEST and others, some of them only when the call is polled.
///
///     airudder_raw_request raw = AIRUDDER_RAW_REQUEST_INIT;
///     raw.method = "POST"; raw.path = "/service/cloud/anything"; raw.body = "{\"a\":1}";
///     airudder_call_raw(client, &raw, &call, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_raw(
    client: airudder_client,
    request: RawRequestPointer<'_>,
    call: Out<'_, airudder_call>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let call = output(call, "call", 0)?;
        let given = request.get("request")?;
        let bad = |field: &str, why: &str| Error::new(ErrorCode::InvalidRequest, why).at(format!("/{field}"));
        let text = |text: Text<'_>, name: &str| Ok::<_, Error>(text.setting(name)?.unwrap_or_default().to_owned());
        let method = Method::from_name(given.method.get("method")?)
            .ok_or_else(|| bad("method", "the method is GET, POST, PUT, PATCH or DELETE"))?;
        let raw = RawRequest {
            query: text(given.query, "query")?,
            body: text(given.body, "body")?,
            auth: airudder_auth::of(given.auth).ok_or_else(|| bad("auth", "auth is one of AIRUDDER_AUTH_…"))?,
            replay: if given.replay_safe == 0 { Replay::Never } else { Replay::Safe },
            file: given.file != 0,
            ..RawRequest::new(method, given.path.get("path")?)
        };
        *call = CLIENTS.share(client, |client| {
            Call::raw(&client.session, raw.clone(), &CallOptions::default())?;
            Ok(CALLS.insert(CallState::of_draft(Draft::of_raw(client.clone(), raw))))
        })?;
        Ok(())
    })
}

/// Settings for this call alone, after airudder_call_begin() or airudder_call_raw() and before the first poll;
/// `lenient` must be set before the parameters that it is for. If this fails, the call ends with its error when it
/// is polled, rather than being sent with other settings.
///
/// @param call     The call.
/// @param options  The settings; they are copied.
/// @return 0; AIRUDDER_E1008_MISUSE once the call was polled, AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
///     options.deadline_ms = 30000;
///     airudder_call_set_options(call, &options);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_options(call: airudder_call, options: CallOptionsPointer<'_>) -> c_int {
    code(|| CALLS.with(call, |call| call.draft()?.set_options(self::options(options))))
}

fn options(given: CallOptionsPointer<'_>) -> Result<CallOptions, Error> {
    let given = given.get("options")?;
    let set = |number: u64| (number != 0).then_some(number);
    Ok(CallOptions {
        timeout_ms: set(given.timeout_ms),
        deadline_ms: set(given.deadline_ms),
        max_retries: retries(given.max_retries),
        strict: (given.lenient != 0).then_some(false),
        base_url: given.base_url.setting("base_url")?.map(str::to_owned),
        headers: given.headers.get(given.header_count)?,
        seed: given.seed,
    })
}

/// Asks what to do next. The first poll checks the parameters as a whole: a call that is not right is done at
/// once, with its error as the result, and nothing is sent.
///
/// @param call    The call.
/// @param now_ms  Unix time in milliseconds.
/// @param step    Receives what to do.
/// @return 0; AIRUDDER_E1008_MISUSE while a request is under way whose response or failure was not reported.
///
/// The loop at the top of this file shows the use.
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_poll(call: airudder_call, now_ms: u64, step: Out<'_, airudder_step>) -> c_int {
    code(|| {
        let kind = airudder_step_kind::AIRUDDER_STEP_DONE;
        let step = output(step, "step", airudder_step { kind, wait_until_ms: 0, request: ptr::null() })?;
        CALLS.with(call, |call| call.poll(now_ms, step))
    })
}

/// Reports the response to the request that was polled. If this fails, report a failure instead.
///
/// @param call          The call.
/// @param now_ms        Unix time in milliseconds.
/// @param status        The HTTP status.
/// @param headers       The header fields of the response; they may be anything that came.
/// @param header_count  How many.
/// @param body          The whole body, after any Content-Encoding was undone. Of a file, it may be left out.
/// @param body_len      Its length in bytes.
/// @return 0; AIRUDDER_E1008_MISUSE when no request is under way, AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_call_on_response(call, now_ms(), 200, NULL, 0, body, body_len);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_on_response(
    call: airudder_call,
    now_ms: u64,
    status: c_int,
    headers: FieldList<'_>,
    header_count: Length,
    body: Bytes<'_>,
    body_len: Length,
) -> c_int {
    code(|| {
        let (status, headers) = (http_status(status)?, headers.get(header_count)?);
        let body = body.get(body_len, "body")?;
        CALLS.with(call, |call| {
            let call = call.sent()?;
            // A file may be large, and stays with the caller.
            let body = if call.is_file(status, &headers) { &[] } else { body };
            memory::to_work_on(body.len())?;
            let body = memory::copy(body)?;
            call.on_response(now_ms, &Response { status, headers, body })
        })
    })
}

/// Reports that the request that was polled got no response. The call decides whether it may be sent again.
///
/// @param call     The call.
/// @param now_ms   Unix time in milliseconds.
/// @param failure  One of airudder_failure. Any other number counts as AIRUDDER_FAILURE_OTHER.
/// @param message  What happened, for people, without secrets; it becomes part of the error. May be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE when no request is under way.
///
///     airudder_call_on_failure(call, now_ms(), AIRUDDER_FAILURE_TIMEOUT, NULL);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_on_failure(
    call: airudder_call,
    now_ms: u64,
    failure: c_int,
    message: Text<'_>,
) -> c_int {
    code(|| {
        let failure = airudder_failure::of(failure);
        let message = message.lossy("message").unwrap_or_default();
        CALLS.with(call, |call| call.sent()?.on_failure(now_ms, failure, &message))
    })
}

/// Returns whether a response with this head is a file, such as a recording, so that its body may be written to a disk
/// as it comes and need not be passed to airudder_call_on_response(). If the transfer breaks off, report the
/// failure and empty the file: the request may be sent again.
///
/// @param call          The call, whose request is under way.
/// @param status        The HTTP status.
/// @param headers       The header fields of the response.
/// @param header_count  How many.
/// @param is_file       Receives 1 or 0.
/// @return 0; AIRUDDER_E1008_MISUSE when no request is under way.
///
///     airudder_call_is_file(call, 200, headers, header_count, &is_file);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_is_file(
    call: airudder_call,
    status: c_int,
    headers: FieldList<'_>,
    header_count: Length,
    is_file: Out<'_, c_int>,
) -> c_int {
    code(|| {
        let is_file = output(is_file, "is_file", 0)?;
        let (status, headers) = (http_status(status)?, headers.get(header_count)?);
        CALLS.with(call, |call| {
            *is_file = call.sent()?.is_file(status, &headers).into();
            Ok(())
        })
    })
}

/// The end of a call that is done. It may be asked any number of times.
///
/// @param call   The call.
/// @param error  Receives the error that ended the call; may be NULL.
/// @return 0 if the API carried it out; else the number of the error. AIRUDDER_E7005_OUTCOME_UNKNOWN: the
///         request was sent and must not be sent again before you found out what became of it.
///         AIRUDDER_E1008_MISUSE: it is not done yet.
///
///     if (airudder_call_result(call, &err)) fprintf(stderr, "%s\n", err.message);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_result(call: airudder_call, error: ErrorSlot<'_>) -> c_int {
    code_with_error(error, || CALLS.with(call, CallState::outcome))
}

/// The result as JSON text. Single values are read with airudder_call_get_str() and the like.
///
/// @param call  The call, which is done.
/// @param json  Receives the text, which lives until the call is freed; `null` where the API gave no data.
/// @return 0; the number of the error that ended the call.
///
///     airudder_call_result_json(call, &text); puts(text.data);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_result_json(call: airudder_call, json: Out<'_, airudder_text>) -> c_int {
    code(|| {
        let json = output(json, "json", airudder_text::NONE)?;
        *json = CALLS.with(call, |call| Ok(call.document()?.text()))?;
        Ok(())
    })
}

/// The content type of a result that is a file. Its bytes are the body of the last response, as you have it.
///
/// @param call          The call, which is done.
/// @param content_type  Receives it, for instance `audio/wav`; it lives until the call is freed.
/// @return 0; AIRUDDER_E1017_NO_VALUE if the result is no file; the number of the error that ended the call.
///
///     if (!airudder_call_result_file(call, &text)) save(body, body_len, text.data);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_result_file(call: airudder_call, content_type: Out<'_, airudder_text>) -> c_int {
    code(|| {
        let content_type = output(content_type, "content_type", airudder_text::NONE)?;
        *content_type = CALLS.with(call, CallState::content_type)?;
        Ok(())
    })
}

/// The request as it would be sent, without a token, as a curl command line. Secrets and the middle of phone
/// numbers are masked. Nothing is sent; no more parameters can be set.
///
/// @param call   The call, before it is polled.
/// @param curl   Receives the command line, which lives until this is asked again, or the call is freed.
/// @param error  Receives the error; may be NULL.
/// @return 0; what is wrong with the parameters; AIRUDDER_E1008_MISUSE when the call is over.
///
///     if (!airudder_call_curl(call, &text, &err)) puts(text.data);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_curl(call: airudder_call, curl: Out<'_, airudder_text>, error: ErrorSlot<'_>) -> c_int {
    code_with_error(error, || {
        let curl = output(curl, "curl", airudder_text::NONE)?;
        *curl = CALLS.with(call, CallState::show_curl)?;
        Ok(())
    })
}

/// The request as it would be sent, without a token: for showing it, or for tests. Nothing is sent; no more
/// parameters can be set.
///
/// @param call     The call, before it is polled.
/// @param request  Receives it; it lives until this is asked again, or the call is freed.
/// @param error    Receives the error; may be NULL.
/// @return 0; what is wrong with the parameters; AIRUDDER_E1008_MISUSE when the call is over.
///
///     if (!airudder_call_prepare(call, &request, &err)) printf("%s %s\n", request->method, request->url);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_prepare(
    call: airudder_call,
    request: Out<'_, *const airudder_request>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let request = output(request, "request", ptr::null())?;
        *request = CALLS.with(call, CallState::show)?;
        Ok(())
    })
}

/// Frees a call, at any moment. A request that is under way is not taken back; whether it was carried out is
/// then unknown. To have that said, report AIRUDDER_FAILURE_OTHER first, and ask for the result.
///
/// @param call  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no call.
///
///     airudder_call_free(call);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_free(call: airudder_call) -> c_int {
    code(|| CALLS.free(call))
}

fn http_status(status: c_int) -> Result<u16, Error> {
    u16::try_from(status).map_err(|_| argument("status is an HTTP status, from 100 to 599"))
}
