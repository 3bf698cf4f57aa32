//! The types of calls.

use std::ffi::{c_char, c_int};

use airudder_core::{Auth, Failure};

use crate::{
    ffi::{
        field_list::FieldList,
        pointers::{Length, Text},
    },
    types::header::airudder_header,
};

/// A call: one operation, from its parameters to its result. One thread at a time may use it.
pub type airudder_call = u64;

/// A request to send exactly as it is. Redirects must not be followed. Add only what HTTP itself needs: Host,
/// Content-Length, Connection. libcurl adds Accept and Expect by itself: pass it `Accept:` and `Expect:`, which
/// removes them.
#[repr(C)]
pub struct airudder_request {
    /// The method, in upper case.
    pub method: *const c_char,
    /// The whole URL, query included. It is encoded already.
    pub url: *const c_char,
    /// The header fields; Authorization is among them.
    pub headers: *const airudder_header<'static>,
    /// The number of header fields.
    pub header_count: usize,
    /// The body, with a NUL behind it; "" for GET.
    pub body: *const c_char,
    /// Its length in bytes.
    pub body_len: usize,
    /// The time limit for the whole answer, in milliseconds.
    pub timeout_ms: u64,
}

/// The kinds of step of a call.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_step_kind {
    /// The call is over: ask for its result.
    AIRUDDER_STEP_DONE = 0,
    /// Send `request`, then report the response or the failure.
    AIRUDDER_STEP_SEND = 1,
    /// Poll again at `wait_until_ms`; earlier is harmless.
    AIRUDDER_STEP_WAIT = 2,
}

/// The next step.
#[repr(C)]
pub struct airudder_step {
    /// The kind of step.
    pub kind: airudder_step_kind,
    /// For AIRUDDER_STEP_WAIT: when to poll again, in Unix milliseconds.
    pub wait_until_ms: u64,
    /// For AIRUDDER_STEP_SEND, else NULL. It lives until the next poll of this call, or until the call is
    /// freed.
    pub request: *const airudder_request,
}

/// Why there is no response. Of libcurl's codes, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY and
/// CURLE_COULDNT_CONNECT are CONNECT; CURLE_OPERATION_TIMEDOUT is TIMEOUT; CURLE_GOT_NOTHING, CURLE_SEND_ERROR,
/// CURLE_RECV_ERROR and CURLE_PARTIAL_FILE are RESET; the rest are OTHER.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_failure {
    /// No connection was made, so surely nothing was sent. The request may be repeated: report this only when
    /// it is sure.
    AIRUDDER_FAILURE_CONNECT = 1,
    /// No answer in time.
    AIRUDDER_FAILURE_TIMEOUT = 2,
    /// The connection broke off.
    AIRUDDER_FAILURE_RESET = 3,
    /// Something else, or you do not know.
    AIRUDDER_FAILURE_OTHER = 4,
}

impl airudder_failure {
    /// The meaning of the number. C may pass any.
    pub(crate) fn of(number: c_int) -> Failure {
        let all = [
            (Self::AIRUDDER_FAILURE_CONNECT, Failure::ConnectFailed),
            (Self::AIRUDDER_FAILURE_TIMEOUT, Failure::Timeout),
            (Self::AIRUDDER_FAILURE_RESET, Failure::Reset),
            (Self::AIRUDDER_FAILURE_OTHER, Failure::Other),
        ];
        all.into_iter().find(|(one, _)| *one as c_int == number).map_or(Failure::Other, |(_, failure)| failure)
    }
}

/// Settings of one call. Begin with AIRUDDER_CALL_OPTIONS_INIT. What stays NULL or 0 is as the client has it.
#[repr(C)]
pub struct airudder_call_options<'a> {
    /// sizeof(airudder_call_options), as the caller's header knows it.
    pub size: usize,
    /// The time limit of one request, in milliseconds.
    pub timeout_ms: u64,
    /// The time limit of the whole call, with waits and retries, in milliseconds. 0: as long as it takes.
    pub deadline_ms: u64,
    /// Where the jitter of the delays begins. 0: the client chooses.
    pub seed: u64,
    /// Another host.
    pub base_url: Text<'a>,
    /// Further header fields; they take the place of the library's own of the same name.
    pub headers: FieldList<'a>,
    /// The number of header fields.
    pub header_count: Length,
    /// The largest number of retries. AIRUDDER_NEVER: not at all.
    pub max_retries: c_int,
    /// Not 0: the parameters are not checked.
    pub lenient: c_int,
}

/// The authorization of a raw request.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_auth {
    /// With the account's token.
    AIRUDDER_AUTH_TOKEN = 0,
    /// With X-AIRudder-Sign and X-AIRudder-Sign-Key.
    AIRUDDER_AUTH_SIGN = 1,
    /// With header fields that you set in the options of the call.
    AIRUDDER_AUTH_HEADERS = 2,
    /// Not at all.
    AIRUDDER_AUTH_NONE = 3,
}

impl airudder_auth {
    /// The meaning of the number. C may pass any.
    pub(crate) fn of(number: c_int) -> Option<Auth> {
        let all = [
            (Self::AIRUDDER_AUTH_TOKEN, Auth::Token),
            (Self::AIRUDDER_AUTH_SIGN, Auth::Sign),
            (Self::AIRUDDER_AUTH_HEADERS, Auth::CallerHeaders),
            (Self::AIRUDDER_AUTH_NONE, Auth::None),
        ];
        all.into_iter().find(|(one, _)| *one as c_int == number).map(|(_, auth)| auth)
    }
}

/// A request that this library does not type. Token, encryption, retries and envelope still apply. Begin with
/// AIRUDDER_RAW_REQUEST_INIT.
#[repr(C)]
pub struct airudder_raw_request<'a> {
    /// sizeof(airudder_raw_request), as the caller's header knows it.
    pub size: usize,
    /// GET, POST, PUT, PATCH or DELETE.
    pub method: Text<'a>,
    /// From `/`, without a query.
    pub path: Text<'a>,
    /// Without `?`, percent-encoded. NULL: none.
    pub query: Text<'a>,
    /// JSON. NULL: no body.
    pub body: Text<'a>,
    /// One of airudder_auth.
    pub auth: c_int,
    /// Not 0: sending it twice is harmless. Where it might phone somebody, leave it 0.
    pub replay_safe: c_int,
    /// Not 0: a response that is not JSON is a file, such as a recording.
    pub file: c_int,
}
