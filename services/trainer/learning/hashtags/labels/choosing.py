"""Choose the pictures that teach each word, so that no owner and no frequent word dominates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.uses import Uses

# With fewer, a word's figures would be random, and an owner could make one up alone.
MIN_PICTURES = 20
MIN_OWNERS = 3
# Pictures of one owner and word; near-duplicates among the considered ones are left out first.
MAX_OF_OWNER = 50
CONSIDERED_OF_OWNER = 100
# Square-root resampling (Mahajan et al. 2018): of n pictures, at most this many times √n teach.
ROOT_FACTOR = 20.0
MAX_OF_WORD = 1_000
# How many words one night looks at; the ones that most owners use come first.
MAX_WORDS = 1_000


def frequent_words(uses: Uses) -> NDArray[np.bool_]:
    """Return which words have enough pictures and owners to be looked at, (words,)."""
    words = len(uses.words)
    pictures = np.bincount(uses.word, minlength=words)
    owners = count_owners(uses)
    enough = (pictures >= MIN_PICTURES) & (owners >= MIN_OWNERS)
    ranked = np.lexsort((-pictures, -owners, ~enough))[:MAX_WORDS]
    chosen = np.zeros(words, dtype=np.bool_)
    chosen[ranked] = enough[ranked]
    return chosen


def choose_background(uses: Uses, max_images: int) -> NDArray[np.intp]:
    """Return images that stand for all others, as positions, by falling chance of the lottery.

    Every owner has a first picture before any has a second one, so that accounts which post
    thousands do not decide what a usual picture is.
    """
    order = np.lexsort((uses.lottery, uses.owner))
    turn = _place_in_run(uses.owner[order])
    return order[np.lexsort((uses.lottery[order], turn))][:max_images]


def count_owners(uses: Uses) -> NDArray[np.intp]:
    """Return how many owners gave each word, (words,)."""
    owners = int(uses.owner.max(initial=0)) + 1
    pairs = np.unique(uses.word.astype(np.int64) * owners + uses.owner[uses.image])
    return np.bincount(pairs // owners, minlength=len(uses.words))


def choose_uses(uses: Uses, max_images: int) -> NDArray[np.intp]:
    """Return the uses that teach, as positions, by falling chance of the lottery within a word.

    Every owner of a word has a first picture before any has a second one. max_images: that may be
    read; each word gets an equal share.
    """
    owner = uses.owner[uses.image]
    order = np.lexsort((uses.lottery[uses.image], owner, uses.word))
    turn = _place_in_run(uses.word[order], owner[order])
    order, turn = order[turn < CONSIDERED_OF_OWNER], turn[turn < CONSIDERED_OF_OWNER]
    again = np.lexsort((uses.lottery[uses.image[order]], turn, uses.word[order]))
    order = order[again]
    word = uses.word[order]
    place = _place_in_run(word)
    pictures = np.bincount(uses.word, minlength=len(uses.words))
    share = max(max_images // max(len(np.unique(word)), 1), MIN_PICTURES)
    most = np.minimum(ROOT_FACTOR * np.sqrt(pictures), min(share, MAX_OF_WORD))
    return order[place < most[word]]


def _place_in_run(*keys: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return the place of each element in its run of equal keys, from 0."""
    count = len(keys[0])
    if not count:
        return np.empty(0, dtype=np.intp)
    starts = np.zeros(count, dtype=np.bool_)
    starts[0] = True
    for key in keys:
        starts[1:] |= key[1:] != key[:-1]
    first = np.flatnonzero(starts)
    return np.arange(count) - np.repeat(first, np.diff(np.append(first, count)))


def without_duplicates(
    directions: NDArray[np.float32], owner: NDArray[np.int32], max_cosine: float
) -> NDArray[np.bool_]:
    """Return which of one word's pictures to keep, (pictures,): the first of each near-duplicate
    group, and at most 50 of an owner.

    directions: (pictures, kept), of unit length.
    """
    keep = np.ones(len(directions), dtype=np.bool_)
    is_near = np.triu(directions @ directions.T > max_cosine, k=1)
    for first in np.flatnonzero(is_near.any(axis=1)):
        if keep[first]:
            keep &= ~is_near[first]
    places = np.flatnonzero(keep)
    by_owner = places[np.argsort(owner[places], kind="stable")]
    keep[by_owner[_place_in_run(owner[by_owner]) >= MAX_OF_OWNER]] = False
    return keep
