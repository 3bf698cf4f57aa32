"""The command `report`: a campaign's page or figures, from its journal and the results that were stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airudder._campaign_base import report_from
from airudder._cli.contacts import ContactsFile
from airudder._cli.errors import Status, say_json
from airudder._cli.options import Delimiter, Encoding
from airudder._cli.output import say_plain
from airudder._cli.state import Json, below
from airudder._cli.stored_events import stored_events
from airudder._cli.table import Reading
from airudder._native import recorded
from airudder._page.page import MOST_ROWS, Sending, missing_of, page
from airudder._page.results import Results
from airudder._report import left_of, workflows_of

if TYPE_CHECKING:
    from airudder._page.results import Figures
    from airudder._report import Report

JOURNAL_ALONE = (
    "From the journal alone: it has no case ids, and nothing of contacts that a check refused before they were sent, "
    "or that were not read yet."
)
NOT_IN_JOURNAL = (
    "Contacts that the journal does not know were refused by a check before they were sent, or were not reached yet: "
    "campaigns.check tells which."
)


@dataclass(frozen=True)
class _Past:
    """What a journal says."""

    name: str
    started: datetime
    normal: int
    report: Report
    accepted: list[tuple[int, int]]
    unsent: int


def add(app: typer.Typer) -> None:
    """Add the command."""
    example = "airudder report july.jsonl --results events.jsonl --contacts contacts.csv --html july.html"
    app.command(epilog=below(example))(report)


def report(
    journal: Annotated[Path, typer.Argument(metavar="JOURNAL", help="The campaign's journal; it may be running.")],
    results: Annotated[
        Path,
        typer.Option(
            "--results",
            metavar="FILE",
            help="The events: JSON lines as listen prints them, SQLite or Parquet; - reads lines from a pipe.",
        ),
    ],
    contacts: Annotated[
        Path | None,
        typer.Option(
            "--contacts",
            metavar="FILE",
            help="The file that was sent: it adds case ids, and who has no result. Whether it is that is not verified.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Where to write the page; it needs the extra report."),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="The page's heading; without it the campaign's name.")
    ] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_json: Json = False,
) -> int:
    """Show what became of a campaign, from its journal and the results that were stored.

    Nothing is sent, and the journal is neither locked nor written.
    """
    past = _read(journal)
    with Results(workflows_of(past.report)) as events:
        events.add(stored_events(results))
        figures = events.figures()
        sending = Sending(past.report.accepted, left_of(past.report), past.unsent, notes=(_begun(past), JOURNAL_ALONE))
        if contacts is not None:
            with ContactsFile(contacts, Reading(platform="", encoding=encoding, delimiter=delimiter)) as file:
                sending = _with_contacts(sending, past, file, events)
    if html is not None:
        html.write_text(page(title or past.name, sending, figures), encoding="utf-8", errors="replace")
    if as_json:
        say_json(_as_dict(past, sending, figures))
        return Status.DONE
    missing = missing_of(sending, figures)
    states = [row["state"] for row in sending.left]
    say_plain(
        f"{sending.accepted} accepted, {states.count('rejected')} rejected, {states.count('doubtful')} doubtful, "
        f"{sending.unsent} to be sent\n"
        f"{figures.contacts} with a result, {missing} without, {figures.connected} connected"
    )
    if sending.unknown:
        say_plain(f"{sending.unknown} of the file refused by a check or not reached yet: upload --check tells which")
    if html is not None:
        say_plain(f"the page is {html}")
    return Status.DONE


def _read(journal: Path) -> _Past:
    name, started_ms, normal, (accepted, rejected, doubtful, workflows, offset_ms, _), places, unsent = recorded(
        journal.read_bytes()
    )
    report = report_from(accepted, rejected, doubtful, workflows, offset_ms)
    return _Past(name, datetime.fromtimestamp(started_ms / 1000, UTC), normal, report, places, unsent)


def _begun(past: _Past) -> str:
    return f"Begun at {past.started:%Y-%m-%d %H:%M} UTC, by the clock of the machine that sent it."


def _with_contacts(sending: Sending, past: _Past, file: ContactsFile, events: Results) -> Sending:
    """Add what the contacts tell: their case ids, who has no result, and how many the journal does not know."""
    left = {row["contact"]: row for row in sending.left}
    ranges = iter(past.accepted)
    first, count = next(ranges, (0, 0))
    missing: list[dict[str, Any]] = []
    missing_count = total = 0
    for place, contact in enumerate(file.by_rules(past.normal)):
        total += 1
        if place in left:
            left[place] |= {"case_id": contact.get("caseid")}
        if place >= first + count:
            first, count = next(ranges, (0, 0))
        if first <= place < first + count and not events.has(contact):
            missing_count += 1
            if len(missing) < MOST_ROWS:
                missing.append({"contact": place, "case_id": contact.get("caseid")})
    known = sending.accepted + len(left) + sending.unsent
    if total < known:
        raise ValueError(f"the file has {total} contacts, and the journal {known}: give the file that was sent")
    return replace(
        sending,
        unknown=max(total - known, 0),
        missing=missing,
        missing_count=missing_count,
        notes=(sending.notes[0], NOT_IN_JOURNAL) if total > known else sending.notes[:1],
    )


def _as_dict(past: _Past, sending: Sending, figures: Figures) -> dict[str, Any]:
    return {
        "name": past.name,
        "started": past.started.isoformat(),
        "accepted": sending.accepted,
        "unsent": sending.unsent,
        "unknown": sending.unknown,
        "missing": missing_of(sending, figures),
        "left": sending.left,
        "workflows": past.report.to_dict()["workflows"],
        "results": asdict(figures),
    }
