"""What an attribute that is not there may have been meant as."""

from __future__ import annotations


def no_attribute(owner: object, name: str) -> AttributeError:
    """Make the exception of an attribute that is missing; it names the nearest ones."""
    message = f"{owner!r} has no attribute {name!r}"
    if not name.startswith("_"):
        from difflib import get_close_matches

        public = [one for one in dir(owner) if not one.startswith("_")]
        if near := get_close_matches(name, public):
            message += f"; did you mean {', '.join(near)}?"
    return AttributeError(message)
