"""Queries that find images to review."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.owners.access import Access

PAGE_BYTES = 8192
# Percentage of the table that is sampled: about 5,000 rows.
SAMPLE_PAGES = 250
# Disputes and rare tags are searched in this many of the newest corrections.
RECENT_CORRECTIONS = 2000
# An image that was offered and not corrected is offered again after this time.
OFFER_SECONDS = 24 * 3600
# Expired offers that one sweep deletes.
MAX_DELETED = 10_000
# Of installations without keys.
NO_KEY = 0

# Tagged images, of the owner if one is given, that were not offered to this reviewer lately.
_OPEN = """
    status = 'tagged' AND same_as IS NULL
    AND (CAST(:owner AS text) IS NULL OR owner = :owner)
    AND NOT EXISTS (
        SELECT FROM reviewed
        WHERE contributor = :contributor AND key_id = :key_id AND image_id = images.id
        AND offered_at > now() - make_interval(secs => :offer_seconds)
    )
"""
_UNCORRECTED = "NOT EXISTS (SELECT FROM corrections WHERE image_id = images.id)"


@dataclass(frozen=True)
class Reviewer:
    """Whom images are offered to: a user, as the holder of a key names them.

    Another key that gives the same name is another reviewer. key_id: None where there are no keys.
    """

    contributor: str
    key_id: int | None

    @property
    def values(self) -> dict[str, str | int]:
        """Return the values that queries compare offers with."""
        return {
            "contributor": self.contributor,
            "key_id": NO_KEY if self.key_id is None else self.key_id,
            "offer_seconds": OFFER_SECONDS,
        }


def sample_unreviewed(
    connection: Connection, reviewer: Reviewer, owner: str | None, limit: int
) -> Sequence[UUID]:
    """Return random images without corrections that were not offered to this reviewer lately.

    If most images do not qualify, the newest ones that do.
    """
    values = {**reviewer.values, "owner": owner, "limit": limit}
    table_bytes = connection.execute(text("SELECT pg_relation_size('images')")).scalar_one()
    percent = min(100.0, 100 * SAMPLE_PAGES * PAGE_BYTES / max(table_bytes, PAGE_BYTES))
    sampled = connection.scalars(
        text(f"""
            SELECT id FROM images TABLESAMPLE SYSTEM (:percent)
            WHERE {_OPEN} AND {_UNCORRECTED}
            ORDER BY random() LIMIT :limit
        """),
        {**values, "percent": percent},
    ).all()
    if len(sampled) == limit or percent == 100:
        return sampled
    newest = text(f"""
        SELECT id FROM images WHERE {_OPEN} AND {_UNCORRECTED} ORDER BY id DESC LIMIT :limit
    """)
    return connection.scalars(newest, values).all()


def find_corrected_lately(
    connection: Connection, reviewer: Reviewer, owner: str | None, limit: int
) -> Sequence[UUID]:
    """Return random images that others corrected lately and that this reviewer has not seen."""
    return connection.scalars(
        text(f"""
            SELECT id FROM images
            WHERE id = ANY(ARRAY(
                SELECT image_id FROM corrections ORDER BY corrections.id DESC LIMIT :recent
            ))
            AND {_OPEN}
            AND NOT EXISTS (
                SELECT FROM corrections
                WHERE image_id = images.id AND corrections.contributor = :contributor
            )
            ORDER BY random() LIMIT :limit
        """),
        {
            **reviewer.values,
            "owner": owner,
            "recent": RECENT_CORRECTIONS,
            "limit": limit,
        },
    ).all()


def count_images_of_recent_tags(
    connection: Connection, limit: int, access: Access
) -> dict[int, int]:
    """Count the images that have the tags of the newest corrections by decision.

    Only corrections of images that the caller may see: a tag's name can reveal what others do.
    limit: where counting ends.
    """
    rows = connection.execute(
        text("""
            SELECT tag_id, (
                SELECT count(*) FROM (
                    SELECT FROM decisions
                    WHERE decisions.tag_id = recent.tag_id AND present LIMIT :most
                ) AS counted
            ) AS images
            FROM (
                SELECT DISTINCT tag_id
                FROM (
                    SELECT tag_id FROM corrections
                    WHERE CAST(:owner AS text) IS NULL OR EXISTS (
                        SELECT FROM images WHERE id = corrections.image_id AND owner = :owner
                    )
                    ORDER BY id DESC LIMIT :recent
                ) AS ends
            ) AS recent
        """),
        {"most": limit, "owner": access.owner, "recent": RECENT_CORRECTIONS},
    )
    return {row.tag_id: row.images for row in rows}


def note_offered(
    connection: Connection, reviewer: Reviewer, image_ids: Collection[UUID]
) -> set[UUID]:
    """Note that images are offered to a reviewer; return those that were not offered lately."""
    return set(
        connection.scalars(
            text("""
                INSERT INTO reviewed (contributor, key_id, image_id)
                SELECT :contributor, :key_id, id FROM images WHERE id = ANY(:ids) ORDER BY id
                FOR KEY SHARE
                ON CONFLICT (contributor, image_id, key_id) DO UPDATE SET offered_at = now()
                WHERE reviewed.offered_at <= now() - make_interval(secs => :offer_seconds)
                RETURNING image_id
            """),
            {**reviewer.values, "ids": list(image_ids)},
        )
    )


def delete_expired_offers(connection: Connection) -> None:
    """Delete offers that have expired, at most 10,000, and none that another request renews."""
    connection.execute(
        text("""
            DELETE FROM reviewed WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM reviewed
                WHERE offered_at <= now() - make_interval(secs => :offer_seconds)
                LIMIT :most FOR UPDATE SKIP LOCKED
            ))
        """),
        {"offer_seconds": OFFER_SECONDS, "most": MAX_DELETED},
    )
