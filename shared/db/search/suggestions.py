"""Counts of shown tags, and names of owners, fast enough for every keystroke."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from shared.db.owners.access import Access

# Of the newest images, this many tell what is shown most.
SAMPLE = 2_000
# An owner's images, if there are more, are not counted.
MAX_OF_OWNER = 5_000
# More owners than this are not looked through.
MAX_OWNERS = 5_000

_COUNTS = text("""
    SELECT wanted.tag_id, counted.images
    FROM unnest(CAST(:tag_ids AS integer[])) AS wanted(tag_id), LATERAL (
        SELECT count(*) AS images FROM (
            SELECT FROM shown_tags WHERE shown_tags.tag_id = wanted.tag_id LIMIT :max_images
        ) AS some_images
    ) AS counted
""")
_COUNTS_OF_OWNER = text("""
    WITH theirs AS (
        SELECT terms FROM image_search WHERE owner = :owner ORDER BY image_id DESC LIMIT :enough
    )
    SELECT wanted.tag_id, count(terms) AS images, (SELECT count(*) FROM theirs) AS looked_at
    FROM unnest(CAST(:tag_ids AS integer[])) AS wanted(tag_id)
    LEFT JOIN theirs ON wanted.tag_id = ANY(theirs.terms)
    GROUP BY wanted.tag_id
""")
_MOST_SHOWN = text("""
    SELECT term FROM (
        SELECT terms FROM image_search WHERE CAST(:owner AS text) IS NULL OR owner = :owner
        ORDER BY image_id DESC LIMIT :sample
    ) AS newest, unnest(terms) AS term
    WHERE term > 0 AND (CAST(:tag_ids AS integer[]) IS NULL OR term = ANY(:tag_ids))
    GROUP BY term ORDER BY count(*) DESC, term LIMIT :limit
""")
# From owner to owner through the index, whatever their number of images.
_OWNERS = text("""
    WITH RECURSIVE known AS (
        SELECT min(owner) AS owner, 1 AS place FROM images
        UNION ALL
        SELECT (SELECT min(owner) FROM images WHERE owner > known.owner), place + 1
        FROM known WHERE owner IS NOT NULL AND place < :max_owners
    )
    SELECT owner FROM known
    WHERE owner <> '' AND starts_with(lower(owner), lower(:beginning)) ORDER BY owner LIMIT :limit
""")


def count_showing(
    connection: Connection, access: Access, tag_ids: Sequence[int], max_images: int
) -> Mapping[int, int]:
    """Return how many images show each tag, up to `max_images`; for a large owner, nothing."""
    values = {"tag_ids": list(tag_ids), "max_images": max_images}
    if access.owner is None:
        return {row.tag_id: row.images for row in connection.execute(_COUNTS, values)}
    values = {"tag_ids": list(tag_ids), "owner": access.owner, "enough": MAX_OF_OWNER}
    rows = connection.execute(_COUNTS_OF_OWNER, values).all()
    return {row.tag_id: min(row.images, max_images) for row in rows if row.looked_at < MAX_OF_OWNER}


def find_most_shown(
    connection: Connection, access: Access, limit: int, among: Sequence[int] | None = None
) -> Sequence[int]:
    """Return the ids of the tags that most of the newest images show; among: of these only."""
    values = {"owner": access.owner, "sample": SAMPLE, "limit": limit, "tag_ids": among}
    return connection.scalars(_MOST_SHOWN, values).all()


def find_owners_like(
    connection: Connection, access: Access, beginning: str, limit: int
) -> Sequence[str]:
    """Return the visible owners whose name begins with a text, ignoring case, by name."""
    if access.owner is not None:
        return [access.owner] if access.owner.lower().startswith(beginning.lower()) else []
    values = {"beginning": beginning, "max_owners": MAX_OWNERS, "limit": limit}
    return connection.scalars(_OWNERS, values).all()
