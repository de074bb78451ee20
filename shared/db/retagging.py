"""Re-tagging, as queries: images of an older model version, a chunk a transaction."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from sqlalchemy import Connection, text

from shared.db.binary_copy import copy_image_tags, read_embeddings


@dataclass(frozen=True)
class Chunk:
    """Images to re-tag, locked until the transaction ends.

    ids has as many entries as embeddings, (n, dimensions) float16, has rows. last is where the
    next chunk begins; None behind the last one.
    """

    ids: Sequence[UUID]
    embeddings: NDArray[np.float16]
    last: UUID | None


def take_outdated(
    connection: Connection,
    model_version: int,
    backbone_id: int,
    after: UUID | None,
    limit: int,
) -> Chunk:
    """Mark the next images of other versions as tagged by this one, and read their embeddings.

    The mark is part of the transaction that replaces their tags: what a crash interrupts is
    outdated still.
    """
    ids = connection.scalars(
        text("""
            WITH outdated AS (
                SELECT id FROM images
                WHERE status = 'tagged' AND same_as IS NULL AND id > :after
                  AND model_version IN (
                      SELECT version FROM models
                      WHERE backbone_id = :backbone_id AND version <> :model_version
                  )
                ORDER BY id LIMIT :limit
                FOR UPDATE SKIP LOCKED
            )
            UPDATE images SET model_version = :model_version
            FROM outdated WHERE images.id = outdated.id
            RETURNING images.id
        """),
        {
            "model_version": model_version,
            "backbone_id": backbone_id,
            "after": after or UUID(int=0),
            "limit": limit,
        },
    ).all()
    query = sql.SQL(
        "COPY (SELECT image_id, embedding FROM embeddings WHERE image_id = ANY({}::uuid[])) "
        "TO STDOUT (FORMAT binary)"
    ).format(sql.Literal([str(image_id) for image_id in ids]))
    out = io.BytesIO()
    connection.connection.cursor().copy_expert(query, out)
    found, embeddings = read_embeddings(out.getbuffer())
    return Chunk(found, embeddings, max(ids) if ids else None)


def replace_tags(
    connection: Connection,
    ids: Sequence[UUID],
    counts: NDArray[np.intp],
    tag_ids: NDArray[np.int32],
    confidences: NDArray[np.float32],
) -> None:
    """Give images other tags: counts (n,) says how many of tag_ids and confidences each gets."""
    connection.execute(
        text("DELETE FROM image_tags WHERE image_id = ANY(:ids)"), {"ids": list(ids)}
    )
    copy_image_tags(connection, ids, counts, tag_ids, confidences)
