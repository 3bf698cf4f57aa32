"""Phone numbers as people of a country write them, by the library `phonenumbers`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from airudder._errors import invalid_setting


class NotPossible(ValueError):
    """A text is no number that could be called; says why, without the number."""


class Numbers:
    """Reads numbers of one country, and international ones."""

    def __init__(self, country: object) -> None:
        library = _library()
        if not isinstance(country, str) or country not in library.SUPPORTED_REGIONS:
            raise invalid_setting("default_country", "default_country is the two letters of a country, as ID or PH")
        self._library = library
        self._country = country

    def read(self, text: str) -> str:
        """Give the number as the API takes it: `0812 3456 789` of ID is `+628123456789`.

        Raises:
            NotPossible: It is none, has an impossible length or a trunk zero after its country code, or can be read in
                two ways.
        """
        library = self._library
        try:
            number = library.parse(text, self._country)
        except library.NumberParseException:
            raise NotPossible("it is no phone number") from None
        written: str = library.format_number(number, library.PhoneNumberFormat.E164)
        digits = "".join(digit for digit in text if digit.isdecimal())
        if digits != written[1:] and text.lstrip().startswith("+"):
            raise NotPossible("it has a trunk prefix after its country code, such as the 0 of +62 0812")
        if digits != written[1:] and digits.startswith(str(number.country_code)):
            raise NotPossible("it may begin with its country code or not: write a + before that, or a trunk prefix")
        reason = library.is_possible_number_with_reason(number)
        if reason != library.ValidationResult.IS_POSSIBLE:
            region = library.region_code_for_country_code(number.country_code)
            raise NotPossible(f"it is {_REASONS.get(reason, 'of an impossible length')} for a number of {region}")
        return written


def numbers_of(country: str | None) -> Numbers | None:
    """What reads the numbers of this country; none where numbers are given as the API takes them."""
    return None if country is None else Numbers(country)


_REASONS = {3: "too long", 2: "too short"}
"""The names of `phonenumbers.ValidationResult`, where they say more than that the length is wrong."""


def _library() -> Any:  # noqa: ANN401 - a module that need not be there, where types are checked, too
    try:
        return import_module("phonenumbers")
    except ImportError:
        fix = "pip install airudder[numbers]"
        raise invalid_setting("default_country", f"default_country needs the library phonenumbers: {fix}") from None
