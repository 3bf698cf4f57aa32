"""The progress and the report of a campaign."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from importlib import import_module
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from airudder._page.results import HasData

Phase: TypeAlias = Literal["uploading", "waiting_for_api", "looking_up", "paused", "reading", "settling", "ended"]


@dataclass(frozen=True)
class Progress:
    """The progress of a campaign."""

    contacts: int
    """Contacts read so far."""
    accepted: int
    """Contacts that the API has."""
    rejected: int
    """Contacts that were refused, by the checks or by the API."""
    doubtful: int
    """Contacts of which nothing certain is known, for now or for good."""
    phase: Phase | str = "reading"
    """What the campaign does; of several things the first one of these: `uploading`; `waiting_for_api`, which fails;
    `looking_up` contacts in doubt; `paused` by its `rate` or `window`; `reading` contacts; `settling`, which is to wait
    before it looks them up for the last time; or `ended`. There may be others in later versions."""
    until: datetime | None = None
    """Until when it waits, while it is `settling`, `paused` or `waiting_for_api`."""
    total: int | None = None
    """All contacts, where their number is known: of a list, for instance. Not of one partition."""


@dataclass(frozen=True)
class Rejected:
    """A contact that was refused, by the checks or by the API."""

    contact: int
    """Its position among the contacts, from 0."""
    code: str
    """The error's number, for instance `E1007`."""
    pointer: str | None
    """JSON pointer to the bad field of the contact, for instance `/callee`."""
    message: str
    """Why. Where the API refused its batch, how many of the batch were looked up afterwards and not found."""
    case_id: str | None = None
    """Its case id, if it has one that can be read."""


@dataclass(frozen=True)
class DoubtfulContact:
    """A contact of which it is not known whether the API has it. Only the next run of the campaign settles it."""

    contact: int
    """Its position among the contacts, from 0."""
    case_id: str | None
    """Its case id, if it has one."""


@dataclass(frozen=True)
class Workflow:
    """A workflow of a campaign."""

    workflow_id: str | None
    """Its id; None where it is not known whether it was created: it would be empty, and phones nobody."""
    name: str
    """Its name."""
    contacts: int
    """Contacts that it has, or may have."""


@dataclass(frozen=True)
class Report:
    """The outcome of a campaign. Each contact is counted once: accepted, rejected or doubtful."""

    accepted: int
    """The number of contacts that the API has."""
    rejected: list[Rejected]
    """The contacts that were refused, in their order."""
    doubtful: list[DoubtfulContact]
    """The contacts that stay doubtful, or were not looked up before the campaign stopped, in their order."""
    workflows: list[Workflow]
    """The workflows, the possible orphans included."""
    clock_offset_ms: int | None = None
    """How far the API's clock is ahead of this machine's, in milliseconds, where they are more than an hour apart."""

    @classmethod
    def merge(cls, reports: Iterable[Report]) -> Report:
        """Make one report of those of all partitions of a campaign.

        The positions of contacts are those that each worker gave them: they tell contacts apart where all workers read
        the same contacts.
        """
        reports = list(reports)
        offsets = [one.clock_offset_ms for one in reports if one.clock_offset_ms is not None]
        return cls(
            sum(one.accepted for one in reports),
            sorted((each for one in reports for each in one.rejected), key=_place),
            sorted((each for one in reports for each in one.doubtful), key=_place),
            [each for one in reports for each in one.workflows],
            max(offsets, key=abs, default=None),
        )

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Report:
        """Make a report of what `to_dict` gave, for instance in another process."""
        return cls(
            given["accepted"],
            [Rejected(**one) for one in given["rejected"]],
            [DoubtfulContact(**one) for one in given["doubtful"]],
            [Workflow(**one) for one in given["workflows"]],
            given["clock_offset_ms"],
        )

    def to_dict(self) -> dict[str, Any]:
        """Give it as dicts, lists, texts and numbers, for instance for JSON."""
        return asdict(self)

    def to_frame(self, backend: str) -> Any:  # noqa: ANN401 - a data frame of the library that is named
        """Give the contacts that were not accepted as a data frame, with the rows and columns of `to_csv`.

        Args:
            backend: The library: `pandas`, `polars` or `pyarrow`. It must be installed, and so must narwhals:
                `pip install airudder[frames]`.

        Raises:
            ImportError: One of them is not.
            ValueError: There is no such library.
        """
        try:
            narwhals: Any = import_module("narwhals")
        except ImportError:
            raise ImportError("a data frame needs the library narwhals: pip install airudder[frames]") from None
        rows = left_of(self)
        data = {name: [row.get(name) for row in rows] for name in COLUMNS}
        schema = {name: narwhals.Int64() if name == "contact" else narwhals.String() for name in COLUMNS}
        return narwhals.from_dict(data, schema, backend=backend).to_native()

    def to_csv(self, path: str | os.PathLike[str]) -> int:
        """Write the contacts that were not accepted, a row each.

        The columns are `contact`, `state`, `case_id`, `code`, `pointer` and `message`.

        Args:
            path: The file, which is written anew.

        Returns:
            The number of rows.
        """
        rows = left_of(self)
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return len(rows)

    def to_html(
        self,
        path: str | os.PathLike[str],
        events: Iterable[HasData | Mapping[str, Any]] = (),
        *,
        title: str = "Campaign",
    ) -> None:
        """Write a page that shows the campaign: who was accepted, and what became of them.

        The file needs nothing from elsewhere, follows the reader's light or dark theme, and can be printed. It names
        contacts by case id; phone numbers are not in it, also where a message has one.

        >>> report.to_html("july.html", (json.loads(body) for body in stored), title="July")  # doctest: +SKIP

        Args:
            path: The file, which is written anew.
            events: Results as they were received, `Event` or its `data`, in any order; a repetition counts once. They
                are read one by one, and added up in a temporary file: memory does not grow with them. Calls of other
                workflows than the report's are left out.
            title: The heading.

        Raises:
            ImportError: The libraries that draw it are not installed: `pip install airudder[report]`.
        """
        from airudder._page.page import Sending, page
        from airudder._page.results import Results

        with Results(workflows_of(self)) as results:
            results.add(events)
            drawn = page(title, Sending(self.accepted, left_of(self)), results.figures())
        Path(path).write_text(drawn, encoding="utf-8", errors="replace")


COLUMNS: tuple[str, ...] = ("contact", "state", "case_id", "code", "pointer", "message")


def left_of(report: Report) -> list[dict[str, Any]]:
    """The contacts that were not accepted, in their order, as the rows of `to_csv`."""
    rows = [{"state": "rejected", **asdict(one)} for one in report.rejected]
    rows += [{"state": "doubtful", **asdict(one)} for one in report.doubtful]
    return sorted(rows, key=itemgetter("contact"))


def workflows_of(report: Report) -> list[str]:
    """The workflows that results can be from; none where that is not known, since a journal was lost."""
    taken = [one.workflow_id for one in report.workflows if one.contacts]
    return [] if None in taken else [one for one in taken if one]


def _place(one: Rejected | DoubtfulContact) -> int:
    return one.contact
