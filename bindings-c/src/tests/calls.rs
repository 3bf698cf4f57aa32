//! Calls: parameters, requests, answers, results, errors.

use std::{
    ffi::CStr,
    mem::{MaybeUninit, offset_of},
    slice, thread,
};

use super::arguments::{
    NONE, NOW, bytes, client, error_of, failed, fields, no_error, output, read, read_terminated, settings, text, zeroed,
};
use crate::{
    functions::{
        buffers::{airudder_buffer_data, airudder_buffer_free},
        call::*,
        catalog::{airudder_catalog_extend, airudder_catalog_free, airudder_catalog_list},
        client::airudder_client_free,
        fields::*,
        library::{airudder_operation, airudder_strerror, airudder_version},
    },
    types::{
        call::{airudder_call, airudder_raw_request, airudder_request, airudder_step, airudder_step_kind},
        error::airudder_error,
        header::airudder_header,
    },
};

const UPLOAD: i32 = 3;
const ROBOTS: i32 = 14;

/// The whole request, as a program reads it to send it.
///
/// # Safety
/// It is the one that the call gave last.
pub(super) unsafe fn request(request: *const airudder_request) -> (String, String) {
    // SAFETY: as promised.
    let request = unsafe { &*request };
    // SAFETY: its texts live as long as it.
    let [method, url] = [request.method, request.url].map(|text| unsafe { read_terminated(text) });
    assert!(["GET", "POST"].contains(&method.as_str()));
    // SAFETY: so many fields are there.
    for field in unsafe { slice::from_raw_parts(request.headers, request.header_count) } {
        assert!(!field.name.get("name").unwrap().is_empty());
        field.value.get("value").unwrap();
    }
    // SAFETY: so many bytes are there, and a NUL.
    let body = unsafe { slice::from_raw_parts(request.body.cast::<u8>(), request.body_len + 1) };
    assert_eq!(body.last(), Some(&0));
    (url, String::from_utf8_lossy(&body[..request.body_len]).into_owned())
}

fn respond(call: airudder_call, body: &str) {
    let answer = [airudder_header { name: text(c"Content-Type"), value: text(c"application/json") }];
    let ((headers, header_count), (body, body_len)) = (fields(&answer), bytes(body.as_bytes()));
    assert_eq!(airudder_call_on_response(call, NOW, 200, headers, header_count, body, body_len), 0);
}

