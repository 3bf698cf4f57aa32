"""The command line as a whole."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer.main import get_command

from airudder import _native
from airudder._cli import calls, detect, importing, listen, report, upload
from airudder._cli.errors import Status, failed
from airudder._cli.journal import database_error
from airudder._cli.output import say, tell
from airudder._cli.state import State, below, state_of
from airudder._errors import AirudderError

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    help="An unofficial client of AI Rudder.",
    epilog=below(),
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # they show local variables, which may hold secrets
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (calls, upload, report, listen, detect, importing)
"""The modules that each add commands by a function `add`; another command has its place here."""

for module in COMMANDS:
    module.add(app)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"airudder {_native.VERSION}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="How long one request may take; 10 without it.")
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, metavar="", show_default=False, help="Tell more of what is done; -vv all."
        ),
    ] = 0,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    state_of(context).timeout = timeout
    if verbose:
        handler = _Telling()
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        logger = logging.getLogger("airudder")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)


class _Telling(logging.Handler):
    """Writes log records as everything else that is told, so that they do not tear a progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        tell(self.format(record))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status that the help tells."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # for the help
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        done = get_command(app).main(given, "airudder", standalone_mode=False, obj=State(as_json))
        return int(done or 0)
    except typer.TyperException as error:
        if not error.format_message():
            return Status.USAGE  # the help was shown
        return failed(_usage(error), json=as_json, status=Status.USAGE)
    except typer.Abort:
        return Status.INTERRUPTED
    except BrokenPipeError:
        return Status.FAILED  # nobody reads any more, as with `| head`
    except (AirudderError, ImportError, OSError, ValueError) as error:
        return failed(error, json=as_json)
    except Exception as error:
        if told := database_error(error):
            return failed(told, json=as_json)
        raise


def _usage(error: typer.TyperException) -> ValueError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "airudder"
    return ValueError(f"{error.format_message()}\nTry '{command} --help' for help.")
