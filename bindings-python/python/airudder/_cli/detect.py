"""The command `detect`."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airudder import crypto
from airudder._cli.errors import Status, say_json
from airudder._cli.output import say_plain
from airudder._cli.state import Json, below
from airudder._webhooks import VARIABLES, from_environment

if TYPE_CHECKING:
    from collections.abc import Iterator


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=below("airudder detect --headers headers.txt body.bin"))(detect)


def detect(
    body: Annotated[Path, typer.Argument(metavar="FILE", help="The body's bytes as they came.")],
    headers: Annotated[Path, typer.Option("--headers", metavar="FILE", help="The header fields, a line each.")],
    method: Annotated[str, typer.Option("--method", metavar="NAME", help="The HTTP method.")] = "POST",
    url: Annotated[
        str,
        typer.Option("--url", metavar="URL", help="The URL that was asked for, with its query; it may be signed."),
    ] = "",
    as_json: Json = False,
) -> int:
    """Name the signature scheme and the cipher of a captured delivery."""
    lines = headers.read_text(encoding="latin-1").splitlines()  # as header fields are
    fields = [(name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon]
    found = crypto.detect(
        fields,
        body.read_bytes(),
        secret=from_environment("secret"),
        encryption_key=from_environment("encryption_key"),
        sign_key=os.environ.get("AIRUDDER_SIGN_KEY") or None,
        method=method,
        url=url,
    )
    if as_json:
        say_json(asdict(found))
    else:
        say_plain("\n".join([*found.notes, f"Signatures tried: {found.tried}."]))
        settings = {name: value for name in ("scheme", "cipher") if (value := getattr(found, name))}
        if settings:
            say_plain("\n".join(_lines(settings)))
    no_scheme = from_environment("secret") is not None and not found.scheme
    no_cipher = from_environment("encryption_key") is not None and not (found.cipher or _is_json(body))
    return Status.FAILED if no_scheme or no_cipher or not (found.scheme or found.cipher) else Status.DONE


def _lines(settings: dict[str, str]) -> Iterator[str]:
    """What sets these in each language, and in the environment of any."""
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in settings.items()}
    yield f"Python: Webhooks({', '.join(f'{name}={value}' for name, value in quoted.items())})"
    yield f"JavaScript: new Webhooks({{ {', '.join(f'{name}: {value}' for name, value in quoted.items())} }})"
    yield f"C: {' '.join(f'config.{name} = {value};' for name, value in quoted.items())}"
    yield from (f"{VARIABLES[name]}={shlex.quote(value)}" for name, value in settings.items())


def _is_json(body: Path) -> bool:
    try:
        json.loads(body.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True
