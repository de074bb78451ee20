"""Gather who gave which hashtag to which picture, in bounded memory, and read what they mean."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.uses import HashtagWord, Uses
from services.trainer.learning.hashtags.words.blocked import why_blocked
from services.trainer.learning.hashtags.words.meaning import HashtagReader, Meaning
from shared.model.names.hashtag_words import key_of
from shared.model.names.variants import plural_forms
from shared.model.vocabulary_index import VocabularyIndex
from shared.pictures.uploader_words import separate_hashtags

# Different spellings that are kept apart while gathering; further ones only count as hashtags.
MAX_SPELLINGS = 1_000_000
# The most frequent of these are read; a spelling that is rarer than this teaches nothing.
MAX_READ = 100_000
MIN_USES = 2
OTHER = 0


class Gatherer:
    """Takes pictures' hashtags one picture at a time; `uses` returns them as arrays.

    A picture costs some 4 bytes for each hashtag and 16 more.
    """

    def __init__(self) -> None:
        self._spellings: dict[str, int] = {"": OTHER}
        self._owners: dict[str, int] = {}
        self._owner = array("i")
        self._lottery = array("Q")
        self._image = array("i")
        self._spelling = array("i")

    def __len__(self) -> int:
        return len(self._owner)

    def add(self, owner: str, lottery: int, hashtags: Iterable[str]) -> None:
        """Add a picture. lottery: a number that its uploader cannot choose."""
        number = len(self._owner)
        self._owner.append(self._owners.setdefault(owner, len(self._owners)))
        self._lottery.append(lottery)
        for hashtag in (part for one in hashtags for part in _separate(one)):
            known = self._spellings.get(hashtag)
            if known is None:
                known = OTHER
                if len(self._spellings) <= MAX_SPELLINGS:
                    known = self._spellings[hashtag] = len(self._spellings)
            self._image.append(number)
            self._spelling.append(known)

    def uses(self, reader: HashtagReader, index: VocabularyIndex) -> Uses:
        """Return the uses of words, with ancestors, once everything is gathered."""
        image = np.frombuffer(self._image, dtype=np.int32)
        spelling = np.frombuffer(self._spelling, dtype=np.int32)
        table = _Words(index)
        keys, keyed = self._read(spelling, reader, table)
        key = keys[spelling]
        is_read = key >= 0
        pairs = np.unique(image[is_read].astype(np.int64) * max(len(keyed), 1) + key[is_read])
        image_of, key_of_pair = np.divmod(pairs, max(len(keyed), 1))
        hashtags = np.bincount(
            np.concatenate([image_of, image[~is_read]]), minlength=len(self)
        ).astype(np.int32)
        found = _expand(image_of.astype(np.int32), key_of_pair.astype(np.int32), keyed)
        owner = np.frombuffer(self._owner, dtype=np.int32)
        lottery = np.frombuffer(self._lottery, dtype=np.uint64)
        uses = Uses(tuple(table.words), owner, lottery, *found, hashtags)
        return uses.with_ancestors(table.ancestors())

    def _read(
        self, spelling: NDArray[np.int32], reader: HashtagReader, table: _Words
    ) -> tuple[NDArray[np.int32], list[list[int]]]:
        """Return the number of each spelling's key, and the words that each key may mean.

        The number is -1 for a spelling that is not read.
        """
        counts = np.bincount(spelling, minlength=len(self._spellings))
        frequent = np.argsort(-counts, kind="stable")[:MAX_READ]
        texts = list(self._spellings)
        meanings = {
            place: meaning
            for place in frequent.tolist()
            if counts[place] >= MIN_USES and place != OTHER
            if (meaning := reader.read(texts[place])) is not None
        }
        singular = _singulars(meanings.values())
        numbers: dict[str, int] = {}
        keyed: list[list[int]] = []
        keys = np.full(len(texts), -1, dtype=np.int32)
        for place, meaning in meanings.items():
            meant = singular.get(meaning.key, meaning)
            if meant.key not in numbers:
                numbers[meant.key] = len(keyed)
                keyed.append(table.words_of(meant))
            keys[place] = numbers[meant.key]
        return keys, keyed


def _separate(hashtag: str) -> list[str]:
    """Split hashtags run together, as rows from before uploads separated them hold them."""
    return separate_hashtags(f"#{hashtag}") if "#" in hashtag else [hashtag]


class _Words:
    """The words that hashtags mean, each with a number."""

    def __init__(self, index: VocabularyIndex) -> None:
        self.words: list[HashtagWord] = []
        self._index = index
        self._numbers: dict[int | str, int] = {}
        self._wider: dict[int, int] = {}

    def words_of(self, meaning: Meaning) -> list[int]:
        """Return the numbers of the words that a hashtag may mean."""
        if meaning.tags:
            return [self._number(tag_id) for tag_id in meaning.tags]
        if why_blocked(meaning.key):
            return []
        number = self._add(meaning.key, HashtagWord(meaning.key, meaning.name))
        if len(meaning.wider) == 1:
            self._wider[number] = self._number(meaning.wider[0])
        return [number]

    def ancestors(self) -> NDArray[np.int32]:
        """Return pairs of narrower and wider words, (pairs, 2)."""
        above: dict[int, set[int]] = defaultdict(set)
        vocabulary = self._index.vocabulary
        for key, number in self._numbers.items():
            if isinstance(key, int):
                ancestors = vocabulary.ancestors(self._index.columns[key])
                ids = self._index.tag_ids[ancestors].tolist()
                above[number] = {self._numbers[one] for one in ids if one in self._numbers}
        for number, wider in self._wider.items():
            above[number] = {wider, *above[wider]}
        pairs = sorted((narrow, wide) for narrow, some in above.items() for wide in some)
        return np.array(pairs, dtype=np.int32).reshape(-1, 2)

    def _number(self, tag_id: int) -> int:
        tag = self._index.vocabulary.tags[self._index.columns[tag_id]]
        return self._add(tag_id, HashtagWord(key_of(tag.slug), tag.name, tag_id))

    def _add(self, key: int | str, word: HashtagWord) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.words)
            self.words.append(word)
        return self._numbers[key]


def _singulars(meanings: Iterable[Meaning]) -> dict[str, Meaning]:
    """Return the singulars of candidates, by key, where the singular is a hashtag as well."""
    candidates = {meaning.key: meaning for meaning in meanings if not meaning.tags}
    found = {}
    for key, meaning in candidates.items():
        for form in plural_forms(meaning.name):
            if len(form) < len(meaning.name) and key_of(form) in candidates:
                found[key] = candidates[key_of(form)]
                break
    return found


def _expand(
    image: NDArray[np.int32], key: NDArray[np.int32], keyed: Sequence[list[int]]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return image, word and choice of every use; image, key: (pairs,), each pair once."""
    counts = np.array([len(words) for words in keyed], dtype=np.intp)
    starts = np.cumsum(counts) - counts
    flat = np.array([word for words in keyed for word in words], dtype=np.int32)
    repeats = counts[key]
    origin = np.repeat(np.arange(len(key)), repeats)
    within = np.arange(len(origin)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    word = flat[starts[key[origin]] + within]
    choice = np.where(repeats[origin] > 1, origin, -1).astype(np.int32)
    # Two keys may mean one tag; the use that is not ambiguous counts.
    codes = image[origin].astype(np.int64) * max(len(flat), 1) + word
    order = np.lexsort((choice, codes))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = codes[order][1:] != codes[order][:-1]
    kept = order[first]
    return image[origin[kept]], word[kept], choice[kept]
