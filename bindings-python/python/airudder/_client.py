"""The client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, Unpack, cast

from airudder._base import BaseClient, save_to
from airudder._campaign import Campaigns
from airudder._catalog_setting import native_catalog
from airudder._choose import sync_transport
from airudder._driver import run
from airudder._generated.operations import Auth, Process, Robots, Sms, Tasks
from airudder._http import HttpTransport
from airudder._native import Session
from airudder._pages import PagedChat
from airudder._push import PushedWorkflow
from airudder._transport import MAX_RESPONSE_BYTES
from airudder._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    import httpx2

    from airudder._catalog import Catalog
    from airudder._options import Auth as AuthKind
    from airudder._options import CallOptions, ClientSettings
    from airudder._transport import Transport


class Client(BaseClient):
    """A client of AI Rudder. Make one and share it among threads: they share token, connections and retry budget.

    `campaigns.run` sends a campaign. The operations are methods of `auth`, `workflow`, `tasks`, `robots`, `chat`, `sms`
    and `process`.

    Args:
        app_key: The app key that AI Rudder gave; together with `app_secret`.
        app_secret: The app secret that AI Rudder gave.
        base_url: `https://...`; plain `http` for this machine only. None: `https://api.airudder.com` [documented].
        auth_scheme: The word before the token: `Token` [documented]; a public client sends `Bearer` [observed].
        encryption_key: A text of 16, 24 or 32 bytes, if AI Rudder switched encryption on; None: plain.
        require_encryption: Whether an answer that comes plain, though there is an `encryption_key`, is disbelieved:
            what became of the request is then unknown. TLS authenticates the API, so this is for `http` on a machine
            whose other users are not trusted.
        sign_key: The `X-AIRudder-Sign-Key` of the chat operations.
        sign_secret: The secret behind `X-AIRudder-Sign`.
        sign_scheme: The computation of `X-AIRudder-Sign`. The vendor does not publish it: None means
            `hmac-sha256:hex:body`, which is an assumption.
        timeout: How long one request may take, in seconds.
        max_retries: How often a request is sent again at most, where that cannot phone anybody twice.
        requests_per_second: How many requests may be sent in a second at most, by all threads together and those for
            tokens included. None: any number.
        strict: Whether parameters are checked against what is documented before anything is sent.
        transport: None (an `HttpTransport`), an `HttpTransport` with settings of your own, an `httpx.Client` or
            `httpx2.Client`, or an object with `send(request) -> response`.
        max_response_bytes: How many bytes an answer may have that is held in memory; files that are saved as they come
            may have more. An object of yours that sends has limits of its own.
        catalog: Operations of your own, which become methods beside the library's, as `client.plans.create(...)`, and
            which `call` and `prepare` know. `airudder import` writes types for them.
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
        transport: Transport | httpx.Client | httpx2.Client | None = None,
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
        self._transport = sync_transport(transport, max_response_bytes)
        self.auth: Auth = Auth(self._call)
        self.workflow: PushedWorkflow = PushedWorkflow(self._call)
        self.tasks: Tasks = Tasks(self._call)
        self.robots: Robots = Robots(self._call)
        self.chat: PagedChat = PagedChat(self._call)
        self.sms: Sms = Sms(self._call)
        self.process: Process = Process(self._call)
        self.campaigns: Campaigns = Campaigns(self._session, self._transport, self._watch)
        self._extend(catalog)

    @classmethod
    def from_env(cls, **settings: Unpack[ClientSettings]) -> Self:
        """Make a client from the environment; what is given as an argument comes before it.

        Reads `AIRUDDER_APP_KEY`, `AIRUDDER_APP_SECRET`, `AIRUDDER_BASE_URL`, `AIRUDDER_ENCRYPTION_KEY`,
        `AIRUDDER_SIGN_KEY`, `AIRUDDER_SIGN_SECRET` and `AIRUDDER_SIGN_SCHEME`, and `AIRUDDER_CATALOG`, the path of a
        catalog's file; for an `HttpTransport`, if no
        `transport` is given, `AIRUDDER_PROXY`, `AIRUDDER_CA_FILE`, `AIRUDDER_CERT_FILE`, `AIRUDDER_KEY_FILE` and
        `AIRUDDER_KEY_PASSWORD`. `AIRUDDER_LOG`, `info` or `debug`, writes the log to standard error. Empty ones count
        as absent.

        Raises:
            ValidationError: A setting is not as it must be, or there is neither app key and app secret nor, for chats
                alone, sign key and sign secret. The message names the variables that are missing. A client that needs
                none of them is made by the class.
        """
        return cls._from_env(cast("dict[str, Any]", settings), HttpTransport)

    def call(self, name: str, params: Mapping[str, Any], *, options: CallOptions | None = None) -> Any:  # noqa: ANN401
        """Call an operation by name, for instance `workflow.upload_details`, with the same checks as its method."""
        try:
            return self._call(name, params, options)
        finally:
            del params, options

    def request(
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
        """Call what the library does not type; token, encryption, retries and envelope still apply.

        Args:
            method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
            path: From `/`, percent-encoded, without the query.
            json: The body; None for none.
            query: The query as a mapping, or as text that is percent-encoded already.
            replay_safe: Whether sending it twice is harmless. Otherwise a request whose outcome is unknown raises
                `OutcomeUnknown`.
            file: Whether a response that is not JSON, such as a recording, comes back as a `File`.
            auth: `token`, `sign` (`X-AIRudder-Sign`), `headers` (your own in `options`) or `none`.
            options: Settings of this call.
        """
        try:
            call = self._start_raw(method, path, json, query, replay_safe, file, auth, options)
            saved = save_to(options)
        finally:
            del json, query, options
        return run(call, self._transport, saved, self._watch, self._saw)

    def close(self) -> None:
        """Close the unused connections of the library's own transport; one that was given stays open."""
        if isinstance(self._transport, HttpTransport) and self._owns_transport:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, name: str, params: Mapping[str, Any], options: CallOptions | None) -> Any:  # noqa: ANN401
        try:
            call, saved = self._begin(name, params, options)
        finally:
            del params, options
        return run(call, self._transport, saved, self._watch, self._saw)
