"""The options of `upload`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from airudder._cli import parsers
from airudder._cli.progress import Kind

FILE, WORKFLOW, BOUNDS = "The file of contacts", "The workflow", "Whom and what to stop for"
PACE, RUNS, OUTPUT = "Pace and time", "Earlier runs, doubt and workers", "Output"

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="CSV, .xlsx or Parquet with the columns callee and, if you like, caseid and platform; others are"
        " variables. - reads it from a pipe, and then needs --journal.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="The column of a field or variable, if it is called otherwise: --map callee='No HP'. May come again.",
        rich_help_panel=FILE,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        parser=parsers.encoding,
        metavar="NAME",
        help="The encoding of CSV, for instance cp1252. Without it: UTF-8, or what its byte order mark says.",
        rich_help_panel=FILE,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        parser=parsers.delimiter,
        metavar="CHARACTER",
        help="The separator of its columns, for instance ';' or tab. Without it: what its first line shows.",
        rich_help_panel=FILE,
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook that has several.", rich_help_panel=FILE),
]
Country = Annotated[
    str | None,
    typer.Option(
        "--default-country",
        metavar="ID",
        help="The country of numbers without a +, so that 0812... is +62812...; needs the extra numbers.",
        rich_help_panel=FILE,
    ),
]
Template = Annotated[
    int, typer.Option("--template", metavar="ID", help="The workflow's template.", rich_help_panel=WORKFLOW)
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The new workflow's name.", rich_help_panel=WORKFLOW)]
EndTime = Annotated[
    str,
    typer.Option("--end-time", metavar="TIME", help="When the workflow ends, with its zone.", rich_help_panel=WORKFLOW),
]
Platform = Annotated[
    str | None,
    typer.Option(
        "--platform",
        metavar="NAME",
        help="The contacts' platform, unless the file has a column platform.",
        rich_help_panel=WORKFLOW,
    ),
]
Check = Annotated[
    bool,
    typer.Option(
        "--check",
        "--dry-run",
        help="Only check the contacts: nothing is sent or written. Both spellings are the same.",
        rich_help_panel=BOUNDS,
    ),
]
MaxRejected = Annotated[
    float | None,
    typer.Option(
        "--max-rejected",
        parser=parsers.most,
        metavar="N",
        help="Stop before an upload once more contacts than this were rejected; 2% is a share of those that were read.",
        rich_help_panel=BOUNDS,
    ),
]
Suppress = Annotated[
    Path | None,
    typer.Option(
        "--suppress",
        metavar="FILE",
        help="A text file with a number in each line that must not be called, in the form of the contacts' numbers.",
        rich_help_panel=BOUNDS,
    ),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", metavar="N", help="Contacts in a request.", rich_help_panel=PACE)
]
Rate = Annotated[
    float | None,
    typer.Option("--rate", metavar="N", help="Contacts a second at most, on average.", rich_help_panel=PACE),
]
Window = Annotated[
    str | None,
    typer.Option(
        "--window",
        metavar="HOURS",
        help="The hours in which contacts are uploaded: '08:00-20:00 Asia/Jakarta'.",
        rich_help_panel=PACE,
    ),
]
Deadline = Annotated[
    float | None,
    typer.Option("--deadline", metavar="SECONDS", help="Stop so long after the start.", rich_help_panel=PACE),
]
StopAt = Annotated[
    datetime | None,
    typer.Option(
        "--stop-at",
        parser=parsers.moment,
        metavar="TIME",
        help="Stop at this time, with its zone.",
        rich_help_panel=PACE,
    ),
]
MaxOutage = Annotated[
    float,
    typer.Option(
        "--max-outage",
        metavar="SECONDS",
        help="How long the API may fail before the upload stops.",
        rich_help_panel=PACE,
    ),
]
Journal = Annotated[
    str | None,
    typer.Option(
        "--journal",
        metavar="JOURNAL",
        envvar="AIRUDDER_JOURNAL",
        help="What was sent: a file, sqlite:FILE, postgresql://... or redis://... Without it: the name of the file of"
        " contacts and .jsonl.",
        rich_help_panel=RUNS,
    ),
]
Settle = Annotated[
    float | None,
    typer.Option(
        "--settle",
        parser=parsers.settle,
        metavar="SECONDS",
        help="How long after a doubtful upload a contact that is still not found is sent again; never: not at all.",
        rich_help_panel=RUNS,
    ),
]
RequireJournal = Annotated[
    bool,
    typer.Option(
        "--require-journal",
        help="Only go on with an earlier run: without its journal nothing is sent.",
        rich_help_panel=RUNS,
    ),
]
Recover = Annotated[
    str | None,
    typer.Option(
        "--recover",
        metavar="TIME",
        help="The journal was lost: look up each contact before it is sent, in workflows created since this time.",
        rich_help_panel=RUNS,
    ),
]
RetryRejected = Annotated[
    bool,
    typer.Option("--retry-rejected", help="Send again what AI Rudder refused in an earlier run.", rich_help_panel=RUNS),
]
Partition = Annotated[
    str | None,
    typer.Option(
        "--partition",
        metavar="I/N",
        help="Send one of several parts, as 0/8 to 7/8, each by a worker of its own; with a journal in a database.",
        rich_help_panel=RUNS,
    ),
]
Rejected = Annotated[
    Path | None,
    typer.Option(
        "--rejected",
        metavar="FILE",
        help="Write rejected and doubtful contacts there as CSV, with your columns, to be mended and sent again.",
        rich_help_panel=OUTPUT,
    ),
]
ProgressKind = Annotated[
    Kind,
    typer.Option(
        "--progress",
        help="auto draws a bar on a terminal and else shows nothing; plain writes a line now and then.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="No progress and no lines about single contacts; errors are told.", rich_help_panel=OUTPUT
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="Write the report, or the error, as one JSON document.", rich_help_panel=OUTPUT),
]
