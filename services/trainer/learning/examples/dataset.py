"""Everything a fine-tune looks at, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.trainer.learning.trust.votes import Votes
from shared.db.models.learning import (
    ContributorRecord,
    LastWord,
    read_contributors,
    read_embeddings_of,
    read_last_words,
    sample_uncorrected,
    sample_uncorrected_of,
)

# Corrected images that one run looks at, the latest first: what fits into 2 GB with 1,000 tags.
MAX_IMAGES = 50_000
MAX_CELLS = MAX_IMAGES * 1_000
# Tags that one run teaches, those with the most examples.
MAX_TAGS = 2_000
# With fewer examples a classifier is chance.
MIN_EXAMPLES = 3
SAMPLED_IMAGES = 2_000
SAMPLED_OF_OWNER = 500


@dataclass(frozen=True)
class DataSet:
    """Votes on corrected images, and images that nobody corrected.

    ids: of the corrected images, as many as embeddings, (images, dimensions) float16, has rows;
    sampled: (sampled, dimensions) float16, of images without any correction. tag_ids: the
    database's ids of the tags that `votes` refer to. earlier: the votes that the live version
    learned from, among them some that were replaced since. owner: whose tags these are; None:
    shared.
    """

    ids: tuple[UUID, ...]
    embeddings: NDArray[np.float16]
    sampled: NDArray[np.float16]
    tag_ids: tuple[int, ...]
    contributors: tuple[ContributorRecord, ...]
    votes: Votes
    earlier: Votes
    owner: str | None = None


def read_data_set(
    connection: Connection,
    backbone_id: int,
    *,
    owner: str | None = None,
    tag_id: int | None = None,
) -> DataSet:
    """Read what runs have taken from the queue so far.

    owner: the votes on this owner's tags; None: on the shared ones. tag_id: only the votes on this
    tag, which may have any number of examples; None: on all that have enough.
    """
    words, earlier = (
        read_last_words(
            connection,
            backbone_id,
            owner=owner,
            tag_id=tag_id,
            learned_only=learned_only,
            min_examples=MIN_EXAMPLES if tag_id is None else 1,
            max_tags=MAX_TAGS,
        )
        for learned_only in (False, True)
    )
    tag_ids = tuple(sorted({word.tag_id for word in (*words, *earlier)}))
    ids = _latest_images([*words, *earlier], min(MAX_IMAGES, MAX_CELLS // max(len(tag_ids), 1)))
    found, embeddings = read_embeddings_of(connection, ids, backbone_id)
    contributors = tuple(read_contributors(connection))
    sampled = (
        sample_uncorrected(connection, backbone_id, SAMPLED_IMAGES)
        if owner is None
        else sample_uncorrected_of(connection, backbone_id, owner, SAMPLED_OF_OWNER)
    )
    positions = _Positions(
        {image: position for position, image in enumerate(found)},
        {tag: position for position, tag in enumerate(tag_ids)},
        {contributor.name: position for position, contributor in enumerate(contributors)},
    )
    return DataSet(
        tuple(found),
        embeddings,
        # Without rows, an answer does not tell how long they would be.
        sampled if len(sampled) else np.zeros((0, embeddings.shape[1]), np.float16),
        tag_ids,
        contributors,
        positions.votes(words),
        positions.votes(earlier),
        owner,
    )


def _latest_images(words: list[LastWord], most: int) -> list[UUID]:
    latest: dict[UUID, int] = {}
    for word in words:
        latest[word.image_id] = max(word.id, latest.get(word.image_id, 0))
    newest_first = sorted(latest, key=lambda image: latest[image], reverse=True)
    # In the order of their ids, so that the same data give the same sums.
    return sorted(newest_first[:most])


@dataclass(frozen=True)
class _Positions:
    images: dict[UUID, int]
    tags: dict[int, int]
    contributors: dict[str, int]

    def votes(self, words: list[LastWord]) -> Votes:
        """The words on images that are looked at, as arrays; taken back ones say nothing."""
        kept = [word for word in words if word.verdict != "undo" and word.image_id in self.images]
        return Votes(
            image=np.array([self.images[word.image_id] for word in kept], dtype=np.intp),
            tag=np.array([self.tags[word.tag_id] for word in kept], dtype=np.intp),
            contributor=np.array(
                [self.contributors[word.contributor] for word in kept], dtype=np.intp
            ),
            present=np.array([word.verdict != "remove" for word in kept], dtype=np.bool_),
            order=np.array([word.id for word in kept], dtype=np.int64),
            moment=np.array([word.moment for word in kept], dtype=np.float64),
            learned=np.array([word.learned for word in kept], dtype=np.bool_),
        )
