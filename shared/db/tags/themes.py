"""Pictures that show any tag of a set, as queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from shared.db.owners.access import Access
from shared.db.search.planning import by_index

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

# For an owner, all themes by the index on terms.
_COUNTS_OF_OWNER = text("""
    SELECT theme, (
        SELECT count(*) FROM (
            SELECT FROM image_search WHERE terms && wanted.tag_ids AND owner = :owner LIMIT :limit
        ) AS shown
    ) AS images
    FROM (
        SELECT theme, array_agg(tag_id) AS tag_ids
        FROM unnest(CAST(:themes AS text[]), CAST(:tag_ids AS integer[])) AS tag(theme, tag_id)
        GROUP BY theme
    ) AS wanted
""")
# For everyone, by the index on tags: it is read three times as fast.
_COUNTS_OF_ONE_TAG = text("""
    SELECT theme, (
        SELECT count(*) FROM (
            SELECT FROM shown_tags WHERE tag_id = tag.tag_id LIMIT :limit
        ) AS shown
    ) AS images
    FROM unnest(CAST(:themes AS text[]), CAST(:tag_ids AS integer[])) AS tag(theme, tag_id)
""")
_COUNTS_OF_TAGS = text("""
    SELECT theme, count(*) AS images
    FROM (
        SELECT DISTINCT theme, image_id
        FROM unnest(CAST(:themes AS text[]), CAST(:tag_ids AS integer[])) AS tag(theme, tag_id),
            LATERAL (
                SELECT image_id FROM shown_tags WHERE tag_id = tag.tag_id LIMIT :limit
            ) AS shown
    ) AS found
    GROUP BY theme
""")
_NEWEST_BY_THEME = text("""
    SELECT theme, mode() WITHIN GROUP (ORDER BY tag_id) AS leading_tag,
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


@dataclass(frozen=True)
class ThemeImages:
    """The images of a theme. count: how many, up to a limit. newest: a few, newest first."""

    count: int
    newest: Sequence[UUID]


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


def find_by_theme(
    connection: Connection,
    access: Access,
    themes: Mapping[str, Sequence[int]],
    *,
    min_images: int,
    max_images: int,
    enough: int,
    each: int,
) -> dict[str, ThemeImages]:
    """Return the images of each theme that has at least `min_images`, counted up to `max_images`.

    Up to `each` of the newest are named; a theme may have fewer, but has `enough` of them if they
    exist.
    """
    values = {**_pairs(themes), "owner": access.owner, "each": each, "among": NEWEST}
    among_newest = connection.execute(_NEWEST_BY_THEME, values).all()
    found = {row.theme: row.images for row in among_newest}
    leading = {theme: tag_ids[0] for theme, tag_ids in themes.items() if tag_ids}
    leading |= {row.theme: row.leading_tag for row in among_newest}
    if access.owner is None:
        counts = _count_all(connection, themes, leading, max_images)
    else:
        counts = _count(connection, _COUNTS_OF_OWNER, themes, max_images, owner=access.owner)
    return {
        theme: ThemeImages(
            counts[theme],
            ids
            if len(ids := found.get(theme, ())) >= enough
            else find_newest_with(connection, access, tag_ids, limit=each),
        )
        for theme, tag_ids in themes.items()
        if counts.get(theme, 0) >= min_images
    }


def _count_all(
    connection: Connection,
    themes: Mapping[str, Sequence[int]],
    leading: Mapping[str, int],
    max_images: int,
) -> dict[str, int]:
    """Return how many images each theme has, up to `max_images`. leading: its most frequent tag."""
    with by_index(connection):
        # Where one tag reaches the limit, the others need not be read.
        counts = _count(
            connection,
            _COUNTS_OF_ONE_TAG,
            {theme: [tag] for theme, tag in leading.items()},
            max_images,
        )
        others = {
            theme: themes[theme]
            for theme, images in counts.items()
            if images < max_images and len(themes[theme]) > 1
        }
        return counts | _count(connection, _COUNTS_OF_TAGS, others, max_images)


def _count(
    connection: Connection,
    query: TextClause,
    themes: Mapping[str, Sequence[int]],
    max_images: int,
    **values: str,
) -> dict[str, int]:
    rows = connection.execute(query, {**_pairs(themes), **values, "limit": max_images})
    return {row.theme: min(row.images, max_images) for row in rows}


def _pairs(themes: Mapping[str, Sequence[int]]) -> dict[str, Sequence[str | int]]:
    """Return themes and their tags as two lists of the same length."""
    return {
        "themes": [theme for theme, tag_ids in themes.items() for _ in tag_ids],
        "tag_ids": [tag_id for tag_ids in themes.values() for tag_id in tag_ids],
    }
