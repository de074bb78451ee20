"""Fingerprints of pictures, and the pairs of near-duplicates among them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from shared.db.connection.binary_copy.rows import encode_halfvec, encode_timestamp, send_rows
from shared.pictures.fingerprint import Fingerprint

# The same picture in another size or quality, or slightly changed. Two sunsets may have the same
# hash, and embeddings change with size and quality, so miniatures decide
# (python -m bench.search.duplicates).
MAX_DIFFERENT_BITS = 4
MIN_CORRELATION = 0.997
# Pictures of one moment. Moving the camera by a twentieth of the picture leaves a median of 0.94.
BURST_SECONDS = 10
MIN_BURST_COSINE = 0.9
# Thousands of blank pages all resemble each other.
MAX_CANDIDATES = 200

# One of the three parts of two hashes differs in one bit at most, so an index on each part finds
# all candidates with a look for each bit.
# The owner is compared so that no index serves it: one owner may have nearly all images. What two
# candidates have in common is looked up pair by pair: as joins, it was a scan of all embeddings.
_PAIRS = text("""
    WITH masks AS MATERIALIZED (
        SELECT CAST(0 AS bigint) AS mask
        UNION ALL SELECT CAST(1 AS bigint) << bit FROM generate_series(0, 21) AS bit
    ), fresh AS MATERIALIZED (
        SELECT * FROM fingerprints WHERE image_id = ANY(CAST(:ids AS uuid[]))
    ), candidates AS (
        SELECT fresh.image_id AS one, near.image_id AS other, true AS same
        FROM fresh JOIN fingerprints near ON (
            (near.difference_hash >> 43) & CAST(2097151 AS bigint)
                = ANY(ARRAY(SELECT ((fresh.difference_hash >> 43) & 2097151) # mask FROM masks))
            OR (near.difference_hash >> 22) & CAST(2097151 AS bigint)
                = ANY(ARRAY(SELECT ((fresh.difference_hash >> 22) & 2097151) # mask FROM masks))
            OR near.difference_hash & CAST(4194303 AS bigint)
                = ANY(ARRAY(SELECT (fresh.difference_hash & 4194303) # mask FROM masks))
        )
        WHERE (near.owner = fresh.owner) IS TRUE AND near.image_id <> fresh.image_id
          AND bit_count(CAST(near.difference_hash # fresh.difference_hash AS bit(64))) <= :bits
        UNION ALL
        SELECT fresh.image_id, near.image_id, false
        FROM fresh JOIN fingerprints near ON near.owner = fresh.owner
          AND near.taken_at BETWEEN fresh.taken_at - make_interval(secs => :seconds)
                                AND fresh.taken_at + make_interval(secs => :seconds)
        WHERE near.image_id <> fresh.image_id
    ), few AS MATERIALIZED (
        SELECT one, other, same FROM (
            SELECT *, row_number() OVER (PARTITION BY one ORDER BY other) AS place FROM candidates
        ) AS numbered
        WHERE place <= :candidates
    )
    SELECT one, other, bool_or(same) AS is_same
    FROM few
    WHERE CASE WHEN same THEN (
        SELECT 1 - (a.miniature <=> b.miniature) >= :correlation
        FROM fingerprints a, fingerprints b
        WHERE a.image_id = one AND b.image_id = other
    ) ELSE (
        SELECT 1 - (x.embedding <=> y.embedding) >= :burst_cosine
        FROM models
        JOIN embeddings x USING (backbone_id)
        JOIN embeddings y USING (backbone_id)
        WHERE status = 'live' AND x.image_id = one AND y.image_id = other
    ) END
    GROUP BY one, other
""")


def store_fingerprints(
    connection: Connection, fingerprints: Mapping[UUID, Fingerprint], owners: Mapping[UUID, str]
) -> None:
    """Write the fingerprints of images that have none, and note that they are to be stacked."""
    if not fingerprints:
        return
    send_rows(
        connection,
        "fingerprints",
        ("image_id", "owner", "difference_hash", "miniature", "taken_at"),
        [
            (
                image_id.bytes,
                owners[image_id].encode(),
                made.difference_hash.to_bytes(8, signed=True),
                encode_halfvec(_centred(made.miniature)),
                encode_timestamp(made.taken_at) if made.taken_at else None,
            )
            for image_id, made in fingerprints.items()
        ],
    )
    connection.execute(
        text("INSERT INTO unstacked (image_id) SELECT unnest(CAST(:ids AS uuid[]))"),
        {"ids": list(fingerprints)},
    )


def find_near_duplicates(
    connection: Connection, ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, bool]]:
    """Return the near-duplicates of images among their owners' images.

    For each image: the near-duplicates, and whether each is the same picture rather than one of a
    burst.
    """
    # Statistics may be older than the rows, and a scan for each batch would be slow.
    connection.execute(
        text("""
            SET LOCAL enable_seqscan = off;
            SET LOCAL enable_hashjoin = off;
            SET LOCAL enable_mergejoin = off;
            SET LOCAL jit = off
        """)
    )
    rows = connection.execute(
        _PAIRS,
        {
            "ids": list(ids),
            "bits": MAX_DIFFERENT_BITS,
            "seconds": BURST_SECONDS,
            "candidates": MAX_CANDIDATES,
            "correlation": MIN_CORRELATION,
            "burst_cosine": MIN_BURST_COSINE,
        },
    )
    found: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for one, other, is_same in rows:
        found[one][other] = is_same
    return found


def _centred(miniature: bytes) -> NDArray[np.float32]:
    """Return the grey values less their mean."""
    values = np.frombuffer(miniature, np.uint8).astype(np.float32)
    return values - values.mean()
