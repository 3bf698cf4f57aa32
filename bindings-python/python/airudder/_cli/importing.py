"""The command `import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airudder._cli.errors import say_json
from airudder._cli.output import say_plain
from airudder._cli.state import Json, below
from airudder._openapi.catalog import Selection
from airudder._openapi.files import Import
from airudder._openapi.names import Source

if TYPE_CHECKING:
    from collections.abc import Iterable


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", epilog=below("airudder import openapi.json -o vendor.json"))(import_)


def import_(
    document: Annotated[
        Path, typer.Argument(metavar="FILE", help="An OpenAPI document, 3.0, 3.1 or Swagger 2.0; JSON or YAML.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the catalog goes; its types go beside it.")
    ] = Path("vendor.json"),
    include: Annotated[
        list[str] | None,
        typer.Option("--include", metavar="WHAT", help="Only these: a tag, or paths as '/service/plans*'."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="WHAT", help="Not these: a tag, or paths.")
    ] = None,
    name_from: Annotated[
        Source, typer.Option("--name-from", help="Where names come from: tags and operationIds first, or paths alone.")
    ] = Source.TAG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be written.")] = False,
    as_json: Json = False,
) -> None:
    """Make a catalog of your own from an OpenAPI document, with types for Python and TypeScript."""
    selection = Selection(include or (), exclude or (), by_path=name_from is Source.PATH)
    made = Import(document, output, selection)
    if not dry_run:
        made.write()
    if as_json:
        say_json(_told(made, written=not dry_run))
    else:
        say_plain("\n".join(_lines(made, written=not dry_run)))


def _told(made: Import, *, written: bool) -> dict[str, object]:
    catalog = made.imported.catalog
    return {
        "written": [str(path) for path in made.paths] if written else [],
        "operations": [row["name"] for row in catalog["operations"]],
        "events": [row["name"] for row in catalog["events"]],
        "may_be_safe": _gets(made),
        "left_out": [{"what": what, "why": why} for what, why in made.imported.left_out],
        "notes": [{"what": what, "note": note} for what, note in made.imported.notes],
        "kept": made.changes,
        "gone": made.gone,
    }


def _lines(made: Import, *, written: bool) -> Iterable[str]:
    catalog = made.imported.catalog
    operations, events = catalog["operations"], catalog["events"]
    names = ", ".join(str(path) for path in made.paths)
    counts = f"operations: {len(operations)}, events: {len(events)}"
    yield f"{names}: {counts}" if written else f"{counts}; nothing was written"
    for row in operations:
        docs = row.get("docs", "").partition("\n")[0]
        yield f"  {row['name']:32} {row['method']:6} {row['path']}  {docs}".rstrip()
    for row in events:
        when = ", ".join(f"{pointer} is {value}" for pointer, value in row.get("when", {}).items())
        yield f"  {row['name']:32} event  {when}".rstrip()
    yield from _part(
        "No operation is repeated when its outcome is unknown. Where it is safe for these, write so:", _gets(made)
    )
    yield from _part("Left out:", [f"{what}: {why}" for what, why in made.imported.left_out])
    yield from _part("To know:", [f"{what}: {note}" for what, note in made.imported.notes])
    yield from _part(f"Kept of the earlier {made.paths[0]}:", made.changes)
    yield from _part(f"In the earlier {made.paths[0]}, and no longer:", made.gone)


def _gets(made: Import) -> list[str]:
    """Operations that probably only read, and that are not marked yet."""
    rows = made.imported.catalog["operations"]
    return [row["name"] for row in rows if row["method"] == "GET" and row["replay"] == "never"]


def _part(heading: str, lines: list[str]) -> Iterable[str]:
    if lines:
        yield heading
        yield from (f"  {line}" for line in lines)
