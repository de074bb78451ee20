"""Which uploader gave which word to which picture, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HashtagWord:
    """A word that hashtags give: a tag, or a candidate for one.

    key: the same for all spellings. tag_id: of the tag; None: a candidate. name: for people.
    """

    key: str
    name: str
    tag_id: int | None = None


@dataclass(frozen=True)
class Uses:
    """Words and the pictures that they were given to.

    words: each once. owner: (images,) int32. lottery: (images,) uint64, an order that no uploader
    can choose. image, word: (uses,) int32, each pair once. choice: (uses,) int32, the same for uses
    of one ambiguous hashtag, of which only one is meant; -1: not ambiguous. hashtags: (images,)
    int32, how many hashtags a picture has, blocked ones included.
    """

    words: tuple[HashtagWord, ...]
    owner: NDArray[np.int32]
    lottery: NDArray[np.uint64]
    image: NDArray[np.int32]
    word: NDArray[np.int32]
    choice: NDArray[np.int32]
    hashtags: NDArray[np.int32]

    def where(self, chosen: NDArray[np.bool_]) -> Uses:
        """Return some of the uses; chosen: (uses,)."""
        return Uses(
            self.words,
            self.owner,
            self.lottery,
            self.image[chosen],
            self.word[chosen],
            self.choice[chosen],
            self.hashtags,
        )

    def of_words(self, chosen: NDArray[np.bool_]) -> Uses:
        """Return the uses of some of the words, which are renumbered; chosen: (words,)."""
        number = np.cumsum(chosen, dtype=np.int32) - 1
        some = self.where(chosen[self.word])
        words = tuple(self.words[place] for place in np.flatnonzero(chosen).tolist())
        return replace(some, words=words, word=number[some.word])

    def with_ancestors(self, ancestors: NDArray[np.int32]) -> Uses:
        """Return the uses with those that follow from narrower words.

        ancestors: (pairs, 2), positions of narrower and wider words. A wider word beside a
        narrower one is not counted as a hashtag of its own; a missing one is added.
        """
        if not len(ancestors):
            return self
        codes = _codes(self.image, self.word, len(self.words))
        implied, origin = self._implied(ancestors)
        follows = np.isin(codes, implied)
        counted = self.hashtags - np.bincount(
            self.image[follows & (self.choice < 0)], minlength=len(self.hashtags)
        )
        is_new = ~np.isin(implied, codes)
        added, first = np.unique(implied[is_new], return_index=True)
        return Uses(
            self.words,
            self.owner,
            self.lottery,
            np.concatenate([self.image, (added // len(self.words)).astype(np.int32)]),
            np.concatenate([self.word, (added % len(self.words)).astype(np.int32)]),
            # What follows from an ambiguous hashtag is as ambiguous.
            np.concatenate([self.choice, self.choice[origin[is_new][first]]]),
            np.maximum(counted, 1).astype(np.int32),
        )

    def _implied(self, ancestors: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """Return the codes of all implied uses, and the use that each follows from."""
        order = np.argsort(self.word, kind="stable")
        starts = np.searchsorted(self.word[order], np.arange(len(self.words) + 1))
        rows = [
            (order[starts[narrow] : starts[narrow + 1]], wide)
            for narrow, wide in ancestors.tolist()
        ]
        origin = np.concatenate([found for found, _ in rows])
        wide = np.repeat([wide for _, wide in rows], [len(found) for found, _ in rows])
        return _codes(self.image[origin], wide, len(self.words)), origin


def _codes(image: NDArray[np.int32], word: NDArray[np.integer], words: int) -> NDArray[np.int64]:
    return image.astype(np.int64) * words + word
