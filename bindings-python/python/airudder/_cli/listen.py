"""The command `listen`."""

from __future__ import annotations

from typing import Annotated

import typer

from airudder._cli.errors import Status
from airudder._cli.receiver import receive
from airudder._cli.state import CatalogFile, below, catalog_of
from airudder._generated.events import CLASSES


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=below("airudder listen --port 8000"))(listen)


def _port(given: str | int) -> int:
    text = str(given)  # the default comes here, too
    if not text.isdecimal() or int(text) > 65535:
        raise typer.BadParameter(f"{text!r} is no port: those are 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise typer.BadParameter(f"{text!r} is no number from 1 on")
    return int(text)


def _kinds(incomplete: str) -> list[str]:
    return [name for name in sorted(CLASSES) if name.startswith(incomplete)]


def listen(
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", parser=_port, metavar="PORT", help="The port to listen at; 0 takes a free one.")
    ] = 8000,
    count: Annotated[
        int | None, typer.Option("--count", parser=_count, metavar="N", help="Stop after so many events.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="NAME",
            autocompletion=_kinds,
            help=f"The event that comes here, if its fields do not tell it: {', '.join(sorted(CLASSES))}.",
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="The address that AI Rudder was given, if a proxy or a tunnel changes it; for schemes that sign it.",
        ),
    ] = None,
    allow_unsigned: Annotated[
        bool,
        typer.Option("--allow-unsigned", help="Take events without a signature, too; one that is there must fit."),
    ] = False,
    catalog: CatalogFile = None,
) -> int:
    """Receive events and print each as a line of JSON."""
    own = catalog_of(catalog)
    kinds = [*sorted(CLASSES), *(event.name for event in (own.events if own else ()))]
    if kind is not None and kind not in kinds:
        raise typer.BadParameter(f"{kind!r} is no event: those are {', '.join(kinds)}", param_hint="'--kind'")
    enough = receive(host, port, count=count, kind=kind, url=url, allow_unsigned=allow_unsigned, catalog=own)
    return Status.DONE if enough else Status.FAILED
