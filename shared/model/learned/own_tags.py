"""Learned tags of one owner, scored only for that owner's images."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.db.tags.known_tag import KnownTag
from shared.model.learned.tags import LearnedTags
from shared.model.names.text import normalise
from shared.model.vocabulary import Vocabulary


@dataclass(frozen=True)
class OwnTags:
    """Tags of one owner and their classifiers, in the same order.

    held: (own,) bool, tags not shown before a person confirms them. shadowed: columns of shared
    tags with the slug of an own tag, which takes precedence for this owner.
    """

    tags: tuple[KnownTag, ...]
    learned: LearnedTags
    held: NDArray[np.bool_]
    shadowed: NDArray[np.intp]

    @classmethod
    def of(
        cls,
        tags: Collection[KnownTag],
        learned: LearnedTags,
        vocabulary: Vocabulary,
        hold: Collection[str],
    ) -> OwnTags:
        """vocabulary: the shared tags. hold: names of tags that are held back."""
        held_names = {normalise(name) for name in hold}
        held = [
            normalise(tag.name) in held_names or normalise(tag.slug) in held_names for tag in tags
        ]
        shadowed = [vocabulary.index(tag.slug) for tag in tags if vocabulary.knows([tag.slug])]
        return cls(
            tuple(tags),
            learned,
            np.array(held, dtype=np.bool_),
            np.array(sorted(shadowed), dtype=np.intp),
        )

    @property
    def tag_ids(self) -> NDArray[np.int32]:
        """The database's ids, (own,)."""
        return self.learned.tag_ids

    def showable_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return probabilities (n, own) for embeddings (n, dimensions); NaN for held-back tags."""
        probabilities = self.learned.probabilities(embeddings)
        probabilities[:, self.held] = np.nan
        return probabilities
