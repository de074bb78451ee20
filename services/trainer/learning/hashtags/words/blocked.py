"""Words that teach nothing, from `blocked.toml` and by their form."""

import re
import tomllib
from functools import cache
from pathlib import Path

from shared.model.names.hashtag_words import key_of

BLOCKED_FILE = Path(__file__).parent / "blocked.toml"
# Years, dates, counts: `2026`, `1of365`, `day 12`.
_NUMBER = re.compile(r"(day|week|part|no)?\d+(of\d+|st|nd|rd|th)?")


def why_blocked(key: str) -> str | None:
    """Return why a word teaches nothing; None if it may. key: as returned by `key_of`."""
    if _NUMBER.fullmatch(key):
        return "is a number or a date"
    return _reasons().get(key)


@cache
def _reasons() -> dict[str, str]:
    groups = tomllib.loads(BLOCKED_FILE.read_text(encoding="utf-8"))
    return {key_of(word): group["reason"] for group in groups.values() for word in group["words"]}
