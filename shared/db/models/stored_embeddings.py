"""Queries that read embeddings, or draw a sample of them."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from sqlalchemy import Connection, text

from shared.db.images.results import read_embeddings

# Images of owners who are excluded from training, and images that their uploader excluded, are not
# read.
MAY_BE_LEARNED = """
    NOT EXISTS (
        SELECT FROM images LEFT JOIN untrained_owners USING (owner)
        WHERE images.id = embeddings.image_id
          AND (untrained_owners.owner IS NOT NULL OR NOT images.learn)
    )
"""
# A table with fewer rows is read whole, a larger one by a share of its pages. Pages differ, so the
# share is larger than needed.
SMALL_TABLE = 2000
SPARE = 3.0
# Postgres' own estimate: counting a million rows would take longer than everything else. Each
# network that has made embeddings has about the same number.
_ESTIMATE = text("""
    SELECT greatest(reltuples, 0)::bigint / greatest((SELECT count(*) FROM backbones), 1)
    FROM pg_class WHERE oid = 'embeddings'::regclass
""")


def read_embeddings_of(
    connection: Connection, ids: Sequence[UUID], backbone_id: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return ids, ascending, and embeddings (images, dimensions), of images that have one."""
    query = sql.SQL(
        "SELECT image_id, embedding FROM embeddings "
        "WHERE image_id = ANY({ids}::uuid[]) AND backbone_id = {backbone_id} ORDER BY image_id"
    )
    return read_embeddings(
        connection,
        query.format(
            ids=sql.Literal([str(image_id) for image_id in ids]),
            backbone_id=sql.Literal(backbone_id),
        ),
    )


def sample_uncorrected(
    connection: Connection, backbone_id: int, images: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return ids and embeddings, (n, dimensions), of at most `images` images without corrections.

    The sample is the same each time, as long as no such image comes or goes.
    """
    count = text("SELECT count(*) FROM embeddings WHERE backbone_id = :backbone_id")
    total = connection.scalar(count, {"backbone_id": backbone_id}) or 0
    # Sample twice as many: some have corrections, and the sample's size varies.
    percent = min(100.0, 200.0 * images / max(total, 1))
    source = sql.SQL("embeddings TABLESAMPLE BERNOULLI ({percent}) REPEATABLE (0)")
    return _newest_uncorrected(
        connection, source.format(percent=sql.Literal(percent)), backbone_id, images
    )


def sample_uncorrected_of(
    connection: Connection, backbone_id: int, owner: str, images: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return ids and embeddings, (n, dimensions), of an owner's newest images without
    corrections.
    """
    source = sql.SQL("embeddings JOIN images ON images.id = image_id AND owner = {owner}")
    return _newest_uncorrected(
        connection, source.format(owner=sql.Literal(owner)), backbone_id, images
    )


def _newest_uncorrected(
    connection: Connection, source: sql.Composable, backbone_id: int, images: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    query = sql.SQL("""
        SELECT image_id, embedding FROM {source}
        WHERE backbone_id = {backbone_id} AND {may_be_learned}
          AND NOT EXISTS (SELECT FROM corrections WHERE corrections.image_id = embeddings.image_id)
        ORDER BY image_id DESC LIMIT {images}
    """)
    return read_embeddings(
        connection,
        query.format(
            source=source,
            may_be_learned=sql.SQL(MAY_BE_LEARNED),
            backbone_id=sql.Literal(backbone_id),
            images=sql.Literal(images),
        ),
    )


def sample_embeddings(
    connection: Connection, backbone_id: int, images: int, *, without: Sequence[UUID]
) -> NDArray[np.float16]:
    """Return embeddings of some images, (n, dimensions), n at most `images`, in no order.

    without: images that are left out. Whole pages of the table are drawn. So images that arrived
    together may come together, but a large table takes no longer.
    """
    total = connection.scalar(_ESTIMATE) or 0
    percent = 100.0 if total < SMALL_TABLE else 100.0 * SPARE * images / total
    query = sql.SQL("""
        SELECT image_id, embedding FROM embeddings TABLESAMPLE SYSTEM ({percent}) REPEATABLE (0)
        WHERE backbone_id = {backbone_id} AND {may_be_learned}
          AND image_id <> ALL ({without}::uuid[])
        LIMIT {images}
    """)
    _, embeddings = read_embeddings(
        connection,
        query.format(
            percent=sql.Literal(min(100.0, percent)),
            may_be_learned=sql.SQL(MAY_BE_LEARNED),
            backbone_id=sql.Literal(backbone_id),
            without=sql.Literal([str(image_id) for image_id in without]),
            images=sql.Literal(images),
        ),
    )
    return embeddings
