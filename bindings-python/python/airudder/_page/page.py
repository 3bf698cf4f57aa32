"""One HTML file that shows a campaign, and needs nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from airudder._page.results import Share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airudder._page.results import Figures

WIDE, THIRD, NARROW = 1070, 320, 290
"""The widths of the charts, in pixels: across the page, beside two others, and across a telephone."""
MOST_ROWS = 500
"""So many contacts are named in a table; the rest is counted."""
MOST_CHARACTERS = 200
_NUMBER = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){5,}")
_NUMBER_WITH_PLUS = re.compile(r"\+ ?\d(?:[ ().-]{0,2}\d){5,}")
MASK = "***"


@dataclass(frozen=True)
class Sending:
    """What became of the contacts until AI Rudder had them."""

    accepted: int
    left: Sequence[dict[str, Any]]
    """Those that are rejected or doubtful, as the rows of `Report.to_csv`."""
    unsent: int = 0
    """Those that are still to be sent."""
    unknown: int = 0
    """Those of which nothing is known: the journal has nothing of them."""
    missing: Sequence[dict[str, Any]] | None = None
    """Those that were accepted and have no result, `contact` and `case_id`, if it is known who they are; the first
    `MOST_ROWS` are enough."""
    missing_count: int = 0
    """How many they are."""
    notes: Sequence[str] = field(default=())
    """What a reader should know besides."""


def page(title: str, sending: Sending, figures: Figures) -> str:
    """Make the page.

    Raises:
        ImportError: The libraries that draw it are not installed.
    """
    try:
        charts = import_module("airudder._page.charts")
        environment = import_module("jinja2").Environment(
            loader=import_module("jinja2").PackageLoader("airudder", "_page"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=import_module("jinja2").StrictUndefined,
        )
        pictures = _pictures(charts, _funnel(sending, figures), figures)
    except ImportError:
        raise ImportError(
            "the page of a report needs altair, vl-convert and Jinja: pip install airudder[report]"
        ) from None
    environment.filters |= {"count": "{:,}".format, "share": charts.percent, "masked": masked, "masked_id": masked_id}
    rendered: str = environment.get_template("page.html").render(
        title=title,
        sending=sending,
        figures=figures,
        pictures=pictures,
        rejected=_rows(sending.left, "rejected"),
        doubtful=_rows(sending.left, "doubtful"),
        total=_total(sending),
        missing=missing_of(sending, figures),
        most_rows=MOST_ROWS,
    )
    return rendered


@dataclass(frozen=True)
class _Picture:
    title: str
    about: str
    heading: str
    shares: Sequence[Share]
    drawings: dict[str, str]
    """SVG by where it is shown: `wide` and `narrow`, or `third` of the page on any screen."""
    across: bool
    parts: bool
    """Tells whether connected contacts stand out."""


def _pictures(charts: Any, funnel: list[Share], figures: Figures) -> list[_Picture]:  # noqa: ANN401 - it needs libraries
    def picture(
        title: str,
        about: str,
        heading: str,
        shares: Sequence[Share],
        draw: Callable[[int], str],
        *,
        across: bool = False,
        parts: bool = True,
    ) -> _Picture:
        drawings = {"wide": draw(WIDE), "narrow": draw(NARROW)} if across else {"third": draw(THIRD)}
        safe = import_module("markupsafe").Markup
        return _Picture(
            title, about, heading, shares, {name: safe(svg) for name, svg in drawings.items()}, across, parts
        )

    def bars(title: str, about: str, heading: str, given: Sequence[Share]) -> _Picture:
        shares = [Share(_cut(masked_id(one.name)), one.contacts, one.connected) for one in given]
        return picture(title, about, heading, shares, lambda width: charts.bars(shares, width))

    found = [
        picture(
            "From contact to conversation",
            "How many contacts came as far as each step, and their share of all.",
            "Step",
            funnel,
            lambda width: charts.steps(funnel, width),
            across=True,
            parts=False,
        )
    ]
    if not figures.contacts:
        return found
    found.append(bars("Outcomes", "The label of each contact's call.", "Label", figures.labels))
    found.append(bars("Countries", "By the calling code of the number.", "Country", figures.countries))
    found.append(bars("The network's answer", "As the telephone network told it.", "Answer", figures.answers))
    if figures.times:
        about = f"By the {figures.unit} in which the call ended, in the account's local time."
        times = figures.times
        heading = figures.unit.capitalize()
        found.append(
            picture(
                "Results over time",
                about,
                heading,
                times,
                lambda width: charts.over_time(times, figures.unit, width),
                across=True,
            )
        )
    return found


def _funnel(sending: Sending, figures: Figures) -> list[Share]:
    steps = [
        ("Contacts", _total(sending)),
        ("Accepted", sending.accepted),
        ("With a result", figures.contacts),
        ("Called", figures.called),
        ("Connected", figures.connected),
        ("Conversation", figures.talked),
    ]
    return [Share(name, count, 0) for name, count in steps]


def _total(sending: Sending) -> int:
    return sending.accepted + len(sending.left) + sending.unsent + sending.unknown


def missing_of(sending: Sending, figures: Figures) -> int:
    """How many were accepted and have no result."""
    return max(sending.accepted - figures.contacts, 0) if sending.missing is None else sending.missing_count


def _rows(left: Sequence[dict[str, Any]], state: str) -> list[dict[str, Any]]:
    return [row for row in left if row["state"] == state]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def masked(text: str) -> str:
    """A message without phone numbers, and what else has six digits or more."""
    return _NUMBER.sub(MASK, text)


def masked_id(text: str) -> str:
    """An id or a label without phone numbers that are written with `+`; ids may have many digits themselves."""
    return _NUMBER_WITH_PLUS.sub(MASK, text)
