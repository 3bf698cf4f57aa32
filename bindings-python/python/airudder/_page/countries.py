"""Countries by the calling codes of phone numbers."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

UNKNOWN = "unknown"

_TWO_DIGITS = re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""The calling codes of two digits, by ITU-T E.164. Those of one are 1 and 7; all others have three."""
_NUMBER = re.compile(r"\s*\+(\d{4,})", re.ASCII)
_EVERYWHERE = "001"


def calling_code(number: object) -> str:
    """Give the calling code of a number with `+`, such as `62`; of anything else nothing."""
    found = _NUMBER.match(number) if isinstance(number, str) else None
    if not found:
        return ""
    digits = found[1]
    if digits[0] in "17":
        return digits[0]
    return digits[:2] if _TWO_DIGITS.match(digits) else digits[:3]


def country_of(code: str) -> str:
    """Name the country of a calling code: `+62 ID`; where the library phonenumbers is not installed, `+62`.

    Several countries can share a code: `+7 RU, KZ`, `+44 GB and 3 more`.
    """
    if not code:
        return UNKNOWN
    regions = [region for region in _regions().get(int(code), ()) if region != _EVERYWHERE]
    if len(regions) > 2:
        return f"+{code} {regions[0]} and {len(regions) - 1} more"
    return f"+{code} {', '.join(regions)}".strip()


def _regions() -> dict[int, tuple[str, ...]]:
    try:
        library: Any = import_module("phonenumbers")
    except ImportError:
        return {}
    found: dict[int, tuple[str, ...]] = library.COUNTRY_CODE_TO_REGION_CODE
    return found
