"""Settings of a client and of a call, and results that are not JSON."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    import httpx
    import httpx2

    from airudder._catalog import Catalog
    from airudder._transport import AsyncTransport, Transport

Auth: TypeAlias = Literal["token", "sign", "headers", "none"]
"""The way in which a request proves its sender: token, `X-AIRudder-Sign`, header fields of your own, or not at all."""


@dataclass(frozen=True, repr=False)
class File:
    """A file that came in place of a JSON result, such as a recording."""

    content_type: str
    """The content type, for instance `audio/wav`."""
    content: bytes
    """Its bytes; empty if the option `save_to` sent them to a path."""
    path: Path | None = None
    """Where it was saved."""

    def __repr__(self) -> str:
        where = f"saved to {str(self.path)!r}" if self.path else f"{len(self.content)} bytes"
        return f"<File {self.content_type}, {where}>"


class Settings(TypedDict, total=False):
    """The settings of both kinds of client, without their transports; `Client` documents each."""

    app_key: str | None
    app_secret: str | None
    base_url: str | None
    auth_scheme: str
    encryption_key: str | None
    require_encryption: bool
    sign_key: str | None
    sign_secret: str | None
    sign_scheme: str | None
    timeout: float
    max_retries: int
    requests_per_second: float | None
    strict: bool
    max_response_bytes: int
    catalog: Catalog | None


class ClientSettings(Settings, total=False):
    """The settings of a `Client`."""

    transport: Transport | httpx.Client | httpx2.Client | None


class AsyncClientSettings(Settings, total=False):
    """The settings of an `AsyncClient`."""

    transport: AsyncTransport | httpx.AsyncClient | httpx2.AsyncClient | None


class CallOptions(TypedDict, total=False):
    """Settings of one call; what is absent comes from the client."""

    timeout: float | None
    """The time limit of one request, in seconds."""
    deadline: float | None
    """The time limit of the whole call, with waits and retries, in seconds."""
    max_retries: int | None
    """The largest number of retries, where they are harmless."""
    strict: bool | None
    """False: parameters are not checked, for fields newer than this library."""
    base_url: str | None
    """Another host, for instance `https://api.airudder.com`."""
    headers: dict[str, str] | None
    """Further header fields; they replace the library's own of the same name."""
    save_to: str | PathLike[str] | None
    """Where to save a result that is a file, such as a recording, while it comes, without holding it in memory.

    What was there is replaced once the file is whole. A result that is JSON is returned, and nothing is saved.
    """
