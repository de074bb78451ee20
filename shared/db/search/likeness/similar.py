"""Visual search: the images whose embeddings are nearest to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, func, select, text

from shared.db.owners.access import Access
from shared.db.schema import embeddings, images
from shared.db.search.likeness.codes import has_all_codes
from shared.db.search.likeness.nearest_codes import candidate_queries

# How many of the nearest codes have their embeddings compared. For 20 results, 200 are enough among
# different photographs, and 500 among thousands that resemble each other
# (docs/bench/performance.md).
MIN_CANDIDATES = 500
CANDIDATES_PER_RESULT = 2
# To compare the embeddings of so many images takes no longer than to look for candidates.
FEW_IMAGES = 1_000


@dataclass(frozen=True)
class Near:
    """An image, and the cosine of the angle between its embedding and the query, -1 to 1."""

    image_id: UUID
    similarity: float


def find_nearest(
    connection: Connection,
    embedding: NDArray[np.float16],
    backbone_id: int,
    limit: int,
    *,
    access: Access,
    without: UUID | None = None,
) -> list[Near]:
    """Return the images nearest to an embedding, (dimensions,), the nearest first.

    Compares the codes of all images that the caller may see, then the embeddings of those with the
    nearest codes. Where these are few, or while codes are missing, it compares all embeddings.
    without: an image to leave out.
    """
    if _are_few(connection, access) or not has_all_codes(connection):
        return compare_all(
            connection, embedding, backbone_id, limit, access=access, without=without
        )
    count = max(MIN_CANDIDATES, CANDIDATES_PER_RESULT * limit)
    rows: Sequence[Row[Any]] = []
    for query in candidate_queries(connection, embedding, backbone_id, count, access):
        candidates = query.cte("candidates")
        found = select(func.count()).select_from(candidates).scalar_subquery()
        distances = (
            _distances(embedding, backbone_id, without)
            .add_columns(found.label("candidates"))
            .join(candidates, candidates.c.image_id == embeddings.c.image_id)
        )
        rows = _nearest(connection, distances, limit)
        if rows and rows[0].candidates == count:
            break
    return [Near(row.image_id, 1 - row.distance) for row in rows]


def compare_all(
    connection: Connection,
    embedding: NDArray[np.float16],
    backbone_id: int,
    limit: int,
    *,
    access: Access,
    without: UUID | None = None,
) -> list[Near]:
    """Return the same by comparing every embedding that the caller may see: exact, but slow."""
    query = _distances(embedding, backbone_id, without)
    if access.owner is not None:
        query = query.join(images, images.c.id == embeddings.c.image_id).where(access.allows())
    rows = _nearest(connection, query, limit)
    return [Near(row.image_id, 1 - row.distance) for row in rows]


def _are_few(connection: Connection, access: Access) -> bool:
    """Return whether the caller may see so few images that codes would save nothing."""
    if access.owner is None:
        return False
    some = select(images.c.id).where(access.allows()).limit(FEW_IMAGES + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() <= FEW_IMAGES


def _distances(
    embedding: NDArray[np.float16], backbone_id: int, without: UUID | None
) -> Select[tuple[UUID, float]]:
    distance = embeddings.c.embedding.cosine_distance(embedding).label("distance")
    query = select(embeddings.c.image_id, distance).where(embeddings.c.backbone_id == backbone_id)
    return query if without is None else query.where(embeddings.c.image_id != without)


def _nearest(connection: Connection, query: Select[Any], limit: int) -> Sequence[Row[Any]]:
    return connection.execute(query.order_by(text("distance")).limit(limit)).all()
