"""The vocabulary of one database: the network's words, and those that people made."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from shared.db.tags.tags import count_tags, custom_tags, tag_ids
from shared.vocabulary import Vocabulary, load_imagenet


@dataclass(frozen=True)
class VocabularyIndex:
    """A vocabulary and the database's ids of its columns, (tags,) int32."""

    vocabulary: Vocabulary
    tag_ids: NDArray[np.int32]

    def id_of(self, slug: str) -> int:
        """The database's id of a tag. Raises KeyError for an unknown slug."""
        return int(self.tag_ids[self.vocabulary.index(slug)])

    @cached_property
    def columns(self) -> dict[int, int]:
        """The vocabulary's column of each of the database's ids."""
        return {tag_id: column for column, tag_id in enumerate(self.tag_ids.tolist())}


def read_vocabulary_index(
    connection: Connection, known: VocabularyIndex | None = None
) -> VocabularyIndex:
    """The words of the database; `known` itself where nothing was added to it."""
    if known is not None and count_tags(connection) == len(known.vocabulary):
        return known
    vocabulary = load_imagenet().with_custom(custom_tags(connection))
    # After them: a tag that is made between the two statements may be too many, never too few.
    ids = tag_ids(connection)
    return VocabularyIndex(
        vocabulary, np.array([ids[tag.slug] for tag in vocabulary.tags], dtype=np.int32)
    )
