"""The tags that pictures can get, and how class probabilities add up to tag probabilities."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from shared.model.names.text import normalise
from shared.model.vocabulary.sums import Sums
from shared.model.vocabulary.tag import Tag


class Vocabulary:
    """Tags in a fixed order: a tag's index in `tags` is its column in all arrays of probabilities.

    `leaves` are the columns of tags that the network has a class for, and `leaf_numbers` these
    classes, both in the order of the classes, (leaves,) int. `word_count` is the number of its own
    tags, which come before all custom ones. `has_leaves` is true for tags with a class that counts
    towards them, their own or a narrower tag's, (tags,) bool. `classes` is the number of classes.

    Raises ValueError for two tags with one slug, an unknown parent, or a tag that is its own
    ancestor.
    """

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.tags = tuple(tags)
        self._columns = {tag.slug: column for column, tag in enumerate(self.tags)}
        if len(self._columns) < len(self.tags):
            raise ValueError("two tags of the vocabulary share a slug")
        self._ancestors = _ancestors(self.tags, self._columns)
        self._descendants = _descendants(self._ancestors)
        by_leaf = {tag.leaf: column for column, tag in enumerate(self.tags) if tag.leaf is not None}
        self.word_count = len(self.tags)
        self.leaf_numbers: NDArray[np.intp] = np.array(sorted(by_leaf), dtype=np.intp)
        self.leaves: NDArray[np.intp] = np.array(
            [by_leaf[leaf] for leaf in self.leaf_numbers.tolist()], dtype=np.intp
        )
        self._sums = Sums.of(self.tags, self._ancestors)
        self.classes = self._sums.classes
        self._by_text = _texts(self.tags)
        self._group_tags()

    def with_custom(self, tags: Iterable[Tag]) -> Vocabulary:
        """Return this vocabulary followed by custom tags; its own columns stay.

        If several tags share a slug, it means the last of them.
        """
        extended = copy.copy(self)
        extended.tags = (*self.tags, *tags)
        behind = enumerate(extended.tags[len(self.tags) :], len(self.tags))
        extended._columns = {**self._columns, **{tag.slug: column for column, tag in behind}}
        custom = len(extended.tags) - len(self.tags)
        alone = [np.empty(0, dtype=np.intp)] * custom
        extended._ancestors = (*self._ancestors, *alone)
        extended._descendants = (*self._descendants, *alone)
        # Skip the vocabulary's own tags, which come first.
        extended._by_text = {**_texts(extended.tags[len(self.tags) :]), **self._by_text}
        extended._group_tags()
        return extended

    def _group_tags(self) -> None:
        self._is_common = np.array([tag.usage == "common" for tag in self.tags], dtype=bool)
        # The network scores tags that have a class, or have one below them.
        self.has_leaves: NDArray[np.bool_] = np.zeros(len(self.tags), dtype=bool)
        self.has_leaves[self.leaves] = True
        self.has_leaves[self._sums.columns] = True

    @cached_property
    def everyday(self) -> frozenset[str]:
        """Slugs of the everyday words."""
        return frozenset(tag.slug for tag in self.tags if tag.everyday)

    def __len__(self) -> int:
        return len(self.tags)

    def knows(self, slugs: Iterable[str]) -> bool:
        """Return whether all of these are slugs of tags."""
        return all(slug in self._columns for slug in slugs)

    def index(self, slug: str) -> int:
        """Return the column of a tag. Raises KeyError for an unknown slug."""
        return self._columns[slug]

    def find(self, slug: str) -> int | None:
        """Return the column of a tag; None for an unknown slug."""
        return self._columns.get(slug)

    def ancestors(self, column: int) -> NDArray[np.intp]:
        """Return the columns of all tags that this one implies, without itself, ascending."""
        return self._ancestors[column]

    def descendants(self, column: int) -> NDArray[np.intp]:
        """Return the columns of all tags that imply this one, without itself, ascending."""
        return self._descendants[column]

    def resolve(self, text: str) -> Tag | None:
        """Return the tag with this slug, name or alias, in any case; None if unknown."""
        return self._by_text.get(normalise(text))

    def tag_probabilities(
        self, leaf_probabilities: NDArray[np.float32], *, independent: bool = False
    ) -> NDArray[np.float32]:
        """Sum leaf probabilities, (batch, classes), to those of all tags, (batch, tags).

        independent: the classes do not exclude each other, so a wider tag is as probable as the
        most probable of its leaves.

        Custom tags have no leaves and get 0. In memory, the result is tag by tag, which is several
        times faster to fill.
        """
        by_tag = np.zeros((len(self), len(leaf_probabilities)), dtype=np.float32)
        by_tag[self.leaves] = leaf_probabilities.T[self.leaf_numbers]
        combine = self._sums.highest if independent else self._sums.of_leaves
        by_tag[self._sums.columns] = combine(leaf_probabilities).T
        return by_tag.T

    def is_only_a_leaf(self, column: int) -> bool:
        """Return whether a tag has one class and nothing else counts towards it."""
        return self.tags[column].leaf is not None and column not in self._sums.column_set

    def best_first(
        self, columns: NDArray[np.intp], probabilities: NDArray[np.floating]
    ) -> NDArray[np.intp]:
        """Return the display order of some of one picture's tags, as positions in `columns`.

        First come tags that no other listed one implies, and common words that no other listed
        common word implies: "dog" beside "golden retriever", but not "animal". Secondary words such
        as "close-up" follow, then implied ones, then vague ones such as "device"; each group by
        falling probability. Both arguments and the result have shape (listed,).
        """
        groups = np.array(self.display_groups(columns.tolist()))
        return np.lexsort((~self._is_common[columns], -probabilities, groups))

    def display_groups(self, columns: Sequence[int]) -> list[int]:
        """Return the display group of each of one picture's tags, 0 first; (listed,)."""
        # With sets: ten tags have too few ancestors for arrays over the vocabulary to pay off.
        implied, implied_by_common = set[int](), set[int]()
        for column in columns:
            above = self._ancestors[column].tolist()
            implied.update(above)
            if self.tags[column].usage == "common":
                implied_by_common.update(above)

        def group(column: int) -> int:
            usage = self.tags[column].usage
            if usage == "vague":
                return 3
            if column in implied and (usage != "common" or column in implied_by_common):
                return 2
            return 1 if usage == "secondary" else 0

        return [group(column) for column in columns]