/// Answers the requests of a call, and gives its own.
pub(super) fn run(call: airudder_call, answer: &str) -> (String, String) {
    let mut last = Default::default();
    loop {
        let step: airudder_step = output(|step| airudder_call_poll(call, NOW, step));
        match step.kind {
            airudder_step_kind::AIRUDDER_STEP_SEND => {
                // SAFETY: there was no poll since.
                last = unsafe { request(step.request) };
                let is_token = last.0.contains("/auth");
                respond(call, if is_token { r#"{"code":200,"data":{"token":"fake-token"}}"# } else { answer });
                // SAFETY: an answer does not end it; the next poll does.
                unsafe { request(step.request) };
            }
            // Another thread fetches the token.
            airudder_step_kind::AIRUDDER_STEP_WAIT => thread::yield_now(),
            airudder_step_kind::AIRUDDER_STEP_DONE => return last,
        }
    }
}

fn set_str(call: airudder_call, pointer: &CStr, value: &CStr) {
    assert_eq!(airudder_call_set_str(call, text(pointer), text(value)), 0);
}

#[test]
fn a_call_is_made_sent_and_read() {
    let client = client(Some(c"fake-key-16bytes"));
    let call = output(|call| airudder_call_begin(client, UPLOAD, call, no_error()));
    set_str(call, c"/workflow_id", c"w-1");
    set_str(call, c"/details/0/callee", c"+6200012345678");
    set_str(call, c"/details/0/variables/customer_name", c"Ana");
    let (platform, platform_len) = bytes(b"TEMP1");
    assert_eq!(airudder_call_set_strn(call, text(c"/details/0/platform"), platform, platform_len), 0);
    let (json, json_len) = bytes(b"[{\"deep\":[1,2.5,null]}]");
    assert_eq!(airudder_call_set_json(call, text(c"/details/0/pds_variables/list"), json, json_len), 0);
    assert_eq!(airudder_call_set_int(call, text(c"/details/0/pds_variables/rank"), i64::MIN), 0);
    assert_eq!(airudder_call_set_double(call, text(c"/details/0/pds_variables/score"), 0.5), 0);
    assert_eq!(airudder_call_set_bool(call, text(c"/details/0/pds_variables/vip"), 7), 0);
    assert_eq!(airudder_call_set_null(call, text(c"/details/0/pds_variables/agent")), 0);

    let shown = output(|shown| airudder_call_prepare(call, shown, no_error()));
    let curl = output(|curl| airudder_call_curl(call, curl, no_error()));
    let (url, body) = run(call, r#"{"code":200,"data":{"workflow_id":"w-1"}}"#);
    assert!(!url.contains("/auth"), "it is the call's own");
    assert!(!body.contains("+6200012345678"), "it is encrypted");
    // SAFETY: they live until they are asked again, or the call is freed.
    unsafe {
        request(shown);
        assert!(read(curl).starts_with("curl"));
    }

    assert_eq!(airudder_call_result(call, no_error()), 0);
    let json = output(|json| airudder_call_result_json(call, json));
    let id = output(|id| airudder_call_get_str(call, text(c"/workflow_id"), id));
    let name = output(|name| airudder_call_get_name(call, text(c""), 0, name));
    let whole = output(|whole| airudder_call_get_json(call, text(c""), whole));
    assert_eq!(output(|count| airudder_call_get_count(call, text(c""), count)), 1);
    failed(1017, |file| airudder_call_result_file(call, file));
    // SAFETY: each lives until the call is freed, whatever else was asked.
    unsafe {
        assert_eq!([json, id, name, whole].map(|text| read(text)).concat().matches("workflow_id").count(), 3);
    }
    assert_eq!(airudder_call_free(call), 0);
    assert_eq!(airudder_call_free(call), 1014);
    assert_eq!(airudder_client_free(client), 0);
}

#[test]
fn each_type_of_a_result_is_read() {
    let client = client(None);
    let call = output(|call| airudder_call_begin(client, ROBOTS, call, no_error()));
    run(call, r#"{"code":200,"data":[{"text":"r\u0000é","n":-5,"half":2.5,"yes":true,"none":null,"list":[]}]}"#);
    let nul = output(|value| airudder_call_get_str(call, text(c"/0/text"), value));
    assert_eq!(output(|value| airudder_call_get_int(call, text(c"/0/n"), value)), -5);
    assert_eq!(output(|value| airudder_call_get_double(call, text(c"/0/half"), value)).to_bits(), 2.5_f64.to_bits());
    assert_eq!(output(|value| airudder_call_get_bool(call, text(c"/0/yes"), value)), 1);
    for (pointer, kind) in [(c"/0/none", 1), (c"/0/yes", 2), (c"/0/n", 3), (c"/0/text", 4), (c"/0/list", 5), (c"/0", 6)]
    {
        assert_eq!(output(|value| airudder_call_get_type(call, text(pointer), value)) as i32, kind);
    }
    let absent = failed(1017, |value| airudder_call_get_str(call, text(c"/1/text"), value));
    assert!(absent.data.is_null());
    // SAFETY: it lives until the call is freed.
    assert_eq!(unsafe { read(nul) }, "r\0é");
    assert_eq!(airudder_call_free(call), 0);
    assert_eq!(airudder_client_free(client), 0);
}

#[test]
fn errors_are_told_in_structs_of_any_size() {
    let client = client(None);
    for size in [size_of::<airudder_error>(), 0, usize::MAX] {
        let (code, error) = error_of(size, |slot| {
            let mut call = MaybeUninit::uninit();
            airudder_call_begin(client, 99, Some(&mut call), slot)
        });
        assert_eq!((code, error.code), (1002, 1002));
        // SAFETY: it is a text in the caller's own struct.
        assert!(unsafe { read_terminated(error.message.as_ptr()) }.contains("E1002"));
    }
    assert_eq!(offset_of!(airudder_error, size), 0);
    let call = output(|call| airudder_call_begin(client, UPLOAD, call, no_error()));
    assert_eq!(airudder_call_set_str(call, text(c"/workflow_id"), text(c"\xc3\x28")), 1016);
    assert_eq!(airudder_call_set_str(call, NONE, text(c"w-1")), 1016);
    assert_eq!(airudder_call_poll(call, NOW, None), 1016);
    output::<airudder_step>(|step| airudder_call_poll(call, NOW, step));
    let (code, error) = error_of(size_of::<airudder_error>(), |slot| airudder_call_result(call, slot));
    // SAFETY: it is a text in the caller's own struct.
    assert_eq!((code, unsafe { read_terminated(error.pointer.as_ptr()) }.as_str()), (1016, "/workflow_id"));
    // The client goes first: the order does not matter.
    assert_eq!(airudder_client_free(client), 0);
    assert_eq!(airudder_call_free(call), 0);
}

#[test]
fn requests_of_ones_own_and_connections_that_break() {
    let client = client(None);
    let raw = airudder_raw_request {
        size: size_of::<airudder_raw_request<'_>>(),
        method: text(c"POST"),
        path: text(c"/something"),
        body: text(c"{\"a\":1}"),
        ..zeroed()
    };
    let call = output(|call| airudder_call_raw(client, settings(&raw), call, no_error()));
    let step: airudder_step = output(|step| airudder_call_poll(call, NOW, step));
    // SAFETY: there was no poll since.
    assert!(unsafe { request(step.request) }.0.contains("/auth"));
    assert_eq!(airudder_call_on_failure(call, NOW, 1, text(c"no route \xff")), 0);
    let waiting: airudder_step = output(|step| airudder_call_poll(call, NOW, step));
    assert!(waiting.wait_until_ms > NOW && waiting.request.is_null());
    assert_eq!(airudder_call_free(call), 0);
    assert_eq!(airudder_client_free(client), 0);
}

#[test]
fn operations_of_ones_own() {
    let file = br#"{"airudder_catalog":1,"operations":[{"name":"plans.list","method":"GET","path":"/plans","replay":"safe"}]}"#;
    let (json, json_len) = bytes(file);
    let catalog = output(|catalog| airudder_catalog_extend(json, json_len, catalog, no_error()));
    let list = output(|list| airudder_catalog_list(catalog, list, no_error()));
    assert_eq!(airudder_catalog_free(catalog), 0);
    let listed = output(|data| airudder_buffer_data(list, data));
    // SAFETY: it lives until the buffer is freed.
    assert!(unsafe { read(listed) }.contains("plans.list"));
    assert_eq!(airudder_buffer_free(list), 0);
}

#[test]
fn texts_that_live_for_ever() {
    // SAFETY: they do.
    let texts = unsafe { [read_terminated(airudder_version()), read_terminated(airudder_strerror(1014))] };
    assert_eq!(texts[0], env!("CARGO_PKG_VERSION"));
    assert!(texts[1].contains("handle"));
    assert_eq!(airudder_operation(text(c"workflow.upload_details")), UPLOAD);
}
