"""Queries about owners, and how often their pictures show each tag."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

from shared.db.owners.access import Access

# A day counts 1 + ln(n) for its n pictures: a burst of forty is not forty times one picture.
_BY_TAG = """
    SELECT term AS tag_id, sum(1 + ln(images)) AS weight, sum(images)::int AS images,
        count(*) AS days
    FROM (
        SELECT term, count(*) AS images
        FROM (
            SELECT owner, terms, uuid_extract_timestamp(image_id)::date AS day
            FROM image_search WHERE {condition}
        ) AS images, unnest(terms) AS term
        WHERE term > 0
        GROUP BY {group}
    ) AS of_day
    GROUP BY term
"""
_OF_OWNER = text(_BY_TAG.format(condition="owner = :owner", group="term, day"))
_OF_OTHERS = text(
    _BY_TAG.format(
        condition="owner <> :owner ORDER BY image_id DESC LIMIT :sample",
        group="term, day, owner",
    )
)


def list_owners(
    connection: Connection, access: Access, *, query: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Return owners whose name begins with `query`, in any case, by name: owner, images."""
    return (
        connection.execute(
            text("""
                SELECT owner, count(*) AS images FROM images
                WHERE same_as IS NULL AND starts_with(lower(owner), lower(:query))
                  AND (CAST(:after AS text) IS NULL OR owner > :after)
                  AND (CAST(:owner AS text) IS NULL OR owner = :owner)
                GROUP BY owner ORDER BY owner LIMIT :limit
            """),
            {"query": query, "after": after, "owner": access.owner, "limit": limit},
        )
        .mappings()
        .all()
    )


def weigh_tags(connection: Connection, owner: str) -> Sequence[RowMapping]:
    """Return the tags of an owner's images: tag_id, weight (days, damped), images, days."""
    return connection.execute(_OF_OWNER, {"owner": owner}).mappings().all()


def weigh_tags_of_others(connection: Connection, owner: str, sample: int) -> Sequence[RowMapping]:
    """Return the same for the newest images of all other owners, at most `sample` of them."""
    return connection.execute(_OF_OTHERS, {"owner": owner, "sample": sample}).mappings().all()


def count_others(connection: Connection, owner: str, sample: int) -> int:
    """Count the images that `weigh_tags_of_others` looks at."""
    query = text("""
        SELECT count(*) FROM (
            SELECT FROM image_search WHERE owner <> :owner LIMIT :sample
        ) AS newest
    """)
    return connection.execute(query, {"owner": owner, "sample": sample}).scalar_one()


def find_examples(
    connection: Connection, owner: str, tag_ids: Sequence[int], each: int
) -> Sequence[RowMapping]:
    """Return the surest images of an owner for each tag, one a day first: tag_id, image_id."""
    query = text("""
        SELECT tag_id, image_id FROM (
            SELECT tag_id, image_id, row_number() OVER (
                PARTITION BY tag_id ORDER BY place_in_day, confidence DESC, image_id
            ) AS place
            FROM (
                SELECT tag_id, image_id, confidence, row_number() OVER (
                    PARTITION BY tag_id, created_at::date ORDER BY confidence DESC, image_id
                ) AS place_in_day
                FROM shown_tags JOIN images ON images.id = image_id
                WHERE owner = :owner AND same_as IS NULL AND tag_id = ANY(:tag_ids)
            ) AS by_day
        ) AS ranked
        WHERE place <= :each ORDER BY tag_id, place
    """)
    values = {"owner": owner, "tag_ids": list(tag_ids), "each": each}
    return connection.execute(query, values).mappings().all()
