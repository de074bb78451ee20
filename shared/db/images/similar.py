"""Visual search, as a query: the embeddings that point the same way."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from shared.db.owners.access import Access
from shared.db.schema import embeddings, images


def find_nearest(
    connection: Connection,
    embedding: NDArray[np.float16],
    backbone_id: int,
    limit: int,
    *,
    access: Access,
    without: UUID | None = None,
) -> Sequence[Row[tuple[UUID, float]]]:
    """The images whose embeddings are nearest to one, (dimensions,), with their distances.

    Distance: 1 less the cosine of the angle, 0 to 2. Exact: every embedding is read, by as many
    processes as Postgres gives to one query, as far as the caller may see them. without: an image
    that is left out.
    """
    distance = embeddings.c.embedding.cosine_distance(embedding)
    query = select(embeddings.c.image_id, distance.label("distance")).where(
        embeddings.c.backbone_id == backbone_id
    )
    if access.owner is not None:
        query = query.join(images, images.c.id == embeddings.c.image_id).where(access.allows())
    if without is not None:
        query = query.where(embeddings.c.image_id != without)
    return connection.execute(query.order_by(distance).limit(limit)).all()
