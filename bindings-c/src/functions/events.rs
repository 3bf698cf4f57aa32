//! Events

use std::ffi::c_int;

use airudder_core::{Error, Operation, operations::workflow::VerifyApiNodePush};

use crate::{
    ffi::{pointers::Text, settings::ErrorSlot},
    functions::values,
    objects::reader,
    objects::{
        answer::{Out, code, code_with_error, output},
        call::{CALLS, CallState},
        client::CLIENTS,
        document::Document,
        draft::Draft,
        events::{EVENTS, Received},
    },
    types::{
        call::airudder_call, client::airudder_client, events::airudder_event, text::airudder_text,
        values::airudder_type,
    },
};

/// The type of the event, for instance `workflow.call.finished`. For one that this library does not know,
/// the text of its `event` field, or `unknown`.
///
/// @param event  The event.
/// @param type   Receives the text, which lives until the event is freed.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_event_type(event, &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_type(event: airudder_event, r#type: Out<'_, airudder_text>) -> c_int {
    show(event, r#type, "type", airudder_text::NONE, |event| event.name.view())
}

/// The same 64 hex digits for each delivery of one event, which may come up to six times: store the event under
/// this key.
///
/// @param event  The event.
/// @param key    Receives the text, which lives until the event is freed.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_event_dedupe_key(event, &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_dedupe_key(event: airudder_event, key: Out<'_, airudder_text>) -> c_int {
    show(event, key, "key", airudder_text::NONE, |event| event.dedupe_key.view())
}

/// The event as JSON text, decrypted, else unchanged.
///
/// @param event  The event.
/// @param json   Receives the text, which lives until the event is freed.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_event_json(event, &text); fwrite(text.data, 1, text.len, file);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_json(event: airudder_event, json: Out<'_, airudder_text>) -> c_int {
    show(event, json, "json", airudder_text::NONE, |event| event.document.text())
}

/// Returns whether this library knows the kind of the event.
///
/// @param event  The event.
/// @param known  Receives 1 or 0.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_event_known(event, &flag);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_known(event: airudder_event, known: Out<'_, c_int>) -> c_int {
    show(event, known, "known", 0, |event| event.known.into())
}

/// Returns whether a signature was checked and found right.
///
/// @param event     The event.
/// @param verified  Receives 1 or 0.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_event_verified(event, &flag);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_verified(event: airudder_event, verified: Out<'_, c_int>) -> c_int {
    show(event, verified, "verified", 0, |event| event.verified.into())
}

fn show<T>(event: airudder_event, out: Out<'_, T>, name: &str, failed: T, read: impl FnOnce(&Received) -> T) -> c_int {
    code(|| {
        let out = output(out, name, failed)?;
        EVENTS.with(event, |event| {
            *out = read(event);
            Ok(())
        })
    })
}

/// Reads a text of the event; else as airudder_call_get_str().
///
///     airudder_event_get_str(event, "/details/0/callee", &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_str(
    event: airudder_event,
    pointer: Text<'_>,
    value: Out<'_, airudder_text>,
) -> c_int {
    get(event, |event| values::text(event, pointer, value))
}

/// Reads a whole number of the event; else as airudder_call_get_int().
///
///     airudder_event_get_int(event, "/details/0/duration", &number);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_int(event: airudder_event, pointer: Text<'_>, value: Out<'_, i64>) -> c_int {
    get(event, |event| values::int(event, pointer, value))
}

/// Reads a number of the event; else as airudder_call_get_double().
///
///     airudder_event_get_double(event, "/details/0/score", &real);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_double(event: airudder_event, pointer: Text<'_>, value: Out<'_, f64>) -> c_int {
    get(event, |event| values::double(event, pointer, value))
}

/// Reads a truth value of the event; else as airudder_call_get_bool().
///
///     airudder_event_get_bool(event, "/details/0/is_test", &flag);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_bool(event: airudder_event, pointer: Text<'_>, value: Out<'_, c_int>) -> c_int {
    get(event, |event| values::bool(event, pointer, value))
}

/// Counts the elements of a list, or the fields of an object; else as airudder_call_get_count().
///
///     airudder_event_get_count(event, "/details", &count);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_count(event: airudder_event, pointer: Text<'_>, value: Out<'_, usize>) -> c_int {
    get(event, |event| values::count(event, pointer, value))
}

/// Reads the name of a field of an object; else as airudder_call_get_name().
///
///     airudder_event_get_name(event, "/details/0/variables", 0, &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_name(
    event: airudder_event,
    pointer: Text<'_>,
    index: usize,
    value: Out<'_, airudder_text>,
) -> c_int {
    get(event, |event| values::name(event, pointer, index, value))
}

/// Reads the type of a value of the event; else as airudder_call_get_type().
///
///     airudder_event_get_type(event, "/details", &type);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_type(
    event: airudder_event,
    pointer: Text<'_>,
    value: Out<'_, airudder_type>,
) -> c_int {
    get(event, |event| values::kind(event, pointer, value))
}

/// Reads a part of the event as JSON text; else as airudder_call_get_json().
///
///     airudder_event_get_json(event, "/details/0", &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_get_json(
    event: airudder_event,
    pointer: Text<'_>,
    value: Out<'_, airudder_text>,
) -> c_int {
    get(event, |event| values::json(event, pointer, value))
}

fn get(event: airudder_event, read: impl FnOnce(&mut Document) -> Result<(), Error>) -> c_int {
    code(|| EVENTS.with(event, |event| read(&mut event.document)))
}

/// Begins the call that asks the API whether an event is genuine, for a push of a custom API node
/// (`workflow.api_node.push`), for which no signature is documented. Run it as any other call. What the API answers is
/// not published: read it with airudder_call_result_json().
///
/// @param client  The client.
/// @param event   The event.
/// @param call    Receives the call, to be freed with airudder_call_free(); 0 if it fails.
/// @param error   Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1008_MISUSE if it is another event; AIRUDDER_E1005_MISSING_FIELD or
///         AIRUDDER_E5005_INVALID_BODY where it lacks what the API has to be asked with.
///
///     if (!airudder_call_begin_verify_push(client, event, &call, &err)) run(call);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_begin_verify_push(
    client: airudder_client,
    event: airudder_event,
    call: Out<'_, airudder_call>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let call = output(call, "call", 0)?;
        let params = EVENTS.with(event, |event| reader::parse(event.verify_push()?))?;
        *call = CLIENTS.share(client, |client| {
            let mut draft = Draft::of_operation(client.clone(), VerifyApiNodePush::INFO);
            draft.set(Ok(("", params)))?;
            Ok(CALLS.insert(CallState::of_draft(draft)))
        })?;
        Ok(())
    })
}

/// Frees an event.
///
/// @param event  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no event.
///
///     airudder_event_free(event);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_event_free(event: airudder_event) -> c_int {
    code(|| EVENTS.free(event))
}
