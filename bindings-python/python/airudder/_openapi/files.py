"""An import from one file to three: the catalog, and the types of Python and TypeScript beside it."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from airudder import _native
from airudder._errors import ValidationError
from airudder._openapi.catalog import imported
from airudder._openapi.document import read
from airudder._openapi.earlier import Earlier
from airudder._openapi.names import pascal
from airudder._openapi.place import DocumentError
from airudder._openapi.python_stub import stub
from airudder._openapi.typescript_stub import declarations

if TYPE_CHECKING:
    from airudder._openapi.catalog import Imported, Selection
    from airudder._openapi.values import Json


class Import:
    """An import that is made, and not yet written.

    Args:
        document: The file of the OpenAPI document; one that is not called `.json` may be YAML.
        output: Where the catalog goes, a file called `.json`. What an import before wrote there, and its user changed,
            is kept; `changes` and `gone` tell of it.
        selection: What is imported.

    Raises:
        ValueError: The document or the output is not as it must be. The message has the place.
        OSError: A file cannot be read.
    """

    def __init__(self, document: Path, output: Path, selection: Selection) -> None:
        if output.suffix != ".json" or not output.stem.isidentifier():
            raise ValueError(f"{output}: the catalog's name is that of a Python module, and .json, as vendor.json")
        earlier = Earlier(_earlier(output))
        try:
            read_document = read(document.read_bytes(), yaml=document.suffix != ".json")
            self.imported: Imported = imported(read_document, selection, earlier)
            self._texts = _texts(output, self.imported.catalog)
            _native.Catalog(self._texts[output])
        except DocumentError as error:
            raise ValueError(f"{document}{error}") from None
        except ValidationError as error:
            raise ValueError(f"{document}: {_place(self.imported.catalog, error)}: {error.message}") from None
        except RecursionError:
            raise ValueError(f"{document}: it is nested too deeply, or refers to itself without end") from None
        self.changes = sorted(earlier.changes)
        self.gone = earlier.gone(self.imported.catalog)

    @property
    def paths(self) -> list[Path]:
        """The files that are written."""
        return list(self._texts)

    def write(self) -> None:
        """Write the files: each whole or not at all."""
        parts: list[tuple[Path, str]] = []
        try:
            for path, text in self._texts.items():
                handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
                parts.append((path, part))
                with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                os.chmod(part, 0o666 & ~_umask())  # a temporary file is its owner's alone
            for path, part in parts:
                os.replace(part, path)
        finally:
            for _, part in parts:
                with suppress(OSError):
                    os.unlink(part)


def _place(catalog: Json, error: ValidationError) -> str:
    """What a fault of the catalog is about, in words of the document."""
    kind, at, *steps = [*(error.pointer or "").split("/")[1:], "", ""]
    if not at.isdecimal():
        return error.pointer or ""
    row: Json = catalog[kind][int(at)]
    whole = f"{row['method']} {row['path']}" if "method" in row else row["name"]
    return "/".join([whole, *steps[:-2]])


def _texts(output: Path, catalog: Json) -> dict[Path, str]:
    client = f"{pascal(output.stem)}Client"
    return {
        output: json.dumps(catalog, ensure_ascii=False, indent=2, allow_nan=False) + "\n",
        output.with_suffix(".pyi"): stub(catalog, output.stem, client),
        output.with_suffix(".d.ts"): declarations(catalog, client),
    }


def _earlier(output: Path) -> str | None:
    try:
        return output.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
