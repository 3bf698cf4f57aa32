//! Parameters and results by JSON pointer

use std::ffi::c_int;

use airudder_core::Error;

use crate::{
    ffi::pointers::{Bytes, Length, Text},
    functions::values,
    objects::reader,
    objects::{
        answer::{Out, code},
        call::CALLS,
        document::Document,
        node::Node,
    },
    types::{call::airudder_call, text::airudder_text, values::airudder_type},
};

/// Sets a parameter to a text.
///
/// A parameter is named by a JSON pointer: `/details/0/callee` is the field `callee` of the first element of
/// `details`. Lists and objects on the way are made. A list takes its next element at its length, or at `-`:
/// `/details/-/callee` begins the next contact, and `/details/0/platform` goes on with the first one. (In a
/// name, `~1` stands for `/` and `~0` for `~`. An object whose names are numbers is first set to {} with
/// airudder_call_set_json().)
///
/// An unknown field, a wrong type or a malformed value is an error at once. If one of these functions fails,
/// the call remembers it and ends with that error when it is polled, so you may set all parameters first and
/// look at the result once. For the message and the field, poll once and ask airudder_call_result(); the call
/// is then spent: begin a new one.
///
/// @param call     The call, after airudder_call_begin() and before the first poll.
/// @param pointer  A JSON pointer.
/// @param value    UTF-8, NUL-terminated.
/// @return 0; AIRUDDER_E1004_UNKNOWN_FIELD, AIRUDDER_E1006_WRONG_TYPE, AIRUDDER_E1007_INVALID_VALUE,
///         AIRUDDER_E1008_MISUSE, AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_call_set_str(call, "/details/0/variables/customer_name", "Ana");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_str(call: airudder_call, pointer: Text<'_>, value: Text<'_>) -> c_int {
    set(call, pointer, || value.get("value").and_then(Node::text))
}

/// Sets a parameter to a text that need not be NUL-terminated; else as airudder_call_set_str().
///
/// @param call       The call.
/// @param pointer    A JSON pointer.
/// @param value      UTF-8.
/// @param value_len  Its length in bytes.
/// @return As airudder_call_set_str().
///
///     airudder_call_set_strn(call, "/details/0/callee", record + 40, 14);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_strn(
    call: airudder_call,
    pointer: Text<'_>,
    value: Bytes<'_>,
    value_len: Length,
) -> c_int {
    set(call, pointer, || value.text(value_len, "value").and_then(Node::text))
}

/// Sets a parameter to a whole number; else as airudder_call_set_str().
///
/// @param call     The call.
/// @param pointer  A JSON pointer.
/// @param value    The number.
/// @return As airudder_call_set_str().
///
///     airudder_call_set_int(call, "/workflow_template_id", 7);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_int(call: airudder_call, pointer: Text<'_>, value: i64) -> c_int {
    set(call, pointer, || Ok(Node::Number(value.to_string())))
}

/// Sets a parameter to a number; else as airudder_call_set_str(). JSON has no infinity and no NaN.
///
/// @param call     The call.
/// @param pointer  A JSON pointer.
/// @param value    The number.
/// @return As airudder_call_set_str().
///
///     airudder_call_set_double(call, "/details/0/pds_variables/score", 0.5);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_double(call: airudder_call, pointer: Text<'_>, value: f64) -> c_int {
    set(call, pointer, || Node::double(value))
}

/// Sets a parameter to true or false; else as airudder_call_set_str().
///
/// @param call     The call.
/// @param pointer  A JSON pointer.
/// @param value    0 is false, anything else true.
/// @return As airudder_call_set_str().
///
///     airudder_call_set_bool(call, "/details/0/pds_variables/vip", 1);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_bool(call: airudder_call, pointer: Text<'_>, value: c_int) -> c_int {
    set(call, pointer, || Ok(Node::Bool(value != 0)))
}

/// Sets a parameter to null; else as airudder_call_set_str(). A parameter that is not set is left out, which is
/// not the same.
///
/// @param call     The call.
/// @param pointer  A JSON pointer.
/// @return As airudder_call_set_str().
///
///     airudder_call_set_null(call, "/details/0/pds_variables/agent");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_null(call: airudder_call, pointer: Text<'_>) -> c_int {
    set(call, pointer, || Ok(Node::Null))
}