def _ancestors(tags: Sequence[Tag], columns: Mapping[str, int]) -> tuple[NDArray[np.intp], ...]:
    """Return for each tag the columns of its ancestors, ascending."""
    parents = {tag.slug: tag.parents for tag in tags}
    try:
        order = tuple(TopologicalSorter(parents).static_order())  # parents before children
    except CycleError as error:
        circle = ", ".join(error.args[1])
        raise ValueError(f"tags that are their own ancestors: {circle}") from error
    if unknown := set(order) - columns.keys():
        raise ValueError(f"parents that are not tags: {', '.join(sorted(unknown))}")
    above: dict[str, frozenset[int]] = {}
    for slug in order:
        above[slug] = frozenset().union(*({columns[p]} | above[p] for p in parents[slug]))
    return tuple(np.array(sorted(above[tag.slug]), dtype=np.intp) for tag in tags)


def _descendants(ancestors: Sequence[NDArray[np.intp]]) -> tuple[NDArray[np.intp], ...]:
    """Return for each tag the columns of its descendants, ascending."""
    below: list[list[int]] = [[] for _ in ancestors]
    for column, above in enumerate(ancestors):
        for ancestor in above:
            below[ancestor].append(column)
    return tuple(np.array(columns, dtype=np.intp) for columns in below)


def _texts(tags: Sequence[Tag]) -> dict[str, Tag]:
    """Return tags by every text that means them. A text of two tags means the better match."""
    by_text: dict[str, Tag] = {}
    for position in range(2 + max((len(tag.aliases) for tag in tags), default=0)):
        for tag in tags:
            texts = (tag.slug, tag.name, *tag.aliases)  # the best first
            if position < len(texts):
                by_text.setdefault(normalise(texts[position]), tag)
    return by_text
