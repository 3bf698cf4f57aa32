"""The command line: `python -m airudder --help`."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from airudder import _native, crypto
from airudder._client import Client
from airudder._csv import ContactsFile
from airudder._errors import AirudderError
from airudder._generated.events import CLASSES
from airudder._listen import UNSIGNED, listen
from airudder._options import File
from airudder._terminal import as_json, say, say_plain, tell, tell_progress
from airudder._webhooks import VARIABLES, from_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airudder._options import CallOptions
    from airudder._report import Progress, Report

ENVIRONMENT = """\
Settings come from the environment, so that no secret stands on the command line:
  AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET, AIRUDDER_BASE_URL, AIRUDDER_ENCRYPTION_KEY,
  AIRUDDER_SIGN_KEY, AIRUDDER_SIGN_SECRET, AIRUDDER_SIGN_SCHEME         the client
  AIRUDDER_WEBHOOK_SECRET, AIRUDDER_WEBHOOK_SCHEME, AIRUDDER_WEBHOOK_CIPHER   events

Exit status: 0 done, 1 it failed, or not every contact was accepted, 2 wrong arguments, 130 interrupted.
"""

REMEDIES = {
    "E1006": "Write what is not a text as FIELD:=JSON, for instance Number:=10.",
    "E1009": "Set AIRUDDER_BASE_URL.",
    "E5001": UNSIGNED,
    "E4004": "Set AIRUDDER_APP_KEY and AIRUDDER_APP_SECRET, for chats AIRUDDER_SIGN_KEY and AIRUDDER_SIGN_SECRET.",
}
"""The remedies of errors for which the command line has another way than the library."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status that the help tells."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # for what argparse prints
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given) or 0)
    except AirudderError as error:
        tell(f"{error}\nWhat to do: {_remedy(error)}")
    except BrokenPipeError:
        pass  # nobody reads any more, as with `| head`
    except (OSError, ValueError) as error:
        tell(str(error))
    except KeyboardInterrupt:
        return 130
    return 1


def _remedy(error: AirudderError) -> str:
    return REMEDIES.get(error.code, error.remedy)


class _Command(Protocol):
    """Adds a command."""

    def __call__(self, name: str, about: str, example: str, run: Any, /) -> argparse.ArgumentParser: ...  # noqa: ANN401


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m airudder",
        description="An unofficial client of AI Rudder.",
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"airudder {_native.VERSION}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, about: str, example: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401
        added = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=f"example:\n{textwrap.indent(example, '  ')}\n\n{ENVIRONMENT}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(run=run)
        return added

    command("operations", "List the operations.", "python -m airudder operations", _operations)

    _add_calls(command)
    _add_upload(command)
    _add_listen(command)
    _add_detect(command)
    return parser


def _add_calls(command: _Command) -> None:
    for name, about, run in (
        ("curl", "Show a request as a curl command, with secrets masked; nothing is sent.", _curl),
        ("call", "Call an operation and print its result as JSON.", _call),
    ):
        example = f"python -m airudder {name} workflow.detail_instances case_id=c-1 \\\n"
        example += "  start_time='2026-11-01 00:00:00+08:00' end_time='2026-12-01 00:00:00+08:00'\n"
        example += f"python -m airudder {name} tasks.list Number:=10 Page:=1"
        added = command(name, about, example, run)
        added.add_argument("operation", metavar="NAME", help="for instance workflow.detail_instances")
        added.add_argument(
            "params", nargs="*", default=[], metavar="FIELD=TEXT", help="a field; FIELD:=JSON for what is not a text"
        )
        if name == "call":
            added.add_argument(
                "-o",
                "--output",
                type=Path,
                metavar="FILE",
                help="where a result that is a file, such as a recording, goes",
            )


def _add_upload(command: _Command) -> None:
    example = "python -m airudder upload contacts.csv --template 7 --name july --platform TEMP1 \\\n"
    example += "  --end-time '2099-12-01 18:00:00+08:00'"
    about = "Send the contacts of a CSV file to a workflow, each once; run it again to go on after a crash."
    upload = command("upload", about, example, _upload)
    upload.add_argument(
        "contacts",
        type=Path,
        metavar="FILE",
        help="CSV with the columns callee and, if you like, caseid and platform; others are variables; - reads it from"
        " a pipe, and then needs --journal",
    )
    upload.add_argument(
        "--encoding",
        type=_encoding,
        metavar="NAME",
        help="how the file is encoded, for instance cp1252 (UTF-8, or what its byte order mark says)",
    )
    upload.add_argument(
        "--delimiter",
        type=_delimiter,
        metavar="CHARACTER",
        help="what parts its columns, for instance ';' or tab (what its first line shows)",
    )
    upload.add_argument("--template", type=int, required=True, metavar="ID", help="the workflow's template")
    upload.add_argument("--name", required=True, help="the new workflow's name")
    upload.add_argument("--end-time", required=True, metavar="TIME", help="when the workflow ends, with its zone")
    upload.add_argument("--platform", help="the contacts' platform, unless the file has a column platform")
    upload.add_argument(
        "--journal", type=Path, metavar="FILE", help="what was sent (default: the CSV file's name and .jsonl)"
    )
    upload.add_argument("--batch-size", type=int, default=1000, metavar="N", help="contacts in a request (1000)")
    upload.add_argument(
        "--settle",
        type=_settle,
        default=60.0,
        metavar="SECONDS",
        help="how long after a doubtful upload a contact that is still not found is sent again (60); never: not at all",
    )
    _add_bounds(upload)


