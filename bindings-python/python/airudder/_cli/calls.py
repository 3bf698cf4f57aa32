"""The commands that call operations."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from airudder import _native
from airudder._cli.errors import say_json
from airudder._cli.output import as_json, say, say_plain
from airudder._cli.state import CatalogFile, Json, below, catalog_of, state_of
from airudder._options import File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airudder._options import CallOptions


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog=below("airudder operations"))(operations)
    for command in (curl, call):
        name = command.__name__
        app.command(
            epilog=below(
                f"airudder {name} workflow.detail_instances case_id=c-1 \\",
                "  start_time='2026-11-01 00:00:00+08:00' \\",
                "  end_time='2026-12-01 00:00:00+08:00'",
                f"airudder {name} tasks.list Number:=10 Page:=1",
                f'echo \'{{"Number": 10, "Page": 1}}\' | airudder {name} tasks.list --params -',
            )
        )(command)


def _names(incomplete: str) -> list[str]:
    return [name for name, _, _ in _native.operations() if name.startswith(incomplete)]


Operation = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The operation, for instance workflow.detail_instances.", autocompletion=_names
    ),
]
Fields = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD=TEXT]...", help="A field; FIELD:=JSON for what is not a text.", show_default=False),
]
Params = Annotated[
    str | None,
    typer.Option(
        "--params", metavar="@FILE", help="A JSON object of fields, from a file, or by - from standard input."
    ),
]


def operations(catalog: CatalogFile = None, as_json: Json = False) -> None:
    """List the operations."""
    rows = _native.operations()
    if (own := catalog_of(catalog)) is not None:
        rows += [(row.name, row.method, row.path) for row in own.operations]
    if as_json:
        say_json([{"name": name, "method": method, "path": path} for name, method, path in rows])
        return
    for name, method, path in rows:
        say(f"{name:32} {method:6} {path}")


def curl(
    context: typer.Context,
    operation: Operation,
    fields: Fields = None,
    params: Params = None,
    catalog: CatalogFile = None,
) -> None:
    """Show a request as a curl command, with secrets masked; nothing is sent."""
    say_plain(state_of(context).client(catalog).prepare(operation, _params(fields or [], params)).curl())


def call(
    context: typer.Context,
    operation: Operation,
    fields: Fields = None,
    params: Params = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where a result that is a file, such as a recording, goes."
        ),
    ] = None,
    catalog: CatalogFile = None,
    as_json: Json = False,
) -> None:
    """Call an operation and print its result as JSON."""
    with state_of(context).client(catalog) as client:
        options: CallOptions = {"save_to": output}
        result = client.call(operation, _params(fields or [], params), options=options)
    if not isinstance(result, File):
        _say_result(result, as_json)
    elif result.path is None:
        raise ValueError(
            f"the result is a file ({result.content_type}, {len(result.content)} bytes): give --output FILE"
        )
    elif as_json:
        _say_result({"path": str(result.path), "content_type": result.content_type}, as_json)


def _say_result(result: Any, in_a_line: bool) -> None:  # noqa: ANN401 - the result has any JSON shape
    try:
        say(as_json(result, indent=None if in_a_line else 2))
    except OSError as error:
        raise OSError(f"the call was carried out, and its result could not be written: {error}") from None


def _params(fields: Sequence[str], document: str | None) -> dict[str, Any]:
    params = {} if document is None else _document(document)
    for field in fields:
        name, equals, text = field.partition("=")
        value: Any = text
        if not equals:
            raise ValueError(f"{field!r} is neither FIELD=TEXT nor FIELD:=JSON")
        if name.endswith(":"):
            name = name[:-1]
            try:
                value = json.loads(text)
            except ValueError as error:
                raise ValueError(f"{field!r}: what stands behind := is not JSON ({error})") from None
        if name in params:
            raise ValueError(f"the field {name} is given twice")
        params[name] = value
    return params


def _document(given: str) -> dict[str, Any]:
    """The fields in a JSON document."""
    if given == "-":
        where, content = "standard input", sys.stdin.buffer.read()
    elif given.startswith("@"):
        where, content = given[1:], Path(given[1:]).read_bytes()
    else:
        raise ValueError("--params is @FILE, or - for standard input")
    try:
        found: object = json.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{where} is not JSON ({error})") from None
    except RecursionError:
        raise ValueError(f"{where} is nested too deeply") from None
    if isinstance(found, dict):
        return cast("dict[str, Any]", found)
    raise ValueError(f"{where} is no JSON object of fields")
