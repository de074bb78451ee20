"""A vocabulary with its tags' database ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from shared.db.models.vocabularies.stored import find_live_backbone, read_vocabulary_of
from shared.db.models.vocabularies.words import word_ids
from shared.db.tags.known_tag import KnownTag
from shared.model.vocabulary import Tag, Vocabulary


@dataclass(frozen=True)
class VocabularyIndex:
    """A vocabulary and the database's ids of its columns, (tags,) int32."""

    vocabulary: Vocabulary
    tag_ids: NDArray[np.int32]

    @cached_property
    def columns(self) -> dict[int, int]:
        """The vocabulary's column by database id."""
        return {tag_id: column for column, tag_id in enumerate(self.tag_ids.tolist())}

    def known(self, tag: Tag) -> KnownTag:
        """Return a tag of the vocabulary with its database id."""
        tag_id = int(self.tag_ids[self.vocabulary.index(tag.slug)])
        return KnownTag(tag_id, tag.slug, tag.name, "wordnet", None)

    def with_custom(self, tags: Sequence[KnownTag]) -> VocabularyIndex:
        """Return this vocabulary followed by custom tags; tags that it already has are kept."""
        new = [tag for tag in tags if tag.id not in self.columns]
        if not new:
            return self
        words = [Tag(tag.slug, tag.name, None, (), (), "", None, tag.owner) for tag in new]
        ids = np.array([tag.id for tag in new], dtype=np.int32)
        return VocabularyIndex(
            self.vocabulary.with_custom(words), np.concatenate([self.tag_ids, ids])
        )


def read_vocabulary_index(
    connection: Connection, backbone_id: int | None = None
) -> VocabularyIndex:
    """Read the vocabulary of a network with its ids, which never change.

    backbone_id: the network; None: the live one, or ImageNet's vocabulary before there is one.
    """
    if backbone_id is None:
        backbone_id = find_live_backbone(connection)
    vocabulary = read_vocabulary_of(connection, backbone_id)
    ids = word_ids(connection, vocabulary)
    return VocabularyIndex(
        vocabulary, np.array([ids[tag.slug] for tag in vocabulary.tags], dtype=np.int32)
    )
