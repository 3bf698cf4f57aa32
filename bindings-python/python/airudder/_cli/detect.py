"""The command `detect`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from airudder import crypto
from airudder._cli.errors import Status, say_json
from airudder._cli.output import say_plain
from airudder._cli.state import Json, below
from airudder._webhooks import VARIABLES, from_environment


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=below("airudder detect --headers headers.txt body.bin"))(detect)


def detect(
    body: Annotated[Path, typer.Argument(metavar="FILE", help="The body's bytes as they came.")],
    headers: Annotated[Path, typer.Option("--headers", metavar="FILE", help="The header fields, a line each.")],
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
    )
    if as_json:
        say_json({"scheme": found.scheme, "cipher": found.cipher, "notes": found.notes})
    else:
        say_plain("\n".join(found.notes))
        if found.scheme:
            say_plain(f"{VARIABLES['scheme']}={found.scheme}")
        if found.cipher:
            say_plain(f"{VARIABLES['cipher']}={found.cipher}")
    no_scheme = from_environment("secret") is not None and not found.scheme
    no_cipher = from_environment("encryption_key") is not None and not (found.cipher or _is_json(body))
    return Status.FAILED if no_scheme or no_cipher or not (found.scheme or found.cipher) else Status.DONE


def _is_json(body: Path) -> bool:
    try:
        json.loads(body.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True
