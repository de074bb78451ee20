"""Pictures that show any tag of a set, as queries."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.owners.access import Access

# Each set is counted and its newest pictures found by the index on (tag, image): no picture is
# looked at that shows none of the tags, and none beyond the limit.
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


def find_tag_ids(connection: Connection, slugs: Sequence[str]) -> dict[str, int]:
    """Return the ids of those of the vocabulary's own tags that exist, by slug."""
    query = text("SELECT slug, id FROM tags WHERE slug = ANY(:slugs) AND kind <> 'custom'")
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


def count_tag_sets(
    connection: Connection, access: Access, sets: Mapping[str, Sequence[int]], most: int
) -> dict[str, int]:
    """Return on how many images each set of tags is shown; none is counted beyond `most`."""
    names = [name for name, tag_ids in sets.items() for _ in tag_ids]
    tag_ids = [tag_id for tag_ids in sets.values() for tag_id in tag_ids]
    rows = connection.execute(
        text("""
            WITH members AS (
                SELECT * FROM unnest(CAST(:names AS text[]), CAST(:tag_ids AS integer[]))
                    AS members(name, tag_id)
            )
            SELECT name, (
                SELECT count(*) FROM (
                    SELECT DISTINCT image_id FROM shown_tags
                    WHERE tag_id IN (SELECT tag_id FROM members WHERE members.name = names.name)
                      AND (CAST(:owner AS text) IS NULL OR EXISTS (
                          SELECT FROM images WHERE id = image_id AND owner = :owner
                      ))
                    LIMIT :most
                ) AS counted
            ) AS images
            FROM (SELECT DISTINCT name FROM members) AS names
        """),
        {"names": names, "tag_ids": tag_ids, "owner": access.owner, "most": most},
    )
    return {row.name: row.images for row in rows}
