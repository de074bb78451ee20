"""Parameters and fields that are given more than once."""

from collections.abc import Iterable
from typing import Any

from shared.errors import BadRequest

LISTS = ("hashtags",)


def collect(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the values by name; those of a list are all kept, joined by commas.

    Raises:
        BadRequest: another one is given twice, with different values: one would be ignored.
    """
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values and name in LISTS:
            values[name] = f"{values[name]},{value}"
        elif values.setdefault(name, value) != value:
            raise BadRequest(f"{name} is given twice, with different values; give it once.")
    return values