def _add_bounds(upload: argparse.ArgumentParser) -> None:
    upload.add_argument("--check", action="store_true", help="only check the contacts: nothing is sent or written")
    upload.add_argument(
        "--max-rejected",
        type=_most,
        metavar="N",
        help="stop before an upload once more contacts than this were rejected; 2%% is a share of those that were read",
    )
    upload.add_argument(
        "--suppress",
        type=Path,
        metavar="FILE",
        help="a text file with a number in each line that must not be called, in the form of the contacts' numbers",
    )
    upload.add_argument(
        "--require-journal",
        action="store_true",
        help="only go on with an earlier run: without its journal nothing is sent",
    )
    upload.add_argument(
        "--recover",
        metavar="TIME",
        help="the journal was lost: look up each contact before it is sent, in workflows created since this time",
    )
    upload.add_argument(
        "--retry-rejected", action="store_true", help="send again what AI Rudder refused in an earlier run"
    )


def _add_listen(command: _Command) -> None:
    listening = command(
        "listen", "Receive events and print each as a line of JSON.", "python -m airudder listen --port 8000", listen
    )
    listening.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
    listening.add_argument("--port", type=_port, default=8000, help="the port to listen at (8000); 0 takes a free one")
    listening.add_argument("--count", type=_count, metavar="N", help="stop after so many events")
    listening.add_argument(
        "--kind",
        metavar="NAME",
        choices=sorted(CLASSES),
        help=f"the event that comes here, if its fields do not tell it: {', '.join(sorted(CLASSES))}",
    )
    listening.add_argument(
        "--allow-unsigned",
        action="store_true",
        help="take events without a signature, too; one that is there must fit",
    )


def _add_detect(command: _Command) -> None:
    example = "python -m airudder detect --headers headers.txt body.bin"
    detect = command("detect", "Name the signature scheme and the cipher of a captured delivery.", example, _detect)
    detect.add_argument("body", type=Path, metavar="FILE", help="the body's bytes as they came")
    detect.add_argument("--headers", type=Path, required=True, metavar="FILE", help="the header fields, a line each")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: those are 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except LookupError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _delimiter(text: str) -> str:
    char = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(char) != 1 or char.isalnum() or char in '"+\r\n\0':
        raise argparse.ArgumentTypeError(f"{text!r} is not one character that may part columns")
    return char


def _operations(_: argparse.Namespace) -> None:
    for name, method, path in _native.operations():
        say(f"{name:32} {method:5} {path}")


def _params(fields: Sequence[str]) -> dict[str, Any]:
    params: dict[str, Any] = {}
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


def _curl(given: argparse.Namespace) -> None:
    say_plain(Client.from_env().prepare(given.operation, _params(given.params)).curl())


def _call(given: argparse.Namespace) -> None:
    with Client.from_env() as client:
        options: CallOptions = {"save_to": given.output}
        result = client.call(given.operation, _params(given.params), options=options)
    if not isinstance(result, File):
        try:
            say(as_json(result, indent=2))
        except OSError as error:
            raise OSError(f"the call was carried out, and its result could not be written: {error}") from None
    elif result.path is None:
        raise ValueError(
            f"the result is a file ({result.content_type}, {len(result.content)} bytes): give --output FILE"
        )


def _settle(text: str) -> float | None:
    try:
        return None if text == "never" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of seconds nor the word never") from None


def _most(text: str) -> float:
    try:
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of contacts nor a share such as 2%") from None


def _lines(file: Path | None) -> Iterator[str]:
    if file is not None:
        with file.open(encoding="utf-8-sig") as lines:
            yield from lines


