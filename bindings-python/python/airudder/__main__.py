"""The command line: `python -m airudder --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airudder import _native, crypto
from airudder._client import Client
from airudder._csv import ContactsFile
from airudder._errors import AirudderError
from airudder._options import File
from airudder._webhooks import ACK_BODY, Webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airudder._campaign import Progress, Report
    from airudder._options import CallOptions

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
    "E5001": "Check that the request comes from AI Rudder; --allow-unsigned takes what AI Rudder does not sign.",
    "E4004": "Set AIRUDDER_APP_KEY and AIRUDDER_APP_SECRET, for chats AIRUDDER_SIGN_KEY and AIRUDDER_SIGN_SECRET.",
}
"""What to do about an error where the command line has another way than the library."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status that the help tells."""
    given = _parser().parse_args(arguments)
    try:
        status = int(given.run(given) or 0)
        sys.stdout.flush()
    except AirudderError as error:
        print(f"{error}\nWhat to do: {_remedy(error)}", file=sys.stderr)
    except BrokenPipeError:
        # Nobody reads any more, as with `| head`; what is left in the buffer is nobody's either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    else:
        return status
    return 1


def _remedy(error: AirudderError) -> str:
    return REMEDIES.get(error.code, error.remedy)


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

    example = "python -m airudder upload contacts.csv --template 7 --name july --platform TEMP1 \\\n"
    example += "  --end-time '2099-12-01 18:00:00+08:00'"
    about = "Send the contacts of a CSV file to a workflow, each once; run it again to go on after a crash."
    upload = command("upload", about, example, _upload)
    upload.add_argument(
        "contacts",
        type=Path,
        metavar="FILE",
        help="CSV in UTF-8 with the columns callee and, if you like, caseid and platform; others are variables",
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
    upload.add_argument(
        "--retry-rejected", action="store_true", help="send again what AI Rudder refused in an earlier run"
    )

    listen = command(
        "listen", "Receive events and print each as a line of JSON.", "python -m airudder listen --port 8000", _listen
    )
    listen.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
    listen.add_argument("--port", type=_port, default=8000, help="the port to listen at (8000); 0 takes a free one")
    listen.add_argument("--count", type=_count, metavar="N", help="stop after so many events")
    listen.add_argument("--kind", metavar="NAME", help="the event that comes here, if its fields do not tell it")
    listen.add_argument(
        "--allow-unsigned",
        action="store_true",
        help="take events without a signature, too; a wrong signature is always refused",
    )

    example = "python -m airudder detect --headers headers.txt body.bin"
    detect = command("detect", "Name the signature scheme and the cipher of a captured delivery.", example, _detect)
    detect.add_argument("body", type=Path, metavar="FILE", help="the body's bytes as they came")
    detect.add_argument("--headers", type=Path, required=True, metavar="FILE", help="the header fields, a line each")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: those are 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _operations(_: argparse.Namespace) -> None:
    for name, method, path in _native.operations():
        print(f"{name:32} {method:5} {path}")


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
    print(Client.from_env().prepare(given.operation, _params(given.params)).curl())


def _call(given: argparse.Namespace) -> None:
    with Client.from_env() as client:
        options: CallOptions = {"save_to": given.output}
        result = client.call(given.operation, _params(given.params), options=options)
    if not isinstance(result, File):
        print(json.dumps(result, ensure_ascii=False, indent=2))
    elif result.path is None:
        raise ValueError(
            f"the result is a file ({result.content_type}, {len(result.content)} bytes): give --output FILE"
        )


def _settle(text: str) -> float | None:
    try:
        return None if text == "never" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number of seconds nor the word never") from None


def _upload(given: argparse.Namespace) -> int:
    contacts = ContactsFile(given.contacts, given.platform)
    print(f"variables: {', '.join(contacts.variables) or 'none'}", file=sys.stderr)
    bar = _Bar(len(contacts))
    try:
        with Client.from_env() as client:
            report = client.campaigns.run(
                workflow_template_id=given.template,
                name=given.name,
                end_time=given.end_time,
                contacts=contacts,
                journal=given.journal or given.contacts.with_suffix(".jsonl"),
                batch_size=given.batch_size,
                settle=given.settle,
                retry_rejected=given.retry_rejected,
                progress=bar.show,
            )
    except AirudderError as error:
        if error.report:
            bar.end()
            print(f"stopped: {_counts(error.report)}; run the same again to go on", file=sys.stderr)
        raise
    except KeyboardInterrupt:
        bar.end()
        print("interrupted; run the same again to go on", file=sys.stderr)
        raise
    finally:
        bar.end()
    for one in report.rejected:
        where = f" {one.pointer}" if one.pointer else ""
        what = contacts.fault(one.contact) or f"{one.code}{where}: {one.message}"
        print(f"line {contacts.line(one.contact)}: {what}", file=sys.stderr)
    for doubtful in report.doubtful:
        line = contacts.line(doubtful.contact)
        print(f"line {line}: doubtful; it is not known whether it was taken", file=sys.stderr)
    print(_counts(report))
    for workflow in report.workflows:
        print(f"workflow {workflow.workflow_id or '(unknown; may exist, empty)'} {workflow.name}: {workflow.contacts}")
    return 1 if report.rejected or report.doubtful else 0


def _counts(report: Report) -> str:
    return f"{report.accepted} accepted, {len(report.rejected)} rejected, {len(report.doubtful)} doubtful"


class _Bar:
    """A progress bar, where somebody looks."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._begun = False

    def show(self, progress: Progress) -> None:
        """Show how many contacts are done with."""
        if not sys.stderr.isatty():
            return
        self._begun = True
        done = progress.accepted + progress.rejected
        filled = 40 * done // max(self._total, 1)
        bar = "█" * filled + "░" * (40 - filled)
        print(f"\r{bar} {done} of {self._total}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Begin a new line."""
        if self._begun:
            print(file=sys.stderr)
        self._begun = False


def _listen(given: argparse.Namespace) -> None:
    secret = os.environ.get("AIRUDDER_WEBHOOK_SECRET") or None
    hooks = Webhooks(
        secret=secret,
        scheme=os.environ.get("AIRUDDER_WEBHOOK_SCHEME") or None,
        encryption_key=os.environ.get("AIRUDDER_ENCRYPTION_KEY") or None,
        cipher=os.environ.get("AIRUDDER_WEBHOOK_CIPHER") or None,
        require_signature=secret is not None and not given.allow_unsigned,
    )
    left = given.count

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Print one delivery."""
            nonlocal left
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal():
                print("refused: the request does not say how long its body is (Content-Length)", file=sys.stderr)
                self._answer(411)
                return
            body = self.rfile.read(min(int(length), 64 * 1024 * 1024))
            try:
                event = hooks.unwrap(body, list(self.headers.items()), kind=given.kind)
            except AirudderError as error:
                print(f"refused: {error}", file=sys.stderr)
                if error.code == "E5001":
                    print("What to do:", _remedy(error), file=sys.stderr)
                self._answer(400)
                return
            shown = {"type": event.type, "verified": event.verified, "dedupe_key": event.dedupe_key, "data": event.data}
            print(json.dumps(shown, ensure_ascii=False), flush=True)
            self._answer(200)
            left = None if left is None else left - 1

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(ACK_BODY)))
            self.end_headers()
            self.wfile.write(ACK_BODY)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing but what was received."""

    with ThreadingHTTPServer((given.host, given.port), Handler) as server:
        how = "signatures are verified" if secret else "no AIRUDDER_WEBHOOK_SECRET: nothing is verified"
        if secret and given.allow_unsigned:
            how += " where there are any"
        print(f"listening on http://{given.host}:{server.server_address[1]} ({how})", file=sys.stderr, flush=True)
        server.timeout = 0.2
        while left is None or left > 0:
            server.handle_request()


def _detect(given: argparse.Namespace) -> int:
    lines = given.headers.read_text(encoding="latin-1").splitlines()  # as header fields are
    headers = [(name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon]
    found = crypto.detect(
        headers,
        given.body.read_bytes(),
        secret=os.environ.get("AIRUDDER_WEBHOOK_SECRET") or None,
        encryption_key=os.environ.get("AIRUDDER_ENCRYPTION_KEY") or None,
    )
    print("\n".join(found.notes))
    if found.scheme:
        print(f"AIRUDDER_WEBHOOK_SCHEME={found.scheme}")
    if found.cipher:
        print(f"AIRUDDER_WEBHOOK_CIPHER={found.cipher}")
    return 0 if found.scheme or found.cipher else 1


if __name__ == "__main__":
    sys.exit(main())
