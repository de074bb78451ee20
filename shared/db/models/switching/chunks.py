"""Chunks of images that workers embed with the network that is to go live.

A chunk is a range of image ids under a lease. A worker that dies leaves its chunk to another one;
the chunk then holds those of its images that still have no embedding.
"""

from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from shared.db.images.tagging import ClaimedImage
from shared.db.models.switching.switches import Switch, find_open_switch, lock_open_switch

# Ids that one query looks at, and queries in one transaction: 100,000 images take half a second.
WINDOW_IMAGES = 5_000
MAX_WINDOWS = 20
# A round that finds fewer images than this, or this share of all, leaves only what has arrived
# meanwhile.
MAX_REST = 100
MAX_REST_SHARE = 0.01


@dataclass(frozen=True)
class Chunk:
    """Images that one worker holds under a token until the lease runs out.

    attempt: 1 for the first worker that takes it.
    """

    id: int
    switch: Switch
    token: UUID
    attempt: int
    images: tuple[ClaimedImage, ...]


class Nothing(Enum):
    """Why there is no chunk to take."""

    NOW = "other workers hold what is left, or all is embedded: look again a little later"
    MORE = "all images of this transaction are embedded: look further at once"
    LEARN = "nearly all images are embedded: the learned tags come next"
    DONE = "the network is live, and every image is embedded"


_MISSING = """
    SELECT id, format, orientation FROM images
    WHERE id > :after AND id <= :upto AND status = 'tagged' AND same_as IS NULL
      AND NOT EXISTS (
          SELECT FROM embeddings WHERE image_id = images.id AND backbone_id = :backbone_id
      )
      AND NOT EXISTS (
          SELECT FROM switch_skipped WHERE image_id = images.id AND switch_id = :switch_id
      )
    ORDER BY id LIMIT :limit
"""


def claim_chunk(connection: Connection, limit: int, lease_seconds: float) -> Chunk | Nothing:
    """Claim images of the open switch: the chunk of a dead worker, or the next ones.

    limit: the number of images in a new chunk.
    """
    lock_open_switch(connection)
    switch = find_open_switch(connection)
    if switch is None or switch.status == "preparing" or _is_too_early(switch):
        return Nothing.NOW
    abandoned = _take_over(connection, switch, lease_seconds)
    return abandoned or _claim_next(connection, switch, limit, lease_seconds)


def _is_too_early(switch: Switch) -> bool:
    """Whether workers may still store images with the network that was live before."""
    return switch.status == "finishing" and not switch.is_settled


def _take_over(connection: Connection, switch: Switch, lease_seconds: float) -> Chunk | None:
    """Take over a chunk whose lease has run out; chunks without missing images are deleted."""
    while True:
        row = connection.execute(
            text("""
                UPDATE switch_chunks
                SET token = :token, attempts = attempts + 1,
                    lease_until = now() + make_interval(secs => :lease_seconds)
                WHERE id = (
                    SELECT id FROM switch_chunks
                    WHERE switch_id = :switch_id AND lease_until < now() ORDER BY id LIMIT 1
                )
                RETURNING id, token, attempts, after, upto
            """),
            {"token": uuid4(), "switch_id": switch.id, "lease_seconds": lease_seconds},
        ).first()
        if row is None:
            return None
        images = _find_missing(connection, switch, row.after, row.upto, WINDOW_IMAGES)
        if images:
            return Chunk(row.id, switch, row.token, row.attempts, images)
        connection.execute(text("DELETE FROM switch_chunks WHERE id = :id"), {"id": row.id})


def _claim_next(
    connection: Connection, switch: Switch, limit: int, lease_seconds: float
) -> Chunk | Nothing:
    """Claim the next images behind the switch's position."""
    for _ in range(MAX_WINDOWS):
        after, upto = _next_window(connection, switch)
        if upto is None:
            return _end_round(connection, switch)
        images = _find_missing(connection, switch, after, upto, limit)
        end = images[-1].id if len(images) == limit else upto
        connection.execute(
            text("""
                UPDATE backbone_switches SET position = :position, found = found + :found
                WHERE id = :id
            """),
            {"id": switch.id, "position": end, "found": len(images)},
        )
        if images:
            chunk = Chunk(0, switch, uuid4(), 1, images)
            return _insert(connection, chunk, after, end, lease_seconds)
    return Nothing.MORE


def _next_window(connection: Connection, switch: Switch) -> tuple[UUID, UUID | None]:
    """Return where to look for images: behind the first id, up to the second."""
    after, upto = connection.execute(
        text("""
            SELECT position, (
                SELECT id FROM (
                    SELECT id FROM images WHERE id > position ORDER BY id LIMIT :window
                ) AS next_images
                ORDER BY id DESC LIMIT 1
            )
            FROM backbone_switches WHERE id = :id
        """),
        {"id": switch.id, "window": WINDOW_IMAGES},
    ).one()
    return after, upto


def _find_missing(
    connection: Connection, switch: Switch, after: UUID, upto: UUID, limit: int
) -> tuple[ClaimedImage, ...]:
    """Return tagged originals of a range of ids that have no embedding yet, ascending."""
    rows = connection.execute(
        text(_MISSING),
        {
            "after": after,
            "upto": upto,
            "backbone_id": switch.backbone_id,
            "switch_id": switch.id,
            "limit": limit,
        },
    )
    return tuple(ClaimedImage(row.id, row.format, row.orientation, 0.0) for row in rows)


def _insert(
    connection: Connection, chunk: Chunk, after: UUID, upto: UUID, lease_seconds: float
) -> Chunk:
    """Insert the row of a chunk; return the chunk with its id."""
    chunk_id = connection.execute(
        text("""
            INSERT INTO switch_chunks (switch_id, after, upto, token, lease_until)
            VALUES (:switch_id, :after, :upto, :token, now() + make_interval(secs => :seconds))
            RETURNING id
        """),
        {
            "switch_id": chunk.switch.id,
            "after": after,
            "upto": upto,
            "token": chunk.token,
            "seconds": lease_seconds,
        },
    ).scalar_one()
    return replace(chunk, id=chunk_id)


def _end_round(connection: Connection, switch: Switch) -> Nothing:
    """Decide what follows when the last image has been looked at.

    Images may have been tagged behind the position, so a round that found many is followed by
    another one.
    """
    held, found, total = connection.execute(
        text("""
            SELECT EXISTS (SELECT FROM switch_chunks WHERE switch_id = :id), found, total
            FROM backbone_switches WHERE id = :id
        """),
        {"id": switch.id},
    ).one()
    if held or switch.status == "learning":
        return Nothing.NOW
    rest = max(MAX_REST, MAX_REST_SHARE * (total or 0)) if switch.status == "embedding" else 0
    if found > rest:
        connection.execute(
            text("""
                UPDATE backbone_switches SET position = DEFAULT, found = 0 WHERE id = :id
            """),
            {"id": switch.id},
        )
        return Nothing.MORE
    if switch.status == "finishing":
        return Nothing.DONE
    connection.execute(
        text("UPDATE backbone_switches SET status = 'learning', attempts = 0 WHERE id = :id"),
        {"id": switch.id},
    )
    return Nothing.LEARN
