"""The settings of a sandbox: the options of its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from os import PathLike


class SandboxError(Exception):
    """The sandbox did not start, has stopped, or refused what it was asked for; the text is its own."""


class Settings(TypedDict, total=False):
    """The options of `airudder-sandbox --help`. What is absent or None is as the command line has it."""

    listen: str | None
    """Where to listen; by default a free port of 127.0.0.1."""
    webhook_url: str | None
    """Where events go: a URL of this machine. `Sandbox.deliver_to` sets it later."""
    sign_secret: str | None
    """The secret of events; by default `fake-sign-secret`. None: they are not signed."""
    sign_key: str | None
    """The `X-AIRudder-Sign-Key` of signed events, and of chat requests."""
    sign_scheme: str | None
    """The signature scheme of events and of chat requests."""
    encryption_key: str | None
    """The key of encrypted requests, responses and events: 16, 24 or 32 bytes."""
    encrypt_events: bool
    """Whether events are encrypted."""
    event_cipher: str | None
    """The cipher of events."""
    require_encryption: bool
    """Whether plain requests are refused."""
    allow_missing_platform: bool
    """Whether contacts without a platform are taken."""
    speed: int | None
    """Calls finished per second."""
    app_key: str | None
    """The only app key that gets a token; together with `app_secret`. None: any does."""
    app_secret: str | None
    """The app key's secret."""
    token_ttl: int | None
    """The life of a token, in seconds."""
    retry_delay: int | None
    """The wait before an event is sent again, in milliseconds; by default a minute."""
    clock_offset: int | None
    """The number of seconds by which the service's clock is ahead of this machine's; negative: behind."""
    catalog: str | PathLike[str] | None
    """The file of a catalog of your own, `vendor.json`: its operations are answered, and its events can be sent."""
    db: str | PathLike[str] | None
    """The file that keeps the state; by default it is in memory."""
    seed: int | None
    """Other seeds give other outcomes of calls and other draws of faults."""


# Every user of this machine can read a command line.
SECRETS = ("sign_secret", "sign_key", "encryption_key", "app_key", "app_secret")


def checked(settings: Settings) -> Settings:
    """Refuse names that are no settings, and fill in the defaults of tests."""
    if unknown := sorted(settings.keys() - Settings.__annotations__.keys()):
        known = ", ".join(sorted(Settings.__annotations__))
        raise TypeError(f"{unknown[0]!r} is no setting of a sandbox; there are {known}")
    defaults: Settings = {"listen": "127.0.0.1:0", "sign_secret": "fake-sign-secret"}
    return {**defaults, **settings}


def arguments(settings: Settings) -> list[str]:
    """Write the settings that are no secrets as a command line."""
    words: list[str] = []
    for name, value in settings.items():
        if name in SECRETS or value is None or value is False:
            continue
        option = f"--{name.replace('_', '-')}"
        words.append(option if value is True else f"{option}={value}")
    return words


def variables(settings: Settings) -> dict[str, str]:
    """Write the secrets as variables of the environment."""
    given = {name: settings.get(name) for name in SECRETS}
    return {variable(name): str(value) for name, value in given.items() if value is not None}


def variable(name: str) -> str:
    """Name the variable of a secret."""
    return f"AIRUDDER_SANDBOX_{name.upper()}"