def _check(given: argparse.Namespace) -> int:
    with ContactsFile(given.contacts, given.platform, encoding=given.encoding, delimiter=given.delimiter) as contacts:
        with Client.from_env() as client:
            report = client.campaigns.check(contacts, suppress=_lines(given.suppress))
        _tell_lines(report, contacts)
    say_plain(f"{report.accepted} would be sent, {len(report.rejected)} rejected; nothing was sent")
    return 1 if report.rejected else 0


def _upload(given: argparse.Namespace) -> int:
    if given.check:
        return _check(given)
    bar = _Bar()

    def begin(contacts: ContactsFile) -> None:
        tell(f"variables: {', '.join(contacts.variables) or 'none'}")
        bar.total = len(contacts)

    with ContactsFile(
        given.contacts, given.platform, encoding=given.encoding, delimiter=given.delimiter, when_read=begin
    ) as contacts:
        journal = _journal(given.contacts, given.journal, contacts.is_pipe)
        try:
            with Client.from_env() as client:
                report = client.campaigns.run(
                    workflow_template_id=given.template,
                    name=given.name,
                    end_time=given.end_time,
                    contacts=contacts,
                    journal=journal,
                    batch_size=given.batch_size,
                    settle=given.settle,
                    retry_rejected=given.retry_rejected,
                    max_rejected=given.max_rejected,
                    require_journal=given.require_journal,
                    suppress=_lines(given.suppress),
                    recover=given.recover,
                    progress=bar.show,
                )
        except AirudderError as error:
            if error.report:
                bar.end()
                tell(f"stopped: {_counts(error.report)}; run the same again to go on")
            raise
        except KeyboardInterrupt:
            bar.end()
            tell("interrupted; run the same again to go on")
            raise
        finally:
            bar.end()
        _tell_lines(report, contacts)
    summary = [_counts(report)]
    for workflow in report.workflows:
        found = workflow.workflow_id or "(unknown; may exist, empty)"
        summary.append(f"workflow {found} {workflow.name}: {workflow.contacts}")
    try:
        say_plain("\n".join(summary))
    except OSError as error:
        # What the status tells is whether everybody was taken, whoever reads about it.
        tell("\n".join([f"the report could not be written ({error}):", *summary]))
    return 1 if report.rejected or report.doubtful else 0


def _journal(contacts: Path, journal: Path | None, is_pipe: bool) -> Path:
    if journal is None and is_pipe:
        raise ValueError(f"{contacts} is no file that a journal could be named by: give --journal FILE, or a file")
    path = journal or contacts.with_suffix(".jsonl")
    if path == contacts:
        raise ValueError(f"{contacts} cannot be its own journal: give --journal FILE")
    return path


def _tell_lines(report: Report, contacts: ContactsFile) -> None:
    for one in report.rejected:
        where = f" {one.pointer}" if one.pointer else ""
        what = contacts.fault(one.contact) or f"{one.code}{where}: {one.message}"
        tell(f"line {contacts.line(one.contact)}: {what}")
    for doubtful in report.doubtful:
        tell(f"line {contacts.line(doubtful.contact)}: doubtful; it is not known whether it was taken")


def _counts(report: Report) -> str:
    return f"{report.accepted} accepted, {len(report.rejected)} rejected, {len(report.doubtful)} doubtful"


class _Bar:
    """A progress bar, where somebody looks."""

    def __init__(self) -> None:
        self.total = 0
        self._begun = False

    def show(self, progress: Progress) -> None:
        """Show how many contacts are done with."""
        if not (sys.stderr and sys.stderr.isatty()):
            return
        self._begun = True
        done = progress.accepted + progress.rejected
        filled = 40 * done // max(self.total, 1)
        tell_progress(f"[{'#' * filled}{'.' * (40 - filled)}] {done} of {self.total}")

    def end(self) -> None:
        """Begin a new line."""
        if self._begun:
            tell("")
        self._begun = False


def _detect(given: argparse.Namespace) -> int:
    lines = given.headers.read_text(encoding="latin-1").splitlines()  # as header fields are
    headers = [(name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon]
    found = crypto.detect(
        headers,
        given.body.read_bytes(),
        secret=from_environment("secret"),
        encryption_key=from_environment("encryption_key"),
    )
    say_plain("\n".join(found.notes))
    if found.scheme:
        say_plain(f"{VARIABLES['scheme']}={found.scheme}")
    if found.cipher:
        say_plain(f"{VARIABLES['cipher']}={found.cipher}")
    no_scheme = from_environment("secret") is not None and not found.scheme
    no_cipher = from_environment("encryption_key") is not None and not (found.cipher or _is_json(given.body))
    return 1 if no_scheme or no_cipher or not (found.scheme or found.cipher) else 0


def _is_json(body: Path) -> bool:
    try:
        json.loads(body.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
