"""Find the names that a misspelled word may stand for."""

from collections.abc import Iterable
from functools import cached_property

MIN_LETTERS = 4
# Words with this many letters may have two errors.
LONG_LETTERS = 8
MAX_NEAR = 3


class NearNames:
    """Finds the names nearest to a text. names: as returned by `normalise`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))

    def find(self, text: str) -> list[str]:
        """Return up to three names that are one or two typing errors away, the nearest first.

        An error is a letter added, missing or changed, or two neighbours swapped.
        """
        if len(text) < MIN_LETTERS:
            return []
        max_errors = 2 if len(text) >= LONG_LETTERS else 1
        wanted = _letters(text)
        near = []
        for name, letters in self._letters:
            # An error changes at most two letters of a word's set. This rules out most names.
            if (
                abs(len(name) - len(text)) <= max_errors
                and (letters ^ wanted).bit_count() <= 2 * max_errors
            ):
                found = distance(text, name, max_errors)
                if 0 < found <= max_errors:
                    near.append((found, name[0] != text[0], name))
        return [name for _, _, name in sorted(near)[:MAX_NEAR]]

    @cached_property
    def _letters(self) -> list[tuple[str, int]]:
        return [(name, _letters(name)) for name in self._names if len(name) >= MIN_LETTERS]


def distance(one: str, other: str, max_errors: int) -> int:
    """Return the number of typing errors between two texts (optimal string alignment).

    The result is exact only up to `max_errors`.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row, before_that = row, [i], before
        for j, wanted in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
        if min(row) > max_errors:
            return max_errors + 1
        before = above
    return row[-1]


def _letters(text: str) -> int:
    """Return the set of letters in a text as bits; rarer characters share bits."""
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) % 61)
    return bits
