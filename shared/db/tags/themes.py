"""Queries about pictures that show any tag of a set."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.owners.access import Access

# Found by the index on (tag, image), tag by tag: no image is read that shows none of the tags, nor
# any beyond the limit.
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

# One statement for all themes: what each of them finds by the index on terms.
_COUNTS = text("""
    SELECT theme, (
        SELECT count(*) FROM (
            SELECT FROM image_search
            WHERE terms && wanted.tag_ids AND (CAST(:owner AS text) IS NULL OR owner = :owner)
            LIMIT :most
        ) AS shown
    ) AS images
    FROM (
        SELECT theme, array_agg(tag_id) AS tag_ids
        FROM unnest(CAST(:themes AS text[]), CAST(:tag_ids AS integer[])) AS tag(theme, tag_id)
        GROUP BY theme
    ) AS wanted
""")
_NEWEST_BY_THEME = text("""
    SELECT theme,
        (array_agg(DISTINCT image_id ORDER BY image_id DESC))[1:CAST(:each AS integer)] AS images
    FROM (
        SELECT image_id, terms FROM image_search
        WHERE CAST(:owner AS text) IS NULL OR owner = :owner
        ORDER BY image_id DESC LIMIT :among
    ) AS newest, unnest(terms) AS term
    JOIN unnest(CAST(:themes AS text[]), CAST(:tag_ids AS integer[])) AS tag(theme, tag_id)
        ON tag.tag_id = term
    GROUP BY theme
""")
# Most themes are among the newest images; the others are looked for one by one.
NEWEST = 2_000


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


def count_by_theme(
    connection: Connection, access: Access, themes: Mapping[str, Sequence[int]], most: int
) -> dict[str, int]:
    """Return how many images show any tag of each theme; none is counted beyond `most`."""
    values = {**_pairs(themes), "owner": access.owner, "most": most}
    return {row.theme: row.images for row in connection.execute(_COUNTS, values)}


def find_newest_by_theme(
    connection: Connection,
    access: Access,
    themes: Mapping[str, Sequence[int]],
    *,
    enough: int,
    each: int,
) -> dict[str, Sequence[UUID]]:
    """Return the newest images that show any tag of each theme: up to `each`.

    A theme may have fewer than `each`, but has `enough` of them if they exist.
    """
    values = {**_pairs(themes), "owner": access.owner, "each": each, "among": NEWEST}
    newest = {row.theme: row.images for row in connection.execute(_NEWEST_BY_THEME, values)}
    return {
        theme: ids
        if len(ids := newest.get(theme, ())) >= enough
        else find_newest_with(connection, access, tag_ids, limit=each)
        for theme, tag_ids in themes.items()
    }


def _pairs(themes: Mapping[str, Sequence[int]]) -> dict[str, Sequence[str | int]]:
    """Return themes and their tags as two lists of the same length."""
    return {
        "themes": [theme for theme, tag_ids in themes.items() for _ in tag_ids],
        "tag_ids": [tag_id for tag_ids in themes.values() for tag_id in tag_ids],
    }
