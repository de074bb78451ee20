"""Count the images that show a tag."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from shared.db.owners.access import Access


def count_tags_of(
    connection: Connection, image_ids: Sequence[UUID], access: Access
) -> tuple[int, Sequence[RowMapping]]:
    """Return how many of the images the caller may see, and the tags that these show.

    The most frequent tags come first, each with slug, name, images and by_people: on how many
    images people decided it. A copy counts as the image that it copies.
    """
    visible = connection.scalars(
        text("""
            SELECT DISTINCT coalesce(same_as, id) FROM images
            WHERE id = ANY(:ids) AND (CAST(:owner AS text) IS NULL OR owner = :owner)
        """),
        {"ids": list(image_ids), "owner": access.owner},
    ).all()
    rows = connection.execute(
        text("""
            SELECT slug, name, counted.images, counted.by_people
            FROM (
                SELECT tag_id, count(*) AS images,
                       count(*) FILTER (WHERE source = 'user') AS by_people
                FROM shown_tags WHERE image_id = ANY(:ids) GROUP BY tag_id
            ) AS counted
            JOIN tags ON tags.id = tag_id
            ORDER BY counted.images DESC, slug
        """),
        {"ids": visible},
    )
    return len(visible), rows.mappings().all()
