"""Puts a contact into a new workflow, through the C library and ctypes, with Python's own HTTP.

    python upload.py /usr/local http://127.0.0.1:8460 7 TEMP1

The arguments are where the library is installed, the base URL, the workflow's template, and the platform. It takes
AIRUDDER_APP_KEY and AIRUDDER_APP_SECRET from the environment, and AIRUDDER_ENCRYPTION_KEY, if requests are to be
encrypted. It shows how any language reaches the C interface; from Python, use the package `airudder`.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import random
import sys
import time
from ctypes import POINTER, byref, c_char, c_char_p, c_int, c_int64, c_size_t, c_uint64, c_void_p
from urllib.parse import urlsplit

WORKFLOW_CREATE_INSTANCE, WORKFLOW_UPLOAD_DETAILS = 2, 3
STEP_DONE, STEP_WAIT = 0, 2
FAILURE_CONNECT, FAILURE_OTHER = 1, 4


class Config(ctypes.Structure):
    """Stand for airudder_config."""

    _fields_ = (
        ("size", c_size_t),
        *((name, c_char_p) for name in ("app_key", "app_secret", "base_url", "encryption_key")),
        *((name, c_char_p) for name in ("auth_scheme", "sign_key", "sign_secret", "sign_scheme")),
        ("timeout_ms", c_uint64),
        ("seed", c_uint64),
        ("max_retries", c_int),
        ("lenient", c_int),
    )


class Error(ctypes.Structure):
    """Stand for airudder_error."""

    _fields_ = (
        ("size", c_size_t),
        *((name, c_int) for name in ("code", "http_status", "outcome", "has_api_code")),
        *((name, c_int64) for name in ("api_code", "retry_after_ms")),
        ("operation", c_char * 64),
        ("pointer", c_char * 256),
        ("request_id", c_char * 128),
        ("api_message", c_char * 256),
        ("message", c_char * 1024),
    )


class Header(ctypes.Structure):
    """Stand for airudder_header."""

    _fields_ = (("name", c_char_p), ("value", c_char_p))


class Request(ctypes.Structure):
    """Stand for airudder_request."""

    _fields_ = (
        ("method", c_char_p),
        ("url", c_char_p),
        ("headers", POINTER(Header)),
        ("header_count", c_size_t),
        ("body", c_void_p),
        ("body_len", c_size_t),
        ("timeout_ms", c_uint64),
    )


class Step(ctypes.Structure):
    """Stand for airudder_step."""

    _fields_ = (("kind", c_int), ("wait_until_ms", c_uint64), ("request", POINTER(Request)))


class Text(ctypes.Structure):
    """Stand for airudder_text."""

    _fields_ = (("data", c_void_p), ("len", c_size_t))

    def __bytes__(self) -> bytes:
        return ctypes.string_at(self.data, self.len)


def load(prefix: str) -> ctypes.CDLL:
    """Load the library, and say what its functions take: ctypes takes every number for an int else."""
    library = ctypes.CDLL(f"{prefix}/lib/libairudder.so.0")
    call, out, error = c_uint64, POINTER(c_uint64), POINTER(Error)
    headers = (POINTER(Header), c_size_t)
    library.airudder_client_new.argtypes = (POINTER(Config), out, error)
    library.airudder_client_free.argtypes = (c_uint64,)
    library.airudder_call_begin.argtypes = (c_uint64, c_int, out, error)
    library.airudder_call_set_str.argtypes = (call, c_char_p, c_char_p)
    library.airudder_call_set_int.argtypes = (call, c_char_p, c_int64)
    library.airudder_call_poll.argtypes = (call, c_uint64, POINTER(Step))
    library.airudder_call_on_response.argtypes = (call, c_uint64, c_int, *headers, c_char_p, c_size_t)
    library.airudder_call_on_failure.argtypes = (call, c_uint64, c_int, c_char_p)
    library.airudder_call_result.argtypes = (call, error)
    library.airudder_call_get_str.argtypes = (call, c_char_p, POINTER(Text))
    library.airudder_call_free.argtypes = (call,)
    return library


START_NS = time.time_ns() - time.monotonic_ns()


def now_ms() -> int:
    """Unix time in milliseconds that does not jump: the real time at the start, and what a monotonic clock counted."""
    return (START_NS + time.monotonic_ns()) // 1_000_000


def send(request: Request) -> http.client.HTTPResponse:
    """Send a request as it is."""
    url = urlsplit(request.url.decode())
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=request.timeout_ms / 1000)
    headers = {field.name.decode(): field.value.decode() for field in request.headers[: request.header_count]}
    body = ctypes.string_at(request.body, request.body_len)
    target = url.path + (f"?{url.query}" if url.query else "")
    connection.request(request.method.decode(), target, body, headers)
    return connection.getresponse()


def run(library: ctypes.CDLL, call: c_uint64) -> None:
    """Run a call to its end."""
    step = Step()
    while library.airudder_call_poll(call, now_ms(), byref(step)) == 0 and step.kind != STEP_DONE:
        if step.kind == STEP_WAIT:
            time.sleep(max(0, step.wait_until_ms - now_ms()) / 1000)
            continue
        try:
            with send(step.request.contents) as response:
                body, fields = response.read(), [(n.encode(), v.encode()) for n, v in response.getheaders()]
        except ConnectionRefusedError:
            library.airudder_call_on_failure(call, now_ms(), FAILURE_CONNECT, None)
        except (OSError, http.client.HTTPException) as error:
            library.airudder_call_on_failure(call, now_ms(), FAILURE_OTHER, str(error).encode())
        else:
            headers = (Header * len(fields))(*fields)
            library.airudder_call_on_response(call, now_ms(), response.status, headers, len(fields), body, len(body))


def main() -> None:
    """Do it."""
    prefix, base_url, template, platform = sys.argv[1:]
    library = load(prefix)
    error = Error(size=ctypes.sizeof(Error))

    def check(code: int) -> None:
        if code:
            sys.exit(error.message.decode())

    config = Config(size=ctypes.sizeof(Config), base_url=base_url.encode(), seed=random.getrandbits(64))
    config.app_key = os.environ["AIRUDDER_APP_KEY"].encode()
    config.app_secret = os.environ["AIRUDDER_APP_SECRET"].encode()
    if "AIRUDDER_ENCRYPTION_KEY" in os.environ:
        config.encryption_key = os.environ["AIRUDDER_ENCRYPTION_KEY"].encode()
    client, create, upload, workflow = c_uint64(), c_uint64(), c_uint64(), Text()
    check(library.airudder_client_new(byref(config), byref(client), byref(error)))

    check(library.airudder_call_begin(client, WORKFLOW_CREATE_INSTANCE, byref(create), byref(error)))
    library.airudder_call_set_int(create, b"/workflow_template_id", int(template))
    library.airudder_call_set_str(create, b"/name", b"from ctypes")
    library.airudder_call_set_str(create, b"/end_time", b"2099-12-01 18:00:00+08:00")
    run(library, create)
    check(library.airudder_call_result(create, byref(error)))
    check(library.airudder_call_get_str(create, b"/workflow_id", byref(workflow)))

    check(library.airudder_call_begin(client, WORKFLOW_UPLOAD_DETAILS, byref(upload), byref(error)))
    library.airudder_call_set_str(upload, b"/workflow_id", bytes(workflow))
    library.airudder_call_set_str(upload, b"/details/0/callee", b"+6200012345678")
    library.airudder_call_set_str(upload, b"/details/0/platform", platform.encode())
    library.airudder_call_set_str(upload, b"/details/0/variables/customer_name", b"Ana")
    run(library, upload)
    check(library.airudder_call_result(upload, byref(error)))
    print(f"1 contact is in workflow {bytes(workflow).decode()}")

    for call in (create, upload):
        library.airudder_call_free(call)
    library.airudder_client_free(client)


if __name__ == "__main__":
    main()
