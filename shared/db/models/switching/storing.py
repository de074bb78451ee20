"""Chunks of a switch in a worker's hands: held, given back, or stored."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from shared.db.images.results import store_embeddings
from shared.db.models.switching.chunks import Chunk
from shared.db.models.switching.switches import Switch, lock_open_switch

# The speed is an average over about this time.
AVERAGE_SECONDS = 60.0


def extend_chunk(connection: Connection, chunk: Chunk, lease_seconds: float) -> bool:
    """Hold a chunk for another lease from now on; return False if it was lost."""
    extended = connection.execute(
        text("""
            UPDATE switch_chunks SET lease_until = now() + make_interval(secs => :seconds)
            WHERE id = :id AND token = :token
        """),
        {"id": chunk.id, "token": chunk.token, "seconds": lease_seconds},
    )
    return extended.rowcount == 1


def give_back_chunk(connection: Connection, chunk: Chunk, retry_seconds: float) -> None:
    """Leave a chunk to any worker after a pause, as if it had not been attempted."""
    connection.execute(
        text("""
            UPDATE switch_chunks
            SET attempts = attempts - 1,
                lease_until = now() + make_interval(secs => :seconds)
            WHERE id = :id AND token = :token
        """),
        {"id": chunk.id, "token": chunk.token, "seconds": retry_seconds},
    )


def store_chunk(
    connection: Connection,
    chunk: Chunk,
    ids: Sequence[UUID],
    embeddings: NDArray[np.float16],
    skipped: Sequence[tuple[UUID, str]],
) -> bool:
    """Store what became of a chunk's images, and end it; return False if it was lost.

    ids: ascending, of the embeddings, (images, dimensions). skipped: images that cannot be
    embedded, and why. Images that were deleted meanwhile are left out.
    """
    assert chunk.switch.backbone_id is not None
    lock_open_switch(connection)
    ended = connection.execute(
        text("DELETE FROM switch_chunks WHERE id = :id AND token = :token"),
        {"id": chunk.id, "token": chunk.token},
    )
    if not ended.rowcount:
        return False
    wanted = [*ids, *(image_id for image_id, _ in skipped)]
    # Locked against deletion, in the order of the ids, as everywhere.
    there = set(
        connection.scalars(
            text("""
                SELECT id FROM images WHERE id = ANY(:ids) ORDER BY id FOR KEY SHARE
            """),
            {"ids": wanted},
        )
    )
    kept = [position for position, image_id in enumerate(ids) if image_id in there]
    if kept:
        store_embeddings(
            connection,
            [ids[position] for position in kept],
            embeddings[kept],
            chunk.switch.backbone_id,
        )
    for image_id, reason in skipped:
        if image_id in there:
            connection.execute(
                text("""
                    INSERT INTO switch_skipped (switch_id, image_id, reason)
                    VALUES (:switch_id, :image_id, :reason)
                """),
                {"switch_id": chunk.switch.id, "image_id": image_id, "reason": reason},
            )
    _count_done(connection, chunk.switch, len(kept))
    return True


def _count_done(connection: Connection, switch: Switch, images: int) -> None:
    """Add to the images that are done, and to the speed, a moving average."""
    connection.execute(
        text("""
            UPDATE backbone_switches
            SET done = done + :images, advanced_at = clock_timestamp(), problem = NULL,
                images_per_second = images_per_second
                    + CASE WHEN done = 0 THEN 1 ELSE 1 - exp(-seconds / :average) END
                    * (:images / seconds - images_per_second)
            FROM (
                SELECT id AS switch_id, greatest(extract(epoch FROM
                    clock_timestamp() - coalesce(advanced_at, started_at)
                )::float8, 0.001) AS seconds
                FROM backbone_switches WHERE id = :id
            ) AS since
            WHERE id = switch_id
        """),
        {"id": switch.id, "images": images, "average": AVERAGE_SECONDS},
    )
