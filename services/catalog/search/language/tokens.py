"""Split a search into tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from services.catalog.search.language.errors import QueryError


class TokenKind(Enum):
    """Kind of a token."""

    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    MINUS = auto()
    COMMA = auto()
    QUOTED = auto()
    FILTER = auto()
    WORD = auto()


@dataclass(frozen=True)
class Token:
    """A token and its position. text: of a word or inside quotes. The other fields are for filters.

    value_start: where the value of a filter begins.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    operator: str = ""
    value: str = ""
    value_start: int = 0


# A minus is an operator only at the start of a word: t-shirt is one word.
_TOKEN = re.compile(
    r"""
    \s* (?:
        (?P<OPEN>   \( )
      | (?P<CLOSE>  \) )
      | (?P<OR>     \| )
      | (?P<COMMA>  , )
      | (?P<MINUS>  - )
      | "(?P<QUOTED> [^"]* )"
      | (?P<FILTER> (?P<name>[A-Za-z_]+) (?P<operator>:) (?: "(?P<quoted>[^"]*)"
                                                           | (?P<bare>[^\s(),|"]*) )
                  | (?P<measure>confidence) \s* (?P<compare>>=|<=|>|<) \s*
                    (?P<number>[^\s(),|"]*) )
      | (?P<WORD>   [^\s(),|"]+ )
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokens_of(text: str) -> Iterator[Token]:
    """Split a text into tokens.

    Raises:
        QueryError: a quote is not closed.
    """
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise QueryError("This quotation mark is never closed.", start, end)
        yield _token(found)
        place = found.end()


def _token(found: re.Match[str]) -> Token:
    kind = (
        TokenKind[found.lastgroup or ""]
        if found.lastgroup in TokenKind.__members__
        else TokenKind.FILTER
    )
    start = found.start() + len(found[0]) - len(found[0].lstrip())
    if kind is not TokenKind.FILTER:
        return Token(kind, found[kind.name], start, found.end())
    name = "measure" if found["measure"] else "name"
    value = next(n for n in ("quoted", "bare", "number") if found[n] is not None)
    return Token(
        kind,
        found[name].lower(),
        start,
        found.end(),
        found["operator"] or found["compare"],
        found[value],
        found.start(value),
    )
