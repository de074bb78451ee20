"""Samples of what the model shows on recent and on older pictures.

Ids are UUIDv7, so a span of time is a range of the primary key and a sample needs no other index.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

CONFIDENCE_BINS = 10


def sample_images(
    connection: Connection, since: float, until: float, slices: int, per_slice: int
) -> list[UUID]:
    """Return tagged images of a span of time, up to this many from each of its equal slices.

    since, until: seconds since 1970.
    """
    length = (until - since) / slices
    starts = [first_id(since + number * length) for number in range(slices + 1)]
    return list(
        connection.scalars(
            text("""
                SELECT picked.id
                FROM unnest(CAST(:starts AS uuid[]), CAST(:ends AS uuid[])) AS slice(start, "end"),
                LATERAL (
                    SELECT id FROM images
                    WHERE id >= slice.start AND id < slice."end" AND status = 'tagged'
                    ORDER BY id LIMIT :per_slice
                ) AS picked
            """),
            {"starts": starts[:-1], "ends": starts[1:], "per_slice": per_slice},
        )
    )


def first_id(moment: float) -> UUID:
    """Return the smallest id that an image of this moment (seconds since 1970) can have."""
    milliseconds = max(0, int(moment * 1000))
    return UUID(int=milliseconds << 80)


def count_shown(connection: Connection, images: Sequence[UUID]) -> Sequence[RowMapping]:
    """Count what the model shows on these images, by slug and bin (1 to 10) of confidence."""
    return (
        connection.execute(
            text("""
                SELECT slug, least(width_bucket(confidence, 0, 1, :bins), :bins) AS bin,
                       count(*) AS images
                FROM image_tags JOIN tags ON tags.id = tag_id
                WHERE image_id = ANY(:images) GROUP BY slug, bin
            """),
            {"images": list(images), "bins": CONFIDENCE_BINS},
        )
        .mappings()
        .all()
    )
