"""Pictures that show any tag of a set, as queries."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.owners.access import Access

# Images of a set are counted and found by the index on (tag, image), tag by tag: no image is
# read that shows none of the tags, nor any beyond the limit.
_NEWEST = """
    SELECT DISTINCT image_id
    FROM unnest(CAST(:tag_ids AS integer[])) AS wanted(tag_id),
    LATERAL (
        SELECT shown_tags.image_id FROM shown_tags {join}
        WHERE shown_tags.tag_id = wanted.tag_id
          AND (CAST(:before AS uuid) IS NULL OR shown_tags.image_id < :before) {owned}
        ORDER BY shown_tags.image_id DESC LIMIT :limit
    ) AS newest
    ORDER BY image_id DESC LIMIT :limit
"""
_NEWEST_OF_ALL = text(_NEWEST.format(join="", owned=""))
_NEWEST_OF_OWNER = text(
    _NEWEST.format(
        join="JOIN images ON images.id = shown_tags.image_id", owned="AND images.owner = :owner"
    )
)

_COUNT = """
    SELECT count(*) FROM (
        SELECT DISTINCT image_id
        FROM unnest(CAST(:tag_ids AS integer[])) AS wanted(tag_id),
        LATERAL (
            SELECT shown_tags.image_id FROM shown_tags {join}
            WHERE shown_tags.tag_id = wanted.tag_id {owned} LIMIT :most
        ) AS shown
        LIMIT :most
    ) AS counted
"""
_COUNT_OF_ALL = text(_COUNT.format(join="", owned=""))
_COUNT_OF_OWNER = text(
    _COUNT.format(
        join="JOIN images ON images.id = shown_tags.image_id", owned="AND images.owner = :owner"
    )
)


def find_tag_ids(connection: Connection, slugs: Sequence[str]) -> dict[str, int]:
    """Return the ids of the vocabulary's tags that exist, by slug."""
    query = text("SELECT slug, id FROM tags WHERE slug = ANY(:slugs) AND kind = 'wordnet'")
    return {row.slug: row.id for row in connection.execute(query, {"slugs": list(slugs)})}


def find_newest_with(
    connection: Connection,
    access: Access,
    tag_ids: Sequence[int],
    *,
    before: UUID | None = None,
    limit: int,
) -> Sequence[UUID]:
    """Return the newest images that show any of the tags, from `before` backwards in time."""
    values = {"tag_ids": list(tag_ids), "before": before, "limit": limit}
    if access.owner is None:
        return connection.scalars(_NEWEST_OF_ALL, values).all()
    return connection.scalars(_NEWEST_OF_OWNER, {**values, "owner": access.owner}).all()


def count_images_with(
    connection: Connection, access: Access, tag_ids: Sequence[int], most: int
) -> int:
    """Return how many images show any of the tags; none is counted beyond `most`."""
    values = {"tag_ids": list(tag_ids), "most": most}
    if access.owner is None:
        return connection.execute(_COUNT_OF_ALL, values).scalar_one()
    return connection.execute(_COUNT_OF_OWNER, {**values, "owner": access.owner}).scalar_one()
