"""The options before the command, which hold for all commands, and the texts below the help of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from airudder._catalog import Catalog
from airudder._catalog_setting import catalog_of_environment
from airudder._cli.errors import STATUSES
from airudder._client import Client

if TYPE_CHECKING:
    from airudder._options import ClientSettings


@dataclass
class State:
    """The options before the command."""

    json: bool
    """Tells whether errors are wanted as JSON, too."""
    timeout: float | None = None

    def client(self, catalog: Path | None = None) -> Client:
        """Make a client from the environment, and the file of a catalog."""
        settings: ClientSettings = {} if self.timeout is None else {"timeout": self.timeout}
        if (found := catalog_of(catalog)) is not None:
            settings["catalog"] = found
        return Client.from_env(**settings)


def state_of(context: typer.Context) -> State:
    """The options before the command."""
    return cast("State", context.obj)


def catalog_of(file: Path | None) -> Catalog | None:
    """The catalog that an option names, or the environment."""
    return catalog_of_environment() if file is None else Catalog.extend(file)


CatalogFile = Annotated[
    Path | None,
    typer.Option(
        "--catalog", metavar="FILE", help="A catalog of your own, as `import` makes it; or AIRUDDER_CATALOG names one."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON document on standard output, for errors as well.")]

ENVIRONMENT = """\
Secrets come from the environment, never from arguments:
  AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET, AIRUDDER_BASE_URL,
  AIRUDDER_ENCRYPTION_KEY, AIRUDDER_SIGN_KEY, AIRUDDER_SIGN_SECRET,
  AIRUDDER_SIGN_SCHEME                                        requests
  AIRUDDER_CATALOG                                            your own pages
  AIRUDDER_PROXY, AIRUDDER_CA_FILE, AIRUDDER_CERT_FILE,
  AIRUDDER_KEY_FILE, AIRUDDER_KEY_PASSWORD                    the network
  AIRUDDER_WEBHOOK_SECRET, AIRUDDER_WEBHOOK_SCHEME,
  AIRUDDER_WEBHOOK_TOLERANCE, AIRUDDER_WEBHOOK_CIPHER         events"""


def below(*examples: str) -> str:
    """The text below the help of a command: examples, the environment, the exit statuses."""
    shown = ["Examples:\n" + "\n".join(f"  {line}" for line in examples)] if examples else []
    statuses = [f"  {status:>3}  {text}" for status, text in STATUSES.items()]
    return "\n\n".join([*shown, ENVIRONMENT, "\n".join(["Exit status:", *statuses])])
