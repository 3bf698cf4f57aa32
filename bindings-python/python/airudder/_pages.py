"""All pages of what the API gives page by page. What `tasks.list` gives is not published, so it has no such helper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airudder._generated.operations import AsyncChat, Chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from airudder._generated.types import ChatMessage
    from airudder._options import CallOptions

PAGE_SIZE = 50


class PagedChat(Chat):
    """Chats. These operations are signed: give the client `sign_key` and `sign_secret`."""

    def iter_session_messages(
        self, *, call_id: str, size: int = PAGE_SIZE, options: CallOptions | None = None
    ) -> Iterator[ChatMessage]:
        """Go through all messages of a conversation, newest first; pages of `size` are fetched as they are needed."""
        last = ""
        while page := self.session_messages(call_id=call_id, last_msg_id=last, size=size, options=options):
            yield from page
            last = _next(page, last)
            if not last:
                return


class AsyncPagedChat(AsyncChat):
    """Chats. These operations are signed: give the client `sign_key` and `sign_secret`."""

    async def iter_session_messages(
        self, *, call_id: str, size: int = PAGE_SIZE, options: CallOptions | None = None
    ) -> AsyncIterator[ChatMessage]:
        """See `PagedChat.iter_session_messages`."""
        last = ""
        while page := await self.session_messages(call_id=call_id, last_msg_id=last, size=size, options=options):
            for message in page:
                yield message
            last = _next(page, last)
            if not last:
                return


def _next(page: list[ChatMessage], last: str) -> str:
    """Give the id that the next page begins behind; empty where it would be the same page again, without end."""
    found = page[-1].get("msg_id", "")
    return "" if found == last else found
