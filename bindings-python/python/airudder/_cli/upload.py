"""The command `upload`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from airudder._cli import options, parsers
from airudder._cli.contacts import ContactsFile
from airudder._cli.journal import journal_of
from airudder._cli.outcome import Outcome
from airudder._cli.output import tell
from airudder._cli.progress import Kind, shown
from airudder._cli.rejects import check_path
from airudder._cli.state import below, state_of
from airudder._cli.table import Reading
from airudder._errors import AirudderError

if TYPE_CHECKING:
    from collections.abc import Iterator


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=below(
            "airudder upload contacts.csv --template 7 --name july \\",
            "  --end-time '2099-12-01 18:00:00+08:00' --platform TEMP1",
            "airudder upload contacts.xlsx --map callee='No HP' --default-country ID \\",
            "  --template 7 --name july --end-time '2099-12-01 18:00:00+08:00' \\",
            "  --platform TEMP1 --check --rejected rejects.csv",
        )
    )(upload)


def upload(
    context: typer.Context,
    contacts: options.File,
    template: options.Template,
    name: options.Name,
    end_time: options.EndTime,
    platform: options.Platform = None,
    map_: options.Map = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    sheet: options.Sheet = None,
    default_country: options.Country = None,
    check: options.Check = False,
    max_rejected: options.MaxRejected = None,
    suppress: options.Suppress = None,
    batch_size: options.BatchSize = 1000,
    rate: options.Rate = None,
    window: options.Window = None,
    deadline: options.Deadline = None,
    stop_at: options.StopAt = None,
    max_outage: options.MaxOutage = 600.0,
    journal: options.Journal = None,
    settle: options.Settle = 60.0,
    require_journal: options.RequireJournal = False,
    recover: options.Recover = None,
    retry_rejected: options.RetryRejected = False,
    partition: options.Partition = None,
    rejected: options.Rejected = None,
    progress: options.ProgressKind = Kind.auto,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> int:
    """Send the contacts of a file to a workflow, each once; run it again to go on after a crash."""
    reading = Reading(platform, encoding, delimiter, sheet, parsers.mapping(map_))
    hours, part = parsers.window(window), parsers.partition(partition)
    bar = shown(progress, as_json=as_json, quiet=quiet)

    def begin(file: ContactsFile) -> None:
        if not (check or quiet):
            tell(f"variables: {', '.join(file.variables) or 'none'}")

    with ContactsFile(contacts, reading, when_reading=bar.reading, when_read=begin) as file:
        kept = None if check else journal_of(journal, name, contacts, is_pipe=file.is_pipe)
        if rejected is not None:
            check_path(rejected, contacts, *([kept] if isinstance(kept, Path) else []))
        outcome = Outcome(file, rejected, as_json=as_json, quiet=quiet)
        try:
            with bar, state_of(context).client() as client:
                if kept is None:
                    report = client.campaigns.check(file, default_country=default_country, suppress=_lines(suppress))
                else:
                    report = client.campaigns.run(
                        workflow_template_id=template,
                        name=name,
                        end_time=end_time,
                        contacts=file,
                        journal=kept,
                        batch_size=batch_size,
                        settle=settle,
                        retry_rejected=retry_rejected,
                        max_rejected=max_rejected,
                        max_outage=max_outage,
                        rate=rate,
                        window=hours,
                        deadline=deadline,
                        stop_at=stop_at,
                        default_country=default_country,
                        partition=part,
                        require_journal=require_journal,
                        suppress=_lines(suppress),
                        recover=recover,
                        progress=bar.show,
                    )
        except AirudderError as error:
            if error.report:
                outcome.stopped(error.report)
            raise
        except KeyboardInterrupt:
            tell("interrupted; run the same again to go on")
            raise
        return outcome.checked(report) if check else outcome.ended(report)


def _lines(file: Path | None) -> Iterator[str]:
    if file is not None:
        with file.open(encoding="utf-8-sig") as lines:
            yield from lines
