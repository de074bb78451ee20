"""Resolve the words of a search to tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.catalog.search.language import Group, Item, Phrase, Query, Word, WordRun
from services.catalog.search.words.meaning import NOTHING, Reading, Term
from services.catalog.search.words.names import NameIndex
from shared.db.search.wanted import NO_IMAGE, Not, Shows, Wanted, all_of, any_of

MAX_NAME_WORDS = 6
MAX_TYPED_WORDS = 3
# Stop words.
IGNORED = frozenset(
    {*("a", "an", "and", "at", "by", "for", "from", "in", "near"), *("of", "on", "or", "the")}
    | {"to", "with"}
)


def texts_of(query: Query) -> set[str]:
    """Return every text of a search that may be a name."""
    return {text for one in query.alternatives for item in one for text in _texts_of(item)}


def resolve(query: Query, names: NameIndex) -> tuple[Wanted, list[Term]]:
    """Return the tags that images must show, and how each word was interpreted.

    No image shows a word without a tag, and every image lacks it. Stop words add no condition.
    """
    resolver = _Resolver(names)
    several = len(query.alternatives) > 1
    return resolver.any_of(query.alternatives, 0 if several else None), resolver.terms


class _Resolver:
    def __init__(self, names: NameIndex) -> None:
        self._names = names
        self._groups = 0
        self._is_inside_not = False
        self.terms: list[Term] = []

    def any_of(self, alternatives: Sequence[Sequence[Item]], group: int | None) -> Wanted:
        return any_of([self.all_of(items, group) for items in alternatives])

    def all_of(self, items: Sequence[Item], group: int | None) -> Wanted:
        return all_of([part for item in items for part in self.parts_of(item, group)])

    def parts_of(self, item: Item, group: int | None) -> Iterator[Wanted]:
        if isinstance(item, WordRun):
            yield from self.run(item, group)
        elif isinstance(item, Phrase):
            yield from self.term(item.name, self._names.read(item.name.text), item.negated, group)
        else:
            self._groups += 1
            self._is_inside_not ^= item.negated
            wanted = self.any_of(item.alternatives, self._groups)
            self._is_inside_not ^= item.negated
            yield from _signed(wanted, item.negated)

    def run(self, run: WordRun, group: int | None) -> Iterator[Wanted]:
        """Split a run of words into names, the longest first, and yield what each means."""
        start = 0
        while start < len(run.words):
            count, reading = self.longest_at(run.words[start:])
            word = _span(run.words[start : start + count])
            yield from self.term(word, reading, run.negated and start == 0, group)
            start += count

    def longest_at(self, words: Sequence[Word]) -> tuple[int, Reading]:
        """Return how many of the words form the longest name, and what it means."""
        counts = range(min(len(words), MAX_NAME_WORDS), 0, -1)
        for count in counts:
            if reading := self._names.read_exactly(_span(words[:count]).text):
                return count, reading
        if words[0].text.lower() in IGNORED:
            return 1, NOTHING
        for count in counts:
            if reading := self._names.read_as_noun(_span(words[:count]).text):
                return count, reading
        for count in counts[-MAX_TYPED_WORDS:]:
            if reading := self._names.read_with_errors(_span(words[:count]).text):
                return count, reading
        return 1, NOTHING

    def term(
        self, word: Word, reading: Reading, negated: bool, group: int | None
    ) -> Iterator[Wanted]:
        is_ignored = reading.named is None and word.text.lower() in IGNORED
        said = negated != self._is_inside_not
        self.terms.append(Term(word, reading, said, group, is_ignored))
        if not is_ignored:
            named = reading.named
            yield from _signed(NO_IMAGE if named is None else Shows(named.tag_ids), negated)


def _signed(wanted: Wanted, negated: bool) -> Iterator[Wanted]:
    """Yield a condition or its opposite; nothing if that would exclude no image."""
    if not negated:
        yield wanted
    elif wanted != NO_IMAGE:
        yield Not(wanted)


def _span(words: Sequence[Word]) -> Word:
    return Word(" ".join(word.text for word in words), words[0].start, words[-1].end)


def _texts_of(item: Item) -> Iterator[str]:
    if isinstance(item, Phrase):
        yield item.name.text
    elif isinstance(item, Group):
        for one in item.alternatives:
            for part in one:
                yield from _texts_of(part)
    else:
        for start in range(len(item.words)):
            for count in range(1, MAX_NAME_WORDS + 1):
                yield _span(item.words[start : start + count]).text
