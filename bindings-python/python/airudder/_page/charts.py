"""The charts of a page, as SVG by Vega-Lite.

Colors are variables of the page's style sheet, so that one picture follows the light and the dark theme, and paper.
"""

from __future__ import annotations

import json
import re
import unicodedata
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airudder._page.results import Share

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
STEP = 30
"""The height of a bar with its gap."""
HEIGHT = 220
CHARACTER = 7.6
"""The width of a character in the widest of the fonts: those of the reader are not here to be measured."""
LABEL_SHARE = 0.36
"""The part of a chart's width that names of bars may take."""
_MARK = re.compile(r'<path aria-label="([^"]*)"([^>]*)/>')
_UNITS = {
    "second": ("utcyearmonthdatehoursminutesseconds", "%H:%M:%S"),
    "minute": ("utcyearmonthdatehoursminutes", "%H:%M"),
    "hour": ("utcyearmonthdatehours", "%b %d, %H:%M"),
    "day": ("utcyearmonthdate", "%b %d"),
    "month": ("utcyearmonth", "%b %Y"),
    "year": ("utcyear", "%Y"),
}
"""Vega's name of each unit of time, and how a time is written then."""
_FIRST = "0001-01-01 00:00:00"
"""What completes a time that is cut off behind its unit."""


def bars(shares: Sequence[Share], width: int) -> str:
    """Bars from left to right: of each kind the connected contacts, then the others."""
    altair = _altair()
    values = [part for place, one in enumerate(shares) for part in _parts(place, one)]
    base, length = _lying(altair, shares, values, width)
    drawn = base.mark_bar(height=STEP - 12).encode(
        x=length, x2="to:Q", color=_color(altair), description="description:N"
    )
    numbers = base.transform_filter("datum.is_last").mark_text(align="left", dx=6)
    return _svg(altair, drawn + numbers.encode(x=altair.X("to:Q"), text="number:N"))


def steps(shares: Sequence[Share], width: int) -> str:
    """Bars that become shorter: each with its part of the first."""
    altair = _altair()
    values = [
        {
            "place": place,
            "from": 0,
            "to": one.contacts,
            "number": f"{one.contacts:,} · {percent(one.contacts, shares[0].contacts)}",
        }
        for place, one in enumerate(shares)
    ]
    base, length = _lying(altair, shares, values, width)
    drawn = base.mark_bar(height=STEP - 12, color="var(--connected)").encode(x=length, x2="to:Q")
    numbers = base.mark_text(align="left", dx=6).encode(x=altair.X("to:Q"), text="number:N")
    return _svg(altair, drawn + numbers)


def percent(part: int, whole: int) -> str:
    """A share; what is not all of it does not become 100 %, and what is something does not become 0."""
    if not whole:
        return "-"
    shown = f"{part / whole:.1%}"
    if part < whole and shown == "100.0%":
        return ">99.9%"
    return "<0.1%" if part and shown == "0.0%" else shown


def _lying(
    altair: Any,  # noqa: ANN401 - a module that is imported when it is used
    shares: Sequence[Share],
    values: list[dict[str, Any]],
    width: int,
) -> tuple[Any, Any]:
    """What is common to bars from left to right: a line for each, and a scale with room for the numbers behind them."""
    names = [short(one.name, width * LABEL_SHARE / CHARACTER) for one in shares]
    for_names = 10 + CHARACTER * max(map(_width, names), default=0)
    behind = 14 + CHARACTER * max((len(value["number"]) for value in values), default=0)
    room = width - for_names
    most = max((one.contacts for one in shares), default=0) or 1
    scale = altair.Scale(domain=[0, most * room / max(room - behind, room / 4)], nice=False)
    axis = altair.Axis(labelExpr=f"{json.dumps(names)}[datum.value]", minExtent=for_names, labelLimit=width)
    place = altair.Y("place:O", title=None, axis=axis)
    base = altair.Chart(altair.Data(values=values), width=width, height=altair.Step(STEP)).encode(y=place)
    return base, altair.X("from:Q", title=None, axis=None, scale=scale)


def short(name: str, most: float) -> str:
    """Cut a name to so many characters; wide ones, as Chinese has, count twice."""
    if _width(name) <= most:
        return name
    while _width(name) >= most:
        name = name[:-1]
    return f"{name.rstrip()}…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def over_time(shares: Sequence[Share], unit: str, width: int) -> str:
    """Bars from bottom to top, of each unit of time one."""
    altair = _altair()
    unit_of_time, form = _UNITS[unit]
    values = [
        {**part, "at": f"{one.name}{_FIRST[len(one.name) :]}Z".replace(" ", "T")}
        for place, one in enumerate(shares)
        for part in _parts(place, one)
    ]
    axis = altair.Axis(format=form, labelAngle=0, labelOverlap=True, tickCount=max(2, width // 110), grid=False)
    counts = altair.Axis(tickCount=4, tickMinStep=1, format=",d", domain=False, ticks=False)
    chart = (
        altair.Chart(altair.Data(values=values), width=width, height=HEIGHT)
        .mark_bar(binSpacing=max(1, min(10, width / len(shares) / 5)))
        .encode(
            x=altair.X("at:T", timeUnit=unit_of_time, title=None, axis=axis, scale=altair.Scale(type="utc")),
            y=altair.Y("from:Q", title=None, axis=counts),
            y2="to:Q",
            color=_color(altair),
            description="description:N",
        )
    )
    return _svg(altair, chart)


def _parts(place: int, one: Share) -> list[dict[str, Any]]:
    """The two parts of a bar; the number stands behind the last."""
    about = f"{one.name}: {one.contacts:,}, {one.connected:,} of them connected"
    common = {"place": place, "number": f"{one.contacts:,}", "description": about}
    return [
        {**common, "kind": "connected", "from": 0, "to": one.connected, "is_last": False},
        {**common, "kind": "other", "from": one.connected, "to": one.contacts, "is_last": True},
    ]


def _color(altair: Any) -> Any:  # noqa: ANN401 - a module that is imported when it is used
    scale = altair.Scale(domain=["connected", "other"], range=["var(--connected)", "var(--other)"])
    return altair.Color("kind:N", scale=scale, legend=None)


def _svg(altair: Any, chart: Any) -> str:  # noqa: ANN401
    """Draw it, with what a bar is about shown where the pointer is."""
    ink = {"labelColor": "var(--ink)", "labelFontSize": 12, "labelFont": FONT}
    lines = {"domainColor": "var(--line)", "tickColor": "var(--line)", "gridColor": "var(--line)"}
    config = {
        "background": "transparent",
        "padding": {"left": 2, "top": 4, "right": 16, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "view": {"stroke": None},
        "axis": {**ink, **lines},
        "axisY": {"labelPadding": 8, "ticks": False, "domain": False},
        "text": {"color": "var(--ink)", "font": FONT, "fontSize": 12},
    }
    spec = chart.to_dict()
    spec["config"] = config
    drawn: str = import_module("vl_convert").vegalite_to_svg(spec, vl_version=_version(altair))
    return _MARK.sub(r"<path\2><title>\1</title></path>", drawn)


def _version(altair: Any) -> str:  # noqa: ANN401
    """The version of Vega-Lite that altair writes, as `v6.1`."""
    return ".".join(str(altair.SCHEMA_VERSION).split(".")[:2])


def _altair() -> Any:  # noqa: ANN401
    return import_module("altair")
