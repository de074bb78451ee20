"""One data set with the embeddings of two networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.trainer.learning.examples.dataset import DataSet, read_data_set
from shared.db.models.stored_embeddings import read_embeddings_of


@dataclass(frozen=True)
class PairedData:
    """The same images and votes with the embeddings of the next and of the live network.

    in_both: (images,) bool, whether a corrected image has both; without the live one its row is
    zero.
    """

    following: DataSet
    live: DataSet
    in_both: NDArray[np.bool_]


def read_paired(
    connection: Connection, following_id: int, live_id: int, owner: str | None
) -> PairedData:
    """Read what the next network learns from.

    following_id, live_id: the networks. owner: of the tags; None: shared tags. Every tag counts
    that has an example, so that none is lost that was taught with one picture.
    """
    following = read_data_set(connection, following_id, owner=owner, min_examples=1)
    embeddings, in_both = _aligned(connection, following.ids, live_id)
    sampled, _ = _aligned(connection, following.sampled_ids, live_id)
    # An empty sample does not have the number of dimensions.
    sampled = sampled if len(sampled) else embeddings[:0]
    return PairedData(
        following, replace(following, embeddings=embeddings, sampled=sampled), in_both
    )


def _aligned(
    connection: Connection, ids: Sequence[UUID], backbone_id: int
) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """Return embeddings, (images, dimensions), in the order of the ids, and which there are."""
    found, stored = read_embeddings_of(connection, ids, backbone_id)
    row_of = {image: row for row, image in enumerate(found)}
    rows = np.array([row_of.get(image, -1) for image in ids], dtype=np.intp)
    embeddings = np.zeros((len(ids), stored.shape[1]), np.float16)
    embeddings[rows >= 0] = stored[rows[rows >= 0]]
    return embeddings, rows >= 0
