"""The client for asyncio."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, Unpack, cast

from airudder._base import BaseClient, save_to
from airudder._catalog_setting import native_catalog
from airudder._choose import async_transport
from airudder._driver import run_async
from airudder._generated.operations import (
    AsyncAuth,
    AsyncProcess,
    AsyncRobots,
    AsyncSms,
    AsyncTasks,
)
from airudder._http import AsyncHttpTransport
from airudder._native import Session
from airudder._pages import AsyncPagedChat
from airudder._push import AsyncPushedWorkflow
from airudder._transport import MAX_RESPONSE_BYTES
from airudder._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    import httpx2

    from airudder._async_campaign import AsyncCampaigns
    from airudder._catalog import Catalog
    from airudder._options import AsyncClientSettings, CallOptions
    from airudder._options import Auth as AuthKind
    from airudder._transport import AsyncTransport


class AsyncClient(BaseClient):
    """The same as `Client`, with `await`; the settings mean the same.

    By default requests are sent by an `AsyncHttpTransport`, at most 100 at once. `transport` may be one with other
    settings, an `httpx.AsyncClient` or `httpx2.AsyncClient`, or an object with `async send(request) -> response`.
    """

    def __init__(
        self,
        *,
        app_key: str | None = None,
        app_secret: str | None = None,
        base_url: str | None = None,
        auth_scheme: str = "Token",
        encryption_key: str | None = None,
        require_encryption: bool = False,
        sign_key: str | None = None,
        sign_secret: str | None = None,
        sign_scheme: str | None = None,
        timeout: float = 10.0,
        max_retries: int = 4,
        requests_per_second: float | None = None,
        strict: bool = True,
        transport: AsyncTransport | httpx.AsyncClient | httpx2.AsyncClient | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        catalog: Catalog | None = None,
    ) -> None:
        try:
            self._session = Session(
                app_key=app_key,
                app_secret=app_secret,
                base_url=base_url,
                auth_scheme=auth_scheme,
                encryption_key=encryption_key,
                require_encryption=require_encryption,
                sign_key=sign_key,
                sign_secret=sign_secret,
                sign_scheme=sign_scheme,
                timeout=timeout,
                max_retries=max_retries,
                requests_per_second=requests_per_second,
                strict=strict,
                catalog=native_catalog(catalog),
            )
        finally:
            # Error reporters show the local variables of a traceback.
            del app_key, app_secret, base_url, encryption_key, sign_key, sign_secret, sign_scheme
        self._watch = Watch()
        self._owns_transport = transport is None
        self._transport = async_transport(transport, max_response_bytes)
        self.auth: AsyncAuth = AsyncAuth(self._call)
        self.workflow: AsyncPushedWorkflow = AsyncPushedWorkflow(self._call)
        self.tasks: AsyncTasks = AsyncTasks(self._call)
        self.robots: AsyncRobots = AsyncRobots(self._call)
        self.chat: AsyncPagedChat = AsyncPagedChat(self._call)
        self.sms: AsyncSms = AsyncSms(self._call)
        self.process: AsyncProcess = AsyncProcess(self._call)
        self._extend(catalog)

    @classmethod
    def from_env(cls, **settings: Unpack[AsyncClientSettings]) -> Self:
        """Make a client from the environment: see `Client.from_env`."""
        return cls._from_env(cast("dict[str, Any]", settings), AsyncHttpTransport)

    @cached_property
    def campaigns(self) -> AsyncCampaigns:
        """Campaigns of this client."""
        from airudder._async_campaign import AsyncCampaigns  # with all of asyncio, which takes its time

        return AsyncCampaigns(self._session, self._transport, self._watch)

    async def call(self, name: str, params: Mapping[str, Any], *, options: CallOptions | None = None) -> Any:  # noqa: ANN401
        """Call an operation by name, for instance `workflow.upload_details`, with the same checks as its method."""
        try:
            return await self._call(name, params, options)
        finally:
            del params, options

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        query: Mapping[str, Any] | str | None = None,
        replay_safe: bool = False,
        file: bool = False,
        auth: AuthKind = "token",
        options: CallOptions | None = None,
    ) -> Any:  # noqa: ANN401 - the result has any JSON shape
        """Call what the library does not type: see `Client.request`."""
        try:
            call = self._start_raw(method, path, json, query, replay_safe, file, auth, options)
            saved = save_to(options)
        finally:
            del json, query, options
        return await run_async(call, self._transport, saved, self._watch, self._saw)

    async def close(self) -> None:
        """Close the unused connections of the library's own transport; one that was given stays open."""
        if isinstance(self._transport, AsyncHttpTransport) and self._owns_transport:
            await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _call(self, name: str, params: Mapping[str, Any], options: CallOptions | None) -> Any:  # noqa: ANN401
        try:
            call, saved = self._begin(name, params, options)
        finally:
            del params, options
        return await run_async(call, self._transport, saved, self._watch, self._saw)
