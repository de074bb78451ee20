"""What is being typed at the end of a search."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Names have up to this many words; more words before the last one are not looked at.
MAX_WORDS = 4
_QUOTED = re.compile(r'(-?)(?:([A-Za-z_]+):)?"([^"]*)$')
_FILTER = re.compile(r"(-?)(?:([A-Za-z_]+):|(confidence)\s*(>=|<=|>|<)\s*)([^\s(),|\"]*)$", re.I)
_WORDS = re.compile(r"(-?)((?:[^\s(),|\":<>-][^\s(),|\":<>]*\s+)*[^\s(),|\":<>-][^\s(),|\":<>]*)?$")


@dataclass(frozen=True)
class Typed:
    """The unfinished last part of a search.

    start: where it begins. text: what is typed of the name or value. kind: of a filter, "" for
    a name. operator: before a number. sign: "-" where it is excluded.
    """

    start: int
    text: str
    kind: str = ""
    operator: str = ""
    sign: str = ""


def typed_at_end(q: str) -> list[Typed]:
    """Return the possible beginnings of a name or a filter, the longest first.

    A search that ends with a space or a bracket gives one empty part.
    """
    if q.count('"') % 2:
        found = _QUOTED.search(q)
        assert found is not None, "an odd number of quotes leaves one open"
        sign, kind, text = found.groups()
        return [Typed(found.start(), text, (kind or "").lower(), sign=sign)]
    if found := _FILTER.search(q):
        sign, kind, measure, operator, text = found.groups()
        return [Typed(found.start(), text, (kind or measure).lower(), operator or "", sign)]
    found = _WORDS.search(q)
    if found is None or found[2] is None or q.endswith(" "):
        return [Typed(len(q), "")]
    starts = [word.start() for word in re.finditer(r"\S+", found[2])][-MAX_WORDS:]
    parts = []
    for start in starts:
        # The minus belongs to the first word.
        sign = found[1] if start == 0 else ""
        text = re.sub(r"\s+", " ", found[2][start:])
        parts.append(Typed(found.start(2) + start - len(sign), text, sign=sign))
    return parts