/// Sets a parameter to any JSON value; else as airudder_call_set_str(). The pointer "" is the whole.
/// Numbers are sent as they are written.
///
/// @param call      The call.
/// @param pointer   A JSON pointer.
/// @param json      JSON, UTF-8.
/// @param json_len  Its length in bytes.
/// @return As airudder_call_set_str(); AIRUDDER_E1003_INVALID_JSON.
///
///     airudder_call_set_json(call, "/details/0/variables", "{}", 2);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_set_json(
    call: airudder_call,
    pointer: Text<'_>,
    json: Bytes<'_>,
    json_len: Length,
) -> c_int {
    set(call, pointer, || json.text(json_len, "json").and_then(reader::parse))
}

fn set(call: airudder_call, pointer: Text<'_>, value: impl FnOnce() -> Result<Node, Error>) -> c_int {
    code(|| {
        CALLS.with(call, |call| {
            let draft = call.draft()?;
            draft.set(values::given(pointer, value))
        })
    })
}

/// Reads a text of the result. Half of a surrogate pair, where a text was cut inside an emoji, reads as U+FFFD.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer, for instance `/rows/0/workflow_name`.
/// @param value    Receives the text, which lives until the call is freed.
/// @return 0; AIRUDDER_E1017_NO_VALUE if there is nothing, AIRUDDER_E1006_WRONG_TYPE if it is no text; the
///         number of the error that ended the call.
///
///     airudder_call_get_str(call, "/workflow_id", &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_str(
    call: airudder_call,
    pointer: Text<'_>,
    value: Out<'_, airudder_text>,
) -> c_int {
    get(call, |result| values::text(result, pointer, value))
}

/// Reads a whole number of the result.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer.
/// @param value    Receives the number.
/// @return As airudder_call_get_str(); AIRUDDER_E1006_WRONG_TYPE also for a number that does not fit.
///
///     airudder_call_get_int(call, "/total", &number);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_int(call: airudder_call, pointer: Text<'_>, value: Out<'_, i64>) -> c_int {
    get(call, |result| values::int(result, pointer, value))
}

/// Reads a number of the result.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer.
/// @param value    Receives the number.
/// @return As airudder_call_get_str(); AIRUDDER_E1006_WRONG_TYPE also for a number beyond a double, such as
///         1e400: airudder_call_get_json() gives its text.
///
///     airudder_call_get_double(call, "/rate", &real);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_double(call: airudder_call, pointer: Text<'_>, value: Out<'_, f64>) -> c_int {
    get(call, |result| values::double(result, pointer, value))
}

/// Reads a truth value of the result.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer.
/// @param value    Receives 1 for true and 0 for false.
/// @return As airudder_call_get_str().
///
///     airudder_call_get_bool(call, "/has_more", &flag);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_bool(call: airudder_call, pointer: Text<'_>, value: Out<'_, c_int>) -> c_int {
    get(call, |result| values::bool(result, pointer, value))
}

/// Counts the elements of a list, or the fields of an object.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer.
/// @param value    Receives how many.
/// @return As airudder_call_get_str().
///
///     airudder_call_get_count(call, "/rows", &count);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_count(call: airudder_call, pointer: Text<'_>, value: Out<'_, usize>) -> c_int {
    get(call, |result| values::count(result, pointer, value))
}

/// Reads the name of a field of an object.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer to the object.
/// @param index    The field's place in the object, from 0.
/// @param value    Receives the name, which lives until the call is freed.
/// @return As airudder_call_get_str().
///
///     airudder_call_get_name(call, "", 0, &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_name(
    call: airudder_call,
    pointer: Text<'_>,
    index: usize,
    value: Out<'_, airudder_text>,
) -> c_int {
    get(call, |result| values::name(result, pointer, index, value))
}

/// Reads the type of a value of the result.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer.
/// @param value    Receives the type; AIRUDDER_TYPE_NONE where there is nothing, which is no error here.
/// @return 0; the number of the error that ended the call.
///
///     airudder_call_get_type(call, "/rows", &type);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_type(
    call: airudder_call,
    pointer: Text<'_>,
    value: Out<'_, airudder_type>,
) -> c_int {
    get(call, |result| values::kind(result, pointer, value))
}

/// Reads a part of the result as JSON text.
///
/// @param call     The call, which is done.
/// @param pointer  A JSON pointer.
/// @param value    Receives the text, which lives until the call is freed.
/// @return As airudder_call_get_str().
///
///     airudder_call_get_json(call, "/rows/0", &text);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_call_get_json(
    call: airudder_call,
    pointer: Text<'_>,
    value: Out<'_, airudder_text>,
) -> c_int {
    get(call, |result| values::json(result, pointer, value))
}

fn get(call: airudder_call, read: impl FnOnce(&mut Document) -> Result<(), Error>) -> c_int {
    code(|| CALLS.with(call, |call| read(call.document()?)))
}
