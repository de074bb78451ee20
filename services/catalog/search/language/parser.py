"""Parse tokens to a search.

    search       = alternative { ( "|" | "or" ) alternative }
    alternative  = { item }
    item         = [ "-" ] ( word | "quoted name" | "(" search ")" | filter )

The word "or" is an operator only between two items; elsewhere it is an ordinary word.
Neighbouring words stay together as a run, which is split into names later. A comma ends a run.
Filters apply to the whole search, so they are not allowed in brackets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.catalog.search.language.errors import QueryError
from services.catalog.search.language.filters import read_filters
from services.catalog.search.language.syntax import (
    Filter,
    Group,
    Item,
    Phrase,
    Query,
    Word,
    WordRun,
)
from services.catalog.search.language.tokens import Token, TokenKind, tokens_of

MAX_NAMES = 30
MAX_DEPTH = 5
OR = "or"
# Between tokens that end and begin an item, `or` means `|`.
_ITEM_STARTS = frozenset(
    {TokenKind.WORD, TokenKind.QUOTED, TokenKind.OPEN, TokenKind.MINUS, TokenKind.FILTER}
)
_ITEM_ENDS = frozenset(
    {TokenKind.WORD, TokenKind.QUOTED, TokenKind.CLOSE, TokenKind.COMMA, TokenKind.FILTER}
)


def parse(text: str) -> Query:
    """Parse a search; an empty text matches everything.

    Raises:
        QueryError: it is not valid; the error gives the position.
    """
    parser = _Parser(_read_or(list(tokens_of(text))))
    alternatives = parser.search(depth=0)
    if parser.next is not None:
        raise QueryError(
            "This closing bracket has no opening one.", parser.next.start, parser.next.end
        )
    if len(alternatives) > 1 and not all(alternatives):
        raise _one_side_is_empty(parser.bars[0])
    return Query(alternatives, read_filters(parser.filters), tuple(parser.filters))


def _read_or(tokens: list[Token]) -> list[Token]:
    """Turn the word `or` between two items into the operator."""
    read: list[Token] = []
    for place, token in enumerate(tokens):
        is_operator = (
            token.kind is TokenKind.WORD
            and token.text.lower() == OR
            and any(before.kind in _ITEM_ENDS for before in read[-1:])
            and any(after.kind in _ITEM_STARTS for after in tokens[place + 1 : place + 2])
        )
        read.append(replace(token, kind=TokenKind.OR) if is_operator else token)
    return read


def _one_side_is_empty(operator: Token) -> QueryError:
    return QueryError(
        f"One side of `{operator.text}` names no tag. Filters apply to the whole search.",
        operator.start,
        operator.end,
    )


@dataclass
class _Parser:
    """Parses tokens from left to right."""

    tokens: list[Token]
    place: int = 0
    names: int = 0
    filters: list[Filter] = field(default_factory=list)
    bars: list[Token] = field(default_factory=list)

    @property
    def next(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def search(self, depth: int) -> tuple[tuple[Item, ...], ...]:
        alternatives = [self.alternative(depth)]
        while (token := self.next) and token.kind is TokenKind.OR:
            self.place += 1
            self.bars.append(token)
            alternatives.append(self.alternative(depth))
            if depth and not all(alternatives):
                raise _one_side_is_empty(token)
        return tuple(alternatives)

    def alternative(self, depth: int) -> tuple[Item, ...]:
        items: list[Item] = []
        while (token := self.next) and token.kind not in (TokenKind.OR, TokenKind.CLOSE):
            self.place += 1
            if token.kind is TokenKind.COMMA:
                continue
            negated = token.kind is TokenKind.MINUS
            if negated:
                token = self.behind_minus(token)
            readers: dict[TokenKind, Callable[[Token, bool, int], Item | None]] = {
                TokenKind.WORD: self.run,
                TokenKind.QUOTED: self.phrase,
                TokenKind.OPEN: self.group,
                TokenKind.FILTER: self.filter,
            }
            item = readers[token.kind](token, negated, depth)
            if item is not None:
                items.append(item)
        return tuple(items)

    def behind_minus(self, minus: Token) -> Token:
        token = self.next
        wanted = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.OPEN, TokenKind.FILTER)
        if token is None or token.kind not in wanted or token.start > minus.end:
            raise QueryError(
                "A minus has to be followed directly by a name.",
                minus.start,
                minus.end,
            )
        self.place += 1
        return token

    def run(self, first: Token, negated: bool, depth: int) -> WordRun:
        words = [self.word(first)]
        while (token := self.next) and token.kind is TokenKind.WORD:
            self.place += 1
            words.append(self.word(token))
        return WordRun(tuple(words), negated)

    def phrase(self, token: Token, negated: bool, depth: int) -> Phrase:
        if not token.text.strip():
            raise QueryError("There is no name between the quotes.", token.start, token.end)
        return Phrase(self.word(token), negated)

    def group(self, opening: Token, negated: bool, depth: int) -> Group:
        if depth == MAX_DEPTH:
            raise QueryError(
                f"Brackets can be nested at most {MAX_DEPTH} deep.", opening.start, opening.end
            )
        alternatives = self.search(depth + 1)
        closing = self.next
        if closing is None:
            raise QueryError("This bracket is never closed.", opening.start, opening.end)
        self.place += 1
        if not all(alternatives):
            raise QueryError("These brackets are empty.", opening.start, closing.end)
        return Group(alternatives, negated)

    def filter(self, token: Token, negated: bool, depth: int) -> None:
        if depth:
            raise QueryError(
                f"{token.text}{token.operator} applies to the whole search; write it outside the "
                "brackets.",
                token.start,
                token.end,
            )
        value = Word(token.value, token.value_start, token.value_start + len(token.value))
        operator = "" if token.operator == ":" else token.operator
        whole = Word(token.text + token.operator + token.value, token.start, token.end)
        self.filters.append(Filter(token.text, operator, value, negated, whole))

    def word(self, token: Token) -> Word:
        self.names += 1
        if self.names > MAX_NAMES:
            raise QueryError(
                f"A search can have at most {MAX_NAMES} words.", token.start, token.end
            )
        return Word(token.text, token.start, token.end)
