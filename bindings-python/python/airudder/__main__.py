"""The command line: `python -m airudder --help`."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import textwrap
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airudder import _native, crypto
from airudder._client import Client
from airudder._errors import AirudderError
from airudder._options import File
from airudder._webhooks import ACK_BODY, Webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airudder._campaign import Progress

ENVIRONMENT = """\
Settings come from the environment, so that no secret stands on the command line:
  AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET, AIRUDDER_BASE_URL, AIRUDDER_ENCRYPTION_KEY,
  AIRUDDER_SIGN_KEY, AIRUDDER_SIGN_SECRET, AIRUDDER_SIGN_SCHEME         the client
  AIRUDDER_WEBHOOK_SECRET, AIRUDDER_WEBHOOK_SCHEME, AIRUDDER_WEBHOOK_CIPHER   events
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0 done, 1 it failed, 2 wrong arguments, 130 interrupted."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given) or 0)
    except AirudderError as error:
        print(f"{error}\nWhat to do: {error.remedy}", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m airudder",
        description="An unofficial client of AI Rudder.",
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
            "params", nargs="*", metavar="FIELD=TEXT", help="a field; FIELD:=JSON for what is not a text"
        )
        if name == "call":
            added.add_argument(
                "-o", "--output", type=Path, metavar="FILE", help="where a file, such as a recording, goes"
            )

    example = "python -m airudder upload contacts.csv --template 7 --name july --platform TEMP1 \\\n"
    example += "  --end-time '2026-12-01 18:00:00+08:00'"
    about = "Send the contacts of a CSV file to a workflow, each once; run it again to go on after a crash."
    upload = command("upload", about, example, _upload)
    upload.add_argument(
        "contacts", type=Path, metavar="FILE", help="with the columns callee and caseid; others are variables"
    )
    upload.add_argument("--template", type=int, required=True, metavar="ID", help="the workflow's template")
    upload.add_argument("--name", required=True, help="the new workflow's name")
    upload.add_argument("--end-time", required=True, metavar="TIME", help="when the workflow ends, with its zone")
    upload.add_argument("--platform", help="the contacts' platform, unless the file has a column platform")
    upload.add_argument(
        "--journal", type=Path, metavar="FILE", help="what was sent (default: the CSV file's name and .jsonl)"
    )
    upload.add_argument("--batch-size", type=int, default=1000, metavar="N", help="contacts in a request (1000)")
    upload.add_argument("--settle", type=float, default=60.0, metavar="SECONDS", help="see the documentation (60)")

    listen = command(
        "listen", "Receive events and print each as a line of JSON.", "python -m airudder listen --port 8000", _listen
    )
    listen.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
    listen.add_argument("--port", type=int, default=8000, help="the port to listen at (8000); 0 takes a free one")
    listen.add_argument("--count", type=int, metavar="N", help="stop after so many events")

    example = "python -m airudder detect --headers headers.txt body.bin"
    detect = command("detect", "Name the signature scheme and the cipher of a captured delivery.", example, _detect)
    detect.add_argument("body", type=Path, metavar="FILE", help="the body's bytes as they came")
    detect.add_argument("--headers", type=Path, required=True, metavar="FILE", help="the header fields, a line each")
    return parser


def _operations(_: argparse.Namespace) -> None:
    for name, method, path in _native.operations():
        print(f"{name:32} {method:5} {path}")


def _params(fields: Sequence[str]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for field in fields:
        name, equals, text = field.partition("=")
        if not equals:
            raise ValueError(f"{field!r} is neither FIELD=TEXT nor FIELD:=JSON")
        if name.endswith(":"):
            try:
                params[name[:-1]] = json.loads(text)
            except ValueError as error:
                raise ValueError(f"{field!r}: what stands behind := is not JSON ({error})") from None
        else:
            params[name] = text
    return params


def _curl(given: argparse.Namespace) -> None:
    print(Client.from_env().prepare(given.operation, _params(given.params)).curl())


def _call(given: argparse.Namespace) -> None:
    with Client.from_env() as client:
        result = client.call(given.operation, _params(given.params))
    if not isinstance(result, File):
        print(json.dumps(result, ensure_ascii=False, indent=2))
    elif given.output is None:
        raise ValueError(
            f"the result is a file ({result.content_type}, {len(result.content)} bytes): give --output FILE"
        )
    else:
        given.output.write_bytes(result.content)


def _upload(given: argparse.Namespace) -> int:
    with given.contacts.open(encoding="utf-8-sig", newline="") as file:
        total = sum(1 for _ in csv.DictReader(file))

    def show(progress: Progress) -> None:
        if sys.stderr.isatty():
            filled = 40 * progress.accepted // max(total, 1)
            bar = "█" * filled + "░" * (40 - filled)
            print(f"\r{bar} {progress.accepted} of {total}", end="", file=sys.stderr, flush=True)

    with Client.from_env() as client:
        report = client.campaigns.run(
            workflow_template_id=given.template,
            name=given.name,
            end_time=given.end_time,
            contacts=_contacts(given.contacts, given.platform),
            journal=given.journal or given.contacts.with_suffix(".jsonl"),
            batch_size=given.batch_size,
            settle=given.settle,
            progress=show,
        )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for one in report.rejected:
        # The first line of the file holds the names of the columns.
        print(f"line {one.contact + 2}: {one.code} {one.pointer or ''}: {one.message}", file=sys.stderr)
    for doubtful in report.doubtful:
        print(f"line {doubtful.contact + 2}: doubtful; it is not known whether it was taken", file=sys.stderr)
    print(f"{report.accepted} accepted, {len(report.rejected)} rejected, {len(report.doubtful)} doubtful")
    for workflow in report.workflows:
        print(f"workflow {workflow.workflow_id or '(unknown; may exist, empty)'} {workflow.name}: {workflow.contacts}")
    return 1 if report.rejected or report.doubtful else 0


def _contacts(path: Path, platform: str | None) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, restkey=""):
            contact: dict[str, Any] = {}
            for name in ("callee", "platform", "caseid"):
                if value := row.pop(name, None) or (platform if name == "platform" else None):
                    contact[name] = value
            contact["variables"] = {name: value for name, value in row.items() if name and value}
            yield contact


def _listen(given: argparse.Namespace) -> None:
    secret = os.environ.get("AIRUDDER_WEBHOOK_SECRET") or None
    hooks = Webhooks(
        secret=secret,
        scheme=os.environ.get("AIRUDDER_WEBHOOK_SCHEME") or None,
        encryption_key=os.environ.get("AIRUDDER_ENCRYPTION_KEY") or None,
        cipher=os.environ.get("AIRUDDER_WEBHOOK_CIPHER") or None,
        require_signature=secret is not None,
    )
    left = given.count

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Print one delivery."""
            nonlocal left
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 64 * 1024 * 1024))
            try:
                event = hooks.unwrap(body, list(self.headers.items()))
            except AirudderError as error:
                print(f"refused: {error}", file=sys.stderr)
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
        print(f"listening on http://{given.host}:{server.server_address[1]} ({how})", file=sys.stderr, flush=True)
        server.timeout = 0.2
        while left is None or left > 0:
            server.handle_request()


def _detect(given: argparse.Namespace) -> int:
    lines = given.headers.read_text(encoding="utf-8").splitlines()
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
