"""The native half. Not public."""

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, Final, Literal, TypeAlias, final

from airudder._errors import AirudderError
from airudder._header_fields import HeaderFields
from airudder._options import CallOptions

__all__ = [
    "VERSION",
    "Call",
    "Campaign",
    "Catalog",
    "Request",
    "Session",
    "Webhooks",
    "after_fork",
    "before_fork",
    "clocks",
    "decrypt",
    "detect",
    "digest",
    "encrypt",
    "error_codes",
    "first_package",
    "from_json",
    "operations",
    "partition_of",
    "recorded",
    "sign",
    "to_json",
    "verify",
    "verify_push_params",
]

_Pairs: TypeAlias = list[tuple[str, str]]
_Bytes: TypeAlias = bytes | bytearray | memoryview
_Octets: TypeAlias = str | _Bytes
_Signed: TypeAlias = tuple[_Octets, str, str | None, HeaderFields, str, str, _Octets | None]
_Report: TypeAlias = tuple[
    int,
    list[tuple[int, str, str | None, str, str | None]],
    list[tuple[int, str | None]],
    list[tuple[str | None, str, int]],
    int | None,
    AirudderError | None,
]

VERSION: Final[str]

@final
class Session:
    def __new__(
        cls,
        *,
        app_key: str | None,
        app_secret: str | None,
        base_url: str | None,
        auth_scheme: str,
        encryption_key: str | None,
        require_encryption: bool,
        sign_key: str | None,
        sign_secret: str | None,
        sign_scheme: str | None,
        timeout: float,
        max_retries: int,
        requests_per_second: float | None,
        strict: bool,
        catalog: Catalog | None,
    ) -> Session: ...
    @property
    def timeout(self) -> float: ...
    @property
    def base_url(self) -> str: ...
    def call(self, operation: str, params: dict[str, Any], options: CallOptions | None, seed: int, /) -> Call: ...
    def request(
        self,
        method: str,
        path: str,
        query: str,
        json: object,
        auth: str,
        replay_safe: bool,
        file: bool,
        options: CallOptions | None,
        seed: int,
        /,
    ) -> Call: ...

@final
class Call:
    def poll(self, now_ms: int, /) -> Request | tuple[int, Literal["token", "retry", "pace"]] | None: ...
    @property
    def operation(self) -> str: ...
    @property
    def asks_for_token(self) -> bool: ...
    @property
    def in_doubt(self) -> bool: ...
    def is_file(self, status: int, headers: list[tuple[str, str]], /) -> bool: ...
    def on_response(self, now_ms: int, status: int, headers: list[tuple[str, str]], body: bytes, /) -> None: ...
    @property
    def last_answer(self) -> tuple[str | None, int | None, str | None]: ...
    def on_failure(self, now_ms: int, kind: str, message: str, /) -> None: ...
    def result(self) -> tuple[str | None, Any]: ...
    def prepare(self) -> Request: ...
    def close(self) -> None: ...

@final
class Request:
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def timeout(self) -> float: ...
    def curl(self) -> str: ...

@final
class Campaign:
    def __new__(
        cls,
        session: Session,
        *,
        workflow_template_id: int,
        name: str,
        end_time: str,
        batch_size: int,
        in_flight: int,
        lookups_in_flight: int,
        settle: float | None,
        allow_duplicates: bool,
        retry_rejected: bool,
        journal_key: str | None,
        same_account: bool,
        require_journal: bool,
        recover: str | None,
        partition: tuple[int, int] | None,
        max_rejected: float | None,
        max_outage: float,
        max_doubtful_batches: int,
        rate: float | None,
        closed: list[tuple[int, int]],
        screen: bool,
        check_only: bool,
        seed: int,
    ) -> Campaign: ...
    @property
    def normal(self) -> int: ...
    def head(self, unix_ms: int, /) -> str: ...
    def resume_head(self, head: bytes, /) -> None: ...
    def resume(self, journal: bytes, /) -> int: ...
    def suppress(self, numbers: list[str], /) -> None: ...
    def suppress_case_ids(self, case_ids: list[str], /) -> None: ...
    def poll(
        self, unix_ms: int, monotonic_ms: int, /
    ) -> (
        tuple[Literal["journal"], str, int]
        | tuple[Literal["contacts"], int]
        | tuple[Literal["screen"], str]
        | tuple[Literal["call"], int, Call]
        | tuple[Literal["wait"], int | None]
        | None
    ): ...
    def screened(self) -> None: ...
    def journal_written(self) -> None: ...
    def feed(self, contacts: list[Any], /) -> None: ...
    def refuse(self, case_id: object, pointer: str, message: str, /) -> None: ...
    def end_of_contacts(self) -> None: ...
    def on_result(self, id: int, unix_ms: int, monotonic_ms: int, call: Call, /) -> None: ...
    def give_up(self) -> None: ...
    def progress(self) -> tuple[int, int, int, int, str, int | None]: ...
    def report(self) -> _Report: ...

@final
class Catalog:
    def __new__(cls, text: str, /) -> Catalog: ...
    def to_json(self) -> str: ...

@final
class Webhooks:
    def __new__(
        cls,
        *,
        secrets: Sequence[str],
        sign_key: str | None,
        scheme: str | None,
        tolerance: float | None,
        own_verifier: bool,
        encryption_key: str | None,
        cipher: str | None,
        require_signature: bool,
        require_encryption: bool | None,
        max_body_bytes: int | None,
        max_depth: int | None,
        catalog: Catalog | None,
    ) -> Webhooks: ...
    def receive(self, body: _Bytes, headers: HeaderFields, /) -> tuple[bytes, _Pairs]: ...
    def unwrap(
        self,
        body: _Bytes,
        headers: HeaderFields,
        kind: str | None,
        method: str,
        url: str,
        received_ms: int,
        received_at: datetime | None,
        verified: bool,
        /,
    ) -> dict[str, Any]: ...
    @property
    def weakness(self) -> str | None: ...
    def sign(self, body: _Bytes, headers: HeaderFields, method: str, url: str, now_ms: int, /) -> _Pairs: ...
    def seal(
        self, text: str, iv: bytes, headers: HeaderFields, method: str, url: str, now_ms: int, /
    ) -> tuple[_Pairs, bytes]: ...

def clocks() -> tuple[int, int]: ...
def before_fork() -> None: ...
def after_fork() -> None: ...
def to_json(object: object, /) -> str: ...
def from_json(text: str, /) -> Any: ...
def encrypt(plain: _Octets, key: str, cipher: str, iv: bytes | None, headers: HeaderFields, /) -> str: ...
def decrypt(text: _Octets, key: str, cipher: str, headers: HeaderFields, /) -> bytes: ...
def digest(plain: _Octets, /) -> str: ...
def sign(signed: _Signed, scheme: str, /) -> str: ...
def verify(signature: str, signed: _Signed, scheme: str, /) -> None: ...
def detect(
    headers: HeaderFields,
    body: _Bytes,
    secret: str | None,
    encryption_key: str | None,
    sign_key: str | None,
    method: str,
    url: str,
    /,
) -> tuple[str | None, str | None, str | None, int, list[str]]: ...
def partition_of(contact: object, count: int, /) -> int: ...
def recorded(journal: bytes, /) -> tuple[str, int, int, _Report, list[tuple[int, int]], int]: ...
def operations() -> list[tuple[str, str, str]]: ...
def error_codes() -> list[tuple[int, str, str, str]]: ...
def first_package(package: ModuleType, /) -> ModuleType: ...
def verify_push_params(text: str, kind: str, /) -> str: ...
