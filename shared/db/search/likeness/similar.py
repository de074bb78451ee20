"""Visual search: the images whose embeddings are nearest to one."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import BIT

from shared.db.owners.access import Access
from shared.db.schema import codes, embeddings, images
from shared.db.search.likeness.codes import has_all_codes
from shared.model.codes import encode

# How many of the nearest codes have their embeddings compared. 200 would do for 20 results
# (docs/bench/performance.md), and Postgres needs hardly longer for 300.
MIN_CANDIDATES = 300
CANDIDATES_PER_RESULT = 2


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
    nearest codes. While codes are missing, it compares all embeddings. without: an image to leave
    out.
    """
    if not has_all_codes(connection):
        return compare_all(
            connection, embedding, backbone_id, limit, access=access, without=without
        )
    count = max(MIN_CANDIDATES, CANDIDATES_PER_RESULT * limit)
    candidates = _nearest_codes(embedding, backbone_id, count, access).cte("candidates")
    query = _distances(embedding, backbone_id, without).join(
        candidates, candidates.c.image_id == embeddings.c.image_id
    )
    # Compiling the scan takes longer than running it.
    connection.execute(text("SET LOCAL jit = off"))
    return _nearest(connection, query, limit)


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
    return _nearest(connection, query, limit)


def _nearest_codes(
    embedding: NDArray[np.float16], backbone_id: int, count: int, access: Access
) -> Select[tuple[UUID]]:
    code = "".join(f"{byte:08b}" for byte in encode(embedding[np.newaxis])[0])
    differences = codes.c.code.op("<~>")(bindparam(None, code, BIT(varying=True)))
    return (
        select(codes.c.image_id)
        .where(codes.c.backbone_id == backbone_id, access.allows(codes.c.owner))
        .order_by(differences)
        .limit(count)
    )


def _distances(
    embedding: NDArray[np.float16], backbone_id: int, without: UUID | None
) -> Select[tuple[UUID, float]]:
    distance = embeddings.c.embedding.cosine_distance(embedding).label("distance")
    query = select(embeddings.c.image_id, distance).where(embeddings.c.backbone_id == backbone_id)
    return query if without is None else query.where(embeddings.c.image_id != without)


def _nearest(connection: Connection, query: Select[tuple[UUID, float]], limit: int) -> list[Near]:
    rows = connection.execute(query.order_by(text("distance")).limit(limit)).all()
    return [Near(row.image_id, 1 - row.distance) for row in rows]
