"""One HTTP/1.1 connection. h11 has the protocol: framing, interim answers, and whether another request may follow.

It tells by a public name what is left behind an answer, as httpx2 and httpcore2 above it do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11

from airudder._transport import ConnectFailed, Reset, Response, TransportFailure, failure_of, too_large

if TYPE_CHECKING:
    from airudder._clock import Deadline
    from airudder._streams import Stream
    from airudder._transport import Accept, Sink

MAX_HEAD_BYTES = 1 << 16


class Connection:
    """A connection to a host, or to a proxy that passes plain requests on."""

    def __init__(self, stream: Stream) -> None:
        self.idle_since = 0.0
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT, MAX_HEAD_BYTES)
        self._ended = False

    async def exchange(
        self, head: h11.Request, body: bytes, accept: Accept | None, limit: int, deadline: Deadline
    ) -> tuple[Response, bool]:
        """Send a request and receive its answer; also tell whether the connection may be used again."""
        sent = await self._send(head, body, deadline)
        answer = await self._final_head(deadline)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw_items()]
        check_encoding(headers)
        sink = accept(answer.status_code, headers) if accept else None
        response = Response(answer.status_code, headers, await self._body(sink, limit, deadline))
        return response, sent and self._is_reusable()

    async def open_tunnel(self, host: str, headers: list[tuple[str, str]], deadline: Deadline) -> None:
        """Have a proxy connect to a host; from then on, the stream is the host's."""
        head = h11.Request(method="CONNECT", target=host, headers=[("Host", host), *headers])
        try:
            await self._send(head, b"", deadline)
            answer = await self._final_head(deadline)
        except h11.RemoteProtocolError:
            raise ConnectFailed("the proxy closed, or answered CONNECT with what is no HTTP/1.1") from None
        if not 200 <= answer.status_code < 300:
            raise ConnectFailed(f"the proxy refused CONNECT with HTTP status {answer.status_code}")
        if self._http.trailing_data[0]:
            raise ConnectFailed("the proxy sent something before the host can have")

    def failure(self, error: Exception) -> TransportFailure:
        """Sort what an exchange failed with."""
        if not isinstance(error, h11.ProtocolError):
            failure = failure_of(error)
            # The request was sent, whatever a sink calls its own failure.
            return TransportFailure(str(failure)) if failure.kind == "connect_failed" else failure
        if self._ended:
            return Reset("it was closed before the answer was complete")
        return TransportFailure("what came is no HTTP/1.1")

    def stands(self) -> bool:
        """Tell whether nothing came since the last answer; the server's goodbye would have."""
        return self._stream.is_quiet()

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    async def _send(self, head: h11.Request, body: bytes, deadline: Deadline) -> bool:
        """Send a request; tell whether all of it went out."""
        pieces = [self._http.send(head)]
        if body:
            pieces.append(self._http.send(h11.Data(body)))
        pieces.append(self._http.send(h11.EndOfMessage()))
        try:
            await self._stream.send(b"".join(piece for piece in pieces if piece), deadline)
        except (BrokenPipeError, ConnectionResetError):
            return False  # a server that refuses a large body may close before it has read it, after saying why
        return True

    async def _final_head(self, deadline: Deadline) -> h11.Response:
        """Receive the head of the answer, behind as many interim ones as there are."""
        while not isinstance(event := await self._next_event(deadline), h11.Response):
            pass
        return event

    async def _body(self, sink: Sink | None, limit: int, deadline: Deadline) -> bytes:
        """Receive the rest of the answer; nothing is left where a sink took it."""
        pieces: list[bytes] = []
        length = 0
        while isinstance(event := await self._next_event(deadline), h11.Data):
            if sink:
                sink.write(bytes(event.data))
                continue
            length += len(event.data)
            if length > limit:
                raise too_large(limit)
            pieces.append(bytes(event.data))
        return b"".join(pieces)

    async def _next_event(self, deadline: Deadline) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self._stream.receive(deadline)
            self._ended = not data
            self._http.receive_data(data)
        return event

    def _is_reusable(self) -> bool:
        """Make ready for the next request, unless one of the two sides closes, or something follows the answer."""
        http = self._http
        if http.our_state is not h11.DONE or http.their_state is not h11.DONE or http.trailing_data[0]:
            return False
        http.start_next_cycle()
        return self.stands()


def check_encoding(headers: list[tuple[str, str]]) -> None:
    """Refuse a compressed answer: none was asked for, and what it becomes may be of any size."""
    for name, value in headers:
        if name.lower() == "content-encoding" and value.strip().lower() not in ("", "identity"):
            raise TransportFailure(
                f"the answer has Content-Encoding: {value[:20]}, though none was asked for: switch compression off in "
                "the gateway or proxy that does it"
            )
