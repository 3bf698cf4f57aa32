"""A verifier that the receiver's owner wrote, in place of a secret and a scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CoroutineType
from typing import TypeAlias

from airudder._errors import invalid_setting, made
from airudder._header_fields import Fields

Verifier: TypeAlias = Callable[[bytes, Mapping[str, str]], bool]
"""Takes the bytes of a body, and the header fields by their names in any case; tells whether AI Rudder sent them."""

REMEDY = "it is a plain function, not an async one, that returns True or False: bool(...) makes one of what is not"


def check_setting(verify: object, scheme: str | None) -> None:
    """Refuse, as a setting, what is no verifier, and a scheme that nobody would ask beside one."""
    is_given, is_callable, kind = verify is not None, callable(verify), _kind(verify)
    del verify  # error reporters show the local variables of a traceback; so below
    if is_given and not is_callable:
        raise invalid_setting("verify", f"verify is a function of body and header fields, and not a `{kind}`")
    if is_given and scheme is not None:
        raise invalid_setting("verify", "give either a scheme or a verifier of your own, and not both")


def ask(verify: Verifier, body: bytes, fields: list[tuple[str, str]]) -> None:
    """Ask whether a delivery is genuine. What the verifier raises goes on as it is.

    Raises:
        WebhookError: The answer is False (E5002).
        TypeError: It is neither True nor False, so that nobody can tell what is meant.
    """
    size = len(body)
    try:
        answer: object = verify(body, Fields(fields))
        if answer is True:
            return
        if answer is False:
            raise made(5002, f"the verifier does not accept this delivery of {size} bytes")
        if isinstance(answer, CoroutineType):
            answer.close()
        kind = _kind(answer)
    finally:
        answer = None
        del verify, body, fields
    raise TypeError(f"the verifier returned a `{kind}`: {REMEDY}")


def _kind(value: object) -> str:
    return type(value).__name__
