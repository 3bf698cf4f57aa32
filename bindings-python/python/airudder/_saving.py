"""Saving a result that is a file while it comes, so that it is never whole in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from airudder._transport import Response, TransportFailure, bare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airudder._native import Call


class Saver:
    """Where the body of a file goes: beside its path until it is whole, then there."""

    def __init__(self, call: Call, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.error: OSError | None = None
        """Why nothing can be saved: no failure of the request, so the request must not be repeated for it."""
        self._call = call
        self._part = self.path.with_name(f"{self.path.name}.part")
        self._file: BinaryIO | None = None

    def accept(self, status: int, headers: Iterable[tuple[str, str]]) -> Saver | None:
        """Make ready for a body with this head; None if it is no file. What came of an earlier attempt is dropped."""
        self.close()
        if not self._call.is_file(status, list(headers)):
            return None
        try:
            # What lies there is removed and not written to: it may be a link to another file.
            self._part.unlink(missing_ok=True)
            self._file = self._part.open("xb")
        except OSError as error:
            raise self._failed(error) from None
        return self

    def save(self, response: Response) -> Response:
        """Take the body of a transport that cannot stream; the head is left."""
        if self.accept(response.status, response.headers) is None:
            return response
        self.write(response.body)
        return Response(response.status, response.headers, b"")

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""
        try:
            return self._file.write(data) if self._file else 0
        except OSError as error:
            raise self._failed(error) from None

    def keep(self) -> None:
        """Put what came in its place."""
        if self._file:
            self._file.close()
            self._file = None
            os.replace(self._part, self.path)

    def close(self) -> None:
        """Drop what was not kept."""
        if self._file:
            self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)

    def _failed(self, error: OSError) -> TransportFailure:
        self.error = bare(error)
        return TransportFailure(f"the file cannot be written: {error.strerror}")
