"""The data of a fine-tune, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.trainer.learning.trust.votes import Votes
from shared.db.models.learning import (
    ContributorRecord,
    LastCorrection,
    read_contributors,
    read_last_corrections,
)
from shared.db.models.stored_embeddings import (
    read_embeddings_of,
    sample_uncorrected,
    sample_uncorrected_of,
)

# Corrected images that one run reads, latest first: as many as fit into 2 GB with 1,000 tags.
MAX_IMAGES = 50_000
MAX_CELLS = MAX_IMAGES * 1_000
# Tags that one run teaches: the ones with the most examples.
MAX_TAGS = 2_000
# With fewer examples a classifier is no better than chance.
MIN_EXAMPLES = 3
SAMPLED_IMAGES = 2_000
SAMPLED_OF_OWNER = 500


@dataclass(frozen=True)
class DataSet:
    """Votes on corrected images, and a sample of uncorrected images.

    ids: of the corrected images, one for each row of embeddings, (images, dimensions) float16.
    sampled: (sampled, dimensions) float16, of uncorrected images, sampled_ids. tag_ids: the
    database's ids of the tags that `votes` refer to. earlier: the votes that the live version
    learned from, some of which were replaced since. owner: the owner of the tags; None: shared.
    """

    ids: tuple[UUID, ...]
    embeddings: NDArray[np.float16]
    sampled: NDArray[np.float16]
    tag_ids: tuple[int, ...]
    contributors: tuple[ContributorRecord, ...]
    votes: Votes
    earlier: Votes
    owner: str | None = None
    sampled_ids: tuple[UUID, ...] = ()


def read_data_set(
    connection: Connection,
    backbone_id: int,
    *,
    owner: str | None = None,
    tag_id: int | None = None,
    min_examples: int = MIN_EXAMPLES,
) -> DataSet:
    """Read what runs have taken from the queue so far.

    owner: votes on this owner's tags; None: on shared tags. tag_id: only votes on this tag, which
    may have any number of examples; None: on all tags, custom ones with `min_examples` images.
    """
    corrections, earlier = (
        read_last_corrections(
            connection,
            backbone_id,
            owner=owner,
            tag_id=tag_id,
            learned_only=learned_only,
            min_examples=min_examples if tag_id is None else 1,
            max_tags=MAX_TAGS,
        )
        for learned_only in (False, True)
    )
    tag_ids = tuple(sorted({correction.tag_id for correction in (*corrections, *earlier)}))
    ids = _latest_images(
        [*corrections, *earlier], min(MAX_IMAGES, MAX_CELLS // max(len(tag_ids), 1))
    )
    found, embeddings = read_embeddings_of(connection, ids, backbone_id)
    contributors = tuple(read_contributors(connection))
    sampled_ids, sampled = (
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
        # An empty sample does not have the number of dimensions.
        sampled if len(sampled) else np.zeros((0, embeddings.shape[1]), np.float16),
        tag_ids,
        contributors,
        positions.votes(corrections),
        positions.votes(earlier),
        owner,
        tuple(sampled_ids),
    )


def _latest_images(corrections: list[LastCorrection], max_images: int) -> list[UUID]:
    latest: dict[UUID, int] = {}
    for correction in corrections:
        latest[correction.image_id] = max(correction.id, latest.get(correction.image_id, 0))
    newest_first = sorted(latest, key=lambda image: latest[image], reverse=True)
    # Sort by id, so that the same data give the same sums.
    return sorted(newest_first[:max_images])


@dataclass(frozen=True)
class _Positions:
    images: dict[UUID, int]
    tags: dict[int, int]
    contributors: dict[str, int]

    def votes(self, corrections: list[LastCorrection]) -> Votes:
        """Return the votes on images of this data set as arrays; withdrawn votes are left out."""
        kept = [
            last for last in corrections if last.verdict != "undo" and last.image_id in self.images
        ]
        return Votes(
            image=np.array([self.images[last.image_id] for last in kept], dtype=np.intp),
            tag=np.array([self.tags[last.tag_id] for last in kept], dtype=np.intp),
            contributor=np.array(
                [self.contributors[last.contributor] for last in kept], dtype=np.intp
            ),
            present=np.array([last.verdict != "remove" for last in kept], dtype=np.bool_),
            order=np.array([last.id for last in kept], dtype=np.int64),
            moment=np.array([last.moment for last in kept], dtype=np.float64),
            learned=np.array([last.learned for last in kept], dtype=np.bool_),
        )
